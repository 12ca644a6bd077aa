//! Lanes of AVX-512: [`F32x16`] and [`F64x8`], with masks in mask registers.
//!
//! See [the contract of the SIMD types](super#the-contract-of-the-simd-types).

#![allow(clippy::incompatible_msrv, reason = "the one compiler older than AVX-512 in Rust compiles for GPUs")]

use core::arch::x86_64::*;
use core::mem::transmute;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::real::{Bits, Halves, Mask, Real};

macro_rules! operator {
    ($type:ident, $($trait:ident $method:ident $intrinsic:ident),+) => {
        $(impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        })+
    };
}

macro_rules! avx512 {
    (
        $float:ident x $lanes:literal = $name:ident($vector:ident), bits $bits:ident($int:ident), mask $mask:ident($mask_int:ident), wide $wide:ty,
        set: $set:ident, set_int: $set_int:ident($set_int_type:ty), max: $max:ident, min: $min:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident, fmadd: $fmadd:ident, sqrt: $sqrt:ident,
        and: $and:ident, andnot: $andnot:ident, or: $or:ident, xor: $xor:ident, roundscale: $roundscale:ident,
        cmp: $cmp:ident, blend: $blend:ident, compress: $compress:ident, scalef: $scalef:ident, maskz_scalef: $maskz_scalef:ident, getexp: $getexp:ident, getmant: $getmant:ident,
        mask_add: $mask_add:ident, range: $range:ident, rsqrt14: $rsqrt14:ident, newton_steps: $newton_steps:literal,
        and_int: $and_int:ident, or_int: $or_int:ident, xor_int: $xor_int:ident, add_int: $add_int:ident, sub_int: $sub_int:ident,
        shl: $shl:ident, shr: $shr:ident, blend_int: $blend_int:ident, cast_int: $cast_int:ident, cast_float: $cast_float:ident
    ) => {
        #[doc = concat!(stringify!($lanes), " lanes of `", stringify!($float), "` in an AVX-512 register.")]
        ///
        /// See [the contract of the SIMD types](super#the-contract-of-the-simd-types).
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $name($vector);

        #[doc = concat!("One unsigned integer per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $bits(__m512i);

        #[doc = concat!("One truth value per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $mask($mask_int);

        operator!($name, Add add $add, Sub sub $sub, Mul mul $mul, Div div $div);
        operator!($bits, BitAnd bitand $and_int, BitOr bitor $or_int, BitXor bitxor $xor_int);

        impl Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $xor(self.0, $set(-0.0)) })
            }
        }

        impl $name {
            #[inline(always)]
            fn to_array(self) -> [$float; $lanes] {
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                unsafe { transmute::<$vector, [$float; $lanes]>(self.0) }
            }
        }

        impl BitAnd for $mask {
            type Output = Self;
            #[inline(always)]
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl BitOr for $mask {
            type Output = Self;
            #[inline(always)]
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl Not for $mask {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                Self(!self.0)
            }
        }

        impl Mask for $mask {
            #[inline(always)]
            fn any(self) -> bool {
                self.0 != 0
            }
            #[inline(always)]
            fn all(self) -> bool {
                self.0 == $mask_int::MAX
            }
            #[inline(always)]
            fn bits(self) -> u32 {
                u32::from(self.0)
            }
        }

        impl Bits for $bits {
            #[inline(always)]
            fn splat(bits: u64) -> Self {
                // SAFETY: this type is used only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $set_int(bits as $set_int_type) })
            }
            #[inline(always)]
            fn wrapping_add(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $add_int(self.0, other.0) })
            }
            #[inline(always)]
            fn wrapping_sub(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $sub_int(self.0, other.0) })
            }
            #[inline(always)]
            fn shift_left(self, count: u32) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $shl(self.0, _mm_cvtsi32_si128(count as i32)) })
            }
            #[inline(always)]
            fn shift_right(self, count: u32) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $shr(self.0, _mm_cvtsi32_si128(count as i32)) })
            }
        }

        impl Real for $name {
            type Scalar = $float;
            type Mask = $mask;
            type Bits = $bits;
            type Index = $bits;
            type Padding = ();
            type Wide = $wide;
            type Registers = crate::real::ThirtyTwo;

            const LANES: usize = $lanes;
            const FUSED: bool = true;
            const SCALES_ANY: bool = true;

            #[inline(always)]
            fn splat(x: $float) -> Self {
                // SAFETY: this type is used only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $set(x) })
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $float) -> Self {
                let mut lanes = [0.0; $lanes];
                for (l, lane) in lanes.iter_mut().enumerate() {
                    *lane = f(l);
                }
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                Self(unsafe { transmute::<[$float; $lanes], $vector>(lanes) })
            }
            #[inline(always)]
            fn lane(self, lane: usize) -> $float {
                self.to_array()[lane]
            }

            #[inline(always)]
            fn compress(self, mask: $mask, to: &mut [$float]) -> usize {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                let front = Self(unsafe { $compress(mask.0, self.0) });
                to[..$lanes].copy_from_slice(&front.to_array());
                mask.0.count_ones() as usize
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $fmadd(self.0, a.0, b.0) })
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $sqrt(self.0) })
            }
            #[inline(always)]
            fn rsqrt_positive(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                let mut root = Self(unsafe { $rsqrt14(self.0) });
                // 14 correct bits, which each of Newton's steps doubles.
                for _ in 0..$newton_steps {
                    let error = (-(self * root)).mul_add(root, Self::constant(1.0));
                    root = (root * Self::constant(0.5)).mul_add(error, root);
                }
                root
            }
            #[inline(always)]
            fn abs(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $andnot($set(-0.0), self.0) })
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $or($andnot($set(-0.0), self.0), $and($set(-0.0), sign.0)) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $roundscale::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $roundscale::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $min(self.0, other.0) })
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $max(self.0, other.0) })
            }
            #[inline(always)]
            fn to_bits(self) -> Self::Bits {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                $bits(unsafe { $cast_int(self.0) })
            }
            #[inline(always)]
            fn from_bits(bits: Self::Bits) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $cast_float(bits.0) })
            }
            #[inline(always)]
            fn scale_by_pow2(self, n: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $scalef(self.0, n.0) })
            }
            #[inline(always)]
            fn scale_by_pow2_or_zero(self, n: Self, lowest: Self) -> Self {
                // Lanes that the mask leaves out are not computed. NaN is not less.
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $maskz_scalef($cmp::<_CMP_NLT_UQ>(n.0, lowest.0), self.0, n.0) })
            }
            #[inline(always)]
            fn split_pow2(self) -> (Self, Self) {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                unsafe {
                    // Of a negative number this makes NaN.
                    let m = $getmant::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_NAN>(self.0);
                    let one = $set(1.0);
                    let e = $getexp(self.0);
                    (Self(m), Self($mask_add(e, $cmp::<_CMP_LT_OQ>(m, one), e, one)))
                }
            }
            #[inline(always)]
            fn saturate(self, bound: Self) -> Self {
                // The smaller of the magnitudes (of NaN and a number: the number), with the sign of the first argument.
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $range::<0b0010>(self.0, bound.0) })
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                $mask(unsafe { $cmp::<_CMP_LT_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                $mask(unsafe { $cmp::<_CMP_LE_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                $mask(unsafe { $cmp::<_CMP_EQ_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                Self(unsafe { $blend(mask.0, no.0, yes.0) })
            }

            #[inline(always)]
            fn index_splat(index: usize) -> Self::Index {
                $bits::splat(index as u64)
            }
            #[inline(always)]
            fn index_lane(index: Self::Index, lane: usize) -> usize {
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<__m512i, [$int; $lanes]>(index.0) })[lane] as usize
            }
            #[inline(always)]
            fn index_select(mask: Self::Mask, yes: Self::Index, no: Self::Index) -> Self::Index {
                // SAFETY: values of this type exist only where the processor has AVX-512 (contract of the module).
                $bits(unsafe { $blend_int(mask.0, no.0, yes.0) })
            }
        }
    };
}

