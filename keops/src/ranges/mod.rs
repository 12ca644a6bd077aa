//! Block-sparse reductions: which pairs (i, j) a reduction runs over.

mod blocks;
mod constructors;
mod error;
mod intervals;
#[cfg(test)]
mod tests;

use crate::problem::Category;

pub(crate) use blocks::Blocks;
pub use error::RangesError;
pub use intervals::Intervals;

/// Which blocks of the M x N pairs (i, j) a reduction runs over: the `ranges` of
/// [KeOps](https://www.kernel-operations.io/keops/python/sparsity.html).
///
/// A block couples an interval of rows i with an interval of columns j. They are held twice:
///
/// * *by row*, for reductions over j: disjoint intervals of rows, each with its intervals of columns;
/// * *by column*, for reductions over i: disjoint intervals of columns, each with its intervals of rows.
///
/// The gradient of a reduction over j by a variable `Vj(d)` is a reduction over i, and uses the blocks by column: it is
/// right if both directions describe the same pairs. All constructors but [`from_arrays`](Ranges::from_arrays) see to that.
///
/// Indices in no block keep the result of a reduction without terms: 0 for a sum, -inf for a log-sum-exp. A pair counts as
/// often as it occurs, if intervals of columns of one interval of rows overlap.
///
/// Blocks are held in a normal form, which changes nothing but the speed: empty intervals are dropped, the disjoint intervals
/// are in ascending order, consecutive intervals that touch are joined. Two `Ranges` of the same blocks, with their terms in the
/// same order, are equal.
///
/// ```
/// use keops::Ranges;
/// use ndarray::array;
///
/// // Rows 0..2 meet columns 0..3, rows 2..6 meet columns 3..5.
/// let ranges = Ranges::block_diagonal(&[2, 4], &[3, 2])?;
/// assert_eq!(ranges.shape(), (6, 5));
/// assert_eq!(ranges.pairs(), 2 * 3 + 4 * 2);
/// assert_eq!((ranges.count(1, 2), ranges.count(1, 3)), (1, 0));
///
/// let keep = array![[true, false], [false, true]];
/// assert_eq!(Ranges::from_mask((6, 5), &[0..2, 2..6], &[0..3, 3..5], &keep)?, ranges);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranges {
    shape: (usize, usize),
    by_row: Blocks,
    by_column: Blocks,
}

/// The six arrays that KeOps takes as `ranges`: what [`Ranges::to_arrays`] returns.
///
/// Intervals are half-open, `[start, end]` standing for `start..end`. A slice is an end position: interval `k` of `ranges_i`
/// has the entries `slices_i[k - 1]..slices_i[k]` of `redranges_j`, and interval 0 those before `slices_i[0]`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RangeArrays {
    /// Disjoint intervals of rows i.
    pub ranges_i: Vec<[usize; 2]>,
    /// For each of them, where its part of `redranges_j` ends.
    pub slices_i: Vec<usize>,
    /// Intervals of columns j that a reduction over j runs over.
    pub redranges_j: Vec<[usize; 2]>,
    /// Disjoint intervals of columns j.
    pub ranges_j: Vec<[usize; 2]>,
    /// For each of them, where its part of `redranges_i` ends.
    pub slices_j: Vec<usize>,
    /// Intervals of rows i that a reduction over i runs over.
    pub redranges_i: Vec<[usize; 2]>,
}

impl Ranges {
    /// The blocks for reductions that keep an index: i if they reduce over j.
    pub(crate) fn blocks(&self, kept: Category) -> &Blocks {
        match kept {
            Category::J => &self.by_column,
            Category::I | Category::Parameter => &self.by_row,
        }
    }

    /// The numbers of rows and of columns, (M, N).
    ///
    /// ```
    /// assert_eq!(keops::Ranges::dense((3, 4)).shape(), (3, 4));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The same pairs with the roles of i and j exchanged: the shape becomes (N, M).
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// let ranges = Ranges::block_diagonal(&[2, 4], &[3, 2])?;
    /// assert_eq!(ranges.transpose(), Ranges::block_diagonal(&[3, 2], &[2, 4])?);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn transpose(&self) -> Ranges {
        let (rows, columns) = self.shape;
        Ranges { shape: (columns, rows), by_row: self.by_column.clone(), by_column: self.by_row.clone() }
    }

    /// The number of pairs that a reduction over j meets, repetitions included; `usize::MAX` if it does not fit.
    ///
    /// ```
    /// assert_eq!(keops::Ranges::dense((3, 4)).pairs(), 12);
    /// ```
    pub fn pairs(&self) -> usize {
        let blocks = self.blocks(Category::I).iter();
        let pairs = blocks.map(|(rows, columns)| {
            columns.iter().fold(0_usize, |sum, interval| sum.saturating_add(interval.len())).saturating_mul(rows.len())
        });
        pairs.fold(0, usize::saturating_add)
    }

    /// [`pairs`](Ranges::pairs) divided by M N: what is left of the work of a dense reduction. 0 if there are no pairs.
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// assert_eq!(Ranges::dense((3, 4)).density(), 1.0);
    /// assert_eq!(Ranges::block_diagonal(&[5, 5], &[2, 2])?.density(), 0.5);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn density(&self) -> f64 {
        match self.pairs() {
            0 => 0.0,
            pairs => pairs as f64 / self.shape.0 as f64 / self.shape.1 as f64,
        }
    }

    /// How many times a reduction over j meets the pair (i, j): 0 outside of all blocks, and outside of the shape.
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// // Columns 2..4 occur in two intervals of the only interval of rows.
    /// let ranges = Ranges::from_arrays((3, 6), &[[0, 3]], &[2], &[[0, 4], [2, 6]], &[[0, 6]], &[1], &[[0, 3]])?;
    /// assert_eq!((ranges.count(0, 1), ranges.count(0, 2), ranges.count(0, 6)), (1, 2, 0));
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn count(&self, i: usize, j: usize) -> usize {
        let columns = self.blocks(Category::I).of(i);
        columns.iter().filter(|interval| interval.contains(&j)).count()
    }

    /// KeOps' six arrays, in the normal form of `Ranges`.
    ///
    /// ```
    /// use keops::Ranges;
    ///
    /// let arrays = Ranges::block_diagonal(&[2, 4], &[3, 2])?.to_arrays();
    /// assert_eq!((arrays.ranges_i, arrays.slices_i), (vec![[0, 2], [2, 6]], vec![1, 2]));
    /// assert_eq!(arrays.redranges_j, [[0, 3], [3, 5]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn to_arrays(&self) -> RangeArrays {
        let (ranges_i, slices_i, redranges_j) = self.by_row.to_arrays();
        let (ranges_j, slices_j, redranges_i) = self.by_column.to_arrays();
        RangeArrays { ranges_i, slices_i, redranges_j, ranges_j, slices_j, redranges_i }
    }
}
