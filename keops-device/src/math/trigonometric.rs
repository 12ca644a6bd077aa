//! Sine and cosine: the argument is reduced to r in [-π/2, π/2] with the same sine, up to the sign, which the parity of
//! the multiple of π gives. A single polynomial then serves both functions.

use super::pair::{fast_two_sum, two_prod, two_sum};
use super::precision::{Precision, polynomial};
use crate::real::{Bits, Mask, Real, Scalar};

/// sin(x).
#[inline(always)]
pub(super) fn sin<S: Real>(x: S) -> S {
    sin_reduced(reduce::<S, false>(x))
}

/// cos(x).
#[inline(always)]
pub(super) fn cos<S: Real>(x: S) -> S {
    sin_reduced(reduce::<S, true>(x))
}

/// sin(x) / x.
#[inline(always)]
pub(super) fn sinxdivx<S: Real>(x: S) -> S {
    // The quotient has an error of its own, which leaves none for the reduction.
    let (r, rest) = reduce_exactly(x);
    let z = r * r;
    let cosine = polynomial!(z; 1.0, -0.5, 1.0 / 24.0, -1.0 / 720.0);
    let sine = r + S::Scalar::sin_excess(z).mul_add(r, rest * cosine);
    S::select(x.eq(S::constant(0.0)), S::constant(1.0), sine / x)
}

/// sin(r) for |r| <= π/2. The excess is +0 at zeros, so that the sum keeps the sign of zero.
#[inline(always)]
fn sin_reduced<S: Real>(r: S) -> S {
    S::Scalar::sin_excess(r * r).mul_add(r, r)
}

/// r in [-π/2, π/2] with sin(r) = sin(x), or = cos(x) if `COSINE`.
#[inline(always)]
fn reduce<S: Real, const COSINE: bool>(x: S) -> S {
    let magic = S::constant(S::Scalar::ROUNDING_MAGIC);
    let turns = S::constant(core::f64::consts::FRAC_1_PI);
    // sin(x) = (-1)^n sin(x - nπ); cos(x) = (-1)^n sin((n + 1/2)π - x).
    let (shifted, r) = if COSINE {
        let shifted = x.mul_add(turns, S::constant(-0.5)) + magic;
        (shifted, add_multiple(-x, shifted - magic + S::constant(0.5), 1.0))
    } else {
        let shifted = x.mul_add(turns, magic);
        (shifted, add_multiple(x, shifted - magic, -1.0))
    };
    let regular = is_regular(x);
    let r = flip_sign(r, shifted);
    if regular.all() { r } else { S::select(regular, r, reduce_huge::<S, COSINE, false>(x)) }
}

/// r in [-π/2, π/2] and a correction of less than a unit in its last place, the sine of whose sum is sin(x).
#[inline(always)]
fn reduce_exactly<S: Real>(x: S) -> (S, S) {
    let magic = S::constant(S::Scalar::ROUNDING_MAGIC);
    let shifted = x.mul_add(S::constant(core::f64::consts::FRAC_1_PI), magic);
    let (r, excess) = add_multiple_exactly(x, shifted - magic, -1.0);
    let (r, rest) = fast_two_sum(r, -excess);
    let (r, rest) = (flip_sign(r, shifted), flip_sign(rest, shifted));
    let regular = is_regular(x);
    if regular.all() {
        (r, rest)
    } else {
        let huge = (reduce_huge::<S, false, false>(x), reduce_huge::<S, false, true>(x));
        (S::select(regular, r, huge.0), S::select(regular, rest, huge.1))
    }
}

/// Whether the parts of π reduce the argument accurately.
#[inline(always)]
fn is_regular<S: Real>(x: S) -> S::Mask {
    x.abs().le(S::constant(S::Scalar::SIN_LIMIT[if S::FUSED { 0 } else { 1 }]))
}

/// `r`, negated if the integer to which `shifted` was rounded by adding [`Scalar::ROUNDING_MAGIC`] is odd.
#[inline(always)]
fn flip_sign<S: Real>(r: S, shifted: S) -> S {
    let sign = shifted.to_bits().shift_left(size_of::<S::Scalar>() as u32 * 8 - 1);
    S::from_bits(r.to_bits() ^ sign)
}

/// `x + sign n π`, for `n` below the limits of the parts of π; -0 for n = 0, x = -0 and a negative sign.
#[inline(always)]
fn add_multiple<S: Real>(x: S, n: S, sign: f64) -> S {
    if S::FUSED {
        let [a, b, c] = S::Scalar::PI_FUSED.map(|part| S::constant(sign * part));
        n.mul_add(c, n.mul_add(b, n.mul_add(a, x)))
    } else {
        let (sum, excess) = add_multiple_exactly(x, n, sign);
        sum - excess
    }
}

