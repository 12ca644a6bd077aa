//! Reductions of each component by itself.

use super::{Item, Reduction};
use crate::kernel::{Kernel, Term, Values};
use crate::real::{Real, Scalar};
use crate::tile::placement::{looped, looped_mut};
use crate::tile::{Accumulation, Tile};

/// A reduction that treats each component of the formula by itself.
///
/// It has two states: an *accumulator* that lives in registers while a tile of reduced indices streams through, and a
/// *total* that waits in memory between tiles.
pub trait Componentwise: 'static {
    /// What entry points for devices are called after it.
    const DEVICE_NAME: &'static str;
    /// Whether the positions that it returns are numbers of terms.
    const COUNTS: bool = false;
    /// What follows the name, as the scheme of a sum has it.
    const DEVICE_SUFFIX: &'static str = "";

    /// State in registers, within a tile.
    type Accumulator<S: Real>: Copy + Send + Sync + 'static;
    /// State in memory, between tiles.
    type Total<S: Real>: Copy + Send + Sync + 'static;
    /// Finished lanes.
    type Lanes<S: Real>: Copy;
    /// The result for one kept index.
    type Item<T: Scalar>: Item<T>;

    /// The total of no term, for a reduction over `count` indices in all.
    fn neutral<S: Real>(count: usize) -> Self::Total<S>;
    /// Begins a tile.
    fn resume<S: Real>(total: &Self::Total<S>) -> Self::Accumulator<S>;
    /// Takes one term in; `position` is its reduced index.
    fn push<S: Real>(accumulator: Self::Accumulator<S>, term: impl Term<S>, position: S::Index)
    -> Self::Accumulator<S>;
    /// Ends a tile.
    fn suspend<S: Real>(total: &mut Self::Total<S>, accumulator: Self::Accumulator<S>);
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

impl<Red: Componentwise> Reduction for Red {
    type State<K: Kernel, S: Real> = K::Components<Red::Total<S>>;
    type Scratch<K: Kernel, S: Real> = K::Components<Red::Accumulator<S>>;
    type Item<T: Scalar> = Red::Item<T>;
    const DEVICE_NAME: &'static str = Red::DEVICE_NAME;
    const COUNTS: bool = <Self as Componentwise>::COUNTS;
    const DEVICE_SUFFIX: &'static str = Red::DEVICE_SUFFIX;

    #[inline(always)]
    fn device_state_bytes<K: Kernel, T: Scalar>(components: usize) -> usize {
        components * size_of::<Red::Total<T>>()
    }

    #[inline(always)]
    fn results(components: usize) -> usize {
        components
    }

    #[inline(always)]
    fn neutral<K: Kernel, S: Real>(count: usize) -> Self::State<K, S> {
        K::Components::filled(Red::neutral(count))
    }

    #[inline(always)]
    fn scratch<K: Kernel, S: Real>() -> Self::Scratch<K, S> {
        K::Components::filled(Red::resume::<S>(&Red::neutral(0)))
    }

    #[inline(always)]
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [Self::State<K, S>; R],
        scratch: &mut [Self::Scratch<K, S>; R],
    ) {
        K::Accumulation::componentwise::<K, Red, S, R, C>(tile, states, scratch);
    }

    #[inline(always)]
    fn merge<K: Kernel, S: Real>(state: &mut Self::State<K, S>, later: &Self::State<K, S>) {
        for (total, later) in looped_mut(state.as_mut_slice()).iter_mut().zip(looped(later.as_slice())) {
            Red::merge(total, later);
        }
    }

    #[inline(always)]
    fn finish<K: Kernel, S: Real>(
        state: &Self::State<K, S>,
        factors: &[S],
        mut write: impl FnMut(usize, usize, Self::Item<S::Scalar>),
    ) {
        for (component, total) in looped(state.as_slice()).iter().enumerate() {
            let mut lanes = Red::finish::<S>(total);
            if let Some(&factor) = factors.get(component) {
                lanes = Red::scaled::<S>(lanes, factor);
            }
            for lane in 0..S::LANES {
                write(lane, component, Red::item::<S>(&lanes, lane));
            }
        }
    }
}
