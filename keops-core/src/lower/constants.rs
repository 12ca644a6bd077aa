//! Instructions with literal operands, such as the entries of a unit vector, that need not be carried out.

use super::program::{Instruction, Operand};
use crate::graph::{Function, Number};
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, SUBTRACT};

/// What is left of an instruction.
pub(super) enum Reduced {
    /// Its result is this.
    Operand(Operand),
    /// A simpler one.
    Instruction(Instruction, Vec<Operand>),
}

/// The simpler form of an instruction, if it has one. A literal 0 wins over whatever it is multiplied with, as in
/// [`crate::simplify`].
pub(super) fn reduced(instruction: Instruction, x: &[Operand]) -> Option<Reduced> {
    let literal = |k: usize| match x[k] {
        Operand::Constant(number) => Some(number.0),
        _ => None,
    };
    let is = |k: usize, value: f64| literal(k) == Some(value);
    let zero = || Some(Reduced::Operand(Operand::Constant(Number(0.0))));
    let operand = |k: usize| Some(Reduced::Operand(x[k].clone()));
    let apply = |operator, operands: &[usize]| {
        let operands = operands.iter().map(|&k| x[k].clone()).collect();
        Some(Reduced::Instruction(Instruction::Apply(Function::plain(operator)), operands))
    };
    match instruction {
        Instruction::Apply(function) if function.is(&MULT) => match () {
            () if is(0, 0.0) || is(1, 0.0) => zero(),
            () if is(0, 1.0) => operand(1),
            () if is(1, 1.0) => operand(0),
            () => None,
        },
        Instruction::Apply(function) if function.is(&ADD) => match () {
            () if is(0, 0.0) => operand(1),
            () if is(1, 0.0) => operand(0),
            () => None,
        },
        Instruction::Apply(function) if function.is(&SUBTRACT) => match () {
            () if is(1, 0.0) => operand(0),
            () if is(0, 0.0) => apply(&MINUS, &[1]),
            () => None,
        },
        Instruction::Apply(function) if function.is(&DIVIDE) && is(0, 0.0) => zero(),
        Instruction::Negate => literal(0).map(|value| Reduced::Operand(Operand::Constant(Number(-value)))),
        Instruction::MulAdd => match () {
            () if is(0, 0.0) || is(1, 0.0) => operand(2),
            () if is(0, 1.0) => apply(&ADD, &[1, 2]),
            () if is(1, 1.0) => apply(&ADD, &[0, 2]),
            () if is(2, 0.0) => apply(&MULT, &[0, 1]),
            () => None,
        },
        _ => None,
    }
}
