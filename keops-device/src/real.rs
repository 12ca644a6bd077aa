//! [`Real`]: the number that a kernel computes with.
//!
//! A kernel is emitted once, generic over `S: Real`. The CPU instantiates it with SIMD lanes (one lane per row), the
//! GPU with `f32` and `f64` themselves. Everything here is branch-free on lanes: a decision is a [`Real::Mask`] and a
//! [`Real::select`].

use core::fmt::Debug;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::kernel::{Kernel, ShapeVisitor};
use crate::math::{Math, Precision};
use crate::tile::placement::{below, rounds};

/// The outcome of a comparison, one truth value per lane.
pub trait Mask: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// True when at least one lane is true.
    fn any(self) -> bool;
    /// True when every lane is true.
    fn all(self) -> bool;
    /// Bit `l` is set where lane `l` is true.
    fn bits(self) -> u32;
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
    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self)
    }
}

/// Unsigned integers side by side, one per lane of a [`Real`]: bit patterns and indices.
pub trait Bits:
    Copy + Debug + Send + Sync + 'static + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self>
{
    /// The low bits of `bits` in every lane.
    fn splat(bits: u64) -> Self;
    /// The sum, modulo 2 to the width of a lane.
    fn wrapping_add(self, other: Self) -> Self;
    /// The difference, modulo 2 to the width of a lane.
    fn wrapping_sub(self, other: Self) -> Self;
    /// The bits moved `count` places up; `count` must be less than the width of a lane and should be a constant.
    fn shift_left(self, count: u32) -> Self;
    /// The bits moved `count` places down, zeros from above; `count` as for [`Bits::shift_left`].
    fn shift_right(self, count: u32) -> Self;
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
    /// One unsigned integer per lane, as wide as [`Real::Scalar`] (`u32` for `f32`, `u64` for `f64`): bit patterns.
    type Bits: Bits;
    /// One unsigned integer per lane: the positions of arg-reductions, and counts. In vectors they are as wide as the numbers, as
    /// masks are; beside a scalar they have 32 bits, as a thread of a GPU has few registers.
    type Index: Bits;
    /// Zeros, where an index is narrower than a number: with them a state has no gaps in memory.
    type Padding: Copy + Debug + Default + Send + Sync + 'static;

    /// One `f64` per lane.
    type Wide: Wide;

    /// How many registers hold values of this type.
    type Registers: Registers;

    /// Number of lanes; 1 for scalars.
    const LANES: usize;

    /// Whether [`Real::mul_add`] rounds once.
    const FUSED: bool;
    /// Whether [`Real::scale_by_pow2`] holds for all its arguments, rather than for those near 1 only.
    const SCALES_ANY: bool;

    /// Whether the machine has a better way to exponentials than arithmetic: [`Real::exp_native`], [`Real::exp2_neg_native`].
    const HAS_EXP: bool = false;

    /// How often a loop over the `count` entries of a long vector runs. On a GPU the compiler is not to know it where the
    /// entries are too many for registers: it would unroll the loop, and read all of them before it writes the first.
    #[inline(always)]
    fn rounds(count: usize) -> usize {
        rounds(count, size_of::<Self>())
    }
    /// The number of such an entry, of which the compiler knows that it is less than `count`.
    #[inline(always)]
    fn below(entry: usize, count: usize) -> usize {
        below(entry, count)
    }
    /// The same number in every lane.
    fn splat(x: Self::Scalar) -> Self;
    /// Lane `l` is `f(l)`.
    fn from_fn(f: impl FnMut(usize) -> Self::Scalar) -> Self;
    /// The number in lane `lane`, which must be less than [`Real::LANES`].
    fn lane(self, lane: usize) -> Self::Scalar;
    /// Writes the numbers of the lanes where the mask is true to the front of `to`, in their order, and returns how many
    /// they are. The numbers behind them, up to [`Real::LANES`] in all, are overwritten too.
    #[inline(always)]
    fn compress(self, mask: Self::Mask, to: &mut [Self::Scalar]) -> usize {
        let mut count = 0;
        for lane in 0..Self::LANES {
            // Written in any case, as a branch would be a guess.
            to[count] = self.lane(lane);
            count += (mask.bits() >> lane & 1) as usize;
        }
        count
    }

    /// The same numbers, but `x` in lane `lane`.
    #[inline(always)]
    fn with_lane(self, lane: usize, x: Self::Scalar) -> Self {
        // The obvious loop over lanes would become a jump.
        let lanes = Self::from_fn(|l| Self::Scalar::from_f64(l as f64));
        let here = lanes.eq(Self::splat(Self::Scalar::from_f64(lane as f64)));
        Self::select(here, Self::splat(x), self)
    }

    /// The same numbers in `f64`.
    #[inline(always)]
    fn widen(self) -> Self::Wide {
        Self::Wide::from_fn(|lane| self.lane(lane).to_f64())
    }
    /// The numbers, rounded to the working precision.
    #[inline(always)]
    fn narrow(wide: Self::Wide) -> Self {
        Self::from_fn(|lane| Self::Scalar::from_f64(wide.lane(lane)))
    }

    /// The constant `x`, rounded to the working precision.
    #[inline(always)]
    fn constant(x: f64) -> Self {
        Self::splat(Self::Scalar::from_f64(x))
    }

    /// `self * a + b`: with a single rounding where the instruction set has a fused multiply-add, else with two.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// The correctly rounded square root; NaN for negative numbers, -0 for -0.
    fn sqrt(self) -> Self;
    /// The reciprocal of the square root of positive finite numbers, within 2 units in the last place; NaN for negative
    /// numbers and NaN.
    #[inline(always)]
    fn rsqrt_positive(self) -> Self {
        Self::constant(1.0) / self.sqrt()
    }
    /// [`Real::sqrt`] within 2 units in the last place, where that is faster; subnormal numbers may count as 0.
    #[inline(always)]
    fn sqrt_approx(self) -> Self {
        self.sqrt()
    }
    /// [`Math::rsqrt`] likewise.
    #[inline(always)]
    fn rsqrt_approx(self) -> Self {
        Math::rsqrt(self)
    }
    /// The reciprocal likewise.
    #[inline(always)]
    fn recip_approx(self) -> Self {
        Self::constant(1.0) / self
    }
    /// The quotient likewise; divisors near the largest number may count as infinite.
    #[inline(always)]
    fn div_approx(self, divisor: Self) -> Self {
        self / divisor
    }
    /// e to the power of `self`, where [`Real::HAS_EXP`] says that there is such a way. Subnormal results are 0.
    #[inline(always)]
    fn exp_native(self) -> Self {
        self
    }
    /// 2 to the power of `-self`, likewise.
    #[inline(always)]
    fn exp2_neg_native(self) -> Self {
        self
    }
    /// What [`Real::exp_minus`] needs of `shift`, which must be finite, once for many numbers.
    #[inline(always)]
    fn exp_shift(shift: Self) -> Self {
        shift
    }
    /// e to the power of `self - shift`, given what [`Real::exp_shift`] made of the shift.
    #[inline(always)]
    fn exp_minus(self, shift: Self) -> Self {
        Math::exp(self - shift)
    }
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

    /// As [`Real::min`], where `number` is not NaN.
    #[inline(always)]
    fn min_number(self, number: Self) -> Self {
        self.min(number)
    }
    /// As [`Real::max`], where `number` is not NaN.
    #[inline(always)]
    fn max_number(self, number: Self) -> Self {
        self.max(number)
    }

    /// The bit pattern of every lane.
    fn to_bits(self) -> Self::Bits;
    /// The numbers with these bit patterns.
    fn from_bits(bits: Self::Bits) -> Self;

    /// `self * 2^n` for an integral `n`, rounded once: results that overflow or are subnormal are right.
    ///
    /// Unless [`Real::SCALES_ANY`], `self` must be NaN or a number in [1/4, 4], and `n` NaN or not above 240 in
    /// magnitude for `f32`, 2000 for `f64`. With it, `n` may be infinite.
    #[inline(always)]
    fn scale_by_pow2(self, n: Self) -> Self {
        // A number this large has a last place of 1: an integer added to it stands in the low bits of the sum. Two
        // steps, of which only the second leaves the normal numbers, so that there is a single rounding.
        let mantissa = Self::Scalar::MANTISSA_BITS;
        let magic = Self::constant(Self::Scalar::ROUNDING_MAGIC);
        let half = n.mul_add(Self::constant(0.5), magic);
        let rest = n - (half - magic);
        let scaled = Self::from_bits(self.to_bits().wrapping_add(half.to_bits().shift_left(mantissa)));
        let biased = rest + Self::constant(Self::Scalar::ROUNDING_MAGIC + Self::Scalar::EXPONENT_BIAS);
        scaled * Self::from_bits(biased.to_bits().shift_left(mantissa))
    }

    /// [`Real::scale_by_pow2`], but 0 where `n < lowest`, without the cost of a subnormal result there.
    #[inline(always)]
    fn scale_by_pow2_or_zero(self, n: Self, lowest: Self) -> Self {
        Self::select(n.lt(lowest), Self::constant(0.0), self.scale_by_pow2(n))
    }

    /// `(m, e)` with `self = m * 2^e` and `m` in [0.75, 1.5), for positive finite numbers, subnormal ones included.
    ///
    /// Otherwise what a logarithm wants: `e` is -inf at zeros and inf at inf, each with a finite `m` other than 0; one of the two is
    /// NaN at negative numbers and NaN.
    #[inline(always)]
    fn split_pow2(self) -> (Self, Self) {
        let mantissa = Self::Scalar::MANTISSA_BITS;
        let bias = Self::Scalar::EXPONENT_BIAS;
        // Subnormal numbers are scaled to normal ones first.
        let tiny = self.lt(Self::constant(Self::Scalar::MIN_NORMAL));
        let scale = Self::constant(Self::Scalar::SCALE_SUBNORMALS);
        let x = Self::select(tiny, self * scale, self);
        let excess = Self::select(
            tiny,
            Self::constant(Self::Scalar::INTEGER_MAGIC + bias + mantissa as f64 + 1.0),
            Self::constant(Self::Scalar::INTEGER_MAGIC + bias),
        );
        // Half a mantissa added to the pattern carries into the exponent exactly from 1.5 on.
        let half = <Self::Bits as Bits>::splat(1 << (mantissa - 1));
        let biased = x.to_bits().wrapping_add(half).shift_right(mantissa);
        let magic = Self::constant(Self::Scalar::INTEGER_MAGIC);
        let e = Self::from_bits(biased | magic.to_bits()) - excess;
        let one = Self::constant(1.0).to_bits();
        let m = Self::from_bits(x.to_bits().wrapping_sub(biased.shift_left(mantissa)).wrapping_add(one));
        let zero = Self::constant(0.0);
        let e = Self::select(self.lt(Self::constant(f64::INFINITY)), e, self);
        let e = Self::select(self.eq(zero), Self::constant(f64::NEG_INFINITY), e);
        (m, Self::select(self.lt(zero), Self::constant(f64::NAN), e))
    }

    /// The magnitude limited to `bound`, with the sign of `self`; `bound` with either sign at NaN.
    #[inline(always)]
    fn saturate(self, bound: Self) -> Self {
        self.min(bound).max(-bound)
    }

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

/// The number of vector registers of a machine. A type rather than a number, so that a kernel is compiled for one shape
/// of the register tile only.
pub trait Registers: 'static {
    /// Calls the visitor with the shape of the register tile that the kernel has for such a machine.
    fn with_shape<K: Kernel, V: ShapeVisitor>(visitor: V) -> V::Output;
}

