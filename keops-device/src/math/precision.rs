//! [`Precision`]: what differs between the elementary functions of `f32` and of `f64`.

use crate::real::Real;

/// The constants and polynomials of one floating-point type. Implemented by `f32` and `f64` alone.
///
/// A constant given as several parts is their sum: a multiple of the first one is exact, or at least its difference
/// from a nearby number is.
pub trait Precision: Sized {
    /// ln 2. Products of the first part with exponents are exact.
    const LN_2: [f64; 2];
    /// The largest argument of which exp is finite.
    const EXP_MAX: f64;
    /// exp is infinite at this number and 0 at its negative; their products with log2(e) are exponents that
    /// [`Real::scale_by_pow2`] accepts.
    const EXP_LIMIT: f64;
    /// Exponents of powers are limited to this magnitude: no number but 1 raised to it is finite and other than 0.
    const POWER_LIMIT: f64;
    /// π, for arithmetic with fused multiply-add. All parts are positive, so that zeros keep their sign.
    const PI_FUSED: [f64; 3];
    /// π, for arithmetic without, likewise: products of the first three parts with half-integers below 2^10 (`f32`), 2^20 (`f64`) are exact.
    const PI_UNFUSED: [f64; 4];
    /// The largest argument of sin and cos that the parts of π reduce, with fused multiply-add and without.
    const SIN_LIMIT: [f64; 2];
    /// π/4. Small multiples of the first part are exact.
    const FRAC_PI_4: [f64; 2];
    /// π/2, the first part being the nearest number.
    const FRAC_PI_2: [f64; 2];
    /// 2/3, the first part being the nearest number.
    const TWO_THIRDS: [f64; 2];
    /// 2 to the power of half the number of mantissa bits, plus 1: the product with it splits a number in two halves.
    const SPLITTER: f64;
    /// The number below 1/2.
    const BELOW_HALF: f64;
    /// From this magnitude on, the sum of two numbers may overflow.
    const LARGE: f64;

    /// exp(r) for |r| <= ln(2)/2, a positive number for |r| <= 1.
    fn exp_reduced<S: Real<Scalar = Self>>(r: S) -> S;
    /// exp(r) as [`Precision::exp_reduced`], faster where an error of up to 2 units in the last place remains.
    fn exp_reduced_fast<S: Real<Scalar = Self>>(r: S) -> S;
    /// 2^-r for |r| <= 1/2, a positive number for |r| <= 1, with an error of up to 2 units in the last place.
    fn exp2_neg_reduced_fast<S: Real<Scalar = Self>>(r: S) -> S;
    /// log(x), with the special values of [`crate::Math::log`].
    fn log<S: Real<Scalar = Self>>(x: S) -> S;
    /// (sin(r) / r - 1) where z = r², |r| <= π/2, +0 for z = 0.
    fn sin_excess<S: Real<Scalar = Self>>(z: S) -> S;
    /// (atan(t) / t - 1) where z = t², |t| <= 1/2.
    fn atan_excess<S: Real<Scalar = Self>>(z: S) -> S;
    /// (asin(s) / s - 1) where z = s², |s| <= 1/2.
    fn asin_excess<S: Real<Scalar = Self>>(z: S) -> S;
    /// (2 atanh(s) - 2s - 2/3 s³) / s⁵ where z = s², |s| <= 1/5.
    fn atanh_tail<S: Real<Scalar = Self>>(z: S) -> S;

    /// The finite positive number as an integral mantissa and an exponent: `mantissa * 2^exponent`.
    fn decompose(self) -> (u64, i32);
    /// `mantissa * 2^exponent` rounded, which must be a normal number.
    fn compose(mantissa: u64, exponent: i32) -> Self;
}

/// `z (p - 1/8)`, and +0 for z = 0. The multiple of 1/8 is exact, so that p, when it is much smaller, may carry a
/// rounding error.
#[inline(always)]
pub(super) fn excess_from_eighth<S: Real>(z: S, p: S) -> S {
    // Adding zero takes -0 to +0.
    let eighth = z.mul_add(S::constant(-0.125), S::constant(0.0));
    z.mul_add(p, eighth)
}

/// The polynomial in `$z` with the given coefficients, from the constant one up, by Horner's rule in the type `S`.
macro_rules! polynomial {
    ($z:expr; $c:expr $(,)?) => { S::constant($c) };
    ($z:expr; $c:expr, $($rest:expr),+ $(,)?) => {
        polynomial!($z; $($rest),+).mul_add($z, S::constant($c))
    };
}
pub(super) use polynomial;
