//! Entries that are 0 whatever the data: the language lets 0 times anything be 0, also where that is NaN.

use keops_core::check::Formula;
use keops_core::eval::{Data, input, nodes};
use keops_core::graph::{Einsum, Graph, Id, Node, Source};
use keops_core::simplify::simplify;

/// A simplified formula, with what is known to be 0.
#[derive(Debug)]
pub(super) struct Zeros {
    graph: Graph,
    root: Id,
    /// For each node and each of its entries.
    zeros: Vec<Vec<bool>>,
}

impl Zeros {
    pub(super) fn new(formula: &Formula) -> Self {
        let mut graph = Graph::new();
        let root = formula.term.build(&mut graph);
        let (graph, roots) = simplify(&graph, &[root]);
        let root = roots[0];
        let mut zeros: Vec<Vec<bool>> = Vec::new();
        for id in graph.ids() {
            let all = of_node(graph.node(id), graph.dim(id), &zeros);
            zeros.push(all);
        }
        Self { graph, root, zeros }
    }

    /// The value at a pair, where 0 times NaN is 0.
    pub(super) fn value(&self, formula: &Formula, data: &[Data], pair: (usize, usize)) -> Vec<f64> {
        let mut known: Vec<Vec<f64>> = Vec::new();
        nodes(&self.graph, self.root, &|node| input(formula, data, node, pair), &mut |node, values| {
            let zeros = &self.zeros[known.len()];
            if let Node::Contract(einsum, a, b) = node {
                let product = |k: usize, l: usize| known[a.position()][k] * known[b.position()][l];
                for (value, pairs) in values.iter_mut().zip(self.pairs(einsum, *a, *b)) {
                    *value = pairs.into_iter().map(|(k, l)| product(k, l)).sum();
                }
            }
            for (value, zero) in values.iter_mut().zip(zeros) {
                *value = if *zero { 0.0 } else { *value };
            }
            known.push(values.to_vec());
        })
    }

    /// For each entry of a contraction, the pairs of entries whose product is not known to be 0.
    fn pairs(&self, einsum: &Einsum, a: Id, b: Id) -> Vec<Vec<(usize, usize)>> {
        let zero = |(k, l): &(usize, usize)| self.zeros[a.position()][*k] || self.zeros[b.position()][*l];
        let mut terms = einsum.terms();
        terms.iter_mut().for_each(|pairs| pairs.retain(|pair| !zero(pair)));
        terms
    }
}

fn of_node(node: &Node, dim: usize, zeros: &[Vec<bool>]) -> Vec<bool> {
    let of = |id: &Id, k: usize| {
        let zeros = &zeros[id.position()];
        zeros[if zeros.len() == 1 { 0 } else { k }]
    };
    match node {
        Node::Variable(_) | Node::Index(_) | Node::Length(_) => vec![false; dim],
        Node::Constant(numbers) => numbers.iter().map(|number| number.0 == 0.0).collect(),
        Node::Map(function, operands) => {
            let any = |k: usize| operands.iter().any(|id| of(id, k));
            let all = |k: usize| operands.iter().all(|id| of(id, k));
            let zero = |k: usize| match function.operator.name() {
                "Mult" => any(k),
                "Divide" => of(&operands[0], k),
                "Add" | "Subtract" | "Minus" | "Square" => all(k),
                "IfElse" => of(&operands[1], k) && of(&operands[2], k),
                _ => false,
            };
            (0..dim).map(zero).collect()
        }
        Node::Fold(_, vector) => vec![zeros[vector.position()].iter().all(|zero| *zero)],
        Node::Broadcast(scalar, n) => vec![of(scalar, 0); *n],
        Node::Gather(operands, sources) => {
            let zero = |source: &Source| match source {
                Source::Zero => true,
                Source::Entry { operand, entry } => zeros[operands[*operand].position()][*entry],
            };
            sources.iter().map(zero).collect()
        }
        Node::Contract(einsum, a, b) => {
            let zero = |(k, l): &(usize, usize)| zeros[a.position()][*k] || zeros[b.position()][*l];
            einsum.terms().iter().map(|pairs| pairs.iter().all(zero)).collect()
        }
    }
}
