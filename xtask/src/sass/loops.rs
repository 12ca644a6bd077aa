//! Loops in the flow of a kernel, and the ways through them.

use std::collections::{BTreeMap, BTreeSet};

use super::instruction::Instruction;
use super::listing::Block;

/// A loop that has no other one inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loop {
    head: usize,
    body: BTreeSet<usize>,
}

/// What one iteration executes.
pub(super) type Way<'a> = Vec<&'a Instruction>;

/// The innermost loop with most instructions, among those that read columns: from shared memory. Others go through totals, once
/// per tile.
pub(super) fn main_loop(blocks: &[Block]) -> Option<Loop> {
    let reached = reachable(blocks, 0, &(0..blocks.len()).collect());
    let size = |of: &Loop| {
        let instructions = || of.body.iter().flat_map(|&at| &blocks[at].instructions);
        (instructions().any(|instruction| instruction.base() == "LDS"), instructions().count())
    };
    innermost(blocks, &reached, &reached).into_iter().max_by_key(size)
}

/// The innermost loops among some blocks: a loop is a set of blocks of which each can be reached from each; without its head,
/// the loops inside remain.
fn innermost(blocks: &[Block], all: &BTreeSet<usize>, nodes: &BTreeSet<usize>) -> Vec<Loop> {
    let mut loops = Vec::new();
    for body in components(blocks, nodes) {
        let is_entered = |&&at: &&usize| all.difference(&body).any(|&from| blocks[from].next.contains(&at));
        let Some(&head) = body.iter().find(is_entered).or_else(|| body.first()) else { continue };
        let mut inside = body.clone();
        inside.remove(&head);
        let inner = innermost(blocks, all, &inside);
        if inner.is_empty() {
            loops.push(Loop { head, body });
        } else {
            loops.extend(inner);
        }
    }
    loops
}

/// The sets of blocks of which each can be reached from each, within `nodes`. The jump to itself that stands behind the end of
/// a kernel is none.
fn components(blocks: &[Block], nodes: &BTreeSet<usize>) -> Vec<BTreeSet<usize>> {
    let reach: BTreeMap<usize, BTreeSet<usize>> =
        nodes.iter().map(|&from| (from, reachable_by_a_step(blocks, from, nodes))).collect();
    let mut components: Vec<BTreeSet<usize>> = Vec::new();
    for (from, there) in &reach {
        let is_known = components.iter().any(|component| component.contains(from));
        if is_known || !there.contains(from) {
            continue;
        }
        let component: BTreeSet<usize> = there.iter().copied().filter(|at| reach[at].contains(from)).collect();
        if component.iter().map(|&at| blocks[at].instructions.len()).sum::<usize>() > 1 {
            components.push(component);
        }
    }
    components
}

fn reachable(blocks: &[Block], from: usize, nodes: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = reachable_by_a_step(blocks, from, nodes);
    if from < blocks.len() {
        reached.insert(from);
    }
    reached
}

fn reachable_by_a_step(blocks: &[Block], from: usize, nodes: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let next = blocks.get(at).into_iter().flat_map(|block| &block.next);
        open.extend(next.copied().filter(|next| nodes.contains(next) && reached.insert(*next)));
    }
    reached
}

impl Loop {
    /// The shortest and the longest way from the head back to it. They differ where a body has branches.
    pub(super) fn ways<'a>(&self, blocks: &'a [Block]) -> [Way<'a>; 2] {
        [false, true].map(|longest| {
            let mut known = BTreeMap::new();
            self.best(blocks, self.head, longest, &mut known);
            let mut way = Vec::new();
            let mut at = Some(self.head);
            while let Some(block) = at {
                way.extend(&blocks[block].instructions);
                at = known[&block].and_then(|(_, next)| next);
            }
            way
        })
    }

    /// How many instructions there are from a block to the head, and which block comes next; nothing where the head cannot be
    /// reached. A body without its jumps to the head has no loops.
    fn best(&self, blocks: &[Block], at: usize, longest: bool, known: &mut Known) -> Option<usize> {
        if let Some(best) = known.get(&at) {
            return best.map(|(length, _)| length);
        }
        let mut best: Option<(usize, Option<usize>)> = None;
        for &next in blocks[at].next.iter().filter(|next| self.body.contains(next)) {
            let rest = if next == self.head { Some(0) } else { self.best(blocks, next, longest, known) };
            let Some(rest) = rest else { continue };
            let length = rest + blocks[at].instructions.len();
            if best.is_none_or(|(other, _)| if longest { length > other } else { length < other }) {
                best = Some((length, (next != self.head).then_some(next)));
            }
        }
        known.insert(at, best);
        best.map(|(length, _)| length)
    }
}

type Known = BTreeMap<usize, Option<(usize, Option<usize>)>>;
