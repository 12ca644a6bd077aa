//! Which formulas are linear in a variable, as far as their form tells.

use crate::graph::{FoldKind, Graph, Id, Node};
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, SUBTRACT};
use crate::ops::logic::IF_ELSE;

/// How a node depends on the variable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Degree {
    /// It is 0.
    Zero,
    /// Not at all.
    Constant,
    /// Linearly.
    Linear,
    /// In any other way.
    Other,
}

use Degree::{Constant, Linear, Other, Zero};

impl Degree {
    /// The degree of a sum.
    fn plus(self, other: Degree) -> Degree {
        match (self, other) {
            (Zero, degree) | (degree, Zero) => degree,
            (a, b) if a == b => a,
            _ => Other,
        }
    }

    /// The degree of a product.
    fn times(self, other: Degree) -> Degree {
        match (self, other) {
            (Zero, _) | (_, Zero) => Zero,
            (Constant, degree) | (degree, Constant) => degree,
            _ => Other,
        }
    }
}

/// True when `root` is linear in variable number `variable` by its form: sums of things that are linear, times things
/// that do not contain the variable. A simplified graph is judged best.
pub(crate) fn is_linear(graph: &Graph, root: Id, variable: usize) -> bool {
    let mut degrees: Vec<Degree> = Vec::new();
    for id in graph.up_to(root) {
        let of = |id: Id| degrees[id.position()];
        let degree = match graph.node(id) {
            Node::Variable(number) if *number == variable => Linear,
            Node::Variable(_) | Node::Index(_) | Node::Length(_) => Constant,
            Node::Constant(numbers) if numbers.iter().all(|number| number.0 == 0.0) => Zero,
            Node::Constant(_) => Constant,
            Node::Map(function, x) if function.is(&ADD) || function.is(&SUBTRACT) => of(x[0]).plus(of(x[1])),
            Node::Map(function, x) if function.is(&MINUS) => of(x[0]),
            Node::Map(function, x) if function.is(&MULT) => of(x[0]).times(of(x[1])),
            Node::Map(function, x) if function.is(&DIVIDE) && of(x[1]) <= Constant => of(x[0]),
            Node::Map(function, x) if function.is(&IF_ELSE) && of(x[0]) <= Constant => of(x[1]).plus(of(x[2])),
            Node::Fold(FoldKind::Sum, x) | Node::Broadcast(x, _) => of(*x),
            Node::Gather(operands, _) => operands.iter().fold(Zero, |degree, &x| degree.plus(of(x))),
            Node::Contract(_, a, b) => of(*a).times(of(*b)),
            node if node.operands().iter().all(|&x| of(x) <= Constant) => Constant,
            _ => Other,
        };
        degrees.push(degree);
    }
    degrees[root.position()] == Linear || degrees[root.position()] == Zero
}
