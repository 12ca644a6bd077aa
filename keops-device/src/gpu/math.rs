//! What GPUs compute by instructions of their own.

/// For `f32`.
pub(crate) mod f32 {
    use core::arch::asm;
    use core::f32::consts::LOG2_E;

    use crate::real::Real;

    /// 2 to the power of `x` within 2 units in the last place; subnormal results are 0.
    #[inline(always)]
    fn exp2(x: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe { asm!("ex2.approx.ftz.f32 {}, {};", out(reg32) result, in(reg32) x, options(pure, nomem, nostack)) };
        result
    }

    /// 2 to the power of `-x`, likewise. The sign is an instruction of PTX, as the compiler would change it by integer
    /// arithmetic, which assemblers do not make part of the next instruction.
    #[inline(always)]
    pub(crate) fn exp2_neg(x: f32) -> f32 {
        let negated: f32;
        // SAFETY: arithmetic.
        unsafe { asm!("neg.f32 {}, {};", out(reg32) negated, in(reg32) x, options(pure, nomem, nostack)) };
        exp2(negated)
    }

    /// e to the power of `x`. The product is rounded, which is as if `x` had been rounded once more: the relative error is
    /// that of an `x` that is wrong by half a unit in its last place, and 2 units in the last place of the result.
    #[inline(always)]
    pub(crate) fn exp(x: f32) -> f32 {
        exp2(x * LOG2_E)
    }

    /// The shift in powers of 2. Finite, as a term of -inf less it must be -inf.
    #[inline(always)]
    pub(crate) fn exp_shift(shift: f32) -> f32 {
        max(min(shift * LOG2_E, f32::MAX), f32::MIN)
    }

    /// One rounding less than a difference and [`exp`]. That the shift was rounded is common to all terms.
    #[inline(always)]
    pub(crate) fn exp_minus(x: f32, shift: f32) -> f32 {
        exp2(Real::mul_add(x, LOG2_E, -shift))
    }

    /// The reciprocal of the square root within 2 units in the last place.
    #[inline(always)]
    pub(crate) fn rsqrt(x: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe { asm!("rsqrt.approx.f32 {}, {};", out(reg32) result, in(reg32) x, options(pure, nomem, nostack)) };
        result
    }

    /// The square root within 1 unit in the last place; that of a subnormal number is 0.
    #[inline(always)]
    pub(crate) fn sqrt_approx(x: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe { asm!("sqrt.approx.ftz.f32 {}, {};", out(reg32) result, in(reg32) x, options(pure, nomem, nostack)) };
        result
    }

    /// The reciprocal of the square root within 2 units in the last place, and 0 at 0 and at subnormal numbers.
    #[inline(always)]
    pub(crate) fn rsqrt_approx(x: f32) -> f32 {
        let result: f32;
        // SAFETY: arithmetic.
        unsafe { asm!("rsqrt.approx.ftz.f32 {}, {};", out(reg32) result, in(reg32) x, options(pure, nomem, nostack)) };
        if Real::abs(x) < f32::MIN_POSITIVE { 0.0 } else { result }
    }

    /// The reciprocal within 1 unit in the last place; subnormal numbers count as 0.
    #[inline(always)]
    pub(crate) fn recip_approx(x: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe { asm!("rcp.approx.ftz.f32 {}, {};", out(reg32) result, in(reg32) x, options(pure, nomem, nostack)) };
        result
    }

    /// The quotient within 2 units in the last place; subnormal numbers count as 0, divisors above 2^126 as infinite.
    #[inline(always)]
    pub(crate) fn div_approx(x: f32, y: f32) -> f32 {
        x * recip_approx(y)
    }

    /// The smaller number; a NaN is passed over.
    #[inline(always)]
    pub(crate) fn min(x: f32, y: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe {
            asm!("min.f32 {}, {}, {};", out(reg32) result, in(reg32) x, in(reg32) y, options(pure, nomem, nostack));
        }
        result
    }

    /// The larger number; a NaN is passed over.
    #[inline(always)]
    pub(crate) fn max(x: f32, y: f32) -> f32 {
        let result;
        // SAFETY: arithmetic.
        unsafe {
            asm!("max.f32 {}, {}, {};", out(reg32) result, in(reg32) x, in(reg32) y, options(pure, nomem, nostack));
        }
        result
    }
}

