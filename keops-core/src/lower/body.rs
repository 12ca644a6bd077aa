//! The code of one stage, entry by entry.

use std::collections::HashMap;

use super::MAX_WRITTEN_OUT;
use super::constants::{Reduced, reduced};
use super::program::{Address, Array, Code, ENTRY, EntryCode, Instruction, Operand, Stage, Statement};
use super::staging::Staging;
use crate::graph::{FoldKind, Function, Graph, Id, Node, Number, Source};
use crate::ops::Operator;
use crate::ops::arithmetic::{self, DIVIDE};
use crate::ops::elementwise::{INV, RSQRT, SQRT};

/// What the code of every stage is made from.
pub(super) struct Context<'a> {
    pub(super) graph: &'a Graph,
    pub(super) staging: &'a Staging,
    /// The sums that run over register tiles.
    pub(super) folds: &'a [Id],
    /// Position of each variable among the raw entries of its stage.
    pub(super) raw_offsets: &'a [usize],
    /// Position of the number of rows, then that of columns, among the raw parameters.
    pub(super) raw_lengths: usize,
    /// Whether roundings may change: a sum of entries may then start from what it is added to, and devices may approximate
    /// quotients and roots.
    pub(super) fast_math: bool,
}

/// What devices compute faster than they round it correctly.
const APPROXIMATE: [&Operator; 4] = [&DIVIDE, &INV, &SQRT, &RSQRT];

/// The entry of a vector that code is written for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum At {
    /// This one.
    Fixed(usize),
    /// The one that a loop variable counts.
    Moving(usize),
}

impl At {
    pub(super) fn address(self, base: usize) -> Address {
        match self {
            At::Fixed(entry) => Address::fixed(base + entry),
            At::Moving(variable) => Address { offset: base, strides: vec![(variable, 1)] },
        }
    }
}

/// The code of a stage while it is written.
pub(super) struct Body<'a> {
    pub(super) context: &'a Context<'a>,
    stage: Stage,
    tables: &'a mut Vec<Vec<Number>>,
    pub(super) statements: Vec<Statement>,
    /// Values that were computed, outermost scope first: those inside a loop are forgotten at its end.
    known: Vec<HashMap<(Id, At), Operand>>,
    /// Local arrays that hold a node.
    pub(super) arrays: HashMap<Id, (Array, usize)>,
    locals: usize,
    temporaries: usize,
    variables: usize,
}

impl<'a> Body<'a> {
    pub(super) fn new(context: &'a Context<'a>, stage: Stage, tables: &'a mut Vec<Vec<Number>>) -> Self {
        Self {
            context,
            stage,
            tables,
            statements: Vec::new(),
            known: vec![HashMap::new()],
            arrays: HashMap::new(),
            locals: 0,
            temporaries: 0,
            variables: ENTRY + 1,
        }
    }

    /// The code that computes all that this stage hands on.
    pub(super) fn results(mut self) -> Code {
        let nodes: Vec<Id> = self.context.staging.crossing(self.stage).collect();
        for id in nodes {
            if let Some(slot) = self.context.staging.slot(id) {
                self.store_all(id, Array::Result, slot);
            }
        }
        Code { statements: self.statements, results: self.context.staging.length(self.stage) }
    }

    /// The code of entry [`ENTRY`] of a sum over register tiles.
    pub(super) fn fold(mut self, fold: Id) -> EntryCode {
        let vector = self.context.graph.node(fold).operands()[0];
        let term = self.factors(vector, At::Moving(ENTRY));
        EntryCode { count: self.context.graph.dim(vector), statements: self.statements, term }
    }

    /// The code of component [`ENTRY`] of a part of the formula.
    pub(super) fn term(mut self, part: Id) -> EntryCode {
        let term = self.factors(part, At::Moving(ENTRY));
        EntryCode { count: self.dim(part), statements: self.statements, term }
    }

    /// The code that computes all entries of one node, and nothing else.
    pub(super) fn all(mut self, id: Id) -> Code {
        self.store_all(id, Array::Result, 0);
        let results = self.dim(id);
        Code { statements: self.statements, results }
    }

