//! The position of the smallest term.

use super::{Reduction, SumScheme};
use crate::kernel::Term;
use crate::real::{Real, Scalar};

/// The reduced index of the smallest term, the first of equals. NaN and +inf never win; where nothing wins, the
/// result is the number of reduced indices.
#[derive(Clone, Copy, Debug)]
pub struct ArgMin;

/// The smallest term so far and its index.
#[derive(Clone, Copy, Debug)]
pub struct Best<S: Real> {
    value: S,
    position: S::Index,
}

impl<S: Real> Best<S> {
    /// Takes in a term of a higher index: only a strictly smaller one wins.
    #[inline(always)]
    fn add(self, value: S, position: S::Index) -> Self {
        let wins = value.lt(self.value);
        Self { value: S::select(wins, value, self.value), position: S::index_select(wins, position, self.position) }
    }
}

impl Reduction for ArgMin {
    type Accumulator<S: Real> = Best<S>;
    type Total<S: Real> = Best<S>;
    type Lanes<S: Real> = S::Index;
    type Item<T: Scalar> = usize;

    #[inline(always)]
    fn neutral<S: Real>(count: usize) -> Best<S> {
        Best { value: S::constant(f64::INFINITY), position: S::index_splat(count) }
    }

    #[inline(always)]
    fn resume<S: Real>(total: &Best<S>, _scheme: SumScheme) -> Best<S> {
        *total
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: Best<S>, term: impl Term<S>, position: S::Index) -> Best<S> {
        accumulator.add(term.value(), position)
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut Best<S>, accumulator: Best<S>, _scheme: SumScheme) {
        *total = accumulator;
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut Best<S>, later: &Best<S>) {
        *total = total.add(later.value, later.position);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &Best<S>) -> S::Index {
        total.position
    }

    #[inline(always)]
    fn item<S: Real>(lanes: &S::Index, lane: usize) -> usize {
        S::index_lane(*lanes, lane)
    }
}
