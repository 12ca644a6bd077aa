//! Lanes for any processor: arrays, whose element-wise loops the compiler turns into the vector instructions that
//! every processor of the architecture has.

use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::real::{Bits, Mask, Real, Scalar};

/// `N` numbers side by side.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Lanes<T, const N: usize>([T; N]);

/// One truth value per lane of [`Lanes`].
#[derive(Clone, Copy, Debug)]
pub struct LanesMask<const N: usize>([bool; N]);

/// One unsigned integer per lane of [`Lanes`].
#[derive(Clone, Copy, Debug)]
pub struct LanesBits<I, const N: usize>([I; N]);

/// The array of `f(lane)`.
#[inline(always)]
fn each<T: Copy, const N: usize>(mut f: impl FnMut(usize) -> T) -> [T; N] {
    let mut out = [f(0); N];
    let mut lane = 1;
    while lane < N {
        out[lane] = f(lane);
        lane += 1;
    }
    out
}

macro_rules! operator {
    ($type:ident<$element:ident>, $bound:ident, $($trait:ident $method:ident),+) => {
        $(impl<$element: $bound, const N: usize> $trait for $type<$element, N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(each(|l| self.0[l].$method(other.0[l])))
            }
        })+
    };
}

operator!(Lanes<T>, Scalar, Add add, Sub sub, Mul mul, Div div);
operator!(LanesBits<I>, Bits, BitAnd bitand, BitOr bitor, BitXor bitxor);

impl<T: Scalar, const N: usize> Neg for Lanes<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(each(|l| -self.0[l]))
    }
}

impl<const N: usize> BitAnd for LanesMask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(each(|l| self.0[l] & other.0[l]))
    }
}

impl<const N: usize> BitOr for LanesMask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(each(|l| self.0[l] | other.0[l]))
    }
}

impl<const N: usize> Not for LanesMask<N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(each(|l| !self.0[l]))
    }
}

impl<const N: usize> Mask for LanesMask<N> {
    #[inline(always)]
    fn any(self) -> bool {
        self.0.iter().fold(false, |any, &lane| any | lane)
    }
    #[inline(always)]
    fn all(self) -> bool {
        self.0.iter().fold(true, |all, &lane| all & lane)
    }
    #[inline(always)]
    fn bits(self) -> u32 {
        self.0.iter().enumerate().fold(0, |bits, (lane, &truth)| bits | u32::from(truth) << lane)
    }
}

impl<I: Bits, const N: usize> Bits for LanesBits<I, N> {
    #[inline(always)]
    fn splat(bits: u64) -> Self {
        Self([I::splat(bits); N])
    }
    #[inline(always)]
    fn wrapping_add(self, other: Self) -> Self {
        Self(each(|l| self.0[l].wrapping_add(other.0[l])))
    }
    #[inline(always)]
    fn wrapping_sub(self, other: Self) -> Self {
        Self(each(|l| self.0[l].wrapping_sub(other.0[l])))
    }
    #[inline(always)]
    fn shift_left(self, count: u32) -> Self {
        Self(each(|l| self.0[l].shift_left(count)))
    }
    #[inline(always)]
    fn shift_right(self, count: u32) -> Self {
        Self(each(|l| self.0[l].shift_right(count)))
    }
}

impl<T: Scalar, const N: usize> Real for Lanes<T, N> {
    type Scalar = T;
    type Mask = LanesMask<N>;
    type Bits = LanesBits<T::Bits, N>;
    type Index = LanesBits<T::Bits, N>;
    type Padding = ();
    type Wide = Lanes<f64, N>;
    type Registers = super::VectorRegisters;

    const LANES: usize = N;
    const FUSED: bool = T::FUSED;
    const SCALES_ANY: bool = T::SCALES_ANY;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([x; N])
    }
    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> T) -> Self {
        Self(each(f))
    }
    #[inline(always)]
    fn lane(self, lane: usize) -> T {
        self.0[lane]
    }

    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(each(|l| self.0[l].mul_add(a.0[l], b.0[l])))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(each(|l| self.0[l].sqrt()))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(each(|l| self.0[l].abs()))
    }
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        Self(each(|l| self.0[l].copysign(sign.0[l])))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(each(|l| self.0[l].floor()))
    }
    #[inline(always)]
    fn round_ties_even(self) -> Self {
        Self(each(|l| self.0[l].round_ties_even()))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(each(|l| self.0[l].min(other.0[l])))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(each(|l| self.0[l].max(other.0[l])))
    }
    #[inline(always)]
    fn to_bits(self) -> Self::Bits {
        LanesBits(each(|l| self.0[l].to_bits()))
    }
    #[inline(always)]
    fn from_bits(bits: Self::Bits) -> Self {
        Self(each(|l| T::from_bits(bits.0[l])))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Self::Mask {
        LanesMask(each(|l| Real::lt(self.0[l], other.0[l])))
    }
    #[inline(always)]
    fn le(self, other: Self) -> Self::Mask {
        LanesMask(each(|l| Real::le(self.0[l], other.0[l])))
    }
    #[inline(always)]
    fn eq(self, other: Self) -> Self::Mask {
        LanesMask(each(|l| Real::eq(self.0[l], other.0[l])))
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self(each(|l| T::select(mask.0[l], yes.0[l], no.0[l])))
    }

    #[inline(always)]
    fn index_splat(index: usize) -> Self::Index {
        LanesBits([T::Bits::splat(index as u64); N])
    }
    #[inline(always)]
    fn index_lane(index: Self::Index, lane: usize) -> usize {
        index.0[lane].into() as usize
    }
    #[inline(always)]
    fn index_select(mask: Self::Mask, yes: Self::Index, no: Self::Index) -> Self::Index {
        LanesBits(each(|l| if mask.0[l] { yes.0[l] } else { no.0[l] }))
    }
}
