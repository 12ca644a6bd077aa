//! Sums weighted by exponentials, shifted so that nothing overflows.
//!
//! Segment 0 of the kernel is a *score* f, the other segments are what is summed with the weights `exp(f - shift)`. The
//! shift is a running maximum, per kept index. It is raised only where a score exceeds it by more than a margin, which
//! after the first few reduced indices almost never happens: then all sums are scaled once.

use super::{MAX_UNROLLED_COMPONENTS, Step, Tile, folds, locate, pairs, start, stream};
use crate::kernel::{Kernel, Term, Values, dim};
use crate::math::Math;
use crate::real::{Mask, Real, Scalar};
use crate::reduction::{Compensated, ShiftedSums, SumScheme};

/// The shifted sums of one vector of kept indices, while a tile streams past.
struct Weigh<'a, K: Kernel, S: Real, const R: usize> {
    tile: &'a Tile<'a, K, S, R>,
    /// How far a score may exceed the shift.
    margin: S,
    shifts: [S; R],
    /// The shifts plus the margin.
    limits: [S; R],
    sums: &'a mut [K::Components<S>; R],
}

/// Takes a tile of reduced indices into the sums of `R` vectors of kept indices.
#[inline(always)]
pub(crate) fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    margin: f64,
    states: &mut [ShiftedSums<K, S>; R],
    scratch: &mut [K::Components<S>; R],
) {
    let mut shifts = [S::constant(0.0); R];
    for (shift, state) in shifts.iter_mut().zip(states.iter()) {
        *shift = state.shift;
    }
    if const { dim::<K>() <= MAX_UNROLLED_COMPONENTS } {
        // A local copy, so that the sums can live in registers.
        let mut local = [K::Components::filled(S::constant(0.0)); R];
        shifts = weigh_tile::<K, S, R, C>(tile, margin, states, shifts, &mut local);
        suspend(tile.scheme, states, &shifts, &local);
    } else {
        shifts = weigh_tile::<K, S, R, C>(tile, margin, states, shifts, scratch);
        suspend(tile.scheme, states, &shifts, scratch);
    }
}

#[inline(always)]
fn weigh_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    margin: f64,
    states: &[ShiftedSums<K, S>; R],
    shifts: [S; R],
    sums: &mut [K::Components<S>; R],
) -> [S; R] {
    for (sums, state) in sums.iter_mut().zip(states) {
        for (sum, total) in sums.as_mut_slice().iter_mut().zip(state.sums.as_slice()) {
            *sum = match tile.scheme {
                SumScheme::Direct => total.high,
                SumScheme::Block => S::constant(0.0),
            };
        }
    }
    let margin = S::constant(margin);
    let mut weigh = Weigh { tile, margin, shifts, limits: shifts.map(|shift| shift + margin), sums };
    stream::<K, S, R, C>(tile, &mut weigh);
    weigh.shifts
}

/// Puts the sums of a tile back between tiles.
#[inline(always)]
fn suspend<K: Kernel, S: Real, const R: usize>(
    scheme: SumScheme,
    states: &mut [ShiftedSums<K, S>; R],
    shifts: &[S; R],
    sums: &[K::Components<S>; R],
) {
    for r in 0..R {
        let state = &mut states[r];
        let ratio = (state.shift - shifts[r]).exp();
        state.shift = shifts[r];
        for (total, &sum) in state.sums.as_mut_slice().iter_mut().zip(sums[r].as_slice()) {
            match scheme {
                SumScheme::Direct => *total = Compensated { high: sum, low: S::constant(0.0) },
                SumScheme::Block => {
                    total.scale(ratio);
                    total.add(sum);
                }
            }
        }
    }
}

impl<K: Kernel, S: Real, const R: usize> Weigh<'_, K, S, R> {
    /// Raises the shifts to `best` where that exceeds the limits.
    #[inline(always)]
    fn raise(&mut self, best: &[S; R]) {
        let highest = -S::splat(S::Scalar::LOWEST);
        for (r, best) in best.iter().enumerate() {
            let raised = S::select(self.limits[r].lt(*best), best.min(highest), self.shifts[r]);
            let ratio = (self.shifts[r] - raised).exp();
            self.shifts[r] = raised;
            self.limits[r] = raised + self.margin;
            for sum in self.sums[r].as_mut_slice() {
                *sum = *sum * ratio;
            }
        }
    }
}

impl<K: Kernel, S: Real, const R: usize> Step<K, S> for Weigh<'_, K, S, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[K::Reduced<S::Scalar>; C], _first: usize) {
        let tile = self.tile;
        let folds = folds::<K, S, R, C>(tile, columns);
        let shared = pairs::<K, S, R, C>(tile, columns, &folds);
        let mut weights = [[S::constant(0.0); R]; C];
        let mut best = self.limits;
        unrolled!(C, c => unrolled!(R, r => {
            let score = K::term::<S>(0, 0, tile.params, &tile.kept[r], &columns[c], &shared[c][r]).value();
            weights[c][r] = score;
            // In this order a NaN is passed over.
            best[r] = score.max(best[r]);
        }));
        let mut exceeds = self.limits[0].lt(best[0]);
        unrolled!(R, r => exceeds = exceeds | self.limits[r].lt(best[r]));
        if exceeds.any() {
            self.raise(&best);
        }
        unrolled!(C, c => unrolled!(R, r => weights[c][r] = (weights[c][r] - self.shifts[r]).exp()));
        if const { dim::<K>() <= MAX_UNROLLED_COMPONENTS } {
            unrolled!(C, c => add_column::<K, S, R>(tile, &columns[c], &shared[c], &weights[c], self.sums));
        } else {
            add_components::<K, S, R, C>(tile, columns, &shared, &weights, self.sums);
        }
    }
}

/// Few components: everything unrolled.
#[inline(always)]
fn add_column<K: Kernel, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    column: &K::Reduced<S::Scalar>,
    shared: &[K::Shared<S>; R],
    weights: &[S; R],
    sums: &mut [K::Components<S>; R],
) {
    unrolled!(R, r => {
        let sums = sums[r].as_mut_slice();
        unrolled!(16, dim::<K>(), o => {
            // The score is no component.
            let (segment, entry) = locate(K::SEGMENTS, o + 1);
            let term = K::term::<S>(segment, entry, tile.params, &tile.kept[r], column, &shared[r]);
            sums[o] = weights[r].mul_add(term.value(), sums[o]);
        });
    });
}

/// Many components: a loop over them, each taking `C` terms in per load and store of its sum.
#[inline(always)]
fn add_components<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[K::Reduced<S::Scalar>; C],
    shared: &[[K::Shared<S>; R]; C],
    weights: &[[S; R]; C],
    sums: &mut [K::Components<S>; R],
) {
    unrolled!(K::SEGMENTS.len(), segment => if segment > 0 {
        let start = start(K::SEGMENTS, segment) - 1;
        for entry in 0..K::SEGMENTS[segment] {
            unrolled!(R, r => {
                let sum = &mut sums[r].as_mut_slice()[start + entry];
                let mut local = *sum;
                unrolled!(C, c => {
                    let term = K::term::<S>(segment, entry, tile.params, &tile.kept[r], &columns[c], &shared[c][r]);
                    local = weights[c][r].mul_add(term.value(), local);
                });
                *sum = local;
            });
        }
    });
}
