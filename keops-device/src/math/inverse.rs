//! The inverse trigonometric functions.

use super::precision::Precision;
use crate::real::Real;

/// atan(x).
#[inline(always)]
pub(super) fn atan<S: Real>(x: S) -> S {
    angle(x.abs(), S::constant(1.0), None).copysign(x)
}

/// The angle of the point (x, y).
#[inline(always)]
pub(super) fn atan2<S: Real>(y: S, x: S) -> S {
    let one = S::constant(1.0);
    let (a, b) = (y.abs(), x.abs());
    // Halved twice where the sum might overflow. A small number that loses bits so is negligible against the other.
    let large = S::constant(S::Scalar::LARGE);
    let scale = S::select(large.lt(a) | large.lt(b), S::constant(0.25), one);
    let (a, b) = (a * scale, b * scale);
    // Two infinities make 1/1, two zeros make 0/1.
    let infinite = S::constant(f64::INFINITY);
    let both_infinite = a.eq(infinite) & b.eq(infinite);
    let a = S::select(both_infinite, one, a);
    let zero = S::constant(0.0);
    let b = S::select(both_infinite | (a.eq(zero) & b.eq(zero)), one, b);
    // The sign of zero counts.
    angle(a, b, Some(one.copysign(x).lt(zero))).copysign(y)
}

/// The angle of the point (b, a) for a, b >= 0, not both 0 or infinite; of (-b, a) where `mirrored`.
///
/// It is a multiple of π/4 plus the arctangent of t, |t| <= 1/2.
#[inline(always)]
fn angle<S: Real>(a: S, b: S, mirrored: Option<S::Mask>) -> S {
    let steep = b.lt(a);
    let small = S::select(steep, b, a);
    let big = S::select(steep, a, b);
    // atan(q) = π/4 + atan((q - 1)/(q + 1)) for q > 1/2.
    let diagonal = big.lt(small + small);
    let t = S::select(diagonal, small - big, small) / S::select(diagonal, small + big, big);
    let eighths = S::select(diagonal, S::constant(1.0), S::constant(0.0));
    // Each reflection of the point keeps the angle's distance from a multiple of π/4, with the other sign.
    let t = S::select(steep, -t, t);
    let eighths = S::select(steep, S::constant(2.0) - eighths, eighths);
    let (t, eighths) = match mirrored {
        Some(mirrored) => (S::select(mirrored, -t, t), S::select(mirrored, S::constant(4.0) - eighths, eighths)),
        None => (t, eighths),
    };
    let [high, low] = S::Scalar::FRAC_PI_4.map(S::constant);
    let excess = S::Scalar::atan_excess(t * t);
    eighths * high + (t + excess.mul_add(t, eighths * low))
}

/// asin(x).
#[inline(always)]
pub(super) fn asin<S: Real>(x: S) -> S {
    let (outer, s, excess) = half_angle(x);
    // π/2 - 2 asin(s), by way of π/4 - 2s, which is exact.
    let two_s = s + s;
    let [high, low] = S::Scalar::FRAC_PI_4.map(S::constant);
    let far = high + ((high - two_s) + (low + low - excess * two_s));
    S::select(outer, far, excess.mul_add(s, s)).copysign(x)
}

/// acos(x).
#[inline(always)]
pub(super) fn acos<S: Real>(x: S) -> S {
    let (outer, s, excess) = half_angle(x);
    // 2 asin(s) for x > 1/2, π - 2 asin(s) for x < -1/2, else π/2 - asin(x).
    let w = S::select(outer, (s + s).copysign(x), -x);
    let zero = S::constant(0.0);
    let one = S::constant(1.0);
    let quarters = S::select(outer, S::select(x.lt(zero), one + one, zero), one);
    let [high, low] = S::Scalar::FRAC_PI_2.map(S::constant);
    (quarters * high + w) + excess.mul_add(w, quarters * low)
}

/// For |x| <= 1/2: s = |x|. Elsewhere, in the mask: s = sqrt((1 - |x|)/2), so that asin|x| = π/2 - 2 asin(s).
/// In both cases asin(s) = s + excess s. NaN for |x| > 1.
#[inline(always)]
fn half_angle<S: Real>(x: S) -> (S::Mask, S, S) {
    let magnitude = x.abs();
    let half = S::constant(0.5);
    let outer = half.lt(magnitude);
    let z = S::select(outer, half - half * magnitude, magnitude * magnitude);
    let s = S::select(outer, z.sqrt(), magnitude);
    (outer, s, S::Scalar::asin_excess(z))
}
