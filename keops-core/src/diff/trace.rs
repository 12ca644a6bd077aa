//! The trace of a Jacobian, without the Jacobian.
//!
//! The trace of diag(w) J, for the Jacobian J of a vector f of dimension n by a variable of dimension n, is linear in
//! the weights w, and the chain rule takes it apart: where f is elementwise in another vector of dimension n, the
//! weights of f, times the slope, are weights of that vector; where it is elementwise in a scalar s, the trace is the
//! change of s when the variable changes by the weights. So the divergence of `Exp(-SqDist(x,y)) * (x-y)` costs about as
//! much as its value. Where f is neither (`Concat`, a matrix product), unit vectors are sent through f one by one.

use std::collections::HashMap;

use super::{Input, added, dependent, jvp, slope, unit};
use crate::graph::{FoldKind, Graph, Id, Node};
use crate::ops::arithmetic::MULT;

/// The sum over k of `weights[k]` times the derivative of entry k of `root` by entry k of the variable. `root` and
/// `weights` have the dimension of the variable. `None` for 0.
pub(crate) fn trace(graph: &mut Graph, root: Id, variable: Input, weights: Id) -> Option<Id> {
    let (number, dim) = variable;
    let depends = dependent(graph, root, &[number]);
    let mut sweep = Sweep { depends, weights: HashMap::new(), directions: HashMap::new(), sum: None };
    sweep.add(graph, root, dim, weights);
    for id in graph.up_to(root).rev() {
        if let Some(weights) = sweep.weights.remove(&id) {
            sweep.visit(graph, id, variable, weights);
        }
    }
    // In the order of the nodes, so that the same formula always becomes the same code.
    let mut directions: Vec<(Id, Id)> = sweep.directions.into_iter().collect();
    directions.sort_unstable();
    for (scalar, direction) in directions {
        let change = jvp(graph, scalar, &[(number, direction)]);
        sweep.sum = Some(added(graph, sweep.sum, change));
    }
    sweep.sum
}

struct Sweep {
    depends: Vec<bool>,
    /// The weights of the vectors that are still to be visited.
    weights: HashMap<Id, Id>,
    /// For each scalar, the direction in which the variable moves.
    directions: HashMap<Id, Id>,
    sum: Option<Id>,
}

impl Sweep {
    fn add(&mut self, graph: &mut Graph, id: Id, dim: usize, weights: Id) {
        if self.depends[id.position()] {
            let scalar = graph.dim(id) == 1 && dim > 1;
            let to = if scalar { &mut self.directions } else { &mut self.weights };
            let sum = added(graph, to.get(&id).copied(), weights);
            to.insert(id, sum);
        }
    }

    fn visit(&mut self, graph: &mut Graph, id: Id, variable: Input, weights: Id) {
        let dim = variable.1;
        match graph.node(id).clone() {
            Node::Variable(_) => {
                let part = graph.fold(FoldKind::Sum, weights);
                self.sum = Some(added(graph, self.sum, part));
            }
            Node::Map(_, operands) => {
                for (number, &operand) in operands.iter().enumerate() {
                    if self.depends[operand.position()]
                        && let Some(part) = slope(graph, id, number).times(graph, weights)
                    {
                        self.add(graph, operand, dim, part);
                    }
                }
            }
            Node::Broadcast(scalar, _) => self.add(graph, scalar, dim, weights),
            _ => {
                for k in 0..dim {
                    let direction = unit(graph, dim, k);
                    let column = jvp(graph, id, &[(variable.0, direction)]);
                    let (entry, weight) = (graph.pick(column, [k]), graph.pick(weights, [k]));
                    let part = graph.map(&MULT, &[weight, entry]);
                    self.sum = Some(added(graph, self.sum, part));
                }
            }
        }
    }
}
