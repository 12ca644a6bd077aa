//! The exponential, by exp(x) = 2^n exp(r) with r = x - n ln 2.

use super::precision::Precision;
use crate::real::{Real, Scalar};

/// exp(x). The sign of an argument computed by negation disappears in the multiply-adds, which are all that read it
/// where [`Real::SCALES_ANY`].
#[inline(always)]
pub(super) fn exp<S: Real>(x: S) -> S {
    if S::SCALES_ANY {
        let (n, r) = reduce(x);
        // r is meaningless where n is so large that the result is 0 or infinite anyway, and NaN for infinite x: the
        // polynomial must merely be positive then. NaN as x stays in n.
        S::Scalar::exp_reduced_fast(r.saturate(S::constant(1.0))).scale_by_pow2(n)
    } else {
        // In this order of the arguments NaN passes.
        let x = S::constant(S::Scalar::EXP_RANGE[0]).min(x);
        let (n, r) = reduce(S::constant(S::Scalar::EXP_RANGE[1]).max(x));
        S::Scalar::exp_reduced_fast(r).scale_by_pow2(n)
    }
}

/// exp(x + correction), where the correction is small against 1 and x is not NaN.
#[inline(always)]
pub(super) fn exp_corrected<S: Real>(x: S, correction: S) -> S {
    let bound = S::constant(-S::Scalar::EXP_RANGE[1]);
    let inside = x.abs().le(bound);
    let (n, r) = reduce(x.saturate(bound));
    let r = r + S::select(inside, correction, S::constant(0.0));
    S::Scalar::exp_reduced(r).scale_by_pow2(n)
}

/// (n, r) with integral n and r = x - n ln 2, |r| <= ln(2)/2 up to rounding.
#[inline(always)]
fn reduce<S: Real>(x: S) -> (S, S) {
    let magic = S::constant(S::Scalar::ROUNDING_MAGIC);
    let n = x.mul_add(S::constant(core::f64::consts::LOG2_E), magic) - magic;
    let r = n.mul_add(S::constant(-S::Scalar::LN_2[0]), x);
    (n, n.mul_add(S::constant(-S::Scalar::LN_2[1]), r))
}
