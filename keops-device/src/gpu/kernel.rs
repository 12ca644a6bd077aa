//! The two kernels of a reduction: [`reduce`] and, where the reduced axis is cut, [`finish`].

use core::array::from_fn;
use core::slice::from_raw_parts;

use super::geometry::{THREADS, tile_columns};
use super::intrinsics::{block_idx_x, block_idx_y, block_idx_z, grid_dim_z, sync_threads, thread_idx_x};
pub use super::output::Results;
use crate::kernel::{Column, ColumnOf, Kernel, Values, dim};
use crate::real::Scalar;
use crate::reduction::Reduction;
use crate::tile::Tile;

/// So many states are read at once when parts are merged.
const BATCH: usize = 8;

/// If they are no larger than this.
const MAX_BATCHED: usize = 32;

/// A kernel of some components of `K`, which differs in nothing else.
pub trait Piece<K: Kernel, T: Scalar>:
    Kernel<Params<T> = K::Params<T>, Kept<T> = K::Kept<T>, Reduced<T> = K::Reduced<T>, Folds<T> = K::Folds<T>>
{
}

impl<K: Kernel, Q: Kernel, T: Scalar> Piece<K, T> for Q where
    Q: Kernel<Params<T> = K::Params<T>, Kept<T> = K::Kept<T>, Reduced<T> = K::Reduced<T>, Folds<T> = K::Folds<T>>
{
}

/// What both kernels read, in global memory.
#[derive(Clone, Copy)]
pub struct Problem<T, const KEPT: usize, const REDUCED: usize> {
    /// The prepared parameters.
    pub params: *const T,
    /// Number of kept indices, at least 1.
    pub rows: u32,
    /// The index of the first of them.
    pub first_row: u32,
    /// Number of reduced indices.
    pub columns: u32,
    /// The variables on the kept axis, row by row.
    pub kept: [*const T; KEPT],
    /// The variables on the reduced axis, row by row.
    pub reduced: [*const T; REDUCED],
}

/// Copies row `row` of all variables, one after the other.
///
/// # Safety
/// The variables must have the row, and as many columns as `dims` says.
#[inline(always)]
unsafe fn read_row<T: Copy, V: Values<T>, const N: usize>(
    variables: &[*const T; N],
    dims: &[usize; N],
    row: usize,
    to: &mut V,
) {
    let to = to.as_mut_slice();
    let mut at = 0;
    for (variable, &dim) in variables.iter().zip(dims) {
        for entry in 0..dim {
            // SAFETY: the caller's.
            to[at] = unsafe { *variable.add(row * dim + entry) };
            at += 1;
        }
    }
}

impl<T: Scalar, const KEPT: usize, const REDUCED: usize> Problem<T, KEPT, REDUCED> {
    /// The prepared parameters.
    ///
    /// # Safety
    /// They must be those of `K`.
    #[inline(always)]
    unsafe fn params<K: Kernel>(&self) -> K::Params<T> {
        // SAFETY: the caller's; an array of numbers has their alignment.
        unsafe { self.params.cast::<K::Params<T>>().read() }
    }

    /// The variables of a kept index; the last one in place of those beyond.
    #[inline(always)]
    unsafe fn raw_kept<K: Kernel>(&self, dims: &[usize; KEPT], row: u32) -> (K::RawKept<T>, T) {
        let mut raw = K::RawKept::<T>::filled(T::default());
        let inside = if row < self.rows { row } else { self.rows - 1 };
        // SAFETY: the row is inside.
        unsafe { read_row(&self.kept, dims, inside as usize, &mut raw) };
        (raw, T::from_f64(f64::from(self.first_row) + f64::from(row)))
    }

