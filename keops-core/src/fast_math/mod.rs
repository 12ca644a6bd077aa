//! `fast_math = true`: rewrites that change roundings, and save operations of the inner loop.
//!
//! A factor that stands in front of a squared distance, or of anything else that is made from the data by additions,
//! can be applied to the data instead: once per row and per column, and not once per pair. The exponential to the base
//! e has such a factor inside, as machines compute `2^(u log2 e)`. So, with
//! `Exp2Neg(u) = 2^-u`,
//!
//! ```text
//! Exp(-c * SqDist(x, y))  ->  Exp2Neg(SqDist(k * x, k * y)),  k = sqrt(c * log2 e)
//! ```
//!
//! whose difference `k x - k y` has the roundings of `k x` and `k y`, where that of near `x` and `y` is exact.
//!
//! The rewrite happens before differentiation: the derivatives of what it makes then share the scaled differences, and
//! the factors of the chain rule leave the sum, as constants do. There are no rules of `simplify` for it, as what gains
//! cannot be told by looking at a node: if the same difference is needed without the factor as well, nothing is gained.
//! So a pass is compiled in several [`Way`]s, and the one with the fewest operations is taken. Where no way beats that
//! without rewrites, there are none.

mod scale;
mod sign;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::check::{Formula, Term, Variable};
use crate::graph::{FoldKind, Function, Graph, Id, Node};
use crate::lower::Program;
use crate::ops::arithmetic::{DIVIDE, MINUS, MULT, SQUARE};
use crate::ops::elementwise::{EXP, EXP2_NEG, INV, SQRT};
use crate::simplify;
use scale::Scaling;

/// Which factors are applied to data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Way {
    /// Those of squares, whose roots are applied.
    roots: Roots,
    /// Those of distances and sums of squares that stand anywhere, beside those of exponentials.
    distances: bool,
}

/// The factors whose square roots are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Roots {
    /// None: a factor goes to the data through sums and products only.
    None,
    /// Literal ones.
    Literal,
    /// Those that are made from parameters too. A derivative by such a parameter can cost more.
    OfParameters,
}

/// The ways that are tried, the most thorough one last.
const WAYS: [Way; 4] = [
    Way { roots: Roots::None, distances: false },
    Way { roots: Roots::Literal, distances: true },
    Way { roots: Roots::OfParameters, distances: false },
    Way { roots: Roots::OfParameters, distances: true },
];

/// The program of a pass over all pairs: the cheapest of those that `compile` makes. It is given one way after the other if
/// the formula allows `fast_math`, and `None` for no rewrites.
pub(crate) fn cheapest(formula: &Formula, compile: impl Fn(Option<Way>) -> Program) -> Program {
    let plain = compile(None);
    if !formula.fast_math {
        return plain;
    }
    let rewritten = WAYS.into_iter().map(|way| compile(Some(way)));
    // Of equals the first stays.
    [plain]
        .into_iter()
        .chain(rewritten)
        .min_by_key(|program| program.operations().cost())
        .unwrap_or_else(|| unreachable!("there is a program without rewrites"))
}

/// Adds a term to a graph, rewritten if there is a way.
pub(crate) fn build(term: &Term, graph: &mut Graph, variables: &[Variable], way: Option<Way>) -> Id {
    let Some(way) = way else { return term.build(graph) };
    let mut prepare = |graph: &mut Graph, root: Id| rewritten(graph, root, variables, way);
    let root = term.build_with(graph, &mut prepare);
    prepare(graph, root)
}

/// The node `root`, simplified and rewritten.
fn rewritten(graph: &mut Graph, root: Id, variables: &[Variable], way: Way) -> Id {
    let (simplified, roots) = simplify::simplify(graph, &[root]);
    carried_over(&simplified, &roots, graph, variables, way)[0]
}

/// The nodes `roots` of one graph, rewritten, in another one.
fn carried_over(from: &Graph, roots: &[Id], to: &mut Graph, variables: &[Variable], way: Way) -> Vec<Id> {
    let mut scaling = Scaling::new(to, variables, way.roots);
    let mut ids: HashMap<Id, Id> = HashMap::new();
    for id in roots.iter().max().into_iter().flat_map(|&last| from.up_to(last)) {
        let operands: Vec<Id> = from.node(id).operands().iter().map(|operand| ids[operand]).collect();
        let node = from.node(id).with_operands(&operands);
        let new = scaling.graph.insert(node, from.dim(id));
        let cheaper = scaling.cheaper(new, way.distances);
        ids.insert(id, cheaper.unwrap_or(new));
    }
    roots.iter().map(|root| scaling.by_scaled(ids[root])).collect()
}

