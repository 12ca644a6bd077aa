//! Which passes share a kernel.

use proc_macro2::Ident;

use super::kernel::kernel_name;
use crate::lower::Program;

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
        let mut first_pass: Vec<usize> = Vec::new();
        let mut kernel_of = |pass: usize| {
            let same = |&other: &usize| is_same(&programs[pass], &programs[other]);
            first_pass.iter().position(same).unwrap_or_else(|| {
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

/// Whether two programs do the same to their inputs. Which axis is kept, the reduction, and which
/// variables the inputs are, is for those to say who run them.
fn is_same(program: &Program, other: &Program) -> bool {
    let Program { kept_axis, reduction, count, ref inputs, .. } = *program;
    Program { kept_axis, reduction, count, inputs: inputs.clone(), ..other.clone() } == *program
}
