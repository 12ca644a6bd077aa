//! [`Reduction`]: how the terms of one kept index become one result. One type per reduction, one file each.
//!
//! A reduction works on each component of the formula by itself, on lanes of kept indices, so no lane ever talks to
//! another. It has two states: an *accumulator* that lives in registers while a tile of reduced indices streams
//! through, and a *total* that waits in memory between tiles.

mod extremum;
mod log_sum_exp;
mod sum;

use crate::kernel::Term;
use crate::real::{Real, Scalar};

pub use extremum::{ArgMax, ArgMin, Max, MaxArgMax, Min, MinArgMin};
pub use log_sum_exp::LogSumExp;
pub use sum::Sum;

/// How sums are accumulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SumScheme {
    /// Term by term into one number. The error grows with the number of terms.
    Direct,
    /// Each tile of a few hundred terms is summed by itself; the sums of the tiles are added with compensation
    /// (Neumaier 1974), so the error does not grow with the number of tiles.
    #[default]
    Block,
}

/// A reduction over the reduced index.
///
/// Terms arrive in increasing order of the index; [`Reduction::merge`] joins totals of consecutive ranges.
pub trait Reduction: 'static {
    /// State in registers, within a tile.
    type Accumulator<S: Real>: Copy + Send + Sync + 'static;
    /// State in memory, between tiles.
    type Total<S: Real>: Copy + Send + Sync + 'static;
    /// Finished lanes.
    type Lanes<S: Real>: Copy;
    /// The result for one kept index.
    type Item<T: Scalar>: Copy + Send + Sync + Default + 'static;

    /// The total of no term, for a reduction over `count` indices in all.
    fn neutral<S: Real>(count: usize) -> Self::Total<S>;
    /// Begins a tile.
    fn resume<S: Real>(total: &Self::Total<S>, scheme: SumScheme) -> Self::Accumulator<S>;
    /// Takes one term in; `position` is its reduced index.
    fn push<S: Real>(accumulator: Self::Accumulator<S>, term: impl Term<S>, position: S::Index)
    -> Self::Accumulator<S>;
    /// Ends a tile.
    fn suspend<S: Real>(total: &mut Self::Total<S>, accumulator: Self::Accumulator<S>, scheme: SumScheme);
    /// Takes in the total of indices that come later.
    fn merge<S: Real>(total: &mut Self::Total<S>, later: &Self::Total<S>);
    /// The results of all lanes.
    fn finish<S: Real>(total: &Self::Total<S>) -> Self::Lanes<S>;
    /// Finished lanes times a factor that all terms had in common. Kernels of reductions for which this is not the
    /// reduction of the products have no such factors.
    #[inline(always)]
    fn scaled<S: Real>(lanes: Self::Lanes<S>, factor: S) -> Self::Lanes<S> {
        let _ = factor;
        lanes
    }
    /// The result of one lane.
    fn item<S: Real>(lanes: &Self::Lanes<S>, lane: usize) -> Self::Item<S::Scalar>;
}
