//! Lanes of NEON: [`F32x4`] and [`F64x2`]. A mask is a vector of integers, all ones where true.
//!
//! Every processor that Rust's 64-bit ARM targets with hardware floating point support has NEON, so that these types
//! may be used anywhere.

use core::arch::aarch64::*;
use core::mem::transmute;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::real::{Bits, Halves, Mask, Real};

macro_rules! operator {
    ($type:ident, $($trait:ident $method:ident $intrinsic:ident),+) => {
        $(impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        })+
    };
}

macro_rules! neon {
    (
        $float:ident x $lanes:literal = $name:ident($vector:ident), bits $bits:ident($int:ident, $int_vector:ident), mask $mask:ident, wide $wide:ty,
        set: $set:ident, set_int: $set_int:ident, set_count: $set_count:ident($count:ty), shift: $shift:ident,
        add: $add:ident, sub: $sub:ident, mul: $mul:ident, div: $div:ident, fma: $fma:ident, sqrt: $sqrt:ident,
        abs: $abs:ident, neg: $neg:ident, floor: $floor:ident, round: $round:ident,
        lt: $lt:ident, le: $le:ident, eq: $eq:ident, select: $select:ident, select_int: $select_int:ident,
        and: $and:ident, or: $or:ident, xor: $xor:ident, add_int: $add_int:ident, sub_int: $sub_int:ident,
        to_int: $to_int:ident, to_float: $to_float:ident
    ) => {
        #[doc = concat!(stringify!($lanes), " lanes of `", stringify!($float), "` in a NEON register.")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $name($vector);

        #[doc = concat!("One unsigned integer per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $bits($int_vector);

        #[doc = concat!("One truth value per lane of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $mask($int_vector);

        operator!($name, Add add $add, Sub sub $sub, Mul mul $mul, Div div $div);
        operator!($bits, BitAnd bitand $and, BitOr bitor $or, BitXor bitxor $xor);
        operator!($mask, BitAnd bitand $and, BitOr bitor $or);

        impl Neg for $name {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $neg(self.0) })
            }
        }

        impl Not for $mask {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $xor(self.0, $set_int($int::MAX)) })
            }
        }

        impl Mask for $mask {
            #[inline(always)]
            fn any(self) -> bool {
                // SAFETY: the integer is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<$int_vector, u128>(self.0) }) != 0
            }
            #[inline(always)]
            fn all(self) -> bool {
                // SAFETY: the integer is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<$int_vector, u128>(self.0) }) == u128::MAX
            }
            #[inline(always)]
            fn bits(self) -> u32 {
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                let lanes = unsafe { transmute::<$int_vector, [$int; $lanes]>(self.0) };
                lanes.iter().enumerate().map(|(lane, truth)| ((truth & 1) as u32) << lane).sum()
            }
        }

        impl Bits for $bits {
            #[inline(always)]
            fn splat(bits: u64) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $set_int(bits as $int) })
            }
            #[inline(always)]
            fn wrapping_add(self, other: Self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $add_int(self.0, other.0) })
            }
            #[inline(always)]
            fn wrapping_sub(self, other: Self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $sub_int(self.0, other.0) })
            }
            #[inline(always)]
            fn shift_left(self, count: u32) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $shift(self.0, $set_count(count as $count)) })
            }
            #[inline(always)]
            fn shift_right(self, count: u32) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $shift(self.0, $set_count(-(count as $count))) })
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
            const SCALES_ANY: bool = false;

            #[inline(always)]
            fn splat(x: $float) -> Self {
                // SAFETY: the processor has NEON (see the module).
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
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $fma(b.0, self.0, a.0) })
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $sqrt(self.0) })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $abs(self.0) })
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $select($to_int($set(-0.0)), sign.0, self.0) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $floor(self.0) })
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $round(self.0) })
            }
            // NEON's own minimum and maximum are NaN when either argument is.
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self::select(self.lt(other), self, other)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self::select(other.lt(self), self, other)
            }
            #[inline(always)]
            fn to_bits(self) -> Self::Bits {
                // SAFETY: the processor has NEON (see the module).
                $bits(unsafe { $to_int(self.0) })
            }
            #[inline(always)]
            fn from_bits(bits: Self::Bits) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $to_float(bits.0) })
            }

            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                // SAFETY: the processor has NEON (see the module).
                $mask(unsafe { $lt(self.0, other.0) })
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                // SAFETY: the processor has NEON (see the module).
                $mask(unsafe { $le(self.0, other.0) })
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Self::Mask {
                // SAFETY: the processor has NEON (see the module).
                $mask(unsafe { $eq(self.0, other.0) })
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                // SAFETY: the processor has NEON (see the module).
                Self(unsafe { $select(mask.0, yes.0, no.0) })
            }

            #[inline(always)]
            fn index_splat(index: usize) -> Self::Index {
                $bits::splat(index as u64)
            }
            #[inline(always)]
            fn index_lane(index: Self::Index, lane: usize) -> usize {
                // SAFETY: the array is as large as the register, and every bit pattern is a valid value of both.
                (unsafe { transmute::<$int_vector, [$int; $lanes]>(index.0) })[lane] as usize
            }
            #[inline(always)]
            fn index_select(mask: Self::Mask, yes: Self::Index, no: Self::Index) -> Self::Index {
                // SAFETY: the processor has NEON (see the module).
                $bits(unsafe { $select_int(mask.0, yes.0, no.0) })
            }
        }
    };
}

neon! {
    f32 x 4 = F32x4(float32x4_t), bits U32x4(u32, uint32x4_t), mask Mask4, wide Halves<F64x2>,
    set: vdupq_n_f32, set_int: vdupq_n_u32, set_count: vdupq_n_s32(i32), shift: vshlq_u32,
    add: vaddq_f32, sub: vsubq_f32, mul: vmulq_f32, div: vdivq_f32, fma: vfmaq_f32, sqrt: vsqrtq_f32,
    abs: vabsq_f32, neg: vnegq_f32, floor: vrndmq_f32, round: vrndnq_f32,
    lt: vcltq_f32, le: vcleq_f32, eq: vceqq_f32, select: vbslq_f32, select_int: vbslq_u32,
    and: vandq_u32, or: vorrq_u32, xor: veorq_u32, add_int: vaddq_u32, sub_int: vsubq_u32,
    to_int: vreinterpretq_u32_f32, to_float: vreinterpretq_f32_u32
}

neon! {
    f64 x 2 = F64x2(float64x2_t), bits U64x2(u64, uint64x2_t), mask Mask2, wide Self,
    set: vdupq_n_f64, set_int: vdupq_n_u64, set_count: vdupq_n_s64(i64), shift: vshlq_u64,
    add: vaddq_f64, sub: vsubq_f64, mul: vmulq_f64, div: vdivq_f64, fma: vfmaq_f64, sqrt: vsqrtq_f64,
    abs: vabsq_f64, neg: vnegq_f64, floor: vrndmq_f64, round: vrndnq_f64,
    lt: vcltq_f64, le: vcleq_f64, eq: vceqq_f64, select: vbslq_f64, select_int: vbslq_u64,
    and: vandq_u64, or: vorrq_u64, xor: veorq_u64, add_int: vaddq_u64, sub_int: vsubq_u64,
    to_int: vreinterpretq_u64_f64, to_float: vreinterpretq_f64_u64
}
