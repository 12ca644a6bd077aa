//! Sums weighted by exponentials, shifted so that nothing overflows.
//!
//! Segment 0 of the kernel is a *score* f, the other segments are what is summed with the weights `exp(f - shift)`. The
//! shift is a running maximum, per kept index. It is raised only where a score exceeds it by more than a margin, which
//! after the first few reduced indices almost never happens: then all sums are scaled once.

use super::many::{accumulate, shared, stream_many};
use super::{Reader, Step, Tile, locate, pairs, stream};
use crate::kernel::{ColumnOf, Kernel, Product, Term, Values, dim};
use crate::math::Math;
use crate::real::{Mask, Real, Scalar};
use crate::reduction::{Scheme, ShiftedSums};

/// What the terms of each pair of a register tile have in common, and the weights.
pub(super) type Weighed<K, S, const R: usize, const C: usize> = ([[<K as Kernel>::Shared<S>; R]; C], [[S; R]; C]);

/// The sums of one vector of kept indices, while a tile streams past.
pub(crate) type Sums<K, A, S> = <K as Kernel>::Components<<A as Scheme>::Accumulator<S>>;

/// Takes a tile of reduced indices into the sums of `R` vectors of kept indices, for a kernel of few components.
#[inline(always)]
pub(super) fn reduce_few<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    margin: f64,
    states: &mut [ShiftedSums<K, A, S>; R],
) {
    // A local copy, so that the sums can live in registers.
    let mut local = [K::Components::filled(A::resume(&A::zero())); R];
    let mut weigh = Weigh::<'_, K, A, S, R>::resume(tile, margin, states, &mut local);
    stream::<K, S, R, C>(tile, &mut weigh);
    let shifts = weigh.shifts;
    suspend(states, &shifts, &local);
}

/// The same for a kernel of many components. `scratch` is for their sums; its content does not matter.
#[inline(always)]
pub(super) fn reduce_many<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    margin: f64,
    states: &mut [ShiftedSums<K, A, S>; R],
    scratch: &mut [Sums<K, A, S>; R],
) {
    let weigh = Weigh::<'_, K, A, S, R>::resume(tile, margin, states, scratch);
    let mut weigh = WeighMany::<'_, K, A, S, R, C>(weigh);
    stream_many::<K, S, R, C>(tile, &mut weigh);
    let shifts = weigh.0.shifts;
    suspend(states, &shifts, scratch);
}

/// Puts the sums of a tile back between tiles.
#[inline(always)]
pub(super) fn suspend<K: Kernel, A: Scheme, S: Real, const R: usize>(
    states: &mut [ShiftedSums<K, A, S>; R],
    shifts: &[S; R],
    sums: &[Sums<K, A, S>; R],
) {
    for r in 0..R {
        let state = &mut states[r];
        let factor = (state.shift - shifts[r]).exp();
        state.shift = shifts[r];
        for (total, &sum) in state.sums.as_mut_slice().iter_mut().zip(sums[r].as_slice()) {
            A::suspend(total, sum, Some(factor));
        }
    }
}

/// Few components: everything unrolled, the sums in registers.
pub(super) struct Weigh<'a, K: Kernel, A: Scheme, S: Real, const R: usize> {
    pub(super) tile: &'a Tile<'a, K, S, R>,
    /// How far a score may exceed the shift.
    margin: S,
    pub(super) shifts: [S; R],
    /// The shifts as exponentials take them.
    exp_shifts: [S; R],
    /// The shifts plus the margin.
    limits: [S; R],
    pub(super) sums: &'a mut [Sums<K, A, S>; R],
}

impl<'a, K: Kernel, A: Scheme, S: Real, const R: usize> Weigh<'a, K, A, S, R> {
    #[inline(always)]
    pub(super) fn resume(
        tile: &'a Tile<'a, K, S, R>,
        margin: f64,
        states: &[ShiftedSums<K, A, S>; R],
        sums: &'a mut [Sums<K, A, S>; R],
    ) -> Self {
        let mut shifts = [S::constant(0.0); R];
        for r in 0..R {
            shifts[r] = states[r].shift;
            for (sum, total) in sums[r].as_mut_slice().iter_mut().zip(states[r].sums.as_slice()) {
                *sum = A::resume(total);
            }
        }
        let margin = S::constant(margin);
        Self {
            tile,
            margin,
            shifts,
            exp_shifts: shifts.map(S::exp_shift),
            limits: shifts.map(|shift| shift + margin),
            sums,
        }
    }

