//! The number of terms that are not 0.

use super::Componentwise;
use crate::kernel::Term;
use crate::real::{Bits, Real, Scalar};

/// The number of terms that are not 0; 0 where there is none. A NaN counts, -0 does not.
#[derive(Clone, Copy, Debug)]
pub struct Count;

impl Componentwise for Count {
    // An index holds any number of terms, which a floating-point number of the same width would round.
    type Accumulator<S: Real> = S::Index;
    type Total<S: Real> = S::Index;
    type Lanes<S: Real> = S::Index;
    type Item<T: Scalar> = usize;
    const DEVICE_NAME: &'static str = "Count";
    const COUNTS: bool = true;

    #[inline(always)]
    fn neutral<S: Real>(_count: usize) -> S::Index {
        S::index_splat(0)
    }

    #[inline(always)]
    fn resume<S: Real>(total: &S::Index) -> S::Index {
        *total
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: S::Index, term: impl Term<S>, _position: S::Index) -> S::Index {
        let counts = term.value().ne(S::constant(0.0));
        accumulator.wrapping_add(S::index_select(counts, S::index_splat(1), S::index_splat(0)))
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut S::Index, accumulator: S::Index) {
        *total = accumulator;
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut S::Index, later: &S::Index) {
        *total = total.wrapping_add(*later);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &S::Index) -> S::Index {
        *total
    }

    #[inline(always)]
    fn item<S: Real>(lanes: &S::Index, lane: usize) -> usize {
        S::index_lane(*lanes, lane)
    }
}
