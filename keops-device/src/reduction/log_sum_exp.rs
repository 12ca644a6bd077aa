//! The logarithm of a sum of exponentials.

use super::{Reduction, SumScheme};
use crate::kernel::Term;
use crate::math::Math;
use crate::real::{Real, Scalar};

/// `log(sum(exp(term)))`, computed as `m + log(sum(exp(term - m)))` with the running maximum m, so that nothing
/// overflows.
///
/// Terms that are -inf have weight 0; no term, or only -inf, gives -inf; a term +inf gives +inf; NaN gives NaN.
#[derive(Clone, Copy, Debug)]
pub struct LogSumExp;

/// The running maximum m and the sum of `exp(term - m)`.
///
/// The maximum starts at the lowest finite number rather than at -inf: `m - term` is then never `inf - inf` but for
/// two terms +inf, and needs no test.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedSum<S> {
    max: S,
    sum: S,
}

impl<S: Real> ShiftedSum<S> {
    /// Takes in `sum` exponentials shifted by `max`. One exponential: that of the smaller maximum.
    #[inline(always)]
    fn add(self, max: S, sum: S) -> Self {
        let grows = self.max.lt(max);
        // Equal maxima have ratio 1, two infinite ones included.
        let gap = S::select(max.ne(self.max), (max - self.max).abs(), S::constant(0.0));
        let ratio = (-gap).exp();
        Self {
            max: S::select(grows, max, self.max),
            sum: S::select(grows, self.sum.mul_add(ratio, sum), sum.mul_add(ratio, self.sum)),
        }
    }
}

impl Reduction for LogSumExp {
    type Accumulator<S: Real> = ShiftedSum<S>;
    type Total<S: Real> = ShiftedSum<S>;
    type Lanes<S: Real> = S;
    type Item<T: Scalar> = T;

    #[inline(always)]
    fn neutral<S: Real>(_count: usize) -> ShiftedSum<S> {
        ShiftedSum { max: S::splat(S::Scalar::LOWEST), sum: S::constant(0.0) }
    }

    #[inline(always)]
    fn resume<S: Real>(total: &ShiftedSum<S>, _scheme: SumScheme) -> ShiftedSum<S> {
        *total
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: ShiftedSum<S>, term: impl Term<S>, _position: S::Index) -> ShiftedSum<S> {
        accumulator.add(term.value(), S::constant(1.0))
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut ShiftedSum<S>, accumulator: ShiftedSum<S>, _scheme: SumScheme) {
        *total = accumulator;
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut ShiftedSum<S>, later: &ShiftedSum<S>) {
        *total = total.add(later.max, later.sum);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &ShiftedSum<S>) -> S {
        // No term of weight: log(0) = -inf.
        total.max + total.sum.log()
    }

    #[inline(always)]
    fn item<S: Real>(lanes: &S, lane: usize) -> S::Scalar {
        lanes.lane(lane)
    }
}