    pub(super) fn dim(&self, id: Id) -> usize {
        self.context.graph.dim(id)
    }

    pub(super) fn let_(&mut self, instruction: Instruction, operands: Vec<Operand>) -> Operand {
        match reduced(instruction, &operands) {
            Some(Reduced::Operand(operand)) => return operand,
            Some(Reduced::Instruction(instruction, operands)) => return self.let_(instruction, operands),
            None => {}
        }
        let target = self.new_local();
        self.statements.push(Statement::Let { target, instruction, operands });
        Operand::Local(target)
    }

    pub(super) fn new_local(&mut self) -> usize {
        self.locals += 1;
        self.locals - 1
    }

    pub(super) fn new_temporary(&mut self, len: usize) -> usize {
        self.temporaries += 1;
        let array = self.temporaries - 1;
        self.statements.push(Statement::Temporary { array, len });
        array
    }

    /// Writes a loop; what `write` returns must not be a value of the loop's inside.
    pub(super) fn loop_<T>(&mut self, start: usize, end: usize, write: impl FnOnce(&mut Self, usize) -> T) -> T {
        let variable = self.variables;
        self.variables += 1;
        let outer = std::mem::take(&mut self.statements);
        self.known.push(HashMap::new());
        let result = write(self, variable);
        self.known.pop();
        let body = std::mem::replace(&mut self.statements, outer);
        self.statements.push(Statement::Loop { variable, start, end, body });
        result
    }

    /// Where the entries of a node lie, if they lie in an array at all.
    pub(super) fn array(&self, id: Id) -> Option<(Array, usize)> {
        if let Some(place) = self.arrays.get(&id) {
            return Some(*place);
        }
        let staging = self.context.staging;
        let stage = staging.stage(id);
        // Constants and broadcasts cross without a slot: they are written anew where they are read.
        if stage < self.stage
            && !staging.is_repeated(self.context.graph, id, self.stage)
            && let Some(slot) = staging.slot(id)
        {
            let array = match stage {
                Stage::Params => Array::Params,
                Stage::Kept => Array::Kept,
                Stage::Reduced => Array::Reduced,
                Stage::Pair | Stage::Term => Array::Shared,
            };
            return Some((array, slot));
        }
        match self.context.graph.node(id) {
            Node::Variable(number) => Some((Array::Raw, self.context.raw_offsets[*number])),
            Node::Length(axis) => Some((Array::Raw, self.context.raw_lengths + *axis as usize)),
            _ => None,
        }
    }

    /// The value of one entry of a node.
    pub(super) fn entry(&mut self, id: Id, at: At) -> Operand {
        let graph = self.context.graph;
        let at = if graph.dim(id) == 1 { At::Fixed(0) } else { at };
        match graph.node(id) {
            Node::Broadcast(scalar, _) => return self.entry(*scalar, At::Fixed(0)),
            Node::Constant(numbers) => return self.constant(numbers, at),
            _ => {}
        }
        if let Some((array, base)) = self.array(id) {
            return Operand::Load(array, at.address(base));
        }
        if let Some(known) = self.known.iter().rev().find_map(|scope| scope.get(&(id, at))) {
            return known.clone();
        }
        let value = match graph.node(id) {
            Node::Index(_) => Operand::Index,
            Node::Map(function, operands) => self.map(*function, operands, at),
            Node::Fold(kind, vector) => match self.context.folds.iter().position(|fold| *fold == id) {
                Some(number) if self.stage == Stage::Pair => Operand::Load(Array::Folds, Address::fixed(number)),
                _ => self.fold_entries(*kind, *vector),
            },
            Node::Gather(operands, sources) => match at {
                At::Fixed(k) => match sources[k] {
                    Source::Zero => Operand::Constant(Number(0.0)),
                    Source::Entry { operand, entry } => self.entry(operands[operand], At::Fixed(entry)),
                },
                At::Moving(_) => self.in_array(id, at),
            },
            Node::Contract(einsum, a, b) => match at {
                At::Fixed(k) if einsum.sizes.iter().product::<usize>() <= MAX_WRITTEN_OUT * MAX_WRITTEN_OUT / 4 => {
                    let terms = einsum.terms().swap_remove(k);
                    self.sum(terms.len(), |body, term| {
                        let (at_a, at_b) = terms[term];
                        let factors = (body.entry(*a, At::Fixed(at_a)), body.entry(*b, At::Fixed(at_b)));
                        (factors.0, Some(factors.1))
                    })
                }
                _ => self.in_array(id, at),
            },
            Node::Variable(_) | Node::Length(_) | Node::Constant(_) | Node::Broadcast(..) => {
                unreachable!("inputs, constants and broadcasts are read where they lie")
            }
        };
        self.remember(id, at, value)
    }

