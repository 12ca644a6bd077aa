//! The product of a factor and a node of the inner loop, where that costs nothing there.

use std::collections::HashMap;

use super::Roots;
use super::sign::{is_nonnegative, without_sign};
use crate::check::Variable;
use crate::graph::{Axis, FoldKind, Function, Graph, Id, Node, Number};
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, SQUARE, SUBTRACT};
use crate::ops::elementwise::{ABS, INV, SQRT};
use crate::parse::Category;

/// Applies factors to the data of one formula.
pub(super) struct Scaling<'a> {
    pub(super) graph: &'a mut Graph,
    variables: &'a [Variable],
    roots: Roots,
    /// For each node of the graph, as far as they were looked at, whether it depends on the row and on the column index.
    dependence: Vec<[bool; 2]>,
    /// What became of (node, factor).
    known: HashMap<(Id, Id), Option<Id>>,
    /// Nodes times a literal number that has an inverse: that number, and the product.
    multiples: HashMap<Id, (f64, Id)>,
}

impl<'a> Scaling<'a> {
    pub(super) fn new(graph: &'a mut Graph, variables: &'a [Variable], roots: Roots) -> Self {
        Self { graph, variables, roots, dependence: Vec::new(), known: HashMap::new(), multiples: HashMap::new() }
    }

    /// Whether a node depends on the row index and on the column index.
    fn depends(&mut self, id: Id) -> [bool; 2] {
        for next in self.graph.up_to(id).skip(self.dependence.len()) {
            let depends = match self.graph.node(next) {
                Node::Variable(number) => {
                    let category = self.variables[*number].category;
                    [Axis::I, Axis::J].map(|axis| category == Category::Indexed(axis))
                }
                Node::Index(index) => [Axis::I, Axis::J].map(|axis| axis == *index),
                node => {
                    let of_operands = node.operands().into_iter().map(|operand| self.dependence[operand.position()]);
                    of_operands.fold([false; 2], |a, b| [a[0] | b[0], a[1] | b[1]])
                }
            };
            self.dependence.push(depends);
        }
        self.dependence[id.position()]
    }

    /// Whether a node is computed for each pair.
    pub(super) fn of_pairs(&mut self, id: Id) -> bool {
        self.depends(id) == [true; 2]
    }

    /// Whether a node is computed once for all pairs.
    pub(super) fn of_parameters(&mut self, id: Id) -> bool {
        self.depends(id) == [false; 2]
    }

    /// `factor * id`, where the factor is one for all pairs: a number, or one per entry. `None` where the product would cost an
    /// operation of the inner loop, or where the sign of a factor that goes under a root is not known.
    pub(super) fn scaled(&mut self, id: Id, factor: Id) -> Option<Id> {
        if !self.of_pairs(id) {
            return Some(self.product(factor, id));
        }
        if let Some(known) = self.known.get(&(id, factor)) {
            return *known;
        }
        let literal = self.literal(factor).filter(|literal| literal.is_normal());
        let scaled = match (self.multiples.get(&id).copied(), literal) {
            // One product more is less than the node once more.
            (Some((other, multiple)), Some(literal)) => {
                let ratio = self.graph.constant(literal / other);
                Some(self.product(ratio, multiple))
            }
            _ => self.scaled_up(id, factor),
        };
        if let (Some(multiple), Some(literal)) = (scaled, literal) {
            self.multiples.entry(id).or_insert((literal, multiple));
        }
        self.known.insert((id, factor), scaled);
        scaled
    }

    /// The node `root`, where those that are known as multiples are computed from these.
    pub(super) fn by_scaled(&mut self, root: Id) -> Id {
        let mut ids: HashMap<Id, Id> = HashMap::new();
        for id in self.graph.up_to(root) {
            let node = self.graph.node(id);
            let operands: Vec<Id> = node.operands().iter().map(|operand| ids[operand]).collect();
            let node = node.with_operands(&operands);
            let dim = self.graph.dim(id);
            let new = match self.multiples.get(&id).copied() {
                Some((factor, multiple)) => {
                    let inverse = self.graph.constant(factor.recip());
                    let multiple = ids.get(&multiple).copied().unwrap_or(multiple);
                    self.graph.map(&MULT, &[inverse, multiple])
                }
                None => self.graph.insert(node, dim),
            };
            ids.insert(id, new);
        }
        ids[&root]
    }

