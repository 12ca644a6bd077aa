//! Forward mode: the Jacobian times a vector.

use std::collections::HashMap;

use super::{added, selected, slope, zeros};
use crate::graph::{FoldKind, Graph, Id, Node, Source};
use crate::ops::arithmetic::MULT;

/// The change of `root` when each variable (by its number) changes by its tangent. A tangent has the dimension of its
/// variable, the result that of `root`.
pub(crate) fn jvp(graph: &mut Graph, root: Id, tangents: &[(usize, Id)]) -> Id {
    let mut known: HashMap<Id, Id> = HashMap::new();
    for id in graph.up_to(root) {
        let node = graph.node(id).clone();
        if let Some(tangent) = push(graph, id, &node, &known, tangents) {
            let tangent = graph.spread(tangent, graph.dim(id));
            known.insert(id, tangent);
        }
    }
    known.get(&root).copied().unwrap_or_else(|| zeros(graph, graph.dim(root)))
}

/// The tangent of a node from those of its operands; `None` for 0.
fn push(graph: &mut Graph, id: Id, node: &Node, known: &HashMap<Id, Id>, tangents: &[(usize, Id)]) -> Option<Id> {
    match node {
        Node::Index(_) | Node::Length(_) | Node::Constant(_) => None,
        Node::Variable(number) => {
            let mut sum = None;
            for (_, tangent) in tangents.iter().filter(|(of, _)| of == number) {
                sum = Some(added(graph, sum, *tangent));
            }
            sum
        }
        Node::Map(_, operands) => {
            let mut sum = None;
            for (number, operand) in operands.iter().enumerate() {
                let Some(&tangent) = known.get(operand) else { continue };
                if let Some(part) = slope(graph, id, number).times(graph, tangent) {
                    sum = Some(added(graph, sum, part));
                }
            }
            sum
        }
        Node::Fold(FoldKind::Sum, vector) => known.get(vector).map(|&tangent| graph.fold(FoldKind::Sum, tangent)),
        Node::Fold(kind, vector) => {
            let tangent = *known.get(vector)?;
            let selected = selected(graph, *kind, *vector)?;
            let product = graph.map(&MULT, &[tangent, selected]);
            Some(graph.fold(FoldKind::Sum, product))
        }
        Node::Broadcast(scalar, n) => known.get(scalar).map(|&tangent| graph.broadcast(tangent, *n)),
        Node::Gather(operands, sources) => {
            let moving: Vec<usize> = (0..operands.len()).filter(|&k| known.contains_key(&operands[k])).collect();
            let picked: Vec<Source> = sources
                .iter()
                .map(|source| match source {
                    Source::Entry { operand, entry } => match moving.iter().position(|k| k == operand) {
                        Some(operand) => Source::Entry { operand, entry: *entry },
                        None => Source::Zero,
                    },
                    Source::Zero => Source::Zero,
                })
                .collect();
            if picked.iter().all(|source| *source == Source::Zero) {
                return None;
            }
            let moving: Vec<Id> = moving.into_iter().map(|k| known[&operands[k]]).collect();
            Some(graph.gather(&moving, picked))
        }
        Node::Contract(einsum, a, b) => {
            let first = known.get(a).map(|&tangent| graph.contract((**einsum).clone(), tangent, *b));
            let second = known.get(b).map(|&tangent| graph.contract((**einsum).clone(), *a, tangent));
            match second {
                Some(second) => Some(added(graph, first, second)),
                None => first,
            }
        }
    }
}