/// `x + sign n π` as a difference, whose second number is small. For n = 0, x = -0 and a negative sign these are -0 and
/// +0, which a sum would turn into +0.
#[inline(always)]
fn add_multiple_exactly<S: Real>(x: S, n: S, sign: f64) -> (S, S) {
    // The first step is exact, and so are the product and, but for the error kept, the sum of the second.
    if S::FUSED {
        let [a, b, c] = S::Scalar::PI_FUSED.map(|part| S::constant(sign * part));
        let (product, product_error) = two_prod(n, b);
        let (sum, error) = two_sum(n.mul_add(a, x), product);
        (sum, -error - n.mul_add(c, product_error))
    } else {
        let [a, b, c, d] = S::Scalar::PI_UNFUSED.map(|part| S::constant(sign * part));
        let (sum, error) = two_sum(n * a + x, n * b);
        (sum, -error - (n * c + n * d))
    }
}

/// What [`reduce`] returns, or the correction to it if `REST`, for arguments of at least 1 in magnitude, by exact
/// integer arithmetic lane by lane.
#[cold]
#[cfg_attr(not(target_arch = "nvptx64"), inline(never))]
// Code for devices has no calls.
#[cfg_attr(target_arch = "nvptx64", inline(always))]
fn reduce_huge<S: Real, const COSINE: bool, const REST: bool>(x: S) -> S {
    S::from_fn(|l| reduce_huge_scalar::<S::Scalar, COSINE, REST>(x.lane(l)))
}

/// The bits of 1/π, after 64 zeros.
const FRAC_1_PI_BITS: [u64; 22] = [
    0x0000000000000000,
    0x517cc1b727220a94,
    0xfe13abe8fa9a6ee0,
    0x6db14acc9e21c820,
    0xff28b1d5ef5de2b0,
    0xdb92371d2126e970,
    0x0324977504e8c90e,
    0x7f0ef58e5894d39f,
    0x74411afa975da242,
    0x74ce38135a2fbf20,
    0x9cc8eb1cc1a99cfa,
    0x4e422fc5defc941d,
    0x8ffc4bffef02cc07,
    0xf79788c5ad05368f,
    0xb69b3f6793e584db,
    0xa7a31fb34f2ff516,
    0xba93dd63f5f2f8bd,
    0x9e839cfbc5294975,
    0x35fdafd88fc6ae84,
    0x2b0198237e3db5d5,
    0xf867de104d7a1b0e,
    0xd4f1c8b0af730d84,
];

/// Payne and Hanek's reduction: of the product of x and 1/π, only the bits that matter modulo 2 are computed.
#[cfg_attr(target_arch = "nvptx64", inline(always))]
fn reduce_huge_scalar<T: Scalar, const COSINE: bool, const REST: bool>(x: T) -> T {
    let magnitude = x.abs().to_f64();
    if magnitude < 1.0 {
        // A lane beside a huge one; its result is not used.
        return T::default();
    }
    if !magnitude.is_finite() {
        return T::from_f64(f64::NAN);
    }
    let (mantissa, exponent) = T::decompose(x.abs());
    // A bit of 1/π worth 2^-k contributes a multiple of 2 if k < exponent. 192 bits follow from there.
    let start = (exponent - 1 + 64) as usize;
    let window = |i: usize| {
        let (word, bit) = (start / 64 + i, start % 64);
        let pair = u128::from(FRAC_1_PI_BITS[word]) << 64 | u128::from(FRAC_1_PI_BITS[word + 1]);
        (pair << bit >> 64) as u64
    };
    // The upper 128 bits of the product modulo 2^192: 1 integral bit and 127 fractional ones.
    let mantissa = u128::from(mantissa);
    let low = (mantissa * u128::from(window(2))) >> 64;
    let middle = mantissa * u128::from(window(1)) + low;
    let mut product = ((mantissa * u128::from(window(0))) << 64).wrapping_add(middle);
    if COSINE {
        product = product.wrapping_add(1 << 126);
    }
    const FRACTION: u128 = (1 << 127) - 1;
    let mut negative = product > FRACTION;
    let mut fraction = product & FRACTION;
    if fraction > 1 << 126 {
        // Beyond one half: measured from the next multiple of π, where the sine falls again and has the other sign, so that
        // the two changes of sign cancel.
        fraction = (1 << 127) - fraction;
    }
    if !COSINE {
        negative ^= x.lt(T::default());
    }
    let zeros = fraction.leading_zeros();
    // π as 2 integral bits and 62 fractional ones.
    const PI: u128 = 0xc90fdaa22168c234;
    let normalized = (fraction << zeros) >> 64;
    let product = ((normalized * PI) >> 64) as u64;
    let exponent = -61 - zeros as i32;
    let mut r = T::compose(product, exponent);
    if REST {
        // The mantissa's rounding error is an integer again.
        let rounded = T::compose(product, 0).to_f64() as u64;
        let error = T::compose(product.abs_diff(rounded), exponent);
        r = if rounded > product { -error } else { error };
    }
    if negative { -r } else { r }
}
