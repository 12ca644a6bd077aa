//! [`Item`]: an entry of a result.

use crate::real::Scalar;

/// An entry of the result of a reduction over numbers of type `T`: a number, a position (or a count), or both.
pub trait Item<T>: Copy + core::fmt::Debug + Send + Sync + Default + 'static {
    /// Whether there is a number.
    const HAS_VALUE: bool;
    /// Whether there is a position.
    const HAS_POSITION: bool;
    /// From a number and a position, of which it takes what it has.
    fn from_parts(value: T, position: usize) -> Self;
    /// The number and the position; what it does not have is 0.
    fn parts(self) -> (T, usize);
}

impl<T: Scalar> Item<T> for T {
    const HAS_VALUE: bool = true;
    const HAS_POSITION: bool = false;
    #[inline(always)]
    fn from_parts(value: T, _position: usize) -> T {
        value
    }
    #[inline(always)]
    fn parts(self) -> (T, usize) {
        (self, 0)
    }
}

impl<T: Scalar> Item<T> for usize {
    const HAS_VALUE: bool = false;
    const HAS_POSITION: bool = true;
    #[inline(always)]
    fn from_parts(_value: T, position: usize) -> usize {
        position
    }
    #[inline(always)]
    fn parts(self) -> (T, usize) {
        (T::default(), self)
    }
}

impl<T: Scalar> Item<T> for (T, usize) {
    const HAS_VALUE: bool = true;
    const HAS_POSITION: bool = true;
    #[inline(always)]
    fn from_parts(value: T, position: usize) -> Self {
        (value, position)
    }
    #[inline(always)]
    fn parts(self) -> (T, usize) {
        self
    }
}