avx512! {
    f32 x 16 = F32x16(__m512), bits U32x16(u32), mask Mask16(__mmask16), wide Halves<F64x8>,
    set: _mm512_set1_ps, set_int: _mm512_set1_epi32(i32), max: _mm512_max_ps, min: _mm512_min_ps,
    add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps, div: _mm512_div_ps, fmadd: _mm512_fmadd_ps, sqrt: _mm512_sqrt_ps,
    and: _mm512_and_ps, andnot: _mm512_andnot_ps, or: _mm512_or_ps, xor: _mm512_xor_ps, roundscale: _mm512_roundscale_ps,
    cmp: _mm512_cmp_ps_mask, blend: _mm512_mask_blend_ps, compress: _mm512_maskz_compress_ps, scalef: _mm512_scalef_ps, maskz_scalef: _mm512_maskz_scalef_ps, getexp: _mm512_getexp_ps, getmant: _mm512_getmant_ps,
    mask_add: _mm512_mask_add_ps, range: _mm512_range_ps, rsqrt14: _mm512_rsqrt14_ps, newton_steps: 1,
    and_int: _mm512_and_si512, or_int: _mm512_or_si512, xor_int: _mm512_xor_si512, add_int: _mm512_add_epi32, sub_int: _mm512_sub_epi32,
    shl: _mm512_sll_epi32, shr: _mm512_srl_epi32, blend_int: _mm512_mask_blend_epi32, cast_int: _mm512_castps_si512, cast_float: _mm512_castsi512_ps
}

avx512! {
    f64 x 8 = F64x8(__m512d), bits U64x8(u64), mask Mask8(__mmask8), wide Self,
    set: _mm512_set1_pd, set_int: _mm512_set1_epi64(i64), max: _mm512_max_pd, min: _mm512_min_pd,
    add: _mm512_add_pd, sub: _mm512_sub_pd, mul: _mm512_mul_pd, div: _mm512_div_pd, fmadd: _mm512_fmadd_pd, sqrt: _mm512_sqrt_pd,
    and: _mm512_and_pd, andnot: _mm512_andnot_pd, or: _mm512_or_pd, xor: _mm512_xor_pd, roundscale: _mm512_roundscale_pd,
    cmp: _mm512_cmp_pd_mask, blend: _mm512_mask_blend_pd, compress: _mm512_maskz_compress_pd, scalef: _mm512_scalef_pd, maskz_scalef: _mm512_maskz_scalef_pd, getexp: _mm512_getexp_pd, getmant: _mm512_getmant_pd,
    mask_add: _mm512_mask_add_pd, range: _mm512_range_pd, rsqrt14: _mm512_rsqrt14_pd, newton_steps: 2,
    and_int: _mm512_and_si512, or_int: _mm512_or_si512, xor_int: _mm512_xor_si512, add_int: _mm512_add_epi64, sub_int: _mm512_sub_epi64,
    shl: _mm512_sll_epi64, shr: _mm512_srl_epi64, blend_int: _mm512_mask_blend_epi64, cast_int: _mm512_castpd_si512, cast_float: _mm512_castsi512_pd
}
