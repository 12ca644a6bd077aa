//! Lanes of AVX2 with FMA: [`F32x8`] and [`F64x4`]. A mask is a vector, in which the sign bits count.
//!
//! See [the contract of the SIMD types](super#the-contract-of-the-simd-types).

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
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        })+
    };
}

macro_rules! avx2 {
    (
        $float:ident x $lanes:literal = $name:ident($vector:ident), bits $bits:ident($int:ident), mask $mask:ident, wide $wide:ty,
        set: $set:ident, set_int: $set_int:ident($set_int_type:ty), max: $max:ident, min: $min:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident, fmadd: $fmadd:ident, sqrt: $sqrt:ident,
        and: $and:ident, andnot: $andnot:ident, or: $or:ident, xor: $xor:ident, round: $round:ident,
        cmp: $cmp:ident, blend: $blend:ident, movemask: $movemask:ident,
        and_int: $and_int:ident, or_int: $or_int:ident, xor_int: $xor_int:ident, add_int: $add_int:ident, sub_int: $sub_int:ident,
        shl: $shl:ident, shr: $shr:ident, cast_int: $cast_int:ident, cast_float: $cast_float:ident
    ) => {
        #[doc = concat!(stringify!($lanes), " lanes of `", stringify!($float), "` in an AVX register.")]
        ///
        /// See [the contract of the SIMD types](super#the-contract-of-the-simd-types).
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $name($vector);

        #[doc = concat!("One unsigned integer per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $bits(__m256i);

        #[doc = concat!("One truth value per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $mask($vector);

        operator!($name, Add add $add, Sub sub $sub, Mul mul $mul, Div div $div);
        operator!($bits, BitAnd bitand $and_int, BitOr bitor $or_int, BitXor bitxor $xor_int);

        impl Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $xor(self.0, $set(-0.0)) })
            }
        }

        impl BitAnd for $mask {
            type Output = Self;
            #[inline(always)]
            fn bitand(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $and(self.0, other.0) })
            }
        }

        impl BitOr for $mask {
            type Output = Self;
            #[inline(always)]
            fn bitor(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $or(self.0, other.0) })
            }
        }

        impl Not for $mask {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $xor(self.0, $set(-0.0)) })
            }
        }

        impl Mask for $mask {
            #[inline(always)]
            fn any(self) -> bool {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                (unsafe { $movemask(self.0) }) != 0
            }
            #[inline(always)]
            fn all(self) -> bool {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                (unsafe { $movemask(self.0) }) == (1 << $lanes) - 1
            }
            #[inline(always)]
            fn bits(self) -> u32 {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                (unsafe { $movemask(self.0) }) as u32
            }
        }

        impl Bits for $bits {
            #[inline(always)]
            fn splat(bits: u64) -> Self {
                // SAFETY: this type is used only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $set_int(bits as $set_int_type) })
            }
            #[inline(always)]
            fn wrapping_add(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $add_int(self.0, other.0) })
            }
            #[inline(always)]
            fn wrapping_sub(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $sub_int(self.0, other.0) })
            }
            #[inline(always)]
            fn shift_left(self, count: u32) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $shl(self.0, _mm_cvtsi32_si128(count as i32)) })
            }
            #[inline(always)]
            fn shift_right(self, count: u32) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
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
            type Registers = crate::real::Sixteen;

            const LANES: usize = $lanes;
            const FUSED: bool = true;
            const SCALES_ANY: bool = false;

            #[inline(always)]
            fn splat(x: $float) -> Self {
                // SAFETY: this type is used only where the processor has AVX2 and FMA (contract of the module).
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
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<$vector, [$float; $lanes]>(self.0) })[lane]
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $fmadd(self.0, a.0, b.0) })
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $sqrt(self.0) })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $andnot($set(-0.0), self.0) })
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $or($andnot($set(-0.0), self.0), $and($set(-0.0), sign.0)) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $round::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $round::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $min(self.0, other.0) })
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $max(self.0, other.0) })
            }
            #[inline(always)]
            fn to_bits(self) -> Self::Bits {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                $bits(unsafe { $cast_int(self.0) })
            }
            #[inline(always)]
            fn from_bits(bits: Self::Bits) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $cast_float(bits.0) })
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                $mask(unsafe { $cmp::<_CMP_LT_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                $mask(unsafe { $cmp::<_CMP_LE_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                $mask(unsafe { $cmp::<_CMP_EQ_OQ>(self.0, other.0) })
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                Self(unsafe { $blend(no.0, yes.0, mask.0) })
            }

            #[inline(always)]
            fn index_splat(index: usize) -> Self::Index {
                $bits::splat(index as u64)
            }
            #[inline(always)]
            fn index_lane(index: Self::Index, lane: usize) -> usize {
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<__m256i, [$int; $lanes]>(index.0) })[lane] as usize
            }
            #[inline(always)]
            fn index_select(mask: Self::Mask, yes: Self::Index, no: Self::Index) -> Self::Index {
                // SAFETY: values of this type exist only where the processor has AVX2 and FMA (contract of the module).
                $bits(unsafe { $cast_int($blend($cast_float(no.0), $cast_float(yes.0), mask.0)) })
            }
        }
    };
}

avx2! {
    f32 x 8 = F32x8(__m256), bits U32x8(u32), mask Mask8, wide Halves<F64x4>,
    set: _mm256_set1_ps, set_int: _mm256_set1_epi32(i32), max: _mm256_max_ps, min: _mm256_min_ps,
    add: _mm256_add_ps, sub: _mm256_sub_ps, mul: _mm256_mul_ps, div: _mm256_div_ps, fmadd: _mm256_fmadd_ps, sqrt: _mm256_sqrt_ps,
    and: _mm256_and_ps, andnot: _mm256_andnot_ps, or: _mm256_or_ps, xor: _mm256_xor_ps, round: _mm256_round_ps,
    cmp: _mm256_cmp_ps, blend: _mm256_blendv_ps, movemask: _mm256_movemask_ps,
    and_int: _mm256_and_si256, or_int: _mm256_or_si256, xor_int: _mm256_xor_si256, add_int: _mm256_add_epi32, sub_int: _mm256_sub_epi32,
    shl: _mm256_sll_epi32, shr: _mm256_srl_epi32, cast_int: _mm256_castps_si256, cast_float: _mm256_castsi256_ps
}

avx2! {
    f64 x 4 = F64x4(__m256d), bits U64x4(u64), mask Mask4, wide Self,
    set: _mm256_set1_pd, set_int: _mm256_set1_epi64x(i64), max: _mm256_max_pd, min: _mm256_min_pd,
    add: _mm256_add_pd, sub: _mm256_sub_pd, mul: _mm256_mul_pd, div: _mm256_div_pd, fmadd: _mm256_fmadd_pd, sqrt: _mm256_sqrt_pd,
    and: _mm256_and_pd, andnot: _mm256_andnot_pd, or: _mm256_or_pd, xor: _mm256_xor_pd, round: _mm256_round_pd,
    cmp: _mm256_cmp_pd, blend: _mm256_blendv_pd, movemask: _mm256_movemask_pd,
    and_int: _mm256_and_si256, or_int: _mm256_or_si256, xor_int: _mm256_xor_si256, add_int: _mm256_add_epi64, sub_int: _mm256_sub_epi64,
    shl: _mm256_sll_epi64, shr: _mm256_srl_epi64, cast_int: _mm256_castpd_si256, cast_float: _mm256_castsi256_pd
}
