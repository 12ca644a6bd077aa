//! How many operations a program spends on a pair of indices.

use std::collections::HashMap;
use std::fmt;

use super::program::{Address, Array, ENTRY, EntryCode, Instruction, Operand, Program, Statement};
use crate::ops::Operator;
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, SQUARE, SUBTRACT};
use crate::ops::elementwise::{EXP, INV, RSQRT, SQRT};

/// Parts of at most this many components are unrolled by the engine, and what they have in common is computed once.
const MAX_UNROLLED: usize = 16;

/// What `fast_math` replaces.
const EXACT: [&Operator; 5] = [&EXP, &DIVIDE, &INV, &SQRT, &RSQRT];

/// Operations on numbers, for one pair of indices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Operations {
    /// Sums and differences.
    pub additions: usize,
    /// Products.
    pub products: usize,
    /// Products with an addition.
    pub multiply_adds: usize,
    /// Quotients and reciprocals.
    pub divisions: usize,
    /// Calls of any other function.
    pub functions: usize,
    /// How many of all these can be had for less: exponentials to the base e, as machines compute those to the base 2, and
    /// quotients and roots that are rounded correctly.
    pub exact: usize,
    /// Changes of sign. They cost nothing, as a multiply-add or the exponential takes them in.
    pub signs: usize,
}

impl Operations {
    /// All of them but the signs.
    pub fn total(&self) -> usize {
        self.additions + self.products + self.multiply_adds + self.divisions + self.functions
    }

    /// What decides between two ways to compute the same: all operations, where one that can be had for less counts twice.
    pub(crate) fn cost(&self) -> usize {
        self.total() + self.exact
    }
}

impl fmt::Display for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { additions, products, multiply_adds, divisions, functions, .. } = self;
        write!(f, "{:3}: {additions} + {products} * {multiply_adds} fma {divisions} / {functions} f", self.total())
    }
}

impl Program {
    /// The operations of the inner loop, per pair of indices: the formula, and its sum if that is the reduction. What is
    /// written twice with the same operands counts once, as the compiler of the emitted code sees that.
    pub fn operations(&self) -> Operations {
        let mut counter = Counter::default();
        for (number, fold) in self.folds.iter().enumerate() {
            let mut entry = Counter::default();
            entry.statements(&fold.statements, 1);
            entry.sum(&fold.term, 1);
            counter.add(&entry.operations, fold.count);
            counter.stored.insert((Array::Folds, number), Value::Fold(number));
        }
        counter.statements(&self.pair.statements, 1);
        for (at, value) in std::mem::take(&mut counter.results) {
            counter.stored.insert((Array::Shared, at), value);
        }
        let (scores, terms) = self.terms.split_at(usize::from(self.reduction.is_scored()));
        for score in scores {
            counter.term(score, false);
            // The exponential of the score and its shift.
            counter.operations.additions += 1;
            counter.operations.functions += 1;
        }
        for term in terms {
            counter.term(term, self.reduction.adds());
            if !scores.is_empty() {
                counter.weighted(term);
            }
        }
        counter.operations
    }
}

/// What is known of a number: equal values are equal numbers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Value {
    /// The result of operation number `.0`.
    Result(usize),
    /// Long sum number `.0`.
    Fold(usize),
    /// Anything that needs no operation.
    Operand(Operand),
}

#[derive(Default)]
struct Counter {
    operations: Operations,
    known: HashMap<(Instruction, Vec<Value>), usize>,
    locals: HashMap<usize, Value>,
    /// What was written to the result of the stage.
    results: HashMap<usize, Value>,
    /// What other stages wrote.
    stored: HashMap<(Array, usize), Value>,
    /// The component at hand.
    entry: Option<usize>,
    next: usize,
}

impl Counter {
    fn add(&mut self, other: &Operations, times: usize) {
        let Operations { additions, products, multiply_adds, divisions, functions, exact, signs } = other;
        self.operations.additions += times * additions;
        self.operations.products += times * products;
        self.operations.multiply_adds += times * multiply_adds;
        self.operations.divisions += times * divisions;
        self.operations.functions += times * functions;
        self.operations.exact += times * exact;
        self.operations.signs += times * signs;
    }

