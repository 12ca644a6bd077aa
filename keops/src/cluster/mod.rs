//! Clusters of points, from which [`Ranges`](crate::Ranges) of blocks are made.
//!
//! Where terms of far pairs are negligible, points are sorted so that neighbours are consecutive, and pairs of clusters that are
//! far from each other are left out:
//!
//! ```
//! use keops::Ranges;
//! use keops::cluster::{Clusters, grid_cluster};
//! use ndarray::Array2;
//!
//! let x = Array2::from_shape_fn((300, 2), |(i, k)| (0.7 * (i + 100 * k) as f64).sin());
//! let y = Array2::from_shape_fn((200, 2), |(j, k)| (0.3 * (j + 50 * k) as f64).cos());
//!
//! // Cells of a grid, and the points in the order of their cells.
//! let of_x = Clusters::from_labels(&grid_cluster(&x, 0.2)?)?;
//! let of_y = Clusters::from_labels(&grid_cluster(&y, 0.2)?)?;
//! let (sorted_x, sorted_y) = (of_x.sort_rows(&x)?, of_y.sort_rows(&y)?);
//!
//! // All pairs of points at most 0.5 apart are kept, and few others.
//! let keep = of_x.boxes(&x)?.near(&of_y.boxes(&y)?, 0.5)?;
//! let ranges = Ranges::from_mask((300, 200), of_x.ranges(), of_y.ranges(), &keep)?;
//! assert_eq!(ranges.shape(), (sorted_x.nrows(), sorted_y.nrows()));
//! assert!(ranges.density() < 0.5);
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! [`grid_cluster`], [`bisect_cluster`] and [`kmeans_cluster`] find labels; any other `usize` per point will do. The results of a reduction over
//! sorted points come in sorted order; [`Clusters::unsort_rows`] brings them back.

mod bisect;
mod boxes;
mod clusters;
mod error;
mod grid;
mod kmeans;
mod random;

pub use bisect::bisect_cluster;
pub use boxes::Boxes;
pub use clusters::Clusters;
pub use error::ClusterError;
pub use grid::grid_cluster;
pub use kmeans::{KMeans, kmeans_cluster};

use ndarray::ArrayRef2;

use crate::{Error, Scalar};

/// Checks that all coordinates are finite.
fn finite<T: Scalar>(x: &ArrayRef2<T>) -> Result<(), Error> {
    match x.indexed_iter().find(|(_, x)| !x.to_f64().is_finite()) {
        Some(((row, column), x)) => {
            let found = x.to_f64().to_string();
            Err(Error::Clusters(ClusterError::NotFinite { row, column, found }))
        }
        None => Ok(()),
    }
}
