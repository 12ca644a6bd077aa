//! The arithmetic of floats, on bits.
//!
//! Results are those of IEEE 754 with rounding to nearest, which Rust's own operators give. The functions that PTX calls
//! approximate are computed in double precision and rounded; a GPU may be off by a few units in the last place. Not-a-number comes
//! out in one form, as on a GPU: with all bits of the fraction set in single precision.

/// A float type of Rust that stands for a type of PTX.
pub(crate) trait Float: Copy + PartialOrd {
    fn of(bits: u64) -> Self;
    fn bits(self) -> u64;
    /// The bits, with one form for all that is not a number.
    fn result(self) -> u64;
    /// Zero of the same sign for denormal numbers.
    fn flushed(self) -> Self;
    fn sum(self, other: Self) -> Self;
    fn difference(self, other: Self) -> Self;
    fn product(self, other: Self) -> Self;
    fn quotient(self, other: Self) -> Self;
    fn fused(self, by: Self, plus: Self) -> Self;
    fn root(self) -> Self;
    fn negative(self) -> bool;
    fn nan(self) -> bool;
    fn double(self) -> f64;
    fn from_double(value: f64) -> Self;
}

macro_rules! float {
    ($type:ident, $bits:ident, $nan:literal) => {
        impl Float for $type {
            fn of(bits: u64) -> Self {
                $type::from_bits(bits as $bits)
            }
            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            fn result(self) -> u64 {
                if self.is_nan() { $nan } else { self.to_bits().into() }
            }
            fn flushed(self) -> Self {
                if self.abs() < $type::MIN_POSITIVE { $type::copysign(0.0, self) } else { self }
            }
            fn sum(self, other: Self) -> Self {
                self + other
            }
            fn difference(self, other: Self) -> Self {
                self - other
            }
            fn product(self, other: Self) -> Self {
                self * other
            }
            fn quotient(self, other: Self) -> Self {
                self / other
            }
            fn fused(self, by: Self, plus: Self) -> Self {
                self.mul_add(by, plus)
            }
            fn root(self) -> Self {
                self.sqrt()
            }
            fn negative(self) -> bool {
                self.is_sign_negative()
            }
            fn nan(self) -> bool {
                self.is_nan()
            }
            fn double(self) -> f64 {
                self.into()
            }
            fn from_double(value: f64) -> Self {
                value as $type
            }
        }
    };
}

float!(f32, u32, 0x7fff_ffff);
float!(f64, u64, 0x7ff8_0000_0000_0000);

/// An argument, flushed if the instruction says so.
fn argument<T: Float, const FLUSH: bool>(bits: u64) -> T {
    if FLUSH { T::of(bits).flushed() } else { T::of(bits) }
}

fn result<T: Float, const FLUSH: bool>(value: T) -> u64 {
    if FLUSH { value.flushed().result() } else { value.result() }
}

macro_rules! operators {
    ($($name:ident $method:ident)*) => {$(
        pub(crate) fn $name<T: Float, const FLUSH: bool>(a: u64, b: u64) -> u64 {
            result::<T, FLUSH>(argument::<T, FLUSH>(a).$method(argument::<T, FLUSH>(b)))
        }
    )*};
}

operators!(add sum sub difference mul product div quotient);

pub(crate) fn fma<T: Float, const FLUSH: bool>(a: u64, b: u64, c: u64) -> u64 {
    result::<T, FLUSH>(argument::<T, FLUSH>(a).fused(argument::<T, FLUSH>(b), argument::<T, FLUSH>(c)))
}

pub(crate) fn sqrt<T: Float, const FLUSH: bool>(a: u64) -> u64 {
    result::<T, FLUSH>(argument::<T, FLUSH>(a).root())
}

pub(crate) fn rcp<T: Float, const FLUSH: bool>(a: u64) -> u64 {
    result::<T, FLUSH>(T::from_double(1.0).quotient(argument::<T, FLUSH>(a)))
}

pub(crate) fn neg<T: Float, const FLUSH: bool>(a: u64) -> u64 {
    let a = argument::<T, FLUSH>(a);
    a.bits() ^ T::from_double(-0.0).bits()
}

pub(crate) fn abs<T: Float, const FLUSH: bool>(a: u64) -> u64 {
    argument::<T, FLUSH>(a).bits() & !T::from_double(-0.0).bits()
}

/// `b` with the sign of `a`.
pub(crate) fn copysign<T: Float>(a: u64, b: u64) -> u64 {
    let sign = T::from_double(-0.0).bits();
    b & !sign | a & sign
}