    fn statements(&mut self, statements: &[Statement], times: usize) {
        for statement in statements {
            match statement {
                Statement::Let { target, instruction, operands } => {
                    let value = self.instruction(*instruction, operands, times);
                    self.locals.insert(*target, value);
                }
                Statement::Assign { instruction, operands, .. } => {
                    self.instruction(*instruction, operands, times);
                }
                Statement::Loop { start, end, body, .. } => self.statements(body, times * (end - start)),
                Statement::Store { array: Array::Result, at, value } if at.strides.is_empty() => {
                    let value = self.value(value);
                    self.results.insert(at.offset, value);
                }
                Statement::Variable { .. }
                | Statement::Temporary { .. }
                | Statement::Store { .. }
                | Statement::Copies { .. } => {}
            }
        }
    }

    fn term(&mut self, term: &EntryCode, sums: bool) {
        let once = |counter: &mut Self, times: usize| {
            counter.statements(&term.statements, times);
            if sums {
                counter.sum(&term.term, times);
            } else if let (a, Some(b)) = &term.term {
                let product = Instruction::Apply(crate::graph::Function::plain(&MULT));
                counter.instruction(product, &[a.clone(), b.clone()], times);
            }
        };
        if term.count > MAX_UNROLLED {
            return once(self, term.count);
        }
        for entry in 0..term.count {
            self.entry = Some(entry);
            once(self, 1);
        }
        self.entry = None;
    }

    /// The addition of weighted terms to sums.
    fn weighted(&mut self, term: &EntryCode) {
        let one = matches!(&term.term, (Operand::Constant(number), None) if number.0 == 1.0);
        let count = if one { &mut self.operations.additions } else { &mut self.operations.multiply_adds };
        *count += term.count;
    }

    /// The addition of a term to a sum.
    fn sum(&mut self, (_, factor): &(Operand, Option<Operand>), times: usize) {
        let count = if factor.is_some() { &mut self.operations.multiply_adds } else { &mut self.operations.additions };
        *count += times;
    }

    fn instruction(&mut self, instruction: Instruction, operands: &[Operand], times: usize) -> Value {
        let key = (instruction, operands.iter().map(|operand| self.value(operand)).collect());
        if let Some(&known) = self.known.get(&key) {
            return Value::Result(known);
        }
        let operations = &mut self.operations;
        if matches!(instruction, Instruction::Apply(f) if EXACT.into_iter().any(|exact| f.is(exact))) {
            operations.exact += times;
        }
        let count = match instruction {
            Instruction::MulAdd => &mut operations.multiply_adds,
            Instruction::Negate => &mut operations.signs,
            Instruction::Apply(f) if f.is(&ADD) || f.is(&SUBTRACT) => &mut operations.additions,
            Instruction::Apply(f) if f.is(&MULT) || f.is(&SQUARE) => &mut operations.products,
            Instruction::Apply(f) | Instruction::Approximate(f) if f.is(&DIVIDE) || f.is(&INV) => {
                &mut operations.divisions
            }
            Instruction::Apply(f) if f.is(&MINUS) => &mut operations.signs,
            Instruction::Apply(_)
            | Instruction::Approximate(_)
            | Instruction::Max
            | Instruction::Min
            | Instruction::SelectLess => &mut operations.functions,
        };
        *count += times;
        self.known.insert(key, self.next);
        self.next += 1;
        Value::Result(self.next - 1)
    }

    fn value(&self, operand: &Operand) -> Value {
        match operand {
            Operand::Local(local) => match self.locals.get(local) {
                Some(value) => value.clone(),
                // A variable that changes.
                None => Value::Operand(operand.clone()),
            },
            Operand::Load(array, at) => {
                let at = self.fixed(at);
                match self.stored.get(&(*array, at.offset)) {
                    Some(stored) if at.strides.is_empty() => stored.clone(),
                    _ => Value::Operand(Operand::Load(*array, at)),
                }
            }
            operand => Value::Operand(operand.clone()),
        }
    }

    /// An address with the component at hand put in.
    fn fixed(&self, at: &Address) -> Address {
        let Some(entry) = self.entry else { return at.clone() };
        let (of_entry, others): (Vec<_>, Vec<_>) =
            at.strides.iter().copied().partition(|(variable, _)| *variable == ENTRY);
        let moved: usize = of_entry.iter().map(|(_, stride)| stride * entry).sum();
        Address { offset: at.offset + moved, strides: others }
    }
}
