//! Reductions of huge matrices given by formulas.

mod arguments;
mod cpu;
mod error;
mod options;
mod problem;

pub use arguments::{Rows, Vector};
pub use error::Error;
pub use keops_macros::formula;
pub use ndarray;
pub use options::{Device, SumScheme};

pub use keops_device::Scalar;

/// What most programs need: `use keops::prelude::*;`.
pub mod prelude {
    pub use crate::{Device, Error, SumScheme, formula};
}

/// One line about the processor: the instruction set that kernels use, and the number of threads.
pub fn cpu_description() -> String {
    cpu::describe()
}

/// What the code that `formula!` writes refers to. Not for users: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::options::Options;
    pub use crate::problem::{Category, Input, Signature, Variable};
    pub use keops_device::kernel::{Kernel, Product, ShapeVisitor, Single};
    pub use keops_device::reduction::{ArgMin, LogSumExp, Sum};
    pub use keops_device::{Math, Real, Scalar};

    use crate::problem::Problem;
    use crate::{Error, cpu};
    use keops_device::reduction::Reduction;
    use ndarray::Array2;

    /// The result of a reduction.
    pub type Output<Red, T> = Array2<<Red as Reduction>::Item<T>>;

    /// Checks the arguments and runs the reduction.
    pub fn run<K: Kernel, Red: Reduction, T: Scalar>(
        signature: &Signature,
        inputs: &[Input<'_, T>],
        options: &Options,
    ) -> Result<Output<Red, T>, Error> {
        let problem = Problem::new(signature, inputs)?;
        match options.device {
            crate::Device::Auto | crate::Device::Cpu => cpu::reduce::<K, Red, T>(&problem, options),
        }
    }
}
