//! [`Real`]: the number that a kernel computes with.
//!
//! A kernel is emitted once, generic over `S: Real`. The CPU instantiates it with SIMD lanes (one lane per row), the
//! GPU with `f32` and `f64` themselves. Everything here is branch-free on lanes: a decision is a [`Real::Mask`] and a
//! [`Real::select`].

use core::fmt::Debug;
use core::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// The outcome of a comparison, one truth value per lane.
pub trait Mask: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// True when at least one lane is true.
    fn any(self) -> bool;
    /// True when every lane is true.
    fn all(self) -> bool;
}

impl Mask for bool {
    #[inline(always)]
    fn any(self) -> bool {
        self
    }
    #[inline(always)]
    fn all(self) -> bool {
        self
    }
}

/// A real number, or several of them side by side (SIMD lanes), all of one floating-point type.
///
/// Comparisons follow IEEE 754: a comparison with NaN is false (so [`Real::ne`] is true).
pub trait Real:
    Copy
    + Debug
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The type of one lane: `f32` or `f64`.
    type Scalar: Scalar;
    /// One truth value per lane.
    type Mask: Mask;
    /// One unsigned integer per lane, as wide as [`Real::Scalar`] (`u32` for `f32`, `u64` for `f64`): the positions of arg-reductions.
    type Index: Copy + Debug + Send + Sync + 'static;

    /// Number of lanes; 1 for scalars.
    const LANES: usize;
    /// Number of architectural registers that hold a value of this type.
    const REGISTERS: usize;

    /// The same number in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// Lane `l` is `f(l)`.
    fn from_fn(f: impl FnMut(usize) -> Self::Scalar) -> Self;
    /// The number in lane `lane`, which must be less than [`Real::LANES`].
    fn lane(self, lane: usize) -> Self::Scalar;

    /// The constant `x`, rounded to the working precision.
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Self::splat(Self::Scalar::from_f64(x))
    }

    /// `self * a + b`: with a single rounding where the instruction set has a fused multiply-add, else with two.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// The correctly rounded square root; NaN for negative numbers, -0 for -0.
    fn sqrt(self) -> Self;
    /// The absolute value; clears the sign of zeros and NaN.
    fn abs(self) -> Self;
    /// The magnitude of `self` with the sign bit of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// The largest integer not above `self`; infinities, NaN and -0 are returned as they are.
    fn floor(self) -> Self;
    /// The nearest integer, halves to the even one.
    fn round_ties_even(self) -> Self;
    /// `if self < other { self } else { other }`: `other` when either is NaN.
    fn min(self, other: Self) -> Self;
    /// `if self > other { self } else { other }`: `other` when either is NaN.
    fn max(self, other: Self) -> Self;

    /// `self < other`, lane by lane.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`, lane by lane.
    fn le(self, other: Self) -> Self::Mask;
    /// `self == other`, lane by lane.
    fn eq(self, other: Self) -> Self::Mask;
    /// `self != other`, lane by lane; true for NaN.
    #[inline(always)]
    fn ne(self, other: Self) -> Self::Mask {
        !self.eq(other)
    }
    /// `yes` where the mask is true, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// The same index in every lane. `index` must fit [`Real::Index`].
    fn index_splat(index: usize) -> Self::Index;
    /// The index in lane `lane`, which must be less than [`Real::LANES`].
    fn index_lane(index: Self::Index, lane: usize) -> usize;
    /// `yes` where the mask is true, else `no`.
    fn index_select(mask: Self::Mask, yes: Self::Index, no: Self::Index) -> Self::Index;
}

/// `f32` or `f64`.
pub trait Scalar: Real<Scalar = Self, Mask = bool> + PartialOrd + Default {
    /// The largest index that [`Real::Index`] can hold.
    const MAX_INDEX: usize;
    /// Rounds to the working precision.
    fn from_f64(x: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
}
