//! Code for GPUs, on the emulator or on the device that `KEOPS_TEST_DEVICE` names, against the processor. The
//! conformance cases and the reductions have such tests beside those of the processor.

mod arguments;
mod batches;
mod bugs;
mod derivatives;
mod driver;
mod fast_math;
mod geometry;
mod matrices;
mod precision;
mod ptx;
mod ranges;
mod resident;
mod schemes;
mod wide;

use keops_tests::kernel::Number;

/// How far results of the device and the processor may be apart, relative to the largest entry: they add in another
/// order.
fn tolerance<T: Number>() -> f64 {
    1024.0 * T::ROUNDING
}

/// Calls methods of a formula on a device and on the processor, and compares: `agree!(f, device, T, call(&x, &y), ...)`.
macro_rules! agree {
    ($formula:ident, $device:expr, $number:ty, $($method:ident($($argument:expr),* $(,)?)),* $(,)?) => {$(
        crate::agree_with!(
            concat!(stringify!($formula), ".", stringify!($method)),
            $formula.on($device).$method($($argument),*),
            $formula.on(keops::Device::Cpu).$method($($argument),*),
            $number,
        );
    )*};
}
pub(crate) use agree;

/// Compares what two calls returned: `agree_with!(what, got, expected, T)`.
macro_rules! agree_with {
    ($what:expr, $got:expr, $expected:expr, $number:ty $(,)?) => {
        keops_tests::gpu::assert_agree($what, $got, $expected, crate::tolerance::<$number>())
    };
}
pub(crate) use agree_with;
