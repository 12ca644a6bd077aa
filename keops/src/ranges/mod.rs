//! Block-sparse reductions.
use std::ops::Range;

/// Which blocks of the M x N pairs (i, j) a reduction runs over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranges {
    shape: (usize, usize),
    by_row: Blocks,
    by_column: Blocks,
}

/// One direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Blocks {
    /// Disjoint intervals of the kept index, in ascending order, none empty.
    pub(crate) kept: Vec<Range<usize>>,
    /// For each of them, which of `reduced` belong to it.
    pub(crate) slices: Vec<Range<usize>>,
    /// Intervals of the reduced index, none empty.
    pub(crate) reduced: Vec<Range<usize>>,
}

impl Ranges {
    /// Those of results per i, or per j.
    pub(crate) fn blocks(&self, kept: crate::problem::Category) -> &Blocks {
        if kept == crate::problem::Category::J { &self.by_column } else { &self.by_row }
    }

    /// M and N.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }
}
