//! Simplification: graph to graph, by a table of small rules.
//!
//! Each rule looks at one node whose operands are simplified already and may put another node in its place. Every rule
//! makes the graph cheaper by one measure or another (fewer operations, or constants and signs further out), so the
//! driver, which applies rules until none fits, comes to an end.
//!
//! You might expect building a node to simplify it. It does not: what a pass did can then be seen in a dump, and
//! tested.

mod rules;
#[cfg(test)]
mod tests;
mod vectors;

use std::collections::HashMap;

use crate::graph::{Graph, Id};
use rules::RULES;

/// A rewrite of one node.
struct Rule {
    /// The algebra, for dumps and tests: `x + 0 -> x`.
    name: &'static str,
    /// The node that takes the place of a node, if the rule fits.
    apply: fn(&mut Graph, Id) -> Option<Id>,
}

/// More rewrites of one node than this mean that two rules undo each other.
const MAX_REWRITES: usize = 100;

/// Applies the rules until none fits; returns the new graph and where the roots are in it.
pub fn simplify(graph: &Graph, roots: &[Id]) -> (Graph, Vec<Id>) {
    let mut new = Graph::new();
    let mut simplified: HashMap<Id, Id> = HashMap::new();
    // What each node of the new graph becomes.
    let mut ends: HashMap<Id, Id> = HashMap::new();
    for id in roots.iter().max().into_iter().flat_map(|&last| graph.up_to(last)) {
        let operands: Vec<Id> = graph.node(id).operands().iter().map(|operand| simplified[operand]).collect();
        let node = graph.node(id).with_operands(&operands);
        let start = new.insert(node, graph.dim(id));
        let end = rewritten(&mut new, start, &mut ends);
        simplified.insert(id, end);
    }
    (new, roots.iter().map(|root| simplified[root]).collect())
}

/// Simplifies a node, and the operands that rules built for it.
fn rewritten(graph: &mut Graph, start: Id, ends: &mut HashMap<Id, Id>) -> Id {
    if let Some(&end) = ends.get(&start) {
        return end;
    }
    let mut id = start;
    for _ in 0..MAX_REWRITES {
        let operands: Vec<Id> =
            graph.node(id).operands().into_iter().map(|operand| rewritten(graph, operand, ends)).collect();
        let node = graph.node(id).with_operands(&operands);
        let dim = graph.dim(id);
        id = graph.insert(node, dim);
        let fitting = RULES.iter().find_map(|rule| (rule.apply)(graph, id).map(|next| (rule, next)));
        let Some((rule, next)) = fitting else {
            ends.insert(start, id);
            ends.insert(id, id);
            return id;
        };
        debug_assert_eq!(graph.dim(next), graph.dim(id), "`{}` keeps the dimension", rule.name);
        if let Some(&end) = ends.get(&next) {
            ends.insert(start, end);
            return end;
        }
        id = next;
    }
    unreachable!("the rules do not come to an end at {:?}", graph.node(start))
}
