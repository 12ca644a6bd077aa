//! Loops: the code for vectors that are too long to be written out.

use super::MAX_WRITTEN_OUT;
use super::body::{At, Body};
use super::program::{Address, Array, Instruction, Operand, Statement};
use crate::graph::{Einsum, FoldKind, Function, Id, Node, Number, Source};
use crate::ops::arithmetic;

/// Copies of more entries than this are loops.
const MAX_WRITTEN_OUT_COPY: usize = 4;

impl Body<'_> {
    /// Computes everything that a loop over the entries of `id` needs and that is no entry-by-entry work: scalars,
    /// and vectors that only exist as arrays. Afterwards `entry(id, Moving)` is pure elementwise code.
    pub(super) fn ready(&mut self, id: Id) {
        if self.array(id).is_some() {
            return;
        }
        if self.dim(id) == 1 {
            self.entry(id, At::Fixed(0));
            return;
        }
        match self.context.graph.node(id) {
            Node::Constant(_) | Node::Variable(_) | Node::Index(_) | Node::Length(_) => {}
            Node::Broadcast(scalar, _) => {
                self.entry(*scalar, At::Fixed(0));
            }
            Node::Map(function, _) if self.context.staging.uses(id) > 1 && !arithmetic::is_cheap(*function) => {
                self.materialise(id);
            }
            Node::Map(..) => self.operands_ready(id),
            Node::Gather(..) | Node::Contract(..) | Node::Fold(..) => {
                self.materialise(id);
            }
        }
    }

    /// [`Body::ready`] for all operands of `id`.
    fn operands_ready(&mut self, id: Id) {
        for operand in self.context.graph.node(id).operands() {
            self.ready(operand);
        }
    }

    /// The entries of a node in an array; a new one, if they do not lie in one already.
    pub(super) fn materialise(&mut self, id: Id) -> (Array, usize) {
        if let Some(place) = self.array(id) {
            return place;
        }
        let dim = self.dim(id);
        let graph = self.context.graph;
        match graph.node(id) {
            Node::Gather(operands, _) => {
                for &operand in operands {
                    self.materialise(operand);
                }
            }
            Node::Contract(_, a, b) => {
                self.materialise(*a);
                self.materialise(*b);
            }
            _ => {}
        }
        let array = self.new_temporary(dim);
        match graph.node(id) {
            Node::Gather(operands, sources) => self.gather(operands, sources, array),
            Node::Contract(einsum, a, b) => self.contract(einsum, *a, *b, array),
            _ => self.store_all(id, Array::Temporary(array), 0),
        }
        self.arrays.insert(id, (Array::Temporary(array), 0));
        (Array::Temporary(array), 0)
    }

    /// Writes all entries of a node to an array.
    pub(super) fn store_all(&mut self, id: Id, array: Array, base: usize) {
        let dim = self.dim(id);
        let longest = if self.array(id).is_some() { MAX_WRITTEN_OUT_COPY } else { MAX_WRITTEN_OUT };
        if dim <= longest {
            for k in 0..dim {
                let value = self.entry(id, At::Fixed(k));
                self.statements.push(Statement::Store { array, at: Address::fixed(base + k), value });
            }
            return;
        }
        match self.context.graph.node(id) {
            // Not `ready`, which would call this to keep all entries.
            Node::Map(..) if self.array(id).is_none() => self.operands_ready(id),
            _ => self.ready(id),
        }
        self.loop_(0, dim, |body, variable| {
            let value = body.entry(id, At::Moving(variable));
            body.statements.push(Statement::Store { array, at: At::Moving(variable).address(base), value });
        });
    }

    fn gather(&mut self, operands: &[Id], sources: &[Source], array: usize) {
        for (number, &operand) in operands.iter().enumerate() {
            let pairs: Vec<(usize, usize)> = sources
                .iter()
                .enumerate()
                .filter_map(|(to, source)| match source {
                    Source::Entry { operand, entry } if *operand == number => Some((to, *entry)),
                    _ => None,
                })
                .collect();
            let (from, base) = self.materialise(operand);
            let Some((to_stride, from_stride)) = progression(&pairs) else {
                self.statements.push(Statement::Copies { to: array, from: (from, base), pairs });
                continue;
            };
            let (first_to, first_from) = pairs[0];
            self.loop_(0, pairs.len(), |body, variable| {
                let at = |offset, stride| Address { offset, strides: vec![(variable, stride)] };
                let value = Operand::Load(from, at(base + first_from, from_stride));
                let at = at(first_to, to_stride);
                body.statements.push(Statement::Store { array: Array::Temporary(array), at, value });
            });
        }
    }

    /// Nested loops over the labels of the result, then over those that are summed.
    fn contract(&mut self, einsum: &Einsum, a: Id, b: Id, array: usize) {
        let places = [(self.materialise(a), &einsum.a), (self.materialise(b), &einsum.b)];
        let mut variables = vec![0; einsum.sizes.len()];
        self.contract_out(einsum, &places, array, 0, &mut variables);
    }

    fn contract_out(
        &mut self,
        einsum: &Einsum,
        places: &[((Array, usize), &Vec<usize>); 2],
        array: usize,
        depth: usize,
        variables: &mut [usize],
    ) {
        if let Some(&label) = einsum.out.get(depth) {
            self.loop_(0, einsum.sizes[label], |body, variable| {
                variables[label] = variable;
                body.contract_out(einsum, places, array, depth + 1, variables);
            });
            return;
        }
        let sum = self.new_local();
        self.statements.push(Statement::Variable { target: sum, start: Operand::Constant(Number(0.0)) });
        self.contract_sum(einsum, places, sum, &einsum.summed(), variables);
        let at = address(einsum, &einsum.out, variables, 0);
        self.statements.push(Statement::Store { array: Array::Temporary(array), at, value: Operand::Local(sum) });
    }

    fn contract_sum(
        &mut self,
        einsum: &Einsum,
        places: &[((Array, usize), &Vec<usize>); 2],
        sum: usize,
        summed: &[usize],
        variables: &mut [usize],
    ) {
        if let Some((&label, rest)) = summed.split_first() {
            self.loop_(0, einsum.sizes[label], |body, variable| {
                variables[label] = variable;
                body.contract_sum(einsum, places, sum, rest, variables);
            });
            return;
        }
        let [a, b] =
            places.map(|((array, base), labels)| Operand::Load(array, address(einsum, labels, variables, base)));
        let operands = vec![a, b, Operand::Local(sum)];
        self.statements.push(Statement::Assign { target: sum, instruction: Instruction::MulAdd, operands });
    }

    /// One number of all entries of a long vector.
    pub(super) fn fold_loop(&mut self, kind: FoldKind, vector: Id) -> Operand {
        let dim = self.dim(vector);
        self.ready(vector);
        if kind == FoldKind::Sum {
            let sum = self.new_local();
            self.statements.push(Statement::Variable { target: sum, start: Operand::Constant(Number(0.0)) });
            self.loop_(0, dim, |body, variable| {
                let (instruction, operands) = match body.factors(vector, At::Moving(variable)) {
                    (a, Some(b)) => (Instruction::MulAdd, vec![a, b, Operand::Local(sum)]),
                    (a, None) => {
                        let add = Function::plain(&arithmetic::ADD);
                        (Instruction::Apply(add), vec![Operand::Local(sum), a])
                    }
                };
                body.statements.push(Statement::Assign { target: sum, instruction, operands });
            });
            return Operand::Local(sum);
        }
        let first = self.entry(vector, At::Fixed(0));
        let best = self.new_local();
        let position = self.new_local();
        self.statements.push(Statement::Variable { target: best, start: first });
        self.statements.push(Statement::Variable { target: position, start: Operand::Constant(Number(0.0)) });
        // The position of an entry as a number.
        let count = self.new_local();
        self.statements.push(Statement::Variable { target: count, start: Operand::Constant(Number(0.0)) });
        self.loop_(1, dim, |body, variable| {
            let new = body.entry(vector, At::Moving(variable));
            let add = Function::plain(&arithmetic::ADD);
            let one = Operand::Constant(Number(1.0));
            let mut assign = |target: usize, instruction: Instruction, operands: Vec<Operand>| {
                body.statements.push(Statement::Assign { target, instruction, operands });
            };
            assign(count, Instruction::Apply(add), vec![Operand::Local(count), one]);
            let (less, more) = match kind {
                FoldKind::Max | FoldKind::ArgMax => (Operand::Local(best), new.clone()),
                _ => (new.clone(), Operand::Local(best)),
            };
            let select = |yes: Operand, no: usize| vec![less.clone(), more.clone(), yes, Operand::Local(no)];
            assign(position, Instruction::SelectLess, select(Operand::Local(count), position));
            assign(best, Instruction::SelectLess, select(new, best));
        });
        match kind {
            FoldKind::Max | FoldKind::Min => Operand::Local(best),
            _ => Operand::Local(position),
        }
    }
}

/// The strides of pairs that advance evenly.
fn progression(pairs: &[(usize, usize)]) -> Option<(usize, usize)> {
    let [first, second, ..] = pairs else { return None };
    let strides = (second.0.checked_sub(first.0)?, second.1.checked_sub(first.1)?);
    let even = |pair: &[(usize, usize)]| pair[1] == (pair[0].0 + strides.0, pair[0].1 + strides.1);
    pairs.windows(2).all(even).then_some(strides)
}

/// The entry of a row-major array at the loop variables of its labels.
fn address(einsum: &Einsum, labels: &[usize], variables: &[usize], base: usize) -> Address {
    let mut strides = Vec::new();
    let mut stride = 1;
    for &label in labels.iter().rev() {
        strides.push((variables[label], stride));
        stride *= einsum.sizes[label];
    }
    strides.reverse();
    Address { offset: base, strides }
}
