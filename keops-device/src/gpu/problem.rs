//! What kernels read and write in global memory.

use super::array::array;
use super::intrinsics::{block_idx_x, opaque};
pub use super::output::Results;
use super::table::{Interval, Work};
use crate::kernel::{Kernel, Values, dim};
use crate::real::Scalar;
use crate::reduction::{Item, Reduction};

/// Rows of more bytes are read entry by entry.
const MAX_ROW_IN_REGISTERS: usize = 768;

/// What both kernels read.
#[derive(Clone, Copy)]
pub struct Problem<T, const KEPT: usize, const REDUCED: usize> {
    /// What blocks do, see [`table`](super::table).
    pub table: *const u32,
    /// From one row of the table to the next; 0 if there is one row for all blocks.
    pub stride: u32,
    /// The intervals that the table refers to.
    pub intervals: *const Interval,
    /// The sets of prepared parameters that the table refers to.
    pub params: *const T,
    /// The variables on the kept axis, row by row.
    pub kept: [*const T; KEPT],
    /// The variables on the reduced axis, row by row.
    pub reduced: [*const T; REDUCED],
}

/// What this block does.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// The table's row.
    pub(super) work: Work,
    /// How many blocks before this one count from the same first row.
    pub(super) before: u32,
    /// The first row of each variable.
    first_rows: *const u32,
}

/// The first rows of some variables, which are moved ahead by so many.
///
/// # Safety
/// The variables must have the rows, and as many columns as `dims` says.
#[inline(always)]
unsafe fn ahead<T, const N: usize>(
    variables: &[*const T; N],
    dims: &[usize; N],
    first_rows: *const u32,
) -> [*const T; N] {
    // SAFETY: the caller's.
    array(|number| unsafe { variables[number].add(*first_rows.add(number) as usize * dims[number]) })
}

/// Copies row `row` of all variables, one after the other.
///
/// # Safety
/// The variables must have the row, and as many columns as `dims` says.
#[inline(always)]
unsafe fn read_row<T: Copy, V: Values<T>, const N: usize>(
    variables: &[*const T; N],
    dims: &[usize; N],
    row: u32,
    to: &mut V,
) {
    let mut rest = to.as_mut_slice();
    let mut read = |number: usize| {
        let dim = dims[number];
        let (to, after) = core::mem::take(&mut rest).split_at_mut(dim);
        // SAFETY: the caller's.
        let from = unsafe { variables[number].add(row as usize * dim) };
        if const { size_of::<V>() > MAX_ROW_IN_REGISTERS } {
            // There are too many numbers for registers: they go to memory, one after the other.
            for (entry, to) in to.iter_mut().enumerate().take(opaque(dim)) {
                // SAFETY: the caller's.
                *to = unsafe { *from.add(entry) };
            }
        } else {
            // SAFETY: the caller's. As a whole: a loop over the entries would be one more to unroll.
            unsafe { to.as_mut_ptr().copy_from_nonoverlapping(from, dim) };
        }
        rest = after;
    };
    if const { N <= 8 } {
        unrolled!(N, number => read(number));
    } else {
        (0..N).for_each(read);
    }
}

impl<T: Scalar, const KEPT: usize, const REDUCED: usize> Problem<T, KEPT, REDUCED> {
    /// What this block does. It is to be read anew where it is needed: what is kept while tiles stream past would occupy
    /// registers.
    ///
    /// # Safety
    /// The table must be that of the grid.
    #[inline(always)]
    pub(super) unsafe fn block(&self) -> Block {
        let block = block_idx_x();
        // SAFETY: the table has a row for each block, which begins like this and has a word for each variable after it.
        unsafe {
            let row = self.table.add(block as usize * self.stride as usize);
            let before = if self.stride == 0 { block } else { 0 };
            Block { work: row.cast::<Work>().read(), before, first_rows: row.add(Work::WORDS) }
        }
    }

    /// The prepared parameters.
    ///
    /// # Safety
    /// They must be those of `K`.
    #[inline(always)]
    pub(super) unsafe fn params<K: Kernel>(&self, block: &Block) -> K::Params<T> {
        // SAFETY: the caller's; an array of numbers has their alignment.
        unsafe { self.params.cast::<K::Params<T>>().add(block.work.params as usize).read() }
    }

    /// The variables of a row, and its index; the last row in place of those beyond.
    ///
    /// # Safety
    /// All arrays must have the sizes that the table says, and `dims` be those of the variables.
    #[inline(always)]
    pub(super) unsafe fn raw_kept<K: Kernel>(
        &self,
        dims: &[usize; KEPT],
        block: &Block,
        row: u32,
    ) -> (K::RawKept<T>, T) {
        let mut raw = K::RawKept::<T>::filled(T::default());
        let inside = if row < block.work.rows { row } else { block.work.rows - 1 };
        // SAFETY: the row is inside.
        unsafe { read_row(&ahead(&self.kept, dims, block.first_rows), dims, inside, &mut raw) };
        (raw, T::from_f64(f64::from(block.work.first_row) + f64::from(row)))
    }

