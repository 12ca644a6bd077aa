//! Reverse mode: the transposed Jacobian times a vector.

use std::collections::HashMap;

use super::{Input, added, dependent, selected, slope, zeros};
use crate::graph::{Einsum, FoldKind, Graph, Id, Node, Source};
use crate::ops::arithmetic::{ADD, MULT};

/// So many copies of one entry are added up one by one; more are a matrix product with ones.
const MAX_ADDED: usize = 4;

/// For each variable, the transposed Jacobians of the roots by it, times their cotangents, added up; all from one sweep,
/// so what they have in common is shared. A cotangent has the dimension of its root, a result that of its variable.
pub(crate) fn vjp(graph: &mut Graph, roots: &[(Id, Id)], variables: &[Input]) -> Vec<Id> {
    let numbers: Vec<usize> = variables.iter().map(|(number, _)| *number).collect();
    let Some(last) = roots.iter().map(|(root, _)| *root).max() else { return Vec::new() };
    let mut sweep = Sweep { depends: dependent(graph, last, &numbers), cotangents: HashMap::new() };
    for &(root, cotangent) in roots {
        sweep.add(graph, root, cotangent);
    }
    let mut results: HashMap<usize, Id> = HashMap::new();
    for id in graph.up_to(last).rev() {
        let Some(cotangent) = sweep.cotangents.remove(&id) else { continue };
        match graph.node(id).clone() {
            Node::Variable(number) => {
                results.insert(number, cotangent);
            }
            node => sweep.pull(graph, id, &node, cotangent),
        }
    }
    variables.iter().map(|(number, dim)| results.remove(number).unwrap_or_else(|| zeros(graph, *dim))).collect()
}

struct Sweep {
    depends: Vec<bool>,
    /// What has arrived so far at the nodes that are still to be visited.
    cotangents: HashMap<Id, Id>,
}

impl Sweep {
    fn add(&mut self, graph: &mut Graph, id: Id, cotangent: Id) {
        if self.depends[id.position()] {
            debug_assert_eq!(graph.dim(id), graph.dim(cotangent));
            let sum = added(graph, self.cotangents.get(&id).copied(), cotangent);
            self.cotangents.insert(id, sum);
        }
    }

    /// Carries the cotangent `e` of a node to its operands.
    fn pull(&mut self, graph: &mut Graph, id: Id, node: &Node, e: Id) {
        match node {
            Node::Variable(_) | Node::Index(_) | Node::Length(_) | Node::Constant(_) => {}
            Node::Map(_, operands) => {
                for (number, &operand) in operands.iter().enumerate() {
                    if !self.depends[operand.position()] {
                        continue;
                    }
                    let Some(part) = slope(graph, id, number).times(graph, e) else { continue };
                    // An operand that was repeated receives the sum of what its copies receive.
                    let part =
                        if graph.dim(operand) < graph.dim(part) { graph.fold(FoldKind::Sum, part) } else { part };
                    self.add(graph, operand, part);
                }
            }
            Node::Fold(FoldKind::Sum, vector) => {
                let part = graph.spread(e, graph.dim(*vector));
                self.add(graph, *vector, part);
            }
            Node::Fold(kind, vector) => {
                if let Some(selected) = selected(graph, *kind, *vector) {
                    let part = graph.map(&MULT, &[e, selected]);
                    self.add(graph, *vector, part);
                }
            }
            Node::Broadcast(scalar, _) => {
                let part = graph.fold(FoldKind::Sum, e);
                self.add(graph, *scalar, part);
            }
            Node::Gather(operands, sources) => {
                for (number, &operand) in operands.iter().enumerate() {
                    if self.depends[operand.position()]
                        && let Some(part) = scattered(graph, sources, number, graph.dim(operand), e)
                    {
                        self.add(graph, operand, part);
                    }
                }
            }
            Node::Contract(einsum, a, b) => {
                if self.depends[a.position()] {
                    let part = pull_factor(graph, einsum, &einsum.a, e, (*b, &einsum.b));
                    self.add(graph, *a, part);
                }
                if self.depends[b.position()] {
                    let part = pull_factor(graph, einsum, &einsum.b, e, (*a, &einsum.a));
                    self.add(graph, *b, part);
                }
            }
        }
    }
}

/// What the `dim` entries of operand number `operand` of a gather receive: each the sum over the places it went to.
fn scattered(graph: &mut Graph, sources: &[Source], operand: usize, dim: usize, e: Id) -> Option<Id> {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); dim];
    for (place, source) in sources.iter().enumerate() {
        if let Source::Entry { operand: from, entry } = source
            && *from == operand
        {
            places[*entry].push(place);
        }
    }
    let most = places.iter().map(Vec::len).max().filter(|most| *most > 0)?;
    let nth = |entry: &Vec<usize>, n: usize| match entry.get(n) {
        Some(&place) => Source::Entry { operand: 0, entry: place },
        None => Source::Zero,
    };
    if most <= MAX_ADDED {
        let copies: Vec<Id> =
            (0..most).map(|n| graph.gather(&[e], places.iter().map(|entry| nth(entry, n)).collect())).collect();
        return copies.into_iter().reduce(|sum, copy| graph.map(&ADD, &[sum, copy]));
    }
    let table = places.iter().flat_map(|entry| (0..most).map(|n| nth(entry, n))).collect();
    let table = graph.gather(&[e], table);
    if dim == 1 {
        return Some(graph.fold(FoldKind::Sum, table));
    }
    let ones = graph.constants(vec![1.0; most]);
    let row_sums = Einsum { sizes: vec![dim, most], a: vec![0, 1], b: vec![1], out: vec![0] };
    Some(graph.contract(row_sums, table, ones))
}

/// The cotangent of the factor with the labels `factor`: the contraction of `e` with the other factor.
fn pull_factor(graph: &mut Graph, einsum: &Einsum, factor: &[usize], e: Id, (other, labels): (Id, &[usize])) -> Id {
    let known = |label: &&usize| einsum.out.contains(label) || labels.contains(label);
    let missing: Vec<usize> = factor.iter().filter(|label| !known(label)).copied().collect();
    let mut out = einsum.out.clone();
    let mut e = e;
    if !missing.is_empty() {
        // A label that the factor alone had was summed over: all its entries receive the same.
        let ones = graph.constants(vec![1.0; einsum.volume(&missing)]);
        let with_missing: Vec<usize> = out.iter().chain(&missing).copied().collect();
        let sizes = einsum.sizes.clone();
        e = graph.contract(Einsum { sizes, a: out, b: missing, out: with_missing.clone() }, e, ones);
        out = with_missing;
    }
    let einsum = Einsum { sizes: einsum.sizes.clone(), a: out, b: labels.to_vec(), out: factor.to_vec() };
    graph.contract(einsum, e, other)
}