/// The smaller number; the other one if one is not a number, unless `NAN`. Negative zero is below zero.
pub(crate) fn min<T: Float, const FLUSH: bool, const NAN: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (argument::<T, FLUSH>(a), argument::<T, FLUSH>(b));
    pick::<T, NAN>(a, b, a < b || a == b && a.negative())
}

/// The larger number, with the rules of [`min`].
pub(crate) fn max<T: Float, const FLUSH: bool, const NAN: bool>(a: u64, b: u64) -> u64 {
    let (a, b) = (argument::<T, FLUSH>(a), argument::<T, FLUSH>(b));
    pick::<T, NAN>(a, b, a > b || a == b && b.negative())
}

fn pick<T: Float, const NAN: bool>(a: T, b: T, first: bool) -> u64 {
    match (a.nan(), b.nan()) {
        (true, false) if !NAN => b.bits(),
        (false, true) if !NAN => a.bits(),
        (false, false) => {
            if first {
                a.bits()
            } else {
                b.bits()
            }
        }
        _ => T::from_double(f64::NAN).result(),
    }
}

/// A function that is computed in double precision.
macro_rules! approximate {
    ($($name:ident $value:expr;)*) => {$(
        pub(crate) fn $name<T: Float, const FLUSH: bool>(a: u64) -> u64 {
            let value: fn(f64) -> f64 = $value;
            result::<T, FLUSH>(T::from_double(value(argument::<T, FLUSH>(a).double())))
        }
    )*};
}

approximate! {
    ex2 f64::exp2;
    lg2 f64::log2;
    rsqrt |x| 1.0 / x.sqrt();
    sin f64::sin;
    cos f64::cos;
    tanh f64::tanh;
}

/// The results of the approximate instructions of double precision have zeros in their lower half.
pub(crate) fn upper_half(a: u64) -> u64 {
    a & 0xffff_ffff_0000_0000
}

/// The number between 0 and 1 that is nearest; 0 for not-a-number.
pub(crate) fn saturate<T: Float>(a: u64) -> u64 {
    let (value, zero, one) = (T::of(a), T::from_double(0.0), T::from_double(1.0));
    if value >= one {
        one.bits()
    } else if value > zero {
        a
    } else {
        zero.bits()
    }
}

macro_rules! tests {
    ($($name:ident $test:expr;)*) => {$(
        pub(crate) fn $name<T: Float>(a: u64) -> u64 {
            let test: fn(f64, bool) -> bool = $test;
            let value = T::of(a);
            u64::from(test(value.double(), value.flushed().double() == value.double()))
        }
    )*};
}

/// The tests of `testp`.
pub(crate) mod property {
    use super::Float;

    tests! {
        finite |x, _| x.is_finite();
        infinite |x, _| x.is_infinite();
        number |x, _| !x.is_nan();
        notanumber |x, _| x.is_nan();
        normal |x, kept| x.is_finite() && x != 0.0 && kept;
        subnormal |x, kept| x.is_finite() && !kept;
    }
}

/// Comparisons: those of IEEE, which are false for what is not a number, and those with a `u`, which are true.
pub(crate) mod compare {
    use std::cmp::Ordering;

    use super::{Float, argument};

    macro_rules! comparisons {
        ($($name:ident $test:expr;)*) => {$(
            pub(crate) fn $name<T: Float, const FLUSH: bool>(a: u64, b: u64) -> u64 {
                let test: fn(Option<Ordering>) -> bool = $test;
                u64::from(test(argument::<T, FLUSH>(a).partial_cmp(&argument::<T, FLUSH>(b))))
            }
        )*};
    }

    comparisons! {
        eq |order| order.is_some_and(Ordering::is_eq);
        ne |order| order.is_some_and(Ordering::is_ne);
        lt |order| order.is_some_and(Ordering::is_lt);
        le |order| order.is_some_and(Ordering::is_le);
        gt |order| order.is_some_and(Ordering::is_gt);
        ge |order| order.is_some_and(Ordering::is_ge);
        equ |order| order.is_none_or(Ordering::is_eq);
        neu |order| order.is_none_or(Ordering::is_ne);
        ltu |order| order.is_none_or(Ordering::is_lt);
        leu |order| order.is_none_or(Ordering::is_le);
        gtu |order| order.is_none_or(Ordering::is_gt);
        geu |order| order.is_none_or(Ordering::is_ge);
        num |order| order.is_some();
        nan |order| order.is_none();
    }
}
