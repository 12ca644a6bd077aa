//! The two kernels of a reduction: [`reduce`] and, where the reduced axis is cut, [`finish`].

use core::mem::MaybeUninit;
use core::ptr::from_ref;
use core::slice::from_raw_parts;

use super::array::array;
use super::geometry::{THREADS, tile_columns};
use super::intrinsics::{block_idx_y, block_idx_z, grid_dim_z, sync_threads, thread_idx_x};
use super::problem::{Block, Problem, Results};
use crate::kernel::{Column, ColumnOf, Kernel, Values};
use crate::real::Scalar;
use crate::reduction::Reduction;
use crate::tile::Tile;
use crate::tile::placement::{below, hidden};

/// So many states are read at once when parts are merged.
const BATCH: usize = 8;

/// If they are no larger than this.
const MAX_BATCHED: usize = 32;

/// A state of more bytes is copied word by word.
const MAX_COPIED_AT_ONCE: usize = 768;

/// A kernel of some components of `K`, which differs in nothing else.
pub trait Piece<K: Kernel, T: Scalar>:
    Kernel<Params<T> = K::Params<T>, Kept<T> = K::Kept<T>, Reduced<T> = K::Reduced<T>, Folds<T> = K::Folds<T>>
{
}

impl<K: Kernel, Q: Kernel, T: Scalar> Piece<K, T> for Q where
    Q: Kernel<Params<T> = K::Params<T>, Kept<T> = K::Kept<T>, Reduced<T> = K::Reduced<T>, Folds<T> = K::Folds<T>>
{
}

/// Writes a column, with zeros up to its alignment: it is read 16 bytes at a time.
///
/// # Safety
/// There must be room for it.
#[inline(always)]
unsafe fn write_column<V: Values<T>, T: Scalar>(to: *mut Column<V>, column: V) {
    let numbers = to.cast::<T>();
    for entry in V::LEN..const { size_of::<Column<V>>() / size_of::<T>() } {
        // SAFETY: within the column.
        unsafe { numbers.add(entry).write(T::default()) };
    }
    // SAFETY: the caller's.
    unsafe { to.cast::<V>().write(column) };
}

/// Reduces the part of the reduced axis that belongs to the block, for the kept indices that belong to it. Writes the
/// results, or, if there are several parts, the states: part by part, one for each kept index. Of the kernel `K` it runs
/// the components from `first_component` on that `Q` has, which is `K` itself or a [`Chunk`](super::chunk::Chunk) of it.
///
/// # Safety
/// A kernel of [`THREADS`] threads per block. The table has a row for each block along the first axis of a grid that has one
/// block along the second, or a row for all, and then the grid is that of [`Geometry`](super::geometry::Geometry), as are
/// the parts. `tile` is shared memory of [`tile_bytes`](super::geometry::tile_bytes); all arrays have the sizes that follow.
#[inline(always)]
pub unsafe fn reduce<K, Q, Red, T, const R: usize, const C: usize, const KEPT: usize, const REDUCED: usize>(
    problem: &Problem<T, KEPT, REDUCED>,
    dims: (&[usize; KEPT], &[usize; REDUCED]),
    first_component: usize,
    tile: *mut u8,
    results: &Results<T>,
    states: *mut u8,
) where
    K: Kernel,
    Q: Piece<K, T>,
    Red: Reduction,
    T: Scalar,
{
    let tile = tile.cast::<ColumnOf<K, T>>();
    let length = const { tile_columns::<K, T>() as u32 };
    let thread = thread_idx_x();
    let row = |block: &Block, r: usize| (block.before * R as u32 + r as u32) * THREADS as u32 + thread;
    // SAFETY: the caller's.
    let block = unsafe { problem.block() };
    // SAFETY: the caller's.
    let params = unsafe { problem.params::<K>(&block) };
    let kept: [K::Kept<T>; R] = array(|r| {
        // SAFETY: the caller's.
        let (raw, index) = unsafe { problem.raw_kept::<K>(dims.0, &block, row(&block, r)) };
        K::kept::<T>(&params, &raw, index)
    });
    let mut current: [Red::State<Q, T>; R] = array(|_| Red::neutral::<Q, T>(block.work.places as usize));
    let mut scratch: [Red::Scratch<Q, T>; R] = array(|_| Red::scratch::<Q, T>());

    let mut first = block.work.first_place + block_idx_y() * block.work.part_places;
    // Of the last part, the sum may be too large for 32 bits.
    let end = block.work.places.min(first.saturating_add(block.work.part_places));
    while first < end {
        let here = length.min(end - first);
        // SAFETY: the caller's.
        let block = unsafe { problem.block() };
        // SAFETY: the caller's.
        let variables = unsafe { problem.reduced(dims.1, &block) };
        let mut column = thread;
        while column < here {
            // SAFETY: the place is inside; each thread has columns of the tile of its own.
            unsafe {
                let (raw, index) = problem.raw_reduced::<K>(&variables, dims.1, &block, first + column);
                write_column(tile.add(column as usize), K::reduced::<T>(&params, &raw, index));
            }
            column += THREADS as u32;
        }
        // SAFETY: the bounds of the loop are the same for all threads.
        unsafe { sync_threads() };
        // SAFETY: so many columns were written.
        let reduced = unsafe { from_raw_parts(tile, here as usize) };
        let tile = Tile::<Q, T, R> { params: &params, kept: &kept, reduced, first: first as usize };
        Red::reduce_tile::<Q, T, R, C>(&tile, &mut current, &mut scratch);
        // SAFETY: as above. Nobody reads the tile after.
        unsafe { sync_threads() };
        first += length;
    }
    // SAFETY: the caller's.
    let block = unsafe { problem.block() };
    unrolled!(R, r => {
        let (state, row) = (&current[r], row(&block, r));
        if row < block.work.rows {
            // SAFETY: the row is inside, and the caller's.
            unsafe {
                if block.work.parts == 1 {
                    problem.write::<K, Q, Red>(dims.0, &block, first_component, row, state, results);
                } else {
                    let to = states.cast::<Red::State<Q, T>>().add(state_at(&block, block_idx_y(), row));
                    copy_state(from_ref(state), to);
                }
            }
        }
    });
}