    /// Keeps a value for later uses, in the outermost scope where it is known.
    fn remember(&mut self, id: Id, at: At, value: Operand) -> Operand {
        if let Some(scope) = self.known.last_mut() {
            scope.insert((id, at), value.clone());
        }
        value
    }

    fn in_array(&mut self, id: Id, at: At) -> Operand {
        let (array, base) = self.materialise(id);
        Operand::Load(array, at.address(base))
    }

    fn constant(&mut self, numbers: &[Number], at: At) -> Operand {
        match at {
            At::Fixed(k) => Operand::Constant(numbers[k]),
            At::Moving(_) if numbers.iter().all(|number| *number == numbers[0]) => Operand::Constant(numbers[0]),
            At::Moving(_) => {
                let table = self.tables.iter().position(|table| table == numbers).unwrap_or_else(|| {
                    self.tables.push(numbers.to_vec());
                    self.tables.len() - 1
                });
                Operand::Load(Array::Table(table), at.address(0))
            }
        }
    }

    /// The two factors of a node that is a product which nobody else needs, else its value.
    pub(super) fn factors(&mut self, id: Id, at: At) -> (Operand, Option<Operand>) {
        let fixed = if self.dim(id) == 1 { At::Fixed(0) } else { at };
        let fresh = self.array(id).is_none() && !self.known.iter().any(|scope| scope.contains_key(&(id, fixed)));
        if let Node::Map(function, operands) = self.context.graph.node(id)
            && fresh
            && self.context.staging.uses(id) == 1
            && arithmetic::is_product(*function)
        {
            let a = self.entry(operands[0], fixed);
            let b = operands.get(1).map_or_else(|| a.clone(), |&b| self.entry(b, fixed));
            return (a, Some(b));
        }
        (self.entry(id, at), None)
    }

    fn map(&mut self, function: Function, operands: &[Id], at: At) -> Operand {
        let adds = function.is(&arithmetic::ADD);
        if adds || function.is(&arithmetic::SUBTRACT) {
            return self.sum_or_difference(adds, operands[0], operands[1], at);
        }
        let operands = operands.iter().map(|&operand| self.entry(operand, at)).collect();
        let of_pairs = self.stage >= Stage::Pair;
        let approximate = self.context.fast_math && of_pairs && APPROXIMATE.into_iter().any(|known| function.is(known));
        self.let_(if approximate { Instruction::Approximate(function) } else { Instruction::Apply(function) }, operands)
    }

    /// `a + b` or `a - b`, with a fused multiply-add where one of them is a product.
    fn sum_or_difference(&mut self, adds: bool, a: Id, b: Id, at: At) -> Operand {
        if let Some(vector) = self.continuation(b) {
            return self.continued_sum(a, adds, vector, at);
        }
        if adds && let Some(vector) = self.continuation(a) {
            return self.continued_sum(b, true, vector, at);
        }
        let (a, a_factor) = self.factors(a, at);
        let (b, b_factor) = self.factors(b, at);
        match (a_factor, b_factor) {
            (a_factor, Some(b_factor)) => {
                let a = match a_factor {
                    Some(a_factor) => self.apply(&arithmetic::MULT, vec![a, a_factor]),
                    None => a,
                };
                let b = if adds { b } else { self.let_(Instruction::Negate, vec![b]) };
                self.let_(Instruction::MulAdd, vec![b, b_factor, a])
            }
            (Some(a_factor), None) => {
                let b = if adds { b } else { self.let_(Instruction::Negate, vec![b]) };
                self.let_(Instruction::MulAdd, vec![a, a_factor, b])
            }
            (None, None) if adds => self.apply(&arithmetic::ADD, vec![a, b]),
            (None, None) => self.apply(&arithmetic::SUBTRACT, vec![a, b]),
        }
    }

