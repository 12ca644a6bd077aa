//! What can be passed as an array of intervals.

use std::ops::Range;

use ndarray::{ArrayBase, Data, Ix2};

use super::RangesError;
use crate::Error;

/// An argument that lists half-open intervals: `[start..end, ...]`, `[[start, end], ...]` or a matrix of two columns.
///
/// ```
/// use keops::Intervals;
/// use ndarray::array;
///
/// let intervals = vec![0..2, 5..9];
/// assert_eq!([[0, 2], [5, 9]].intervals("ranges_i")?, intervals);
/// assert_eq!(array![[0, 2], [5, 9]].intervals("ranges_i")?, intervals);
/// let error = array![[0], [5]].intervals("ranges_i").unwrap_err();
/// assert_eq!(error.to_string(), "`ranges_i`: expected 2 columns, the start and the end of each interval, found 1");
/// # Ok::<(), keops::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an array of intervals",
    note = "expected `&[Range<usize>]`, `&[[usize; 2]]` or an array or view of `usize` with two columns"
)]
pub trait Intervals {
    /// The intervals in their order.
    ///
    /// # Errors
    ///
    /// A matrix has not two columns; the message names the array as `array`.
    fn intervals(&self, array: &'static str) -> Result<Vec<Range<usize>>, Error>;
}

impl Intervals for [Range<usize>] {
    fn intervals(&self, _: &'static str) -> Result<Vec<Range<usize>>, Error> {
        Ok(self.to_vec())
    }
}

impl Intervals for [[usize; 2]] {
    fn intervals(&self, _: &'static str) -> Result<Vec<Range<usize>>, Error> {
        Ok(self.iter().map(|&[start, end]| start..end).collect())
    }
}

impl<I, const K: usize> Intervals for [I; K]
where
    [I]: Intervals,
{
    fn intervals(&self, array: &'static str) -> Result<Vec<Range<usize>>, Error> {
        self.as_slice().intervals(array)
    }
}

impl<I> Intervals for Vec<I>
where
    [I]: Intervals,
{
    fn intervals(&self, array: &'static str) -> Result<Vec<Range<usize>>, Error> {
        self.as_slice().intervals(array)
    }
}

impl<S: Data<Elem = usize>> Intervals for ArrayBase<S, Ix2> {
    fn intervals(&self, array: &'static str) -> Result<Vec<Range<usize>>, Error> {
        match self.ncols() {
            2 => Ok(self.rows().into_iter().map(|row| row[0]..row[1]).collect()),
            found => Err(Error::Ranges(RangesError::Columns { array, found })),
        }
    }
}