/// Copies a state, which is a number of numbers and owns nothing: a large one word by word, as it would fill all registers on its way.
///
/// # Safety
/// There must be one, and room for the other.
#[inline(always)]
unsafe fn copy_state<X>(from: *const X, to: *mut X) {
    let words = const { size_of::<X>() / size_of::<u32>() };
    if const { size_of::<X>() <= MAX_COPIED_AT_ONCE || align_of::<X>() < align_of::<u32>() } {
        // SAFETY: the caller's.
        unsafe { to.copy_from_nonoverlapping(from, 1) };
        return;
    }
    let (from, to) = (from.cast::<MaybeUninit<u32>>(), to.cast::<MaybeUninit<u32>>());
    for word in 0..hidden(words) {
        let word = below(word, words);
        // SAFETY: the caller's; the word is one of the state.
        unsafe { to.add(word).write(from.add(word).read()) };
    }
}

/// Where the state of a row is, of a part counted from that of the table.
#[inline(always)]
fn state_at(block: &Block, part: u32, row: u32) -> usize {
    let chunk = (part * grid_dim_z() + block_idx_z()) as usize;
    block.work.state as usize + chunk * block.work.rows as usize + row as usize
}

/// Merges the states of all parts in their order and writes the results.
///
/// # Safety
/// A kernel of [`THREADS`] threads per block, after [`reduce`] with the same arguments but for the table. That has the first
/// row of each group of parts, and the grid as many blocks along the second axis as a thread of [`reduce`] has rows; or it
/// is the row for all, and the grid has one thread per kept index.
#[inline(always)]
pub unsafe fn finish<K, Q, Red, T, const KEPT: usize, const REDUCED: usize>(
    problem: &Problem<T, KEPT, REDUCED>,
    dims: (&[usize; KEPT], &[usize; REDUCED]),
    first_component: usize,
    results: &Results<T>,
    states: *const u8,
) where
    K: Kernel,
    Q: Piece<K, T>,
    Red: Reduction,
    T: Scalar,
{
    // SAFETY: the caller's.
    let block = unsafe { problem.block() };
    let row = (block.before + block_idx_y()) * THREADS as u32 + thread_idx_x();
    if row >= block.work.rows {
        return;
    }
    let states = states.cast::<Red::State<Q, T>>();
    // SAFETY: the first kernel wrote them.
    let at = |part: u32| unsafe { &*states.add(state_at(&block, part, row)) };
    let mut state = MaybeUninit::uninit();
    // SAFETY: the first kernel wrote it.
    let mut state = unsafe {
        copy_state(at(0), state.as_mut_ptr());
        state.assume_init()
    };
    let mut part = 1;
    if const { size_of::<Red::State<Q, T>>() <= MAX_BATCHED } {
        // Reads that wait for memory together; one after the other they would take longer than the first kernel.
        while part + BATCH as u32 <= block.work.parts {
            // SAFETY: the states of devices own nothing.
            let batch: [Red::State<Q, T>; BATCH] = array(|k| unsafe { from_ref(at(part + k as u32)).read() });
            for later in &batch {
                Red::merge::<Q, T>(&mut state, later);
            }
            part += BATCH as u32;
        }
    }
    while part < block.work.parts {
        Red::merge::<Q, T>(&mut state, at(part));
        part += 1;
    }
    // SAFETY: the row is inside, and the caller's.
    unsafe { problem.write::<K, Q, Red>(dims.0, &block, first_component, row, &state, results) };
}