    /// Raises the shifts to `best` where that exceeds the limits.
    #[inline(always)]
    fn raise_to(&mut self, best: &[S; R]) {
        let mut exceeds = self.limits[0].lt(best[0]);
        unrolled!(R, r => exceeds = exceeds | self.limits[r].lt(best[r]));
        if !exceeds.any() {
            return;
        }
        let highest = -S::splat(S::Scalar::LOWEST);
        for (r, best) in best.iter().enumerate() {
            let raised = S::select(self.limits[r].lt(*best), best.min(highest), self.shifts[r]);
            let factor = (self.shifts[r] - raised).exp();
            self.shifts[r] = raised;
            self.exp_shifts[r] = S::exp_shift(raised);
            self.limits[r] = raised + self.margin;
            for sum in self.sums[r].as_mut_slice() {
                *sum = A::rescale(*sum, factor);
            }
        }
    }

    /// What the terms of each pair have in common, and the weights, after the shifts were raised where they must be.
    #[inline(always)]
    pub(super) fn weights<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C]) -> Weighed<K, S, R, C> {
        let shared = pairs::<K, S, R, C>(self.tile, columns);
        let mut weights = [[S::constant(0.0); R]; C];
        let mut best = self.limits;
        unrolled!(C, c => unrolled!(R, r => weights[c][r] = self.score(r, &columns[c].0, &shared[c][r], &mut best[r])));
        self.raise_to(&best);
        unrolled!(C, c => unrolled!(R, r => weights[c][r] = weights[c][r].exp_minus(self.exp_shifts[r])));
        (shared, weights)
    }

    /// The score of a pair; `best` becomes it where it is better.
    #[inline(always)]
    fn score(&self, r: usize, column: &K::Reduced<S::Scalar>, shared: &K::Shared<S>, best: &mut S) -> S {
        let score = K::term::<S>(0, 0, self.tile.params, &self.tile.kept[r], column, shared).value();
        *best = score.max_number(*best);
        score
    }
}

impl<K: Kernel, A: Scheme, S: Real, const R: usize> Step<K, S> for Weigh<'_, K, A, S, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], _first: usize) {
        let (shared, weights) = self.weights(columns);
        let (tile, columns) = self.tile.operands(columns, Reader::Terms);
        unrolled!(C, c => add_column::<K, A, S, R>(&tile, &columns[c].0, &shared[c], &weights[c], self.sums));
    }
}

#[inline(always)]
fn add_column<K: Kernel, A: Scheme, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    column: &K::Reduced<S::Scalar>,
    shared: &[K::Shared<S>; R],
    weights: &[S; R],
    sums: &mut [Sums<K, A, S>; R],
) {
    unrolled!(R, r => {
        add_pair::<K, A, S>(tile.params, &tile.kept[r], column, &shared[r], weights[r], &mut sums[r]);
    });
}

/// A function of its own, as it is compiled once for all pairs of a register tile.
#[inline(always)]
fn add_pair<K: Kernel, A: Scheme, S: Real>(
    params: &K::Params<S::Scalar>,
    kept: &K::Kept<S>,
    column: &K::Reduced<S::Scalar>,
    shared: &K::Shared<S>,
    weight: S,
    sums: &mut Sums<K, A, S>,
) {
    let sums = sums.as_mut_slice();
    unrolled!(16, dim::<K>(), o => {
        // The score is no component.
        let (segment, entry) = const { locate(K::SEGMENTS, o + 1) };
        let term = K::term::<S>(segment, entry, params, kept, column, shared);
        sums[o] = A::push(sums[o], Product(weight, term.value()));
    });
}

/// Many components.
struct WeighMany<'a, K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(Weigh<'a, K, A, S, R>);

impl<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize> Step<K, S> for WeighMany<'_, K, A, S, R, C> {
    #[inline(always)]
    fn step<const T: usize>(&mut self, columns: &[ColumnOf<K, S>; T], _first: usize) {
        let weigh = &mut self.0;
        let shared = shared::<K, S, R, C, T>(weigh.tile, columns);
        let mut weights = [[S::constant(0.0); R]; T];
        let mut best = weigh.limits;
        for t in 0..T {
            unrolled!(R, r => weights[t][r] = weigh.score(r, &columns[t].0, &shared[t][r], &mut best[r]));
        }
        weigh.raise_to(&best);
        for weights in &mut weights {
            unrolled!(R, r => weights[r] = weights[r].exp_minus(weigh.exp_shifts[r]));
        }
        let push = |sum, t: usize, r: usize, term: K::Term<S>| A::push(sum, Product(weights[t][r], term.value()));
        accumulate::<K, S, _, R, T, 1>(weigh.tile, columns, &shared, weigh.sums, push);
    }
}
