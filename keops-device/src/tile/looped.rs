//! Many components on a GPU, whose compiler unrolls the loops over them: it has more registers.

use super::componentwise::{self, Accumulators, Totals};
use super::placement::{anew, anew_mut, below, components_in_memory, hidden, totals_in_memory};
use super::shifted::{self, Sums, Weigh};
use super::{Reader, Step, Tile, pairs, start, stream};
use crate::kernel::{ColumnOf, Kernel, Product, Term, Values};
use crate::real::Real;
use crate::reduction::{Componentwise, Scheme, ShiftedSums};

/// Takes a tile of reduced indices into the totals of `R` vectors of kept indices.
#[inline(always)]
pub(super) fn componentwise<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    totals: &mut [Totals<K, Red, S>; R],
) {
    let in_memory = const { totals_in_memory::<K, S, Red::Accumulator<S>, Red::Total<S>, R>() };
    let mut local = [K::Components::filled(Red::resume::<S>(&Red::neutral(0))); R];
    componentwise::resume::<K, Red, S, R>(if in_memory { anew(totals, u32::MAX) } else { totals }, &mut local);
    stream::<K, S, R, C>(tile, &mut PushLooped::<'_, K, Red, S, R> { tile, accumulators: &mut local });
    componentwise::suspend::<K, Red, S, R>(if in_memory { anew_mut(totals) } else { totals }, &local);
}

/// Many components, in registers.
struct PushLooped<'a, K: Kernel, Red: Componentwise, S: Real, const R: usize> {
    tile: &'a Tile<'a, K, S, R>,
    accumulators: &'a mut [Accumulators<K, Red, S>; R],
}

impl<K: Kernel, Red: Componentwise, S: Real, const R: usize> Step<K, S> for PushLooped<'_, K, Red, S, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], first: usize) {
        let shared = pairs::<K, S, R, C>(self.tile, columns);
        let (tile, columns) = self.tile.operands(columns, Reader::Terms);
        unrolled!(K::SEGMENTS.len(), segment => {
            let start = start(K::SEGMENTS, segment);
            for entry in 0..K::SEGMENTS[segment] {
                unrolled!(C, c => unrolled!(R, r => {
                    let accumulator = &mut self.accumulators[r].as_mut_slice()[start + entry];
                    let (kept, column) = (&tile.kept[r], &columns[c].0);
                    let term = K::term::<S>(segment, entry, tile.params, kept, column, &shared[c][r]);
                    *accumulator = Red::push(*accumulator, term, S::index_splat(first + c));
                }));
            }
        });
    }
}

/// Takes a tile of reduced indices into the sums of `R` vectors of kept indices.
#[inline(always)]
pub(super) fn shifted<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    margin: f64,
    states: &mut [ShiftedSums<K, A, S>; R],
) {
    let in_memory = const { totals_in_memory::<K, S, A::Accumulator<S>, A::Total<S>, R>() };
    let mut local = [K::Components::filled(A::resume(&A::zero())); R];
    let before = if in_memory { anew(states, u32::MAX) } else { &*states };
    let mut weigh = WeighLooped(Weigh::<'_, K, A, S, R>::resume(tile, margin, before, &mut local));
    stream::<K, S, R, C>(tile, &mut weigh);
    let shifts = weigh.0.shifts;
    shifted::suspend(if in_memory { anew_mut(states) } else { states }, &shifts, &local);
}

/// Many components, in registers.
struct WeighLooped<'a, K: Kernel, A: Scheme, S: Real, const R: usize>(Weigh<'a, K, A, S, R>);

impl<K: Kernel, A: Scheme, S: Real, const R: usize> Step<K, S> for WeighLooped<'_, K, A, S, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], _first: usize) {
        let (shared, weights) = self.0.weights(columns);
        let Weigh { tile, sums, .. } = &mut self.0;
        let (tile, columns) = tile.operands(columns, Reader::Terms);
        unrolled!(K::SEGMENTS.len(), segment => if segment > 0 {
            let start = start(K::SEGMENTS, segment) - 1;
            let count = K::SEGMENTS[segment];
            // Sums that are too many for registers stay in memory.
            let rounds = if const { components_in_memory::<K, A::Accumulator<S>, R>() } { hidden(count) } else { count };
            for entry in 0..rounds {
                let entry = below(entry, count);
                unrolled!(C, c => unrolled!(R, r => {
                    let sum = &mut sums[r].as_mut_slice()[start + entry];
                    let (kept, column) = (&tile.kept[r], &columns[c].0);
                    let term = K::term::<S>(segment, entry, tile.params, kept, column, &shared[c][r]);
                    *sum = A::push(*sum, Product(weights[c][r], term.value()));
                }));
            }
        });
    }
}
