//! Sums and products with their rounding errors, for functions that need more than the working precision on the way.

use super::precision::Precision;
use crate::real::Real;

/// (s, e) with s + e = a + b exactly and s the rounded sum; |a| >= |b| or a = 0.
#[inline(always)]
pub(super) fn fast_two_sum<S: Real>(a: S, b: S) -> (S, S) {
    let s = a + b;
    (s, b - (s - a))
}

/// (s, e) with s + e = a + b exactly and s the rounded sum.
#[inline(always)]
pub(super) fn two_sum<S: Real>(a: S, b: S) -> (S, S) {
    let s = a + b;
    let b_rounded = s - a;
    let a_rounded = s - b_rounded;
    (s, (a - a_rounded) + (b - b_rounded))
}

/// (p, e) with p + e = a b and p the rounded product; exact unless something overflows or is subnormal.
#[inline(always)]
pub(super) fn two_prod<S: Real>(a: S, b: S) -> (S, S) {
    let p = a * b;
    if S::FUSED {
        (p, a.mul_add(b, -p))
    } else {
        // Dekker's product: the halves of the factors have exact products.
        let (a1, a2) = halves(a);
        let (b1, b2) = halves(b);
        (p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2)
    }
}

/// The sum of two numbers with at most half the mantissa bits each.
#[inline(always)]
fn halves<S: Real>(a: S) -> (S, S) {
    let scaled = a * S::constant(S::Scalar::SPLITTER);
    let high = scaled - (scaled - a);
    (high, a - high)
}