    /// The variables on the reduced axis, as they are for the block.
    ///
    /// # Safety
    /// As [`Problem::raw_kept`].
    #[inline(always)]
    pub(super) unsafe fn reduced(&self, dims: &[usize; REDUCED], block: &Block) -> [*const T; REDUCED] {
        // SAFETY: the caller's; words of variables on the kept axis come first.
        unsafe { ahead(&self.reduced, dims, block.first_rows.add(KEPT)) }
    }

    /// The variables of the reduced index at a place, and the index. The variables are those that [`Problem::reduced`]
    /// returns.
    ///
    /// # Safety
    /// As [`Problem::raw_kept`]; the place must be one of the block's.
    #[inline(always)]
    pub(super) unsafe fn raw_reduced<K: Kernel>(
        &self,
        variables: &[*const T; REDUCED],
        dims: &[usize; REDUCED],
        block: &Block,
        place: u32,
    ) -> (K::RawReduced<T>, T) {
        let mut raw = K::RawReduced::<T>::filled(T::default());
        // SAFETY: the caller's.
        let index = unsafe { self.index(block, place) };
        // SAFETY: the index is inside.
        unsafe { read_row(variables, dims, index, &mut raw) };
        (raw, T::from_f64(f64::from(index)))
    }

    /// The reduced index at a place.
    ///
    /// # Safety
    /// The intervals must be those that the table refers to, and the place one of the block's.
    #[inline(always)]
    unsafe fn index(&self, block: &Block, place: u32) -> u32 {
        let (mut low, mut high) = (block.work.first_interval, block.work.end_interval);
        if low == high {
            return place;
        }
        // SAFETY: of both the caller's.
        let before = unsafe { (*self.intervals.add(low as usize)).place };
        let place_of = |interval: Interval| interval.place.wrapping_sub(before);
        // The last interval that begins at the place or before it.
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            // SAFETY: as above.
            if place_of(unsafe { self.intervals.add(middle as usize).read() }) <= place {
                low = middle;
            } else {
                high = middle;
            }
        }
        // SAFETY: as above.
        let interval = unsafe { self.intervals.add(low as usize).read() };
        interval.first + (place - place_of(interval))
    }

    /// Writes the results of a row that belong to the components from `first` on, of which `Q` has some.
    ///
    /// # Safety
    /// The row must be inside, and the arrays of results of the right sizes.
    #[inline(always)]
    pub(super) unsafe fn write<K: Kernel, Q: Kernel, Red: Reduction>(
        &self,
        dims: &[usize; KEPT],
        block: &Block,
        first: usize,
        row: u32,
        state: &Red::State<Q, T>,
        results: &Results<T>,
    ) {
        let entries = Red::results(dim::<K>());
        // An empty sum is 0, whatever its factors.
        let mut factors = K::Factors::<T>::filled(T::from_f64(1.0));
        if const { K::Factors::<T>::LEN > 0 } {
            if block.work.places > 0 {
                // SAFETY: the caller's.
                let (raw, index) = unsafe { self.raw_kept::<K>(dims, block, row) };
                // SAFETY: the caller's.
                factors = K::factors::<T>(&unsafe { self.params::<K>(block) }, &raw, index);
            }
        }
        let (all, here) = const { (dim::<K>(), dim::<Q>()) };
        let factors =
            if K::Factors::<T>::LEN > 0 && here < all { &factors.as_slice()[first..] } else { factors.as_slice() };
        let number = |mut entry: usize| {
            if here < all {
                let component = first + entry % here;
                if component >= all {
                    return None;
                }
                entry = entry / here * all + component;
            }
            Some((block.work.result + row) as usize * entries + entry)
        };
        Red::finish::<Q, T>(state, factors, |_, entry, item| {
            if let Some(number) = number(entry) {
                // SAFETY: the caller's.
                unsafe { results.write(number, item) };
            }
        });
        if const { Red::Item::<T>::HAS_POSITION && !Red::COUNTS } {
            let places_are_indices =
                block.work.first_interval == block.work.end_interval && block.work.places == block.work.columns;
            // A loop of its own, and not unrolled: the code would be long.
            let count = if places_are_indices { 0 } else { opaque(Red::results(here)) };
            for number in (0..count).filter_map(number) {
                // SAFETY: of all three the caller's; behind the last place there is nothing.
                unsafe {
                    let place = results.positions.add(number);
                    let is_place = *place < block.work.places;
                    *place = if is_place { self.index(block, *place) } else { block.work.columns };
                }
            }
        }
    }
}
