//! `f32` and `f64` as [`Real`]: what a GPU computes with, and the elements of the portable lanes.

use crate::real::{Bits, Real, Scalar};

/// The operations that `core` lacks, for the processor at hand. None of them depends on the standard library.
mod native {
    /// The correctly rounded square root.
    #[inline(always)]
    pub(super) fn sqrt_f32(x: f32) -> f32 {
        #[cfg(target_arch = "x86_64")]
        {
            use core::arch::x86_64::{_mm_cvtss_f32, _mm_set_ss, _mm_sqrt_ss};
            // SAFETY: every x86-64 processor has SSE.
            unsafe { _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))) }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use core::arch::aarch64::{vdup_n_f32, vget_lane_f32, vsqrt_f32};
            // SAFETY: every 64-bit ARM processor that Rust supports here has NEON.
            unsafe { vget_lane_f32::<0>(vsqrt_f32(vdup_n_f32(x))) }
        }
        #[cfg(target_arch = "nvptx64")]
        {
            // SAFETY: arithmetic. Older compilers call it unsafe.
            #[allow(unused_unsafe)]
            unsafe {
                core::intrinsics::sqrtf32(x)
            }
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "nvptx64")))]
        libm::sqrtf(x)
    }

    /// The correctly rounded square root.
    #[inline(always)]
    pub(super) fn sqrt_f64(x: f64) -> f64 {
        #[cfg(target_arch = "x86_64")]
        {
            use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_pd};
            // SAFETY: every x86-64 processor has SSE2.
            unsafe { _mm_cvtsd_f64(_mm_sqrt_pd(_mm_set_sd(x))) }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use core::arch::aarch64::{vdup_n_f64, vget_lane_f64, vsqrt_f64};
            // SAFETY: every 64-bit ARM processor that Rust supports here has NEON.
            unsafe { vget_lane_f64::<0>(vsqrt_f64(vdup_n_f64(x))) }
        }
        #[cfg(target_arch = "nvptx64")]
        {
            // SAFETY: arithmetic. Older compilers call it unsafe.
            #[allow(unused_unsafe)]
            unsafe {
                core::intrinsics::sqrtf64(x)
            }
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "nvptx64")))]
        libm::sqrt(x)
    }

    /// Whether the processor surely has a fused multiply-add.
    pub(super) const FUSED: bool = cfg!(any(
        all(target_arch = "x86_64", target_feature = "fma"),
        target_arch = "aarch64",
        target_arch = "nvptx64"
    ));

    /// `x * a + b`, rounded once if [`FUSED`].
    #[inline(always)]
    pub(super) fn mul_add_f32(x: f32, a: f32, b: f32) -> f32 {
        #[cfg(all(target_arch = "x86_64", target_feature = "fma"))]
        {
            use core::arch::x86_64::{_mm_cvtss_f32, _mm_fmadd_ss, _mm_set_ss};
            // SAFETY: the whole program is compiled for processors with FMA.
            unsafe { _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(x), _mm_set_ss(a), _mm_set_ss(b))) }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use core::arch::aarch64::{vdup_n_f32, vfma_f32, vget_lane_f32};
            // SAFETY: every 64-bit ARM processor that Rust supports here has NEON.
            unsafe { vget_lane_f32::<0>(vfma_f32(vdup_n_f32(b), vdup_n_f32(x), vdup_n_f32(a))) }
        }
        #[cfg(target_arch = "nvptx64")]
        {
            // SAFETY: arithmetic. Older compilers call it unsafe.
            #[allow(unused_unsafe)]
            unsafe {
                core::intrinsics::fmaf32(x, a, b)
            }
        }
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "fma"),
            target_arch = "aarch64",
            target_arch = "nvptx64"
        )))]
        {
            x * a + b
        }
    }

    /// `x * a + b`, rounded once if [`FUSED`].
    #[inline(always)]
    pub(super) fn mul_add_f64(x: f64, a: f64, b: f64) -> f64 {
        #[cfg(all(target_arch = "x86_64", target_feature = "fma"))]
        {
            use core::arch::x86_64::{_mm_cvtsd_f64, _mm_fmadd_sd, _mm_set_sd};
            // SAFETY: the whole program is compiled for processors with FMA.
            unsafe { _mm_cvtsd_f64(_mm_fmadd_sd(_mm_set_sd(x), _mm_set_sd(a), _mm_set_sd(b))) }
        }
        #[cfg(target_arch = "aarch64")]
        {
            use core::arch::aarch64::{vdup_n_f64, vfma_f64, vget_lane_f64};
            // SAFETY: every 64-bit ARM processor that Rust supports here has NEON.
            unsafe { vget_lane_f64::<0>(vfma_f64(vdup_n_f64(b), vdup_n_f64(x), vdup_n_f64(a))) }
        }
        #[cfg(target_arch = "nvptx64")]
        {
            // SAFETY: arithmetic. Older compilers call it unsafe.
            #[allow(unused_unsafe)]
            unsafe {
                core::intrinsics::fmaf64(x, a, b)
            }
        }
        #[cfg(not(any(
            all(target_arch = "x86_64", target_feature = "fma"),
            target_arch = "aarch64",
            target_arch = "nvptx64"
        )))]
        {
            x * a + b
        }
    }
}

