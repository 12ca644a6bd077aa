//! What the reductions to the K best return of a term.

use super::Item;
use crate::real::Scalar;

/// What is returned of a term that is among the K best.
pub trait Report: 'static {
    /// What entry points for devices are called after the smallest and after the largest.
    const DEVICE_NAMES: [&'static str; 2];
    /// An entry of the result.
    type Item<T: Scalar>: Item<T>;
    /// The entry for a term and its position.
    fn item<T: Scalar>(value: T, position: usize) -> Self::Item<T>;
}

/// The term.
#[derive(Clone, Copy, Debug)]
pub struct Value;

/// Its position.
#[derive(Clone, Copy, Debug)]
pub struct Position;

/// Both.
#[derive(Clone, Copy, Debug)]
pub struct ValueAndPosition;

impl Report for Value {
    const DEVICE_NAMES: [&'static str; 2] = ["KMin", "KMax"];
    type Item<T: Scalar> = T;
    #[inline(always)]
    fn item<T: Scalar>(value: T, _position: usize) -> T {
        value
    }
}

impl Report for Position {
    const DEVICE_NAMES: [&'static str; 2] = ["ArgKMin", "ArgKMax"];
    type Item<T: Scalar> = usize;
    #[inline(always)]
    fn item<T: Scalar>(_value: T, position: usize) -> usize {
        position
    }
}

impl Report for ValueAndPosition {
    const DEVICE_NAMES: [&'static str; 2] = ["KMinArgKMin", "KMaxArgKMax"];
    type Item<T: Scalar> = (T, usize);
    #[inline(always)]
    fn item<T: Scalar>(value: T, position: usize) -> (T, usize) {
        (value, position)
    }
}
