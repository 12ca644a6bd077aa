//! Arrays, entry by entry.

use core::array::from_fn;
use core::mem::MaybeUninit;

/// Longest array that is written without a loop.
const MAX_UNROLLED: usize = 8;

/// The array of the values of a function, as [`core::array::from_fn`]. That is a loop with a guard against panics, in which the
/// compiler spends more time than in the loop over pairs; of a short array this leaves nothing but the values.
#[inline(always)]
pub(super) fn array<X, const N: usize>(mut of: impl FnMut(usize) -> X) -> [X; N] {
    if const { N > MAX_UNROLLED } {
        return from_fn(of);
    }
    let mut array = MaybeUninit::<[X; N]>::uninit();
    let entries = array.as_mut_ptr().cast::<X>();
    // SAFETY: these are the entries of the array, which has at most eight.
    unrolled!(N, k => unsafe { entries.add(k).write(of(k)) });
    // SAFETY: all of them were written.
    unsafe { array.assume_init() }
}
