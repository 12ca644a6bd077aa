//! The value of a graph, node by node, in f64.

use crate::graph::{FoldKind, Graph, Id, Node, Source};
use crate::ops::Call;
use crate::ops::selection::extreme;

/// The value of node `root`, where `input` gives the values of the variables, indices and lengths. `after` is shown
/// each node with its value, which it may change.
pub fn nodes(
    graph: &Graph,
    root: Id,
    input: &dyn Fn(&Node) -> Vec<f64>,
    after: &mut dyn FnMut(&Node, &mut [f64]),
) -> Vec<f64> {
    let mut values: Vec<Vec<f64>> = Vec::with_capacity(root.position() + 1);
    for id in graph.up_to(root) {
        let node = graph.node(id);
        let of = |id: &Id| &values[id.position()];
        let mut value = match node {
            Node::Variable(_) | Node::Index(_) | Node::Length(_) => input(node),
            Node::Constant(numbers) => numbers.iter().map(|number| number.0).collect(),
            Node::Map(function, operands) => {
                let operands: Vec<Vec<f64>> = operands.iter().map(|x| of(x).clone()).collect();
                let dims: Vec<usize> = operands.iter().map(Vec::len).collect();
                function.operator.value(&Call { dims: &dims, integers: &[function.parameter], lists: &[] }, &operands)
            }
            Node::Fold(kind, vector) => vec![fold(*kind, of(vector))],
            Node::Broadcast(scalar, n) => vec![of(scalar)[0]; *n],
            Node::Gather(operands, sources) => sources
                .iter()
                .map(|source| match source {
                    Source::Zero => 0.0,
                    Source::Entry { operand, entry } => of(&operands[*operand])[*entry],
                })
                .collect(),
            Node::Contract(einsum, a, b) => {
                let products = |terms: Vec<(usize, usize)>| terms.iter().map(|(k, l)| of(a)[*k] * of(b)[*l]).sum();
                einsum.terms().into_iter().map(products).collect()
            }
        };
        after(node, &mut value);
        values.push(value);
    }
    values.swap_remove(root.position())
}

fn fold(kind: FoldKind, entries: &[f64]) -> f64 {
    let largest = || extreme(entries, |new, best| new > best);
    let smallest = || extreme(entries, |new, best| new < best);
    match kind {
        FoldKind::Sum => entries.iter().sum(),
        FoldKind::Max => entries[largest()],
        FoldKind::Min => entries[smallest()],
        FoldKind::ArgMax => largest() as f64,
        FoldKind::ArgMin => smallest() as f64,
    }
}
