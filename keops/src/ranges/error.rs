//! What can be wrong with ranges.

use std::ops::Range;

use thiserror::Error;

/// Why there are no [`Ranges`](crate::Ranges) of some arrays. Entries are counted from 0.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum RangesError {
    /// An array of intervals is not a matrix of two columns.
    #[error("`{array}`: expected 2 columns, the start and the end of each interval, found {found}")]
    Columns {
        /// The array.
        array: &'static str,
        /// The number of its columns.
        found: usize,
    },
    /// An interval ends before its start, or beyond the last index.
    #[error("entry {entry} of `{array}` is {start}..{end}: expected start <= end <= {len}")]
    Interval {
        /// The array.
        array: &'static str,
        /// The number of the interval.
        entry: usize,
        /// Its start.
        start: usize,
        /// Its end.
        end: usize,
        /// The number of indices along this axis.
        len: usize,
    },
    /// Two intervals of one array that must be disjoint are not.
    #[error(
        "entries {first} and {second} of `{array}` are {first_interval:?} and {second_interval:?}, which overlap: expected \
         disjoint intervals, so that each index has one result"
    )]
    Overlap {
        /// The array.
        array: &'static str,
        /// The number of one interval.
        first: usize,
        /// The interval.
        first_interval: Range<usize>,
        /// The number of the other.
        second: usize,
        /// The other interval.
        second_interval: Range<usize>,
    },
    /// There is not one slice for each interval.
    #[error("`{slices}`: expected {expected} entries, one for each of `{ranges}`, found {found}")]
    SlicesLen {
        /// The array of slices.
        slices: &'static str,
        /// The array of intervals.
        ranges: &'static str,
        /// The number of intervals.
        expected: usize,
        /// The number of slices.
        found: usize,
    },
    /// A slice ends before the one in front of it.
    #[error("entry {entry} of `{slices}` is {found}: expected at least {previous}, the entry in front of it")]
    SlicesOrder {
        /// The array of slices.
        slices: &'static str,
        /// The number of the slice.
        entry: usize,
        /// The entry in front of it.
        previous: usize,
        /// The entry.
        found: usize,
    },
    /// The slices do not end where the intervals do that they refer to.
    #[error("the last entry of `{slices}` is {found}: expected {expected}, the number of entries of `{redranges}`")]
    SlicesEnd {
        /// The array of slices.
        slices: &'static str,
        /// The array of intervals that they refer to.
        redranges: &'static str,
        /// The number of its entries.
        expected: usize,
        /// The last entry; 0 if there is none.
        found: usize,
    },
    /// A mask of blocks has not one row and one column for each interval.
    #[error(
        "`keep`: expected shape {expected:?}, one row for each of `ranges_i` and one column for each of `ranges_j`, found \
         {found:?}"
    )]
    MaskShape {
        /// The numbers of intervals.
        expected: (usize, usize),
        /// The shape of the mask.
        found: (usize, usize),
    },
    /// The blocks along a diagonal have rows or columns, but not both.
    #[error("`columns`: expected {rows} entries, one block for each of `rows`, found {columns}")]
    BlockCount {
        /// The number of entries of `rows`.
        rows: usize,
        /// The number of entries of `columns`.
        columns: usize,
    },
    /// The sizes of blocks along a diagonal add up to more than can be counted.
    #[error("`{array}`: expected sizes whose sum is at most {}, found more from entry {entry} on", usize::MAX)]
    BlockSizes {
        /// The array.
        array: &'static str,
        /// The number of the size with which the sum is too large.
        entry: usize,
    },
}
