//! The inputs of a program: those that it reads, in the order in which it does.
//!
//! What a program does not read is not brought to a device, and programs that differ in the names of their variables only are
//! the same program.

use super::program::{Address, Array, Code, Operand, Program, Stage, Statement};

impl Program {
    /// The same program without the inputs that it does not read, and with the others in the order of their first use.
    #[must_use]
    pub(crate) fn with_inputs_as_used(mut self) -> Self {
        for stage in [Stage::Params, Stage::Kept, Stage::Reduced] {
            self.sort_inputs(stage);
        }
        self
    }

    fn sort_inputs(&mut self, stage: Stage) {
        let mut codes: Vec<&mut Code> = match stage {
            Stage::Params => vec![&mut self.params],
            Stage::Kept => vec![&mut self.kept, &mut self.factors],
            Stage::Reduced => vec![&mut self.reduced],
            Stage::Pair | Stage::Term => unreachable!("the inner loop reads prepared numbers"),
        };
        let dims = &mut self.dims[stage as usize];
        let ends: Vec<usize> = (1..=dims.len()).map(|count| dims[..count].iter().sum()).collect();
        // After the parameters stand the numbers of rows and of columns, which are no input.
        let input_of = |offset: usize| ends.iter().position(|&end| offset < end);
        let mut used: Vec<usize> = Vec::new();
        for code in &mut codes {
            for_raw(&mut code.statements, &mut |offset| {
                if let Some(input) = input_of(*offset).filter(|input| !used.contains(input)) {
                    used.push(input);
                }
            });
        }
        let old_start = |input: usize| ends[input] - dims[input];
        let new_start = |input: usize| -> usize {
            used.iter().take_while(|&&other| other != input).map(|&other| dims[other]).sum()
        };
        let old_len = ends.last().copied().unwrap_or(0);
        let new_len: usize = used.iter().map(|&input| dims[input]).sum();
        for code in codes {
            for_raw(&mut code.statements, &mut |offset| {
                *offset = match input_of(*offset) {
                    Some(input) => *offset - old_start(input) + new_start(input),
                    None => *offset - old_len + new_len,
                };
            });
        }
        *dims = used.iter().map(|&input| dims[input]).collect();
        let inputs = &mut self.inputs[stage as usize];
        *inputs = used.iter().map(|&input| inputs[input]).collect();
        self.raw[stage as usize] = self.raw[stage as usize] - old_len + new_len;
    }
}

/// Calls `f` with the constant parts of all addresses of inputs, in the order in which they are read.
fn for_raw(statements: &mut [Statement], f: &mut impl FnMut(&mut usize)) {
    let of_operand = |operand: &mut Operand, f: &mut dyn FnMut(&mut usize)| {
        if let Operand::Load(Array::Raw, Address { offset, .. }) = operand {
            f(offset);
        }
    };
    for statement in statements {
        match statement {
            Statement::Let { operands, .. } | Statement::Assign { operands, .. } => {
                operands.iter_mut().for_each(|operand| of_operand(operand, f));
            }
            Statement::Variable { start: operand, .. } | Statement::Store { value: operand, .. } => {
                of_operand(operand, f);
            }
            Statement::Copies { from: (Array::Raw, base), .. } => f(base),
            Statement::Copies { .. } | Statement::Temporary { .. } => {}
            Statement::Loop { body, .. } => for_raw(body, f),
        }
    }
}
