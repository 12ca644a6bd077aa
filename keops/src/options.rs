//! Configuration of a reduction before the call.

pub use keops_device::reduction::SumScheme;

/// Where a reduction runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Device {
    /// The fastest place for the size at hand.
    #[default]
    Auto,
    /// All cores of the processor, through rayon's current thread pool.
    Cpu,
}

/// All options of a reduction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Where it runs.
    pub device: Device,
    /// How sums are accumulated.
    pub sum_scheme: SumScheme,
}
