//! The exponential, by exp(x) = 2^n exp(r) with r = x - n ln 2.

use super::precision::Precision;
use crate::real::{Bits, Real, Scalar};

/// exp(x); 0 where n is below [`lowest_exponent`]. The sign of an argument computed by negation disappears in the
/// multiply-adds, which are all that read it where [`Real::SCALES_ANY`].
#[inline(always)]
pub(super) fn exp<S: Real>(x: S) -> S {
    if S::HAS_EXP {
        return x.exp_native();
    }
    let lowest = S::constant(lowest_exponent::<S>());
    if S::SCALES_ANY {
        let (_, n, r) = reduce(x);
        // r is meaningless where n is so large that the result is 0 or infinite anyway, and NaN for infinite x: the
        // polynomial must merely be positive then. NaN as x stays in n.
        S::Scalar::exp_reduced_fast(r.saturate(S::constant(1.0))).scale_by_pow2_or_zero(n, lowest)
    } else {
        let (shifted, n, r) = reduce(x);
        let exponent = shifted.to_bits().shift_left(S::Scalar::MANTISSA_BITS);
        let scaled = S::from_bits(S::Scalar::exp_reduced_fast(r).to_bits().wrapping_add(exponent));
        let scaled = S::select(n.lt(lowest), S::constant(0.0), scaled);
        S::select(x.le(S::constant(S::Scalar::EXP_MAX)), scaled, x + S::constant(f64::INFINITY))
    }
}

/// Results `2^n exp(r)` with smaller n are flushed to 0: some of them would be subnormal, and computing those takes
/// many processors a hundred times longer, which a Gaussian kernel with its long tails would suffer from.
#[inline(always)]
fn lowest_exponent<S: Real>() -> f64 {
    2.0 - S::Scalar::EXPONENT_BIAS
}

/// exp(x + correction), where the correction is small against 1 and x is not NaN.
#[inline(always)]
pub(super) fn exp_corrected<S: Real>(x: S, correction: S) -> S {
    let bound = S::constant(S::Scalar::EXP_LIMIT);
    let inside = x.abs().le(bound);
    let (_, n, r) = reduce(x.saturate(bound));
    let r = r + S::select(inside, correction, S::constant(0.0));
    S::Scalar::exp_reduced(r).scale_by_pow2(n)
}

/// (shifted, n, r) with integral n and r = x - n ln 2, |r| <= ln(2)/2 up to rounding. n stands in the low bits of
/// `shifted` as well.
#[inline(always)]
fn reduce<S: Real>(x: S) -> (S, S, S) {
    let magic = S::constant(S::Scalar::ROUNDING_MAGIC);
    let shifted = x.mul_add(S::constant(core::f64::consts::LOG2_E), magic);
    let n = shifted - magic;
    let r = n.mul_add(S::constant(-S::Scalar::LN_2[0]), x);
    (shifted, n, n.mul_add(S::constant(-S::Scalar::LN_2[1]), r))
}
