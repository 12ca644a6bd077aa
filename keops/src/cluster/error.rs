//! What can be wrong with clusters.

use thiserror::Error;

/// Why points cannot be clustered. Rows, columns and entries are counted from 0.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// A coordinate of a point is NaN or infinite.
    #[error("row {row}, column {column} of the points: expected a finite number, found {found}")]
    NotFinite {
        /// The point.
        row: usize,
        /// The coordinate.
        column: usize,
        /// Its value.
        found: String,
    },
    /// There is neither one size of cells for all coordinates nor one for each.
    #[error("`size`: expected one number, or {dimension} numbers, one for each coordinate, found {found}")]
    SizeLen {
        /// The dimension of the points.
        dimension: usize,
        /// The number of sizes.
        found: usize,
    },
    /// The size of cells is no size.
    #[error("entry {entry} of `size`: expected a positive finite number, found {found}")]
    Size {
        /// The number of the size.
        entry: usize,
        /// Its value.
        found: String,
    },
    /// Cells are so small that a point is more of them away from the origin than can be counted.
    #[error("row {row}, column {column} of the points is {found}: too large for cells of size {size}")]
    TooFar {
        /// The point.
        row: usize,
        /// The coordinate.
        column: usize,
        /// Its value.
        found: String,
        /// The size of the cells.
        size: String,
    },
    /// There are not enough points for a number of clusters, or that number is 0.
    #[error("`clusters`: expected at least 1 and at most {points}, the number of points, found {found}")]
    ClusterCount {
        /// The number of points.
        points: usize,
        /// The number of clusters.
        found: usize,
    },
    /// Clusters should have no points.
    #[error("`points`: expected at least 1 point per cluster, found 0")]
    ClusterPoints,
    /// A label is so large that it cannot be the number of a cluster.
    #[error("entry {entry} of `labels`: expected at most {largest}, as there is one cluster per number, found {found}")]
    Label {
        /// The number of the point.
        entry: usize,
        /// The largest possible label.
        largest: usize,
        /// The label.
        found: usize,
    },
    /// An array has not one row for each point.
    #[error("`{array}`: expected {expected} rows, one for each point, found {found}")]
    Rows {
        /// The array.
        array: &'static str,
        /// The number of points.
        expected: usize,
        /// The number of rows.
        found: usize,
    },
    /// An array has a wrong shape.
    #[error("`{array}`: expected shape {expected:?}, found {found:?}")]
    Shape {
        /// The array.
        array: &'static str,
        /// The shape it should have.
        expected: (usize, usize),
        /// Its shape.
        found: (usize, usize),
    },
    /// Boxes of two dimensions are compared.
    #[error("expected boxes of dimension {expected}, found boxes of dimension {found}")]
    BoxDimension {
        /// The dimension of the boxes on the side of i.
        expected: usize,
        /// The dimension of the others.
        found: usize,
    },
    /// A distance is negative or NaN.
    #[error("`distance`: expected a number that is 0 or greater, found {found}")]
    Distance {
        /// The number.
        found: String,
    },
}