    pub(super) fn apply(&mut self, operator: &'static Operator, operands: Vec<Operand>) -> Operand {
        self.let_(Instruction::Apply(Function::plain(operator)), operands)
    }

    /// A sum of `count` terms, written out.
    fn sum(&mut self, count: usize, mut term: impl FnMut(&mut Self, usize) -> (Operand, Option<Operand>)) -> Operand {
        let mut sum = match term(self, 0) {
            (a, None) => a,
            (a, Some(b)) => self.apply(&arithmetic::MULT, vec![a, b]),
        };
        for k in 1..count {
            sum = match term(self, k) {
                (a, None) => self.apply(&arithmetic::ADD, vec![sum, a]),
                (a, Some(b)) => self.let_(Instruction::MulAdd, vec![a, b, sum]),
            };
        }
        sum
    }

    /// The vector whose entries `id` is the sum of, if nobody else needs that sum and it may start from another number.
    fn continuation(&self, id: Id) -> Option<Id> {
        let Node::Fold(FoldKind::Sum, vector) = *self.context.graph.node(id) else { return None };
        let written_out = self.dim(vector) <= MAX_WRITTEN_OUT && !self.context.folds.contains(&id);
        let unknown = self.array(id).is_none() && self.context.staging.uses(id) == 1;
        (self.context.fast_math && written_out && unknown).then_some(vector)
    }

    /// The sum or difference of `start` and of all entries of a vector, one after the other: an operation less than with
    /// their sum, where they are products.
    fn continued_sum(&mut self, start: Id, adds: bool, vector: Id, at: At) -> Operand {
        let mut sum = self.entry(start, at);
        for k in 0..self.dim(vector) {
            sum = match self.factors(vector, At::Fixed(k)) {
                (a, Some(b)) => {
                    let a = if adds { a } else { self.let_(Instruction::Negate, vec![a]) };
                    self.let_(Instruction::MulAdd, vec![a, b, sum])
                }
                (a, None) => self.apply(if adds { &arithmetic::ADD } else { &arithmetic::SUBTRACT }, vec![sum, a]),
            };
        }
        sum
    }

    /// One number of all entries of a vector.
    fn fold_entries(&mut self, kind: FoldKind, vector: Id) -> Operand {
        let dim = self.dim(vector);
        if dim > MAX_WRITTEN_OUT {
            return self.fold_loop(kind, vector);
        }
        match kind {
            FoldKind::Sum => self.sum(dim, |body, k| body.factors(vector, At::Fixed(k))),
            FoldKind::Max | FoldKind::Min => {
                let instruction = if kind == FoldKind::Max { Instruction::Max } else { Instruction::Min };
                let mut best = self.entry(vector, At::Fixed(0));
                for k in 1..dim {
                    let new = self.entry(vector, At::Fixed(k));
                    best = self.let_(instruction, vec![new, best]);
                }
                best
            }
            FoldKind::ArgMax | FoldKind::ArgMin => {
                let mut best = self.entry(vector, At::Fixed(0));
                let mut position = Operand::Constant(Number(0.0));
                for k in 1..dim {
                    let new = self.entry(vector, At::Fixed(k));
                    let (less, more) = if kind == FoldKind::ArgMax { (&best, &new) } else { (&new, &best) };
                    let (less, more) = (less.clone(), more.clone());
                    let select = |yes: Operand, no: Operand| vec![less.clone(), more.clone(), yes, no];
                    let here = Operand::Constant(Number(k as f64));
                    position = self.let_(Instruction::SelectLess, select(here, position));
                    best = self.let_(Instruction::SelectLess, select(new.clone(), best.clone()));
                }
                position
            }
        }
    }
}
