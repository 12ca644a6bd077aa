//! Powers: x^y = exp(y log x), where the logarithm and the product carry a rounding error each in a second number.

use super::exponential::exp_corrected;
use super::pair::{fast_two_sum, two_prod};
use super::precision::Precision;
use crate::real::Real;

/// x^y with the special cases of the C function `pow`.
#[inline(always)]
pub(super) fn powf<S: Real>(x: S, y: S) -> S {
    let zero = S::constant(0.0);
    let one = S::constant(1.0);
    let infinite = S::constant(f64::INFINITY);
    let magnitude = x.abs();

    let (log, log_error) = log_extended(magnitude);
    // The saturation keeps the halves of y finite.
    let bounded = y.saturate(S::constant(S::Scalar::POWER_LIMIT));
    let (product, product_error) = two_prod(bounded, log);
    let power = exp_corrected(product, bounded.mul_add(log_error, product_error));

    let falling = y.lt(zero);
    let power = S::select(magnitude.eq(zero), S::select(falling, infinite, zero), power);
    let power = S::select(magnitude.eq(infinite), S::select(falling, zero, infinite), power);
    // All large numbers, infinity included, count as even integers.
    let half = S::constant(0.5) * y;
    let integral = y.floor().eq(y);
    let odd = integral & half.floor().ne(half);
    let power = S::select(odd, power.copysign(x), power);
    let undefined = x.lt(zero) & magnitude.lt(infinite) & !integral;
    let power = S::select(undefined | x.ne(x) | y.ne(y), S::constant(f64::NAN), power);
    S::select(x.eq(one) | y.eq(zero), one, power)
}

/// x to the power of an integer, by repeated multiplication; the loop unrolls where `n` is a constant.
#[inline(always)]
pub(super) fn powi<S: Real>(x: S, n: i32) -> S {
    let mut exponent = n.unsigned_abs();
    let mut square = x;
    let mut power = None;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = Some(power.map_or(square, |p: S| p * square));
        }
        exponent >>= 1;
        if exponent > 0 {
            square = square * square;
        }
    }
    let power = power.unwrap_or(S::constant(1.0));
    if n < 0 { S::constant(1.0) / power } else { power }
}

/// log(x) as an unevaluated sum, for finite x > 0, with some ten bits more than the working precision.
#[inline(always)]
fn log_extended<S: Real>(x: S) -> (S, S) {
    let (m, e) = x.split_pow2();
    let one = S::constant(1.0);
    let two = S::constant(2.0);
    // m = 1 + f; log(m) = 2 atanh(s) with s = f / (2 + f) = s0 + s1.
    let f = m - one;
    let (d0, d1) = fast_two_sum(two, f);
    let inverse = one / d0;
    let s0 = f * inverse;
    let (p0, p1) = two_prod(s0, d0);
    let s1 = ((f - p0) - p1 - s0 * d1) * inverse;
    // 2/3 s³ needs the second numbers too, the rest of the series does not.
    let (z0, z1) = two_prod(s0, s0);
    let z1 = (s0 + s0).mul_add(s1, z1);
    let (c0, c1) = two_prod(s0, z0);
    let c1 = s0.mul_add(z1, s1.mul_add(z0, c1));
    let [k0, k1] = S::Scalar::TWO_THIRDS.map(S::constant);
    let (t0, t1) = two_prod(c0, k0);
    let t1 = c1.mul_add(k0, c0.mul_add(k1, t1));
    let tail = (c0 * z0) * S::Scalar::atanh_tail(z0);
    let (log_m, error) = fast_two_sum(s0 + s0, t0);
    let error = error + (s1.mul_add(two, t1) + tail);
    let [high, low] = S::Scalar::LN_2.map(S::constant);
    // |log(m)| < ln 2 <= |e ln 2| unless e = 0.
    let (log, sum_error) = fast_two_sum(e * high, log_m);
    fast_two_sum(log, sum_error + e.mul_add(low, error))
}
