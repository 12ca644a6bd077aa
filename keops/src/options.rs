//! Configuration of a reduction before the call.

use keops_device::reduction::scheme::{Block, Direct, Kahan};

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

/// How sums are accumulated: what `.sum_scheme(..)` of a formula takes. It applies to `Sum`, `Mean`, the reductions of
/// the log-sum-exp family, and the sums of gradients.
///
/// Each scheme is a type (of the trait [`Scheme`](crate::scheme::Scheme)), so that a program holds the kernels of those
/// only that it uses. A fourth way is `.accumulate_f64()`, see [`scheme::F64`](crate::scheme::F64).
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{Array2, array};
///
/// // One large number and ten thousand small ones, whose sum no partial sum of this size can hold in f32.
/// let mut b = Array2::<f32>::from_elem((10_001, 1), 1e-4);
/// b[[0, 0]] = 10_000.0;
/// let sum = formula!("b", b = Vj(1));
/// assert_eq!(sum.sum_scheme(SumScheme::Kahan).call(&b)?, array![[10_001.0]]);
/// assert_eq!(sum.accumulate_f64().call(&b)?, array![[10_001.0]]);
/// assert_ne!(sum.sum_scheme(SumScheme::Direct).call(&b)?, array![[10_001.0]]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SumScheme;

#[allow(non_upper_case_globals)] // They are named as the variants of an enumeration.
impl SumScheme {
    /// Term by term into one number. The error grows with the number of terms.
    pub const Direct: Direct = Direct;
    /// The default: each tile of a few hundred terms is summed by itself, and the sums of the tiles are added with
    /// compensation. The error does not grow with the number of tiles.
    pub const Block: Block = Block;
    /// Every term is added with compensation: the sum of the terms as exact as the type can hold it, for a few
    /// operations more per pair.
    pub const Kahan: Kahan = Kahan;
}

/// The options of a reduction.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where it runs.
    pub device: Device,
}

impl Options {
    /// What holds where nothing is chosen.
    pub const DEFAULT: Self = Self { device: Device::Auto };
}