/// Sixteen vector registers.
#[derive(Clone, Copy, Debug)]
pub struct Sixteen;

/// Thirty-two vector registers.
#[derive(Clone, Copy, Debug)]
pub struct ThirtyTwo;

impl Registers for Sixteen {
    #[inline(always)]
    fn with_shape<K: Kernel, V: ShapeVisitor>(visitor: V) -> V::Output {
        K::with_narrow_shape(visitor)
    }
}

impl Registers for ThirtyTwo {
    #[inline(always)]
    fn with_shape<K: Kernel, V: ShapeVisitor>(visitor: V) -> V::Output {
        K::with_wide_shape(visitor)
    }
}

/// Numbers in `f64`, one per lane of some [`Real`]: what sums of `f32` are accumulated in.
pub trait Wide: Copy + Debug + Send + Sync + 'static + Add<Output = Self> + Mul<Output = Self> {
    /// Lane `l` is `f(l)`.
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self;
    /// The number in a lane.
    fn lane(self, lane: usize) -> f64;
    /// `self * a + b`.
    fn mul_add(self, a: Self, b: Self) -> Self;
}

impl<D: Real<Scalar = f64>> Wide for D {
    #[inline(always)]
    fn from_fn(f: impl FnMut(usize) -> f64) -> Self {
        Real::from_fn(f)
    }
    #[inline(always)]
    fn lane(self, lane: usize) -> f64 {
        Real::lane(self, lane)
    }
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Real::mul_add(self, a, b)
    }
}