    /// Writes the results of a kept index that belong to the components from `first` on, of which `Q` has some.
    ///
    /// # Safety
    /// The row must be inside, and the arrays of results of the right sizes.
    #[inline(always)]
    unsafe fn write<K: Kernel, Q: Kernel, Red: Reduction>(
        &self,
        dims: &[usize; KEPT],
        first: usize,
        row: u32,
        state: &Red::State<Q, T>,
        results: &Results<T>,
    ) {
        let entries = Red::results(dim::<K>());
        // An empty sum is 0, whatever its factors.
        let mut factors = K::Factors::<T>::filled(T::from_f64(1.0));
        if K::Factors::<T>::LEN > 0 && self.columns > 0 {
            // SAFETY: the caller's.
            let (raw, index) = unsafe { self.raw_kept::<K>(dims, row) };
            // SAFETY: the caller's.
            factors = K::factors::<T>(&unsafe { self.params::<K>() }, &raw, index);
        }
        let (all, here) = const { (dim::<K>(), dim::<Q>()) };
        let factors =
            if K::Factors::<T>::LEN > 0 && here < all { &factors.as_slice()[first..] } else { factors.as_slice() };
        Red::finish::<Q, T>(state, factors, |_, mut entry, item| {
            if here < all {
                let component = first + entry % here;
                if component >= all {
                    return;
                }
                entry = entry / here * all + component;
            }
            // SAFETY: the caller's.
            unsafe { results.write(row as usize * entries + entry, item) };
        });
    }
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
/// results, or, if `states` is not null, the states: part by part, one for each kept index. Of the kernel `K` it runs
/// the components from `first_component` on that `Q` has, which is `K` itself or a [`Chunk`](super::chunk::Chunk) of it.
///
/// # Safety
/// A kernel of [`THREADS`] threads per block and the grid that [`Geometry`](super::geometry::Geometry) says, with
/// `part_columns` from there; `tile` is shared memory of [`tile_bytes`](super::geometry::tile_bytes); all arrays must
/// have the sizes that follow.
#[inline(always)]
pub unsafe fn reduce<K, Q, Red, T, const R: usize, const C: usize, const KEPT: usize, const REDUCED: usize>(
    problem: &Problem<T, KEPT, REDUCED>,
    dims: (&[usize; KEPT], &[usize; REDUCED]),
    first_component: usize,
    part_columns: u32,
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
    let row = |r: usize| (block_idx_x() * R as u32 + r as u32) * THREADS as u32 + thread;
    // SAFETY: the caller's.
    let params = unsafe { problem.params::<K>() };
    let kept: [K::Kept<T>; R] = from_fn(|r| {
        // SAFETY: the caller's.
        let (raw, index) = unsafe { problem.raw_kept::<K>(dims.0, row(r)) };
        K::kept::<T>(&params, &raw, index)
    });
    let mut current: [Red::State<Q, T>; R] = from_fn(|_| Red::neutral::<Q, T>(problem.columns as usize));
    let mut scratch: [Red::Scratch<Q, T>; R] = from_fn(|_| Red::scratch::<Q, T>());

    let mut first = block_idx_y() * part_columns;
    // Of the last part, the sum may be too large for 32 bits.
    let end = problem.columns.min(first.saturating_add(part_columns));
    while first < end {
        let here = length.min(end - first);
        let mut column = thread;
        while column < here {
            let mut raw = K::RawReduced::<T>::filled(T::default());
            let index = first + column;
            // SAFETY: the index is inside; each thread has columns of the tile of its own.
            unsafe {
                read_row(&problem.reduced, dims.1, index as usize, &mut raw);
                let prepared = K::reduced::<T>(&params, &raw, T::from_f64(f64::from(index)));
                write_column(tile.add(column as usize), prepared);
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
    for (r, state) in current.iter().enumerate() {
        let row = row(r);
        if row < problem.rows {
            // SAFETY: the row is inside, and the caller's.
            unsafe {
                if states.is_null() {
                    problem.write::<K, Q, Red>(dims.0, first_component, row, state, results);
                } else {
                    let part = block_idx_y() as usize * grid_dim_z() as usize + block_idx_z() as usize;
                    let at = part * problem.rows as usize + row as usize;
                    states.cast::<Red::State<Q, T>>().add(at).write(state.clone());
                }
            }
        }
    }
}

/// Merges the states of `parts` parts in their order and writes the results.
///
/// # Safety
/// A kernel of [`THREADS`] threads per block with one thread per kept index, after [`reduce`] with the same arguments.
#[inline(always)]
pub unsafe fn finish<K, Q, Red, T, const KEPT: usize, const REDUCED: usize>(
    problem: &Problem<T, KEPT, REDUCED>,
    dims: (&[usize; KEPT], &[usize; REDUCED]),
    first_component: usize,
    parts: u32,
    results: &Results<T>,
    states: *const u8,
) where
    K: Kernel,
    Q: Piece<K, T>,
    Red: Reduction,
    T: Scalar,
{
    let row = block_idx_x() * THREADS as u32 + thread_idx_x();
    if row >= problem.rows {
        return;
    }
    let states = states.cast::<Red::State<Q, T>>();
    let at = |part: u32| (part * grid_dim_z() + block_idx_z()) as usize * problem.rows as usize + row as usize;
    // SAFETY: the first kernel wrote them.
    let read = |part: u32| unsafe { (*states.add(at(part))).clone() };
    let mut state = read(0);
    let mut part = 1;
    if const { size_of::<Red::State<Q, T>>() <= MAX_BATCHED } {
        // Reads that wait for memory together; one after the other they would take longer than the first kernel.
        while part + BATCH as u32 <= parts {
            let batch: [Red::State<Q, T>; BATCH] = from_fn(|k| read(part + k as u32));
            for later in &batch {
                Red::merge::<Q, T>(&mut state, later);
            }
            part += BATCH as u32;
        }
    }
    while part < parts {
        Red::merge::<Q, T>(&mut state, &read(part));
        part += 1;
    }
    // SAFETY: the row is inside, and the caller's.
    unsafe { problem.write::<K, Q, Red>(dims.0, first_component, row, &state, results) };
}
