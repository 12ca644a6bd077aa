//! The exponential, by exp(x) = 2^n exp(r) with r = x - n ln 2, and that to the base 2, by 2^-x = 2^n 2^-r with
//! r = x + n.

use super::precision::Precision;
use crate::real::{Bits, Real, Scalar};

/// exp(x); 0 where n is below [`lowest_exponent`]. The sign of an argument computed by negation disappears in the
/// multiply-adds, which are all that read it where [`Real::SCALES_ANY`].
#[inline(always)]
pub(super) fn exp<S: Real>(x: S) -> S {
    if S::HAS_EXP {
        return x.exp_native();
    }
    let (shifted, n, r) = reduce(x);
    if S::SCALES_ANY {
        let lowest = S::constant(lowest_exponent::<S>());
        // r is meaningless where n is so large that the result is 0 or infinite anyway, and NaN for infinite x: the
        // polynomial must merely be positive then. NaN as x stays in n.
        S::Scalar::exp_reduced_fast(r.saturate(S::constant(1.0))).scale_by_pow2_or_zero(n, lowest)
    } else {
        let scaled = scaled(S::Scalar::exp_reduced_fast(r), shifted, n);
        S::select(x.le(S::constant(S::Scalar::EXP_MAX)), scaled, x + S::constant(f64::INFINITY))
    }
}

/// 2^-x, as [`exp`].
#[inline(always)]
pub(super) fn exp2_neg<S: Real>(x: S) -> S {
    if S::HAS_EXP {
        return x.exp2_neg_native();
    }
    let magic = S::constant(S::Scalar::ROUNDING_MAGIC);
    let shifted = magic - x;
    let n = shifted - magic;
    // Exact.
    let r = x + n;
    if S::SCALES_ANY {
        let lowest = S::constant(lowest_exponent::<S>());
        S::Scalar::exp2_neg_reduced_fast(r.saturate(S::constant(1.0))).scale_by_pow2_or_zero(n, lowest)
    } else {
        let scaled = scaled(S::Scalar::exp2_neg_reduced_fast(r), shifted, n);
        let inside = S::constant(-(S::Scalar::EXPONENT_BIAS + 1.0)).lt(x);
        S::select(inside, scaled, S::constant(f64::INFINITY) - x)
    }
}

/// `reduced * 2^n`, where n stands in the low bits of `shifted`, and is not too large; 0 where it is below
/// [`lowest_exponent`].
#[inline(always)]
fn scaled<S: Real>(reduced: S, shifted: S, n: S) -> S {
    let exponent = shifted.to_bits().shift_left(S::Scalar::MANTISSA_BITS);
    let scaled = S::from_bits(reduced.to_bits().wrapping_add(exponent));
    S::select(n.lt(S::constant(lowest_exponent::<S>())), S::constant(0.0), scaled)
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
