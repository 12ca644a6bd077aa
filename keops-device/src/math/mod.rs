//! The mathematical functions of the formula language, over scalars and lanes alike.
//!
//! All are free of branches, but for sine and cosine of huge arguments. The elementary functions err by at most 2
//! units in the last place, subnormal results included (but for those of `exp` and `exp2_neg`, which are flushed to 0), whether
//! multiply-adds are fused or not.

mod bessel;
mod exponential;
mod f32;
mod f64;
mod inverse;
mod pair;
mod power;
mod precision;
mod trigonometric;

pub use precision::Precision;

use crate::real::Real;

/// Mathematical functions, lane by lane, of every [`Real`].
pub trait Math: Real {
    /// e to the power of `self`. Results below 2^-125.5 = 1.66e-38 (`f32`), 2^-1021.5 = 3.15e-308 (`f64`) are 0: this
    /// is next to the smallest normal number, and the inner loop of every Gaussian kernel would be ten times slower
    /// where it met subnormal numbers.
    #[inline(always)]
    fn exp(self) -> Self {
        exponential::exp(self)
    }
    /// 2 to the power of `-self`. Small results are 0, as those of [`Math::exp`].
    #[inline(always)]
    fn exp2_neg(self) -> Self {
        exponential::exp2_neg(self)
    }
    /// The natural logarithm: -inf at ±0, NaN for negative numbers.
    #[inline(always)]
    fn log(self) -> Self {
        <Self::Scalar as Precision>::log(self)
    }
    /// The sine; NaN at infinities.
    #[inline(always)]
    fn sin(self) -> Self {
        trigonometric::sin(self)
    }
    /// The cosine; NaN at infinities.
    #[inline(always)]
    fn cos(self) -> Self {
        trigonometric::cos(self)
    }
    /// The arcsine, in [-π/2, π/2]; NaN outside [-1, 1].
    #[inline(always)]
    fn asin(self) -> Self {
        inverse::asin(self)
    }
    /// The arccosine, in [0, π]; NaN outside [-1, 1].
    #[inline(always)]
    fn acos(self) -> Self {
        inverse::acos(self)
    }
    /// The arctangent, in [-π/2, π/2].
    #[inline(always)]
    fn atan(self) -> Self {
        inverse::atan(self)
    }
    /// The angle of the point with abscissa `x` and ordinate `self`, in [-π, π]; signs of zeros count as in C.
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        inverse::atan2(self, x)
    }
    /// `self` to the power of `y`, with the special cases of the C function `pow`.
    #[inline(always)]
    fn powf(self, y: Self) -> Self {
        power::powf(self, y)
    }
    /// `self` to the power of an integer by repeated multiplication; 1 for `n = 0`, even at NaN; the reciprocal of the
    /// power for negative `n`. Meant for constant `n`.
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        power::powi(self, n)
    }
    /// The reciprocal of the square root, but 0 at ±0; 0 at inf, NaN for negative numbers.
    #[inline(always)]
    fn rsqrt(self) -> Self {
        let zero = Self::constant(0.0);
        let vanishing = self.eq(zero) | self.eq(Self::constant(f64::INFINITY));
        Self::select(vanishing, zero, self.rsqrt_positive())
    }
    /// The reciprocal.
    #[inline(always)]
    fn recip(self) -> Self {
        Self::constant(1.0) / self
    }
    /// `self * log(self)`, but 0 at ±0; NaN for negative numbers.
    #[inline(always)]
    fn xlogx(self) -> Self {
        let zero = Self::constant(0.0);
        Self::select(self.eq(zero), zero, self * Math::log(self))
    }
    /// `sin(self) / self`, but 1 at ±0; NaN at infinities.
    #[inline(always)]
    fn sinxdivx(self) -> Self {
        trigonometric::sinxdivx(self)
    }
    /// The spherical Bessel function of the first kind j_n, for constant `n` from 0 to 16: [`Math::sinxdivx`] for
    /// `n = 0`, else 0 at ±0; NaN at infinities. The derivative of j_0 is -j_1, that of j_n
    /// (n j_{n-1} - (n + 1) j_{n+1}) / (2n + 1).
    ///
    /// Where |x| < 1 + n/2 the error is at most n + 3 units in the last place. Elsewhere it is at most 4 units in the last
    /// place of the larger of |j_n(x)| and 1 / (1 + |x|), about its amplitude, for `n <= 2`, 8 for `n <= 6`, 32 for
    /// `n <= 14`, 64 beyond.
    ///
    /// # Panics
    /// For other `n`.
    #[inline(always)]
    fn spherical_bessel(self, n: i32) -> Self {
        bessel::spherical_bessel(self, n)
    }
    /// -1, 0 or 1; 0 at ±0 and NaN.
    #[inline(always)]
    fn sign(self) -> Self {
        let zero = Self::constant(0.0);
        let one = Self::constant(1.0);
        Self::select(zero.lt(self), one, Self::select(self.lt(zero), -one, zero))
    }
    /// 0 for negative numbers, else 1, also at ±0 and NaN.
    #[inline(always)]
    fn step(self) -> Self {
        let zero = Self::constant(0.0);
        Self::select(self.lt(zero), zero, Self::constant(1.0))
    }
    /// 0 for negative numbers, else `self`, also at NaN.
    #[inline(always)]
    fn relu(self) -> Self {
        // In this order of the arguments NaN passes.
        Self::constant(0.0).max(self)
    }
    /// The integral part: rounded toward zero.
    #[inline(always)]
    fn trunc(self) -> Self {
        self.abs().floor().copysign(self)
    }
    /// The nearest integer, halves away from zero.
    #[inline(always)]
    fn round_half_away(self) -> Self {
        // Adding 1/2 itself would carry the number below 1/2, and odd integers near the precision's end, up to the next integer.
        let below_half = Self::constant(<Self::Scalar as Precision>::BELOW_HALF);
        (self.abs() + below_half).floor().copysign(self)
    }
    /// Rounded to `d` decimals, halves away from zero: `round_half_away(self * 10^d) / 10^d` in floating point, which
    /// for `d = 0` is [`Math::round_half_away`].
    #[inline(always)]
    fn round_decimals(self, d: i32) -> Self {
        if d == 0 {
            return self.round_half_away();
        }
        let mut power = 1.0;
        let mut count = d.unsigned_abs();
        while count > 0 {
            power *= 10.0;
            count -= 1;
        }
        let scale = Self::constant(if d < 0 { 1.0 / power } else { power });
        (self * scale).round_half_away() / scale
    }
    /// `lo` below `lo`, else `hi` above `hi`, else `self`, also at NaN.
    #[inline(always)]
    fn clamp(self, lo: Self, hi: Self) -> Self {
        Self::select(self.lt(lo), lo, Self::select(hi.lt(self), hi, self))
    }
    /// The derivative of [`Math::clamp`]: 0 below `lo` and above `hi`, else 1, also at NaN.
    #[inline(always)]
    fn diff_clamp(self, lo: Self, hi: Self) -> Self {
        Self::select(self.lt(lo) | hi.lt(self), Self::constant(0.0), Self::constant(1.0))
    }
    /// `yes` if `self >= 0`, else `no`, also at NaN.
    #[inline(always)]
    fn if_else(self, yes: Self, no: Self) -> Self {
        Self::select(Self::constant(0.0).le(self), yes, no)
    }
    /// The representative of `self` modulo `modulus` in the period that begins at `offset`:
    /// `self - modulus * floor((self - offset) / modulus)`. NaN for a modulus of 0.
    #[inline(always)]
    fn modulo(self, modulus: Self, offset: Self) -> Self {
        (-modulus).mul_add(((self - offset) / modulus).floor(), self)
    }
    /// 1 where `self == other`, else 0.
    #[inline(always)]
    fn equal(self, other: Self) -> Self {
        Self::select(self.eq(other), Self::constant(1.0), Self::constant(0.0))
    }
    /// 1 where `self != other`, else 0.
    #[inline(always)]
    fn not_equal(self, other: Self) -> Self {
        Self::select(self.eq(other), Self::constant(0.0), Self::constant(1.0))
    }
    /// 1 where `self < other`, else 0.
    #[inline(always)]
    fn less_than(self, other: Self) -> Self {
        Self::select(self.lt(other), Self::constant(1.0), Self::constant(0.0))
    }
    /// 1 where `self <= other`, else 0.
    #[inline(always)]
    fn less_or_equal(self, other: Self) -> Self {
        Self::select(self.le(other), Self::constant(1.0), Self::constant(0.0))
    }
}

impl<S: Real> Math for S {}
