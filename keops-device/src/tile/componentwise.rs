//! Reductions that treat each component of the formula by itself.

use super::many::{accumulate, shared, stream_many};
use super::{Reader, Step, Tile, folds, locate, stream};
use crate::kernel::{ColumnOf, Kernel, Values, dim};
use crate::real::Real;
use crate::reduction::Componentwise;

/// The state of one vector of kept indices: one total per component.
pub(crate) type Totals<K, Red, S> = <K as Kernel>::Components<<Red as Componentwise>::Total<S>>;

/// The accumulators of one vector of kept indices: one per component.
pub(crate) type Accumulators<K, Red, S> = <K as Kernel>::Components<<Red as Componentwise>::Accumulator<S>>;

/// Takes a tile of reduced indices into the totals of `R` vectors of kept indices, for a kernel of few components.
#[inline(always)]
pub(super) fn reduce_few<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    totals: &mut [Totals<K, Red, S>; R],
) {
    // A local copy, so that the accumulators can live in registers.
    let mut local = [K::Components::filled(Red::resume::<S>(&Red::neutral(0))); R];
    resume::<K, Red, S, R>(totals, &mut local);
    stream::<K, S, R, C>(tile, &mut Push::<'_, K, Red, S, R> { tile, accumulators: &mut local });
    suspend::<K, Red, S, R>(totals, &local);
}

/// The same for a kernel of many components. `scratch` is for their accumulators; its content does not matter.
#[inline(always)]
pub(super) fn reduce_many<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    totals: &mut [Totals<K, Red, S>; R],
    scratch: &mut [Accumulators<K, Red, S>; R],
) {
    resume::<K, Red, S, R>(totals, scratch);
    stream_many::<K, S, R, C>(tile, &mut PushMany::<'_, K, Red, S, R, C> { tile, accumulators: scratch });
    suspend::<K, Red, S, R>(totals, scratch);
}

#[inline(always)]
pub(super) fn resume<K: Kernel, Red: Componentwise, S: Real, const R: usize>(
    totals: &[Totals<K, Red, S>; R],
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    for r in 0..R {
        for (accumulator, total) in accumulators[r].as_mut_slice().iter_mut().zip(totals[r].as_slice()) {
            *accumulator = Red::resume(total);
        }
    }
}

#[inline(always)]
pub(super) fn suspend<K: Kernel, Red: Componentwise, S: Real, const R: usize>(
    totals: &mut [Totals<K, Red, S>; R],
    accumulators: &[Accumulators<K, Red, S>; R],
) {
    for r in 0..R {
        for (accumulator, total) in accumulators[r].as_slice().iter().zip(totals[r].as_mut_slice()) {
            Red::suspend(total, *accumulator);
        }
    }
}

/// Few components: everything unrolled, the accumulators in registers.
struct Push<'a, K: Kernel, Red: Componentwise, S: Real, const R: usize> {
    tile: &'a Tile<'a, K, S, R>,
    accumulators: &'a mut [Accumulators<K, Red, S>; R],
}

impl<K: Kernel, Red: Componentwise, S: Real, const R: usize> Step<K, S> for Push<'_, K, Red, S, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], first: usize) {
        let folds = folds::<K, S, R, C>(self.tile, columns);
        let (tile, columns) = self.tile.operands(columns, Reader::Terms);
        unrolled!(C, c => {
            push_column::<K, Red, S, R>(&tile, &columns[c].0, &folds[c], first + c, self.accumulators);
        });
    }
}

#[inline(always)]
fn push_column<K: Kernel, Red: Componentwise, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    column: &K::Reduced<S::Scalar>,
    folds: &[K::Folds<S>; R],
    position: usize,
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    let position = S::index_splat(position);
    unrolled!(R, r => {
        push_pair::<K, Red, S>(tile.params, &tile.kept[r], column, &folds[r], position, &mut accumulators[r]);
    });
}

/// A function of its own, as it is compiled once for all pairs of a register tile.
#[inline(always)]
fn push_pair<K: Kernel, Red: Componentwise, S: Real>(
    params: &K::Params<S::Scalar>,
    kept: &K::Kept<S>,
    column: &K::Reduced<S::Scalar>,
    folds: &K::Folds<S>,
    position: S::Index,
    accumulators: &mut Accumulators<K, Red, S>,
) {
    let shared = K::pair::<S>(params, kept, column, folds);
    let accumulators = accumulators.as_mut_slice();
    unrolled!(16, dim::<K>(), o => {
        let (segment, entry) = const { locate(K::SEGMENTS, o) };
        let term = K::term::<S>(segment, entry, params, kept, column, &shared);
        accumulators[o] = Red::push(accumulators[o], term, position);
    });
}

/// Many components.
struct PushMany<'a, K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize> {
    tile: &'a Tile<'a, K, S, R>,
    accumulators: &'a mut [Accumulators<K, Red, S>; R],
}

impl<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize> Step<K, S>
    for PushMany<'_, K, Red, S, R, C>
{
    #[inline(always)]
    fn step<const T: usize>(&mut self, columns: &[ColumnOf<K, S>; T], first: usize) {
        let shared = shared::<K, S, R, C, T>(self.tile, columns);
        let push = |accumulator, t, _, term| Red::push(accumulator, term, S::index_splat(first + t));
        accumulate::<K, S, _, R, T, 0>(self.tile, columns, &shared, self.accumulators, push);
    }
}