    fn scaled_up(&mut self, id: Id, factor: Id) -> Option<Id> {
        let node = self.graph.node(id).clone();
        let scalar = self.graph.dim(factor) == 1;
        match node {
            Node::Map(function, x) if function.is(&MINUS) => {
                let negated = self.negated(factor);
                self.scaled(x[0], negated)
            }
            Node::Map(function, x) if function.is(&ADD) || function.is(&SUBTRACT) => {
                let operands = [self.scaled(x[0], factor)?, self.scaled(x[1], factor)?];
                Some(self.graph.map(function.operator, &operands))
            }
            Node::Map(function, x) if function.is(&MULT) => {
                let (first, second) = if self.of_parameters(x[1]) { (x[1], x[0]) } else { (x[0], x[1]) };
                self.scaled_product(first, second, factor)
            }
            Node::Map(function, x) if function.is(&DIVIDE) => {
                if self.of_parameters(x[1]) {
                    let reciprocal = self.graph.map(&INV, &[x[1]]);
                    return self.scaled_product(reciprocal, x[0], factor);
                }
                let dividend = self.scaled(x[0], factor)?;
                Some(self.graph.map(&DIVIDE, &[dividend, x[1]]))
            }
            Node::Map(function, x)
                if [&SQUARE, &SQRT, &ABS].into_iter().any(|never_negative| function.is(never_negative)) =>
            {
                let (minus, magnitude) = without_sign(self.graph, factor);
                let inner = if function.is(&SQUARE) { self.root(magnitude) } else { self.outside(function, magnitude) };
                let scaled = self.scaled(x[0], inner?)?;
                let scaled = self.graph.map(function.operator, &[scaled]);
                Some(if minus { self.graph.map(&MINUS, &[scaled]) } else { scaled })
            }
            Node::Fold(FoldKind::Sum, vector) if scalar => {
                let scaled = self.scaled(vector, factor)?;
                Some(self.graph.fold(FoldKind::Sum, scaled))
            }
            Node::Broadcast(x, n) if scalar => {
                let scaled = self.scaled(x, factor)?;
                Some(self.graph.broadcast(scaled, n))
            }
            _ => None,
        }
    }

    /// `factor * (a * b)`; of a and b, the first may be one for all pairs.
    fn scaled_product(&mut self, a: Id, b: Id, factor: Id) -> Option<Id> {
        if self.of_parameters(a) {
            let both = self.product(factor, a);
            // Where the data cannot take the factors, they are one still.
            return Some(self.scaled(b, both).unwrap_or_else(|| self.product(both, b)));
        }
        if let Some(scaled) = self.scaled(a, factor) {
            return Some(self.graph.map(&MULT, &[scaled, b]));
        }
        let scaled = self.scaled(b, factor)?;
        Some(self.graph.map(&MULT, &[a, scaled]))
    }

    /// A product; that of literals is one.
    fn product(&mut self, a: Id, b: Id) -> Id {
        match [self.literal(a), self.literal(b)] {
            [Some(a), Some(b)] => self.graph.constant(a * b),
            _ => self.graph.map(&MULT, &[a, b]),
        }
    }

    fn negated(&mut self, x: Id) -> Id {
        match self.literal(x) {
            Some(x) => self.graph.constant(-x),
            None => self.graph.map(&MINUS, &[x]),
        }
    }

    /// The factor of what is under a root or absolute value that comes to `factor` outside of it; `None` where that may be
    /// negative.
    fn outside(&mut self, function: Function, factor: Id) -> Option<Id> {
        if !is_nonnegative(self.graph, factor) {
            return None;
        }
        Some(match self.literal(factor) {
            _ if function.is(&ABS) => factor,
            Some(factor) => self.graph.constant(factor * factor),
            None => self.graph.map(&SQUARE, &[factor]),
        })
    }

    /// The square root of a factor that is known not to be negative.
    fn root(&mut self, x: Id) -> Option<Id> {
        if self.roots == Roots::None || !is_nonnegative(self.graph, x) {
            return None;
        }
        if let Node::Constant(numbers) = self.graph.node(x) {
            let roots = numbers.iter().map(|&Number(number)| number.sqrt()).collect();
            return Some(self.graph.constants(roots));
        }
        if self.roots == Roots::Literal {
            return None;
        }
        match self.graph.node(x).clone() {
            Node::Map(function, x) if function.is(&SQUARE) => {
                Some(if is_nonnegative(self.graph, x[0]) { x[0] } else { self.graph.map(&ABS, &[x[0]]) })
            }
            Node::Map(function, x) if function.is(&INV) => {
                let root = self.root(x[0])?;
                Some(self.graph.map(&INV, &[root]))
            }
            Node::Map(function, factors)
                if function.is(&MULT) && factors.iter().all(|&x| is_nonnegative(self.graph, x)) =>
            {
                let roots = [self.root(factors[0])?, self.root(factors[1])?];
                Some(self.product(roots[0], roots[1]))
            }
            _ => Some(self.graph.map(&SQRT, &[x])),
        }
    }

    /// The value of a literal number.
    pub(super) fn literal(&self, id: Id) -> Option<f64> {
        match self.graph.node(id) {
            Node::Constant(numbers) if numbers.len() == 1 => Some(numbers[0].0),
            _ => None,
        }
    }
}
