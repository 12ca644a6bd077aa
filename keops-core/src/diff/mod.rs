//! Differentiation: graph to graph.
//!
//! `reverse` carries cotangents from the formula back to variables (`Grad`), `forward` carries tangents from
//! variables to the formula (`Diff`), `trace` finds the trace of a Jacobian without writing the matrix down
//! (`Divergence`, `Laplacian`). Each has one rule per kind of node; the derivatives of elementwise functions stand with
//! the functions, as [`crate::ops::Slope`]s. Results are graphs like any other, so derivatives nest without limit.
//!
//! A node that does not depend on the variable is never visited: its derivative is no node at all rather than a 0 that
//! would be multiplied with something infinite.

mod forward;
mod linear;
mod operators;
mod reverse;
#[cfg(test)]
mod tests;
mod trace;

use crate::graph::{FoldKind, Graph, Id, Node};
use crate::ops::arithmetic::ADD;
use crate::ops::logic::EQUAL;
use crate::ops::{Applied, Meaning, Slope};

pub(crate) use linear::is_linear;
pub use operators::{Derivative, Differential};
pub(crate) use operators::{Dims, Misfit, all, find};

pub(crate) use forward::jvp;
pub(crate) use reverse::vjp;

/// An input variable: its number and its dimension.
pub type Input = (usize, usize);

/// For each node up to `root`, whether it is one of the variables or made from one.
fn dependent(graph: &Graph, root: Id, variables: &[usize]) -> Vec<bool> {
    let mut depends = vec![false; root.position() + 1];
    for id in graph.up_to(root) {
        depends[id.position()] = match graph.node(id) {
            Node::Variable(number) => variables.contains(number),
            node => node.operands().iter().any(|operand| depends[operand.position()]),
        };
    }
    depends
}

/// The derivative of the elementwise node `value` by its operand number `operand`.
fn slope(graph: &mut Graph, value: Id, operand: usize) -> Slope {
    let Node::Map(function, operands) = graph.node(value).clone() else {
        unreachable!("only elementwise nodes have slopes")
    };
    let Meaning::Elementwise { slopes, .. } = function.operator.meaning else {
        unreachable!("only elementwise operators are mapped")
    };
    slopes[operand](graph, &Applied { value, operands: &operands, parameter: function.parameter })
}

/// The vector that is 1 at the entry which `Max` or `Min` of `vector` picks, the first of equals, and 0 elsewhere.
/// `None` for the other ways to fold.
fn selected(graph: &mut Graph, kind: FoldKind, vector: Id) -> Option<Id> {
    let position = match kind {
        FoldKind::Max => FoldKind::ArgMax,
        FoldKind::Min => FoldKind::ArgMin,
        FoldKind::Sum | FoldKind::ArgMax | FoldKind::ArgMin => return None,
    };
    let position = graph.fold(position, vector);
    let positions = graph.constants((0..graph.dim(vector)).map(|k| k as f64).collect());
    Some(graph.map(&EQUAL, &[position, positions]))
}

/// The sum of what there is.
fn added(graph: &mut Graph, sum: Option<Id>, term: Id) -> Id {
    match sum {
        Some(sum) => graph.map(&ADD, &[sum, term]),
        None => term,
    }
}

/// `n` zeros.
fn zeros(graph: &mut Graph, n: usize) -> Id {
    graph.constants(vec![0.0; n])
}

/// The unit vector number `k` of `n`.
fn unit(graph: &mut Graph, n: usize, k: usize) -> Id {
    graph.constants((0..n).map(|l| if l == k { 1.0 } else { 0.0 }).collect())
}
