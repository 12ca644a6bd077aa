//! Which passes share a kernel.

use proc_macro2::Ident;

use super::kernel::kernel_name;
use crate::graph::Axis;
use crate::lower::Program;
use crate::reduction::SUM;

/// The kernels of some passes: one for all passes that do the same to their inputs.
pub(super) struct Kernels<'a> {
    /// The programs of the passes.
    pub(super) programs: &'a [Program],
    /// For each pass the number of its kernel.
    of_pass: Vec<usize>,
    /// The first pass of each kernel.
    first_pass: Vec<usize>,
}

impl<'a> Kernels<'a> {
    pub(super) fn new(programs: &'a [Program]) -> Self {
        let bare: Vec<Program> = programs.iter().map(without_context).collect();
        let mut first_pass: Vec<usize> = Vec::new();
        let mut kernel_of = |pass: usize| {
            first_pass.iter().position(|&other| bare[pass] == bare[other]).unwrap_or_else(|| {
                first_pass.push(pass);
                first_pass.len() - 1
            })
        };
        let of_pass = (0..programs.len()).map(&mut kernel_of).collect();
        Self { programs, of_pass, first_pass }
    }

    /// The number of the kernel of a pass.
    pub(super) fn of(&self, pass: usize) -> usize {
        self.of_pass[pass]
    }

    /// The type of that kernel.
    pub(super) fn name(&self, pass: usize) -> Ident {
        kernel_name(self.of(pass))
    }

    /// The programs of the kernels, in order.
    pub(super) fn distinct(&self) -> impl Iterator<Item = &'a Program> {
        self.first_pass.iter().map(|&pass| &self.programs[pass])
    }
}

/// What a program does to its inputs, and nothing else. Which axis is kept, the reduction, and which variables the inputs are, is for those to say
/// who run it.
fn without_context(program: &Program) -> Program {
    Program { kept_axis: Axis::I, reduction: SUM, count: None, inputs: Default::default(), ..program.clone() }
}
