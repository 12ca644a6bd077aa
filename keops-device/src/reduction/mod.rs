//! [`Reduction`]: how the terms of one kept index become one result. One type per reduction.
//!
//! A reduction works on lanes of kept indices, so no lane ever talks to another. Most are [`Componentwise`]: they treat
//! each component of the formula by itself. Those of the family of log-sum-exp ([`shifted`]) weigh components by the
//! exponential of a score.

mod componentwise;
mod count;
mod extremum;
mod item;
pub mod report;
pub mod scheme;
pub mod shifted;
mod sum;

use crate::kernel::Kernel;
use crate::real::{Real, Scalar};
use crate::tile::Tile;

pub use componentwise::Componentwise;
pub use count::Count;
pub use extremum::{ArgMax, ArgMin, Largest, Max, MaxArgMax, Min, MinArgMin, Order, Smallest};
pub use item::Item;
pub use scheme::Scheme;
pub(crate) use shifted::ShiftedSums;
pub use shifted::{LogSumExp, LogSumExpAndSoftMax, MaxSumShiftExp, SumSoftMaxWeight};
pub use sum::Sum;

/// A reduction over the reduced index.
///
/// Tiles arrive in increasing order of the index; [`Reduction::merge`] joins the states of consecutive ranges.
pub trait Reduction: 'static {
    /// What one vector of kept indices has come to, between tiles.
    type State<K: Kernel, S: Real>: Clone + Send + Sync;
    /// Room for the accumulators of formulas with many components.
    type Scratch<K: Kernel, S: Real>: Clone;
    /// An entry of the result.
    type Item<T: Scalar>: Item<T>;

    /// What entry points for devices are called after it.
    const DEVICE_NAME: &'static str;
    /// Whether the positions that it returns are numbers of terms.
    const COUNTS: bool = false;
    /// What follows the name, as the scheme of a sum has it: [`Scheme::DEVICE_SUFFIX`].
    const DEVICE_SUFFIX: &'static str = "";

    /// The number of results per kept index, for a kernel of `components` components.
    fn results(components: usize) -> usize;
    /// The bytes that a state takes, what it points to included.
    #[inline(always)]
    fn state_bytes<K: Kernel, S: Real>() -> usize {
        size_of::<Self::State<K, S>>()
    }
    /// The bytes that a state takes on a device, for a kernel of `components` components of which `K` is the whole.
    #[inline(always)]
    fn device_state_bytes<K: Kernel, T: Scalar>(components: usize) -> usize {
        let _ = components;
        size_of::<Self::State<K, T>>()
    }
    /// The state of no term, for a reduction over `count` indices in all.
    fn neutral<K: Kernel, S: Real>(count: usize) -> Self::State<K, S>;
    /// Room for accumulators; what is in it does not matter.
    fn scratch<K: Kernel, S: Real>() -> Self::Scratch<K, S>;
    /// Takes a tile in.
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [Self::State<K, S>; R],
        scratch: &mut [Self::Scratch<K, S>; R],
    );
    /// Takes in the state of indices that come later.
    fn merge<K: Kernel, S: Real>(state: &mut Self::State<K, S>, later: &Self::State<K, S>);
    /// Hands each result, with its lane and its number, to `write`. `factors` are those that the terms of a sum had in
    /// common, one per component or none.
    fn finish<K: Kernel, S: Real>(
        state: &Self::State<K, S>,
        factors: &[S],
        write: impl FnMut(usize, usize, Self::Item<S::Scalar>),
    );
}
