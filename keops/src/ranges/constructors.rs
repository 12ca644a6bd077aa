//! Ways to make ranges.

use std::iter;
use std::ops::Range;

use ndarray::{ArrayRef2, ArrayView1, ArrayView2};

use super::blocks::{Blocks, Named};
use super::{Intervals, Ranges, RangesError};
use crate::Error;

impl Ranges {
    /// All pairs (i, j) of a shape (M, N).
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// assert_eq!(Ranges::dense((3, 4)), Ranges::block_diagonal(&[3], &[4])?);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn dense(shape: (usize, usize)) -> Ranges {
        let (mut by_row, mut by_column) = (Blocks::default(), Blocks::default());
        by_row.push(0..shape.0, iter::once(0..shape.1));
        by_column.push(0..shape.1, iter::once(0..shape.0));
        Ranges { shape, by_row, by_column }
    }

    /// Blocks along the diagonal: block k couples the next `rows[k]` rows with the next `columns[k]` columns. Batches of
    /// different sizes, one behind the other, are a reduction of this kind. Sizes may be 0.
    ///
    /// # Errors
    ///
    /// The numbers of entries differ, or a sum of sizes does not fit.
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// let ranges = Ranges::block_diagonal(&[2, 0, 4], &[3, 1, 2])?;
    /// assert_eq!(ranges.shape(), (6, 6));
    /// assert_eq!((ranges.count(0, 2), ranges.count(0, 3), ranges.count(2, 4)), (1, 0, 1));
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn block_diagonal(rows: &[usize], columns: &[usize]) -> Result<Ranges, Error> {
        if rows.len() != columns.len() {
            return Err(Error::Ranges(RangesError::BlockCount { rows: rows.len(), columns: columns.len() }));
        }
        let (rows, row_count) = consecutive("rows", rows)?;
        let (columns, column_count) = consecutive("columns", columns)?;
        let (mut by_row, mut by_column) = (Blocks::default(), Blocks::default());
        for (rows, columns) in rows.into_iter().zip(columns) {
            by_row.push(rows.clone(), [columns.clone()]);
            by_column.push(columns, [rows]);
        }
        Ok(Ranges { shape: (row_count, column_count), by_row, by_column })
    }

    /// The pairs of those clusters of rows and of columns that a mask of blocks keeps: KeOps' `from_matrix`.
    ///
    /// `shape` is (M, N). `ranges_i` are Mc disjoint intervals of rows and `ranges_j` Nc disjoint intervals of columns, such
    /// as those of [`Clusters::ranges`](crate::cluster::Clusters::ranges); they need not cover all indices. `keep` has shape
    /// (Mc, Nc).
    ///
    /// # Errors
    ///
    /// An interval is not inside of the shape, two of one axis overlap, or the mask has another shape.
    ///
    /// ```
    /// use keops::Ranges;
    /// use ndarray::array;
    ///
    /// let keep = array![[true, true, false], [false, true, false]];
    /// let ranges = Ranges::from_mask((12, 30), &[[2, 5], [7, 12]], &[[1, 4], [4, 9], [20, 30]], &keep)?;
    /// let arrays = ranges.to_arrays();
    /// assert_eq!((arrays.ranges_i, arrays.slices_i), (vec![[2, 5], [7, 12]], vec![1, 2]));
    /// assert_eq!(arrays.redranges_j, [[1, 9], [4, 9]]); // [1, 4] and [4, 9] are joined
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn from_mask(
        shape: (usize, usize),
        ranges_i: &(impl Intervals + ?Sized),
        ranges_j: &(impl Intervals + ?Sized),
        keep: &ArrayRef2<bool>,
    ) -> Result<Ranges, Error> {
        let rows = named("ranges_i", ranges_i, shape.0)?;
        let columns = named("ranges_j", ranges_j, shape.1)?;
        let expected = (rows.intervals.len(), columns.intervals.len());
        if keep.dim() != expected {
            return Err(Error::Ranges(RangesError::MaskShape { expected, found: keep.dim() }));
        }
        let by_row = of_mask(&rows, &columns, keep.view())?;
        let by_column = of_mask(&columns, &rows, keep.t())?;
        Ok(Ranges { shape, by_row, by_column })
    }

    /// The pairs that a mask of shape (M, N) keeps. For small problems and for tests, as the mask holds all pairs.
    ///
    /// ```
    /// use keops::Ranges;
    /// use ndarray::array;
    ///
    /// let ranges = Ranges::from_entry_mask(&array![[true, true, false], [true, true, false], [false, false, true]]);
    /// assert_eq!(ranges, Ranges::block_diagonal(&[2, 1], &[2, 1])?);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn from_entry_mask(mask: &ArrayRef2<bool>) -> Ranges {
        Ranges { shape: mask.dim(), by_row: of_entry_mask(mask.view()), by_column: of_entry_mask(mask.t()) }
    }

    /// KeOps' six arrays, for a shape (M, N).
    ///
    /// The first three describe reductions over j. `ranges_i` are Mc disjoint half-open intervals of rows. `slices_i` has Mc
    /// end positions: interval `k` has the entries `slices_i[k - 1]..slices_i[k]` of `redranges_j`, and interval 0 those
    /// before `slices_i[0]`. `redranges_j` are intervals of columns, over which the reduction runs in the order in which they
    /// are listed. The last three describe reductions over i in the same way, and so gradients by variables `Vj(d)`; that they
    /// describe the same pairs is not checked.
    ///
    /// Where KeOps takes intervals of rows that overlap and lets the last one win, here they are an error.
    ///
    /// # Errors
    ///
    /// An interval ends before its start or beyond the shape, two of `ranges_i` or two of `ranges_j` overlap, slices descend
    /// or do not end at the number of intervals that they refer to, or a matrix of intervals has not two columns.
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// let ranges = Ranges::from_arrays(
    ///     (12, 30),
    ///     &[[2, 5], [7, 12]], &[2, 3], &[[1, 4], [20, 30], [4, 9]],
    ///     &[[1, 4], [4, 9], [20, 30]], &[1, 2, 3], &[[2, 5], [7, 12], [2, 5]],
    /// )?;
    /// assert_eq!((ranges.count(2, 20), ranges.count(7, 20), ranges.count(7, 8)), (1, 0, 1));
    ///
    /// let error = Ranges::from_arrays((4, 4), &[[0, 2], [1, 4]], &[0, 0], &[[0; 2]; 0], &[[0; 2]; 0], &[], &[[0; 2]; 0]);
    /// assert!(error.unwrap_err().to_string().starts_with("entries 0 and 1 of `ranges_i` are 0..2 and 1..4, which overlap"));
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn from_arrays<'a>(
        shape: (usize, usize),
        ranges_i: &(impl Intervals + ?Sized),
        slices_i: impl Into<ArrayView1<'a, usize>>,
        redranges_j: &(impl Intervals + ?Sized),
        ranges_j: &(impl Intervals + ?Sized),
        slices_j: impl Into<ArrayView1<'a, usize>>,
        redranges_i: &(impl Intervals + ?Sized),
    ) -> Result<Ranges, Error> {
        let by_row = of_arrays(
            named("ranges_i", ranges_i, shape.0)?,
            ("slices_i", slices_i.into()),
            named("redranges_j", redranges_j, shape.1)?,
        )?;
        let by_column = of_arrays(
            named("ranges_j", ranges_j, shape.1)?,
            ("slices_j", slices_j.into()),
            named("redranges_i", redranges_i, shape.0)?,
        )?;
        Ok(Ranges { shape, by_row, by_column })
    }
}

