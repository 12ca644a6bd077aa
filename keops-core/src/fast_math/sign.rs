//! What is known of signs without data.

use crate::graph::{Function, Graph, Id, Node};
use crate::ops::Operator;
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, POW, SQUARE};
use crate::ops::elementwise::{ABS, EXP, EXP2_NEG, INV, RELU, RSQRT, SQRT, STEP};

/// Functions that are never negative, whatever their operand is. They may be NaN.
const NEVER_NEGATIVE: [&Operator; 8] = [&SQUARE, &ABS, &EXP, &EXP2_NEG, &SQRT, &RSQRT, &RELU, &STEP];

/// Functions that are not negative if none of their operands is.
const KEEP_SIGNS: [&Operator; 4] = [&ADD, &MULT, &DIVIDE, &INV];

/// Whether all entries of a node are at least 0, or NaN, whatever the data. `false` if that is not known.
pub(super) fn is_nonnegative(graph: &Graph, id: Id) -> bool {
    let all = |ids: &[Id]| ids.iter().all(|&id| is_nonnegative(graph, id));
    let one_of = |function: &Function, operators: &[&Operator]| operators.iter().any(|operator| function.is(operator));
    match graph.node(id) {
        Node::Constant(numbers) => numbers.iter().all(|number| number.0 >= 0.0),
        Node::Index(_) | Node::Length(_) => true,
        Node::Variable(_) | Node::Contract(..) => false,
        Node::Map(function, _) if one_of(function, &NEVER_NEGATIVE) => true,
        Node::Map(function, _) if function.is(&POW) && function.parameter % 2 == 0 => true,
        Node::Map(function, x) => {
            let square = function.is(&MULT) && x[0] == x[1];
            square || one_of(function, &KEEP_SIGNS) && all(x)
        }
        Node::Fold(_, operand) | Node::Broadcast(operand, _) => is_nonnegative(graph, *operand),
        Node::Gather(operands, _) => all(operands),
    }
}

/// A node without the signs that are written in front of it and of its factors: whether these come to a minus, and the
/// rest.
pub(super) fn without_sign(graph: &mut Graph, id: Id) -> (bool, Id) {
    match graph.node(id).clone() {
        Node::Constant(numbers) if numbers.iter().all(|number| number.0 < 0.0) => {
            (true, graph.constants(numbers.iter().map(|number| -number.0).collect()))
        }
        Node::Map(function, x) if function.is(&MINUS) => {
            let (minus, rest) = without_sign(graph, x[0]);
            (!minus, rest)
        }
        Node::Map(function, x) if function.is(&MULT) || function.is(&DIVIDE) => {
            let (minus, a) = without_sign(graph, x[0]);
            let (other, b) = without_sign(graph, x[1]);
            (minus != other, graph.map(function.operator, &[a, b]))
        }
        Node::Map(function, x) if function.is(&INV) => {
            let (minus, a) = without_sign(graph, x[0]);
            (minus, graph.map(&INV, &[a]))
        }
        _ => (false, id),
    }
}