/// Simplifies the graph of a pass. Exponentials that derivatives have brought in, the weights of a log-sum-exp, are rewritten;
/// and literal factors that have come to stand in front of an exponent, as simplification moves them outwards, go to the data
/// again, through products of variables.
pub(crate) fn simplify(graph: &Graph, roots: &[Id], variables: &[Variable], way: Option<Way>) -> (Graph, Vec<Id>) {
    let (graph, roots) = simplify::simplify(graph, roots);
    let Some(way) = way else { return (graph, roots) };
    let is_exponential = |id: Id| matches!(graph.node(id), Node::Map(function, _) if function.is(&EXP));
    if !graph.ids().any(is_exponential) {
        return with_scaled_exponents(&graph, &roots, variables);
    }
    let mut new = Graph::new();
    let roots = carried_over(&graph, &roots, &mut new, variables, Way { distances: false, ..way });
    let (graph, roots) = simplify::simplify(&new, &roots);
    with_scaled_exponents(&graph, &roots, variables)
}

fn with_scaled_exponents(graph: &Graph, roots: &[Id], variables: &[Variable]) -> (Graph, Vec<Id>) {
    let mut new = Graph::new();
    let mut scaling = Scaling::new(&mut new, variables, Roots::None);
    let mut ids: HashMap<Id, Id> = HashMap::new();
    for id in graph.ids() {
        let operands: Vec<Id> = graph.node(id).operands().iter().map(|operand| ids[operand]).collect();
        let node = graph.node(id).with_operands(&operands);
        let exponent = match &node {
            Node::Map(function, x) if function.is(&EXP2_NEG) => scaling.with_scaled_data(x[0]),
            _ => None,
        };
        let node = exponent.map_or(node, |exponent| Node::Map(Function::plain(&EXP2_NEG), vec![exponent]));
        ids.insert(id, scaling.graph.insert(node, graph.dim(id)));
    }
    (new, roots.iter().map(|root| ids[root]).collect())
}

impl Scaling<'_> {
    /// The same as node `id`, if that is an exponential or, with `distances`, a product, whose factor goes to the data.
    fn cheaper(&mut self, id: Id, distances: bool) -> Option<Id> {
        let Node::Map(function, x) = self.graph.node(id).clone() else { return None };
        if !self.of_pairs(id) {
            return None;
        }
        if function.is(&EXP) {
            let factor = self.graph.constant(-std::f64::consts::LOG2_E);
            let exponent = self.scaled(x[0], factor)?;
            return Some(self.graph.map(&EXP2_NEG, &[exponent]));
        }
        let (factor, rest) = if function.is(&MULT) {
            if self.of_parameters(x[0]) { (x[0], x[1]) } else { (x[1], x[0]) }
        } else if function.is(&DIVIDE) && self.of_parameters(x[1]) {
            (self.graph.map(&INV, &[x[1]]), x[0])
        } else {
            return None;
        };
        if !distances || !self.of_parameters(factor) || !self.is_distance(rest) {
            return None;
        }
        self.scaled(rest, factor)
    }

    /// A product with a literal number, or with -1, which goes to the data.
    fn with_scaled_data(&mut self, id: Id) -> Option<Id> {
        match self.graph.node(id).clone() {
            Node::Map(function, x) if function.is(&MULT) && self.literal(x[0]).is_some() => self.scaled(x[1], x[0]),
            Node::Map(function, x) if function.is(&MINUS) => {
                let minus_one = self.graph.constant(-1.0);
                self.scaled(x[0], minus_one)
            }
            _ => None,
        }
    }

    /// Whether a node is a square, a sum of some, or the root of that.
    fn is_distance(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::Fold(FoldKind::Sum, vector) => self.is_distance(*vector),
            Node::Map(function, x) if function.is(&SQRT) || function.is(&MINUS) => self.is_distance(x[0]),
            Node::Map(function, _) => function.is(&SQUARE),
            _ => false,
        }
    }
}