/// Intervals of `0..len`.
fn named(name: &'static str, intervals: &(impl Intervals + ?Sized), len: usize) -> Result<Named, Error> {
    let named = Named { name, intervals: intervals.intervals(name)? };
    named.within(len)?;
    Ok(named)
}

/// Intervals of given sizes, one behind the other, and the sum of the sizes.
fn consecutive(array: &'static str, sizes: &[usize]) -> Result<(Vec<Range<usize>>, usize), Error> {
    let mut start = 0_usize;
    let mut intervals = Vec::with_capacity(sizes.len());
    for (entry, size) in sizes.iter().enumerate() {
        let end = start.checked_add(*size).ok_or(Error::Ranges(RangesError::BlockSizes { array, entry }))?;
        intervals.push(start..end);
        start = end;
    }
    Ok((intervals, start))
}

fn of_mask(kept: &Named, reduced: &Named, keep: ArrayView2<'_, bool>) -> Result<Blocks, Error> {
    let mut blocks = Blocks::default();
    for entry in kept.ascending()? {
        let pairs = reduced.intervals.iter().zip(keep.row(entry));
        let those = pairs.filter(|(_, keep)| **keep).map(|(interval, _)| interval.clone());
        blocks.push(kept.intervals[entry].clone(), those);
    }
    Ok(blocks)
}

fn of_entry_mask(mask: ArrayView2<'_, bool>) -> Blocks {
    let mut blocks = Blocks::default();
    for (kept, row) in mask.rows().into_iter().enumerate() {
        // Neighbours are joined, here as elsewhere.
        let those = row.into_iter().enumerate().filter(|(_, keep)| **keep).map(|(reduced, _)| reduced..reduced + 1);
        blocks.push(kept..kept + 1, those);
    }
    blocks
}

fn of_arrays(kept: Named, slices: (&'static str, ArrayView1<'_, usize>), reduced: Named) -> Result<Blocks, Error> {
    let (name, ends) = slices;
    if ends.len() != kept.intervals.len() {
        let (expected, found) = (kept.intervals.len(), ends.len());
        return Err(Error::Ranges(RangesError::SlicesLen { slices: name, ranges: kept.name, expected, found }));
    }
    let mut previous = 0;
    let mut slices = Vec::with_capacity(ends.len());
    for (entry, &found) in ends.iter().enumerate() {
        if found < previous {
            return Err(Error::Ranges(RangesError::SlicesOrder { slices: name, entry, previous, found }));
        }
        slices.push(previous..found);
        previous = found;
    }
    let expected = reduced.intervals.len();
    if previous != expected {
        return Err(Error::Ranges(RangesError::SlicesEnd {
            slices: name,
            redranges: reduced.name,
            expected,
            found: previous,
        }));
    }
    let mut blocks = Blocks::default();
    for entry in kept.ascending()? {
        blocks.push(kept.intervals[entry].clone(), reduced.intervals[slices[entry].clone()].iter().cloned());
    }
    Ok(blocks)
}
