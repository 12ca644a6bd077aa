//! What the code that `formula!` writes refers to. Not for users: it changes without notice.

pub use crate::bound::Bound;
pub use crate::cpu::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};
pub use crate::input::Input;
pub use crate::layout::only;
pub use crate::options::Options;
pub use crate::parts::{columns, summed, totals};
pub use crate::problem::{Category, Signature, Variable};
pub use crate::selection::selected;
pub use crate::symbolic::{AxisPasses, Transposed, bind};
pub use keops_device::kernel::{DeviceKernel, Kernel, Product, ShapeVisitor, Single};
pub use keops_device::reduction::{
    ArgMax, ArgMin, Count, LogSumExp, LogSumExpAndSoftMax, Max, MaxArgMax, MaxSumShiftExp, Min, MinArgMin, Sum,
    SumSoftMaxWeight,
};
pub use keops_device::tile::{InMemory, InRegisters};
pub use keops_device::{Math, Real};

use crate::batch::Problems;
use crate::results::Outcome;
use crate::{Error, Scalar, reduce_in_place};
use keops_device::reduction::Reduction;

/// Implemented by no type: what the derivatives of a reduction without derivatives ask for.
#[diagnostic::on_unimplemented(
    message = "the reduction of this formula has no derivative",
    label = "positions and `Count` are piecewise constant, and `Max_SumShiftExp` is an intermediate result",
    note = "the value at a position has derivatives: `reduction = Min` or `reduction = Max`",
    note = "a log-sum-exp has derivatives: `reduction = LogSumExp`, `LogSumExpWeight(\"b\")` or `SumSoftMaxWeight(\"v\")`"
)]
pub trait Derivative {}

/// Checks the arguments and runs the reduction.
pub fn run<K: Kernel, Red: Reduction, T: Scalar>(
    signature: &Signature,
    inputs: &[Input<'_, T>],
    options: &Options<'_>,
) -> Result<Outcome<T, Red::Item<T>>, Error> {
    reduce_in_place::<K, Red, T>(&Problems::new(signature, inputs, options)?, options)
}
