//! Rules for sums of entries and for picked entries.

use super::rules::map;
use crate::graph::{FoldKind, Graph, Id, Node, Source};
use crate::ops::arithmetic::{MINUS, MULT};

/// What all entries have in common is multiplied once. Terminates: the sum is further from the root.
pub(super) fn sum_of_products(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Fold(FoldKind::Sum, vector) = graph.node(id) else { return None };
    let (function, x) = map(graph, *vector)?;
    let dim = graph.dim(*vector);
    if dim == 1 {
        return None;
    }
    if function.is(&MINUS) {
        let sum = graph.fold(FoldKind::Sum, x[0]);
        return Some(graph.map(&MINUS, &[sum]));
    }
    if !function.is(&MULT) {
        return None;
    }
    let (scalar, rest) = match (graph.dim(x[0]), graph.dim(x[1])) {
        (1, _) => (x[0], x[1]),
        (_, 1) => (x[1], x[0]),
        _ => return None,
    };
    let sum = graph.fold(FoldKind::Sum, rest);
    Some(graph.map(&MULT, &[scalar, sum]))
}

/// Unit vectors and masks leave few terms. Terminates: a shorter sum.
pub(super) fn sums_with_zeros(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Fold(FoldKind::Sum, vector) = *graph.node(id) else { return None };
    let (kept, operands): (Vec<usize>, Vec<Id>) = match graph.node(vector) {
        Node::Map(function, x) if function.is(&MULT) => {
            let Node::Constant(numbers) = graph.node(x[0]) else { return None };
            ((0..numbers.len()).filter(|&k| numbers[k].0 != 0.0).collect(), x.clone())
        }
        Node::Gather(_, sources) => ((0..sources.len()).filter(|&k| sources[k] != Source::Zero).collect(), Vec::new()),
        _ => return None,
    };
    if kept.len() == graph.dim(vector) || graph.dim(vector) == 1 {
        return None;
    }
    if kept.is_empty() {
        return Some(graph.constant(0.0));
    }
    let mut shorter = |x: Id| if graph.dim(x) == 1 { x } else { graph.pick(x, kept.iter().copied()) };
    let shorter = match operands.as_slice() {
        [factor, rest] => {
            let operands = [shorter(*factor), shorter(*rest)];
            graph.map(&MULT, &operands)
        }
        _ => shorter(vector),
    };
    Some(graph.fold(FoldKind::Sum, shorter))
}

pub(super) fn trivial_folds(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Fold(kind, vector) = *graph.node(id) else { return None };
    match kind {
        FoldKind::Sum | FoldKind::Max | FoldKind::Min if graph.dim(vector) == 1 => Some(vector),
        FoldKind::ArgMax | FoldKind::ArgMin if graph.dim(vector) == 1 => Some(graph.constant(0.0)),
        FoldKind::Sum => match *graph.node(vector) {
            Node::Broadcast(scalar, n) => {
                let count = graph.constant(n as f64);
                Some(graph.map(&MULT, &[count, scalar]))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Terminates: fewer nodes on the way to the entries.
pub(super) fn gathered_gathers(graph: &mut Graph, id: Id) -> Option<Id> {
    let Node::Gather(operands, sources) = graph.node(id).clone() else { return None };
    let all_of_first = sources.iter().enumerate().all(|(k, s)| *s == Source::Entry { operand: 0, entry: k });
    if all_of_first && operands.len() == 1 && graph.dim(operands[0]) == sources.len() {
        return Some(operands[0]);
    }
    if !operands.iter().any(|&operand| matches!(graph.node(operand), Node::Gather(..) | Node::Broadcast(..))) {
        return None;
    }
    let mut leaves: Vec<Id> = Vec::new();
    let mut place = |leaf: Id, entry: usize| {
        let operand = leaves.iter().position(|other| *other == leaf).unwrap_or_else(|| {
            leaves.push(leaf);
            leaves.len() - 1
        });
        Source::Entry { operand, entry }
    };
    let composed = sources
        .iter()
        .map(|source| match *source {
            Source::Zero => Source::Zero,
            Source::Entry { operand, entry } => match graph.node(operands[operand]) {
                Node::Broadcast(scalar, _) => place(*scalar, 0),
                Node::Gather(inner, inner_sources) => match inner_sources[entry] {
                    Source::Zero => Source::Zero,
                    Source::Entry { operand, entry } => place(inner[operand], entry),
                },
                _ => place(operands[operand], entry),
            },
        })
        .collect::<Vec<_>>();
    if leaves.is_empty() {
        return Some(graph.constants(vec![0.0; composed.len()]));
    }
    Some(graph.gather(&leaves, composed))
}
