//! Results in global memory: numbers and positions in arrays of their own.

use crate::real::Scalar;

/// Where results go: a number of entries per kept index, row by row.
#[derive(Clone, Copy)]
pub struct Results<T> {
    /// Numbers; may be null where the results are positions.
    pub values: *mut T,
    /// Positions; may be null where the results are numbers.
    pub positions: *mut u32,
}

/// A result of a reduction over numbers of type `T`.
pub trait Output<T> {
    /// Writes it as entry `entry`.
    ///
    /// # Safety
    /// The arrays that it needs must have the entry.
    unsafe fn write(self, results: &Results<T>, entry: usize);
}

impl<T: Scalar> Output<T> for T {
    #[inline(always)]
    unsafe fn write(self, results: &Results<T>, entry: usize) {
        // SAFETY: the caller's.
        unsafe { results.values.add(entry).write(self) };
    }
}

impl<T: Scalar> Output<T> for usize {
    #[inline(always)]
    unsafe fn write(self, results: &Results<T>, entry: usize) {
        // SAFETY: the caller's.
        unsafe { results.positions.add(entry).write(self as u32) };
    }
}

impl<T: Scalar> Output<T> for (T, usize) {
    #[inline(always)]
    unsafe fn write(self, results: &Results<T>, entry: usize) {
        // SAFETY: the caller's.
        unsafe {
            results.values.add(entry).write(self.0);
            results.positions.add(entry).write(self.1 as u32);
        }
    }
}