/// For `f64`.
pub(crate) mod f64 {
    use core::arch::asm;

    use crate::math::{Math, Precision};
    use crate::real::{Real, Scalar};

    /// The patterns of what is told by them alone.
    const INFINITY: i64 = 0x7ff0_0000_0000_0000;
    const NEGATIVE_INFINITY: u64 = 0xfff0_0000_0000_0000;

    /// e to the power of `x`, within 2 units in the last place. Arguments beyond the range are told by bit patterns, as
    /// integer operations cost less than comparisons of this type.
    #[inline(always)]
    pub(crate) fn exp(x: f64) -> f64 {
        let magic = f64::ROUNDING_MAGIC;
        let shifted = Real::mul_add(x, core::f64::consts::LOG2_E, magic);
        let n = shifted - magic;
        let r = Real::mul_add(n, -f64::LN_2[1], Real::mul_add(n, -f64::LN_2[0], x));
        scaled(f64::exp_reduced_fast(r), shifted)
    }

    /// 2 to the power of `-x`, likewise.
    #[inline(always)]
    pub(crate) fn exp2_neg(x: f64) -> f64 {
        let magic = f64::ROUNDING_MAGIC;
        let shifted = magic - x;
        scaled(f64::exp2_neg_reduced_fast(x + (shifted - magic)), shifted)
    }

    /// `reduced * 2^n`, where n stands in the low bits of `shifted`, a number that grows with the exponent.
    #[inline(always)]
    fn scaled(reduced: f64, shifted: f64) -> f64 {
        let bits = shifted.to_bits() as i64;
        let scaled = reduced.to_bits().wrapping_add((bits as u64) << 52);
        // n = 1024 may be too large, or just not.
        let overflows = (scaled >> 32) as i32 >= (INFINITY >> 32) as i32;
        let scaled = if overflows { INFINITY as u64 } else { scaled };
        // Beyond all n, infinities and NaN of either sign.
        let above = if bits > INFINITY { bits } else { INFINITY } as u64;
        let below = if bits as u64 > NEGATIVE_INFINITY { bits as u64 } else { 0 };
        let low = if bits < const { f64::ROUNDING_MAGIC.to_bits() as i64 - 1021 } { below } else { scaled };
        f64::from_bits(if bits > const { f64::ROUNDING_MAGIC.to_bits() as i64 + 1024 } { above } else { low })
    }

    /// The shift as it is.
    #[inline(always)]
    pub(crate) fn exp_shift(shift: f64) -> f64 {
        shift
    }

    /// [`exp`] of the difference.
    #[inline(always)]
    pub(crate) fn exp_minus(x: f64, shift: f64) -> f64 {
        exp(x - shift)
    }

    /// The reciprocal of the square root.
    #[inline(always)]
    pub(crate) fn rsqrt(x: f64) -> f64 {
        1.0 / Real::sqrt(x)
    }

    /// There is no instruction for less than the rounded root.
    #[inline(always)]
    pub(crate) fn sqrt_approx(x: f64) -> f64 {
        Real::sqrt(x)
    }

    /// Likewise.
    #[inline(always)]
    pub(crate) fn rsqrt_approx(x: f64) -> f64 {
        Math::rsqrt(x)
    }

    /// Likewise.
    #[inline(always)]
    pub(crate) fn recip_approx(x: f64) -> f64 {
        1.0 / x
    }

    /// Likewise.
    #[inline(always)]
    pub(crate) fn div_approx(x: f64, y: f64) -> f64 {
        x / y
    }

    /// The smaller number; a NaN is passed over.
    #[inline(always)]
    pub(crate) fn min(x: f64, y: f64) -> f64 {
        let result;
        // SAFETY: arithmetic.
        unsafe {
            asm!("min.f64 {}, {}, {};", out(reg64) result, in(reg64) x, in(reg64) y, options(pure, nomem, nostack));
        }
        result
    }

    /// The larger number; a NaN is passed over.
    #[inline(always)]
    pub(crate) fn max(x: f64, y: f64) -> f64 {
        let result;
        // SAFETY: arithmetic.
        unsafe {
            asm!("max.f64 {}, {}, {};", out(reg64) result, in(reg64) x, in(reg64) y, options(pure, nomem, nostack));
        }
        result
    }
}