/// Two registers of `f64` for one of `f32`: its lower and its upper lanes.
#[derive(Clone, Copy, Debug)]
pub struct Halves<D>(D, D);

impl<D: Real<Scalar = f64>> Add for Halves<D> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
}

impl<D: Real<Scalar = f64>> Mul for Halves<D> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0, self.1 * other.1)
    }
}

impl<D: Real<Scalar = f64>> Wide for Halves<D> {
    #[inline(always)]
    fn from_fn(mut f: impl FnMut(usize) -> f64) -> Self {
        Self(Real::from_fn(&mut f), Real::from_fn(|lane| f(D::LANES + lane)))
    }
    #[inline(always)]
    fn lane(self, lane: usize) -> f64 {
        if lane < D::LANES { Real::lane(self.0, lane) } else { Real::lane(self.1, lane - D::LANES) }
    }
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(Real::mul_add(self.0, a.0, b.0), Real::mul_add(self.1, a.1, b.1))
    }
}

/// `f32` or `f64`.
pub trait Scalar: Real<Scalar = Self, Mask = bool, Bits: Into<u64>> + Precision + PartialOrd + Default {
    /// Lanes for any processor, as wide as the vector registers that all processors of the architecture have.
    type Portable: Real<Scalar = Self>;
    /// Lanes for processors with AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Real<Scalar = Self>;
    /// Lanes for processors with the foundation, BW, DQ and VL parts of AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Real<Scalar = Self>;
    /// Lanes for 64-bit ARM processors, all of which have NEON.
    #[cfg(target_arch = "aarch64")]
    type Neon: Real<Scalar = Self>;

    /// The largest [`Real::Index`] of vectors of these numbers.
    const MAX_INDEX: usize;
    /// The lowest finite number.
    const LOWEST: Self;
    /// Number of mantissa bits that are stored.
    const MANTISSA_BITS: u32;
    /// The stored exponent of 1.
    const EXPONENT_BIAS: f64;
    /// The smallest positive normal number.
    const MIN_NORMAL: f64;
    /// 2 to the power of `MANTISSA_BITS + 1`: takes every subnormal number to a normal one.
    const SCALE_SUBNORMALS: f64;
    /// 2 to the power of `MANTISSA_BITS`: a small unsigned integer placed in the low bits of its pattern is added to it.
    const INTEGER_MAGIC: f64;
    /// 1.5 times [`Scalar::INTEGER_MAGIC`]: a small number added to it is rounded to the nearest integer, whose
    /// two's complement stands in the low bits of the pattern.
    const ROUNDING_MAGIC: f64;

    /// Rounds to the working precision.
    fn from_f64(x: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
}