macro_rules! scalar {
    (
        $float:ident, $int:ident, padding: $padding:ty, sqrt: $sqrt:ident, mul_add: $mul_add:ident, portable: $portable:literal,
        avx2: $avx2:ident, avx512: $avx512:ident, neon: $neon:ident, mantissa: $mantissa:literal, bias: $bias:literal
    ) => {
        impl Bits for $int {
            #[inline(always)]
            fn splat(bits: u64) -> Self {
                bits as $int
            }
            #[inline(always)]
            fn wrapping_add(self, other: Self) -> Self {
                $int::wrapping_add(self, other)
            }
            #[inline(always)]
            fn wrapping_sub(self, other: Self) -> Self {
                $int::wrapping_sub(self, other)
            }
            #[inline(always)]
            fn shift_left(self, count: u32) -> Self {
                self << count
            }
            #[inline(always)]
            fn shift_right(self, count: u32) -> Self {
                self >> count
            }
        }

        impl Real for $float {
            type Scalar = $float;
            type Mask = bool;
            type Bits = $int;
            type Index = u32;
            type Padding = $padding;
            type Wide = f64;
            // On CPUs scalars live in vector registers.
            type Registers = super::VectorRegisters;

            const LANES: usize = 1;
            const FUSED: bool = native::FUSED;
            const SCALES_ANY: bool = false;
            #[cfg(target_arch = "nvptx64")]
            const HAS_EXP: bool = true;

            #[inline(always)]
            fn splat(x: $float) -> Self {
                x
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $float) -> Self {
                f(0)
            }
            #[inline(always)]
            fn lane(self, lane: usize) -> $float {
                debug_assert_eq!(lane, 0, "a scalar has a single lane");
                self
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                native::$mul_add(self, a, b)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                native::$sqrt(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn exp_native(self) -> Self {
                crate::gpu::math::$float::exp(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn sqrt_approx(self) -> Self {
                crate::gpu::math::$float::sqrt_approx(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn rsqrt_approx(self) -> Self {
                crate::gpu::math::$float::rsqrt_approx(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn recip_approx(self) -> Self {
                crate::gpu::math::$float::recip_approx(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn div_approx(self, divisor: Self) -> Self {
                crate::gpu::math::$float::div_approx(self, divisor)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn exp2_neg_native(self) -> Self {
                crate::gpu::math::$float::exp2_neg(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn exp_shift(shift: Self) -> Self {
                crate::gpu::math::$float::exp_shift(shift)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn exp_minus(self, shift: Self) -> Self {
                crate::gpu::math::$float::exp_minus(self, shift)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn rsqrt_positive(self) -> Self {
                crate::gpu::math::$float::rsqrt(self)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn min_number(self, number: Self) -> Self {
                crate::gpu::math::$float::min(self, number)
            }
            #[cfg(target_arch = "nvptx64")]
            #[inline(always)]
            fn max_number(self, number: Self) -> Self {
                crate::gpu::math::$float::max(self, number)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::from_bits(<$float>::to_bits(self) << 1 >> 1)
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                const SIGN: $int = 1 << ($int::BITS - 1);
                <$float>::from_bits(<$float>::to_bits(self) & !SIGN | <$float>::to_bits(sign) & SIGN)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                let nearest = Real::round_ties_even(self);
                let floor = if nearest > self { nearest - 1.0 } else { nearest };
                Real::copysign(floor, self)
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                // From this magnitude on every number is integral; below it, the sum has a last place of 1.
                let magic = <$float as Scalar>::INTEGER_MAGIC as $float;
                let magnitude = Real::abs(self);
                let nearest = magnitude + magic - magic;
                if magnitude < magic { Real::copysign(nearest, self) } else { self }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn to_bits(self) -> $int {
                <$float>::to_bits(self)
            }
            #[inline(always)]
            fn from_bits(bits: $int) -> Self {
                <$float>::from_bits(bits)
            }

            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }

            #[inline(always)]
            fn index_splat(index: usize) -> u32 {
                index as u32
            }
            #[inline(always)]
            fn index_lane(index: u32, lane: usize) -> usize {
                debug_assert_eq!(lane, 0, "a scalar has a single lane");
                index as usize
            }
            #[inline(always)]
            fn index_select(mask: bool, yes: u32, no: u32) -> u32 {
                if mask { yes } else { no }
            }
        }

        impl Scalar for $float {
            type Portable = super::portable::Lanes<$float, $portable>;
            #[cfg(target_arch = "x86_64")]
            type Avx2 = super::avx2::$avx2;
            #[cfg(target_arch = "x86_64")]
            type Avx512 = super::avx512::$avx512;
            #[cfg(target_arch = "aarch64")]
            type Neon = super::neon::$neon;

            const LOWEST: Self = Self::MIN;
            const MAX_INDEX: usize = if usize::BITS < $int::BITS { usize::MAX } else { $int::MAX as usize };
            const MANTISSA_BITS: u32 = $mantissa;
            const EXPONENT_BIAS: f64 = $bias as f64;
            const MIN_NORMAL: f64 = <$float>::MIN_POSITIVE as f64;
            const SCALE_SUBNORMALS: f64 = (1u64 << ($mantissa + 1)) as f64;
            const INTEGER_MAGIC: f64 = (1u64 << $mantissa) as f64;
            const ROUNDING_MAGIC: f64 = (3u64 << ($mantissa - 1)) as f64;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
        }
    };
}

scalar! {
    f32, u32, padding: (), sqrt: sqrt_f32, mul_add: mul_add_f32, portable: 4,
    avx2: F32x8, avx512: F32x16, neon: F32x4, mantissa: 23, bias: 127
}
scalar! {
    f64, u64, padding: u32, sqrt: sqrt_f64, mul_add: mul_add_f64, portable: 2,
    avx2: F64x4, avx512: F64x8, neon: F64x2, mantissa: 52, bias: 1023
}
