//! Staging: which stage computes each node, and which nodes cross from one stage to a later one.

use std::collections::{HashMap, HashSet};

use super::program::Stage;
use crate::check::Variable;
use crate::graph::{Axis, Graph, Id, Node};
use crate::methods::Pass;
use crate::ops::arithmetic;
use crate::parse::Category;

/// Where each node is computed and where its value lies for later stages.
pub(super) struct Staging {
    stages: HashMap<Id, Stage>,
    uses: HashMap<Id, usize>,
    /// The nodes that later stages read, with the position of their first entry in the result of their stage.
    slots: HashMap<Id, usize>,
    lengths: HashMap<Stage, usize>,
    /// The nodes that cross, in the order of their slots.
    crossing: Vec<Id>,
    /// The vectors that terms compute again, whose operands cross in their place.
    repeated: HashSet<Id>,
}

/// The stage that knows a variable.
pub(super) fn variable_stage(variable: &Variable, kept: Axis) -> Stage {
    match variable.category {
        Category::Parameter => Stage::Params,
        Category::Indexed(axis) => axis_stage(axis, kept),
    }
}

fn axis_stage(axis: Axis, kept: Axis) -> Stage {
    if axis == kept { Stage::Kept } else { Stage::Reduced }
}

/// The stage of a value that is made from values of these stages.
fn join(a: Stage, b: Stage) -> Stage {
    match (a, b) {
        (Stage::Params, other) | (other, Stage::Params) => other,
        (a, b) if a == b => a,
        _ => Stage::Pair,
    }
}

/// All nodes that `roots` are made of, operands first.
pub(super) fn reachable(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    let mut seen = vec![false; graph.len()];
    let mut stack = roots.to_vec();
    let mut order = Vec::new();
    while let Some(id) = stack.pop() {
        if !std::mem::replace(&mut seen[id.position()], true) {
            order.push(id);
            stack.extend(graph.node(id).operands());
        }
    }
    order.sort_unstable();
    order
}

/// The stages of the nodes of a graph that may still grow.
pub(super) struct Stages<'a> {
    pass: &'a Pass<'a>,
    known: Vec<Stage>,
}

impl<'a> Stages<'a> {
    pub(super) fn new(pass: &'a Pass<'a>) -> Self {
        Self { pass, known: Vec::new() }
    }

    /// The stage that knows all of `id`.
    pub(super) fn of(&mut self, graph: &Graph, id: Id) -> Stage {
        for next in graph.ids().take(id.position() + 1).skip(self.known.len()) {
            let stage = match graph.node(next) {
                Node::Variable(number) => variable_stage(&self.pass.variables[*number], self.pass.kept),
                Node::Index(axis) => axis_stage(*axis, self.pass.kept),
                node => {
                    let stages = node.operands().into_iter().map(|operand| self.known[operand.position()]);
                    stages.fold(Stage::Params, join)
                }
            };
            self.known.push(stage);
        }
        self.known[id.position()]
    }
}

/// Functions that cost about as much as an addition.
fn is_cheap_map(graph: &Graph, id: Id) -> bool {
    match graph.node(id) {
        Node::Map(function, _) => arithmetic::is_cheap(*function),
        _ => false,
    }
}

impl Staging {
    /// Decides for all nodes below the parts `roots` of the formula and the factor of its sums.
    pub(super) fn new(pass: &Pass<'_>, graph: &Graph, roots: &[Id], factor: Option<Id>) -> Self {
        let all: Vec<Id> = roots.iter().copied().chain(factor).collect();
        let nodes = reachable(graph, &all);
        let mut known = Stages::new(pass);
        let mut stages: HashMap<Id, Stage> = nodes.iter().map(|&id| (id, known.of(graph, id))).collect();
        let mut uses: HashMap<Id, usize> = HashMap::new();
        for root in all {
            *uses.entry(root).or_default() += 1;
        }
        for &id in &nodes {
            for operand in graph.node(id).operands() {
                *uses.entry(operand).or_default() += 1;
            }
        }
        for &root in roots {
            move_to_terms(graph, root, &uses, &mut stages);
        }

        let mut staging = Self {
            stages,
            uses,
            slots: HashMap::new(),
            lengths: HashMap::new(),
            crossing: Vec::new(),
            repeated: HashSet::new(),
        };
        for &id in &nodes {
            for operand in graph.node(id).operands() {
                staging.cross(graph, operand, staging.stage(id));
            }
        }
        for &root in roots {
            staging.cross(graph, root, Stage::Term);
        }
        if let Some(factor) = factor {
            staging.cross(graph, factor, Stage::Kept);
        }
        staging
    }

    /// Reserves room for a node that is read by the stage `reader`.
    fn cross(&mut self, graph: &Graph, id: Id, reader: Stage) {
        if self.stage(id) >= reader {
            return;
        }
        if self.is_repeated(graph, id, reader) {
            if self.repeated.insert(id) {
                for operand in graph.node(id).operands() {
                    self.cross(graph, operand, reader);
                }
            }
            return;
        }
        match graph.node(id) {
            // Repeated where it is read.
            Node::Broadcast(scalar, _) => return self.cross(graph, *scalar, reader),
            Node::Constant(_) => return,
            _ => {}
        }
        if self.slots.contains_key(&id) {
            return;
        }
        let length = self.lengths.entry(self.stages[&id]).or_default();
        self.slots.insert(id, *length);
        *length += graph.dim(id);
        self.crossing.push(id);
    }

    /// True for a cheap vector of the inner loop that a term needs one entry of: computing it again beats keeping
    /// all its entries.
    pub(super) fn is_repeated(&self, graph: &Graph, id: Id, reader: Stage) -> bool {
        reader == Stage::Term && self.stage(id) == Stage::Pair && graph.dim(id) > 1 && is_cheap_map(graph, id)
    }

    pub(super) fn stage(&self, id: Id) -> Stage {
        self.stages[&id]
    }

    pub(super) fn uses(&self, id: Id) -> usize {
        self.uses[&id]
    }

    /// The position of a node in what its stage hands on, if it does so.
    pub(super) fn slot(&self, id: Id) -> Option<usize> {
        self.slots.get(&id).copied()
    }

    /// Number of entries that a stage hands on.
    pub(super) fn length(&self, stage: Stage) -> usize {
        self.lengths.get(&stage).copied().unwrap_or(0)
    }

    /// The nodes that a stage hands on.
    pub(super) fn crossing(&self, stage: Stage) -> impl Iterator<Item = Id> + '_ {
        self.crossing.iter().copied().filter(move |id| self.stages[id] == stage)
    }
}

/// Moves the last elementwise operations of the formula from the pair to its terms: what remains in the pair is what
/// the components have in common.
fn move_to_terms(graph: &Graph, root: Id, uses: &HashMap<Id, usize>, stages: &mut HashMap<Id, Stage>) {
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        let moves = match graph.node(id) {
            Node::Map(function, _) => {
                // Of a scalar formula only a product: a sum then uses a fused multiply-add.
                graph.dim(id) > 1 || (id == root && arithmetic::is_product(*function))
            }
            Node::Broadcast(..) => true,
            _ => false,
        };
        if moves && stages[&id] == Stage::Pair && uses[&id] == 1 {
            stages.insert(id, Stage::Term);
            stack.extend(graph.node(id).operands());
        }
    }
}
