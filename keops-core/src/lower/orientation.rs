//! Which way round the differences of rows and columns stand.
//!
//! The gradients of a symmetric formula by `x` and by `y` are the same sums with rows and columns exchanged, but for the
//! sign of a difference `x - y`. Here such a difference becomes *kept minus reduced*, and its sign moves outwards, through
//! products and sums, until a square swallows it or it reaches the sum over all pairs, where it costs nothing. Passes that do
//! the same are then the same program, and share a kernel.
//!
//! No rounding changes. A zero may change its sign, so what could tell (a quotient, say) is not given such a value: then
//! everything stays as it is.

use std::collections::HashMap;

use super::program::Stage;
use super::staging::{Stages, reachable};
use crate::graph::{FoldKind, Graph, Id, Node};
use crate::methods::Pass;
use crate::ops::arithmetic::{ADD, MINUS, MULT, SQUARE, SUBTRACT};
use crate::ops::elementwise::ABS;

/// A node for a value.
#[derive(Clone, Copy)]
struct Oriented {
    id: Id,
    /// Whether the value is the negative of the node.
    negative: bool,
    /// Whether it is made of a difference that was turned: if it is zero, of whichever sign.
    turned: bool,
}

/// The same formula with its differences the right way round; `None` where they are, or where that could be told.
pub(super) fn oriented(pass: &Pass<'_>, graph: &Graph, roots: &[Id]) -> Option<(Graph, Vec<Id>)> {
    let mut stages = Stages::new(pass);
    let mut new = Graph::new();
    let mut values: HashMap<Id, Oriented> = HashMap::new();
    let mut changed = false;
    for id in reachable(graph, roots) {
        let node = graph.node(id);
        let operands: Vec<Oriented> = node.operands().iter().map(|operand| values[operand]).collect();
        let ids: Vec<Id> = operands.iter().map(|operand| operand.id).collect();
        let turned = operands.iter().any(|operand| operand.turned);
        let negative = operands.iter().fold(false, |negative, operand| negative != operand.negative);
        let value = match (node, operands.as_slice()) {
            (Node::Map(function, old), &[a, b]) if function.is(&ADD) || function.is(&SUBTRACT) => {
                let reversed = (stages.of(graph, old[0]), stages.of(graph, old[1])) == (Stage::Reduced, Stage::Kept);
                changed |= reversed;
                let b = Oriented { negative: b.negative == function.is(&ADD), ..b };
                let (a, b) = if reversed { (b, a) } else { (a, b) };
                let operator = if a.negative == b.negative { &ADD } else { &SUBTRACT };
                let id = new.map(operator, &[a.id, b.id]);
                Oriented { id, negative: a.negative, turned: turned || a.negative }
            }
            (Node::Map(function, _), _) if function.is(&MINUS) => Oriented { id: ids[0], negative: !negative, turned },
            (Node::Map(function, _), _) if function.is(&SQUARE) || function.is(&ABS) => {
                Oriented { id: new.map(function.operator, &ids), negative: false, turned: false }
            }
            (Node::Map(function, _), _) if function.is(&MULT) => {
                Oriented { id: new.map(function.operator, &ids), negative, turned }
            }
            (Node::Fold(FoldKind::Sum, _) | Node::Broadcast(..) | Node::Contract(..), _) => {
                let id = new.insert(node.with_operands(&ids), graph.dim(id));
                Oriented { id, negative, turned: turned || negative }
            }
            (Node::Gather(..), [first, ..]) if operands.iter().all(|operand| operand.negative == first.negative) => {
                let (id, negative) = (new.insert(node.with_operands(&ids), graph.dim(id)), first.negative);
                Oriented { id, negative, turned: turned || negative }
            }
            // Whoever sees more of a zero than its magnitude.
            _ if turned && !matches!(node, Node::Gather(..)) => return None,
            _ => {
                let ids: Vec<Id> = operands.iter().map(|&operand| written(&mut new, operand)).collect();
                Oriented { id: new.insert(node.with_operands(&ids), graph.dim(id)), negative: false, turned }
            }
        };
        values.insert(id, value);
    }
    if !changed || roots.iter().any(|root| values[root].turned) && !pass.reduction.adds() {
        return None;
    }
    let roots = roots.iter().map(|root| written(&mut new, values[root])).collect();
    Some((new, roots))
}

fn written(graph: &mut Graph, value: Oriented) -> Id {
    if value.negative { graph.map(&MINUS, &[value.id]) } else { value.id }
}
