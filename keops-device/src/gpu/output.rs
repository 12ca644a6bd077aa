//! Results in global memory: numbers and positions in arrays of their own.

use crate::reduction::Item;

/// Where results go: a number of entries per kept index, row by row.
#[derive(Clone, Copy)]
pub struct Results<T> {
    /// Numbers; may be null where the results have none.
    pub values: *mut T,
    /// Positions; may be null where the results have none.
    pub positions: *mut u32,
}

impl<T: Copy> Results<T> {
    /// Writes entry `entry`. A position is a place, for which the caller puts the index.
    ///
    /// # Safety
    /// The arrays that the item needs must have the entry.
    #[inline(always)]
    pub(super) unsafe fn write<X: Item<T>>(&self, entry: usize, item: X) {
        let (value, position) = item.parts();
        if X::HAS_VALUE {
            // SAFETY: the caller's.
            unsafe { self.values.add(entry).write(value) };
        }
        if X::HAS_POSITION {
            // SAFETY: the caller's.
            unsafe { self.positions.add(entry).write(position as u32) };
        }
    }
}
