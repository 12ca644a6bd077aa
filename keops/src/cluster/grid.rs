//! Clusters that are the cells of a grid.

use std::cmp::Ordering;

use ndarray::{Array1, ArrayRef2};
use rayon::prelude::*;

use super::{ClusterError, finite};
use crate::{Error, Scalar, Vector};

/// The cell of a grid that each point lies in: M labels for the rows of `x`, of shape (M, D).
///
/// The cell of a point is `floor(x / size)`, coordinate by coordinate; `size` is one number, or D numbers. Cells with points
/// are numbered 0, 1, ... without gaps, in lexicographic order of their coordinates: labels are those of KeOps'
/// `grid_cluster`, for any dimension and any number of cells. O(M log M).
///
/// # Errors
///
/// A coordinate is not finite, or more cells away from the origin than the largest number; sizes are not positive, or
/// neither one nor D.
///
/// ```
/// use keops::cluster::grid_cluster;
/// use ndarray::array;
///
/// let x = array![[0.1, 0.9], [-0.3, 5.0], [0.2, 0.1], [0.9, 2.5]];
/// assert_eq!(grid_cluster(&x, 1.0)?, array![1, 0, 1, 2]);
/// assert_eq!(grid_cluster(&x, &[1.0, 0.5])?, array![2, 0, 1, 3]);
/// # Ok::<(), keops::Error>(())
/// ```
pub fn grid_cluster<'a, T: Scalar>(x: &ArrayRef2<T>, size: impl Vector<'a, T>) -> Result<Array1<usize>, Error> {
    let sizes = size.vector().on_host()?;
    let cells = cells(x, &sizes.to_vec())?;
    let cell = |point: usize| &cells[point * x.ncols()..(point + 1) * x.ncols()];
    let mut order: Vec<usize> = (0..x.nrows()).collect();
    // Slices are compared in lexicographic order; there are no NaNs.
    order.par_sort_unstable_by(|&a, &b| cell(a).partial_cmp(cell(b)).unwrap_or(Ordering::Equal));
    let mut labels = Array1::zeros(x.nrows());
    let mut label = 0;
    for pair in order.windows(2) {
        if cell(pair[0]) != cell(pair[1]) {
            label += 1;
        }
        labels[pair[1]] = label;
    }
    Ok(labels)
}

/// The coordinates of the points' cells, one point after the other: finite integers.
fn cells<T: Scalar>(x: &ArrayRef2<T>, sizes: &[T]) -> Result<Vec<f64>, Error> {
    let dimension = x.ncols();
    if sizes.len() != 1 && sizes.len() != dimension {
        return Err(Error::Clusters(ClusterError::SizeLen { dimension, found: sizes.len() }));
    }
    for (entry, size) in sizes.iter().enumerate() {
        let size = size.to_f64();
        if !(size > 0.0 && size.is_finite()) {
            return Err(Error::Clusters(ClusterError::Size { entry, found: size.to_string() }));
        }
    }
    finite(x)?;
    let mut cells = Vec::with_capacity(x.len());
    for ((row, column), &x) in x.indexed_iter() {
        let size = sizes[if sizes.len() == 1 { 0 } else { column }];
        // Divided in the type of the points, as KeOps does.
        let cell = (x / size).to_f64().floor();
        if !cell.is_finite() {
            let (found, size) = (x.to_f64().to_string(), size.to_f64().to_string());
            return Err(Error::Clusters(ClusterError::TooFar { row, column, found, size }));
        }
        cells.push(cell);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn labels_are_the_ranks_of_cells() {
        // Far more than 1024 cells along each axis, in five dimensions.
        let x = Array2::from_shape_fn((500, 5), |(i, k)| ((i % 83) * (k + 1) * 7919 % 10_007) as f32 - 5000.0);
        let labels = grid_cluster(&x, 3.0).unwrap();
        let cell = |i: usize| x.row(i).mapv(|x| (x / 3.0).floor() as i64).to_vec();
        let mut distinct: Vec<_> = (0..500).map(cell).collect();
        distinct.sort();
        distinct.dedup();
        for (i, &label) in labels.iter().enumerate() {
            assert_eq!(distinct[label], cell(i));
        }
    }

    #[test]
    fn zeros_of_both_signs_share_a_cell() {
        assert_eq!(grid_cluster(&array![[-0.0, 0.0], [0.0, -0.0], [0.5, 0.0]], 1.0).unwrap(), array![0, 0, 0]);
    }

    #[test]
    fn few_points_and_dimensions() {
        assert_eq!(grid_cluster(&Array2::<f64>::zeros((0, 2)), 1.0).unwrap().len(), 0);
        assert_eq!(grid_cluster(&Array2::<f64>::zeros((3, 0)), 1.0).unwrap(), array![0, 0, 0]);
    }

    #[test]
    fn wrong_input_is_named() {
        let message =
            |x: f64, sizes: &[f64]| grid_cluster(&array![[1.0, 2.0], [3.0, x]], sizes).unwrap_err().to_string();
        let text = message(f64::NAN, &[1.0]);
        assert_eq!(text, "row 1, column 1 of the points: expected a finite number, found NaN");
        assert_eq!(message(0.0, &[1.0, -2.0]), "entry 1 of `size`: expected a positive finite number, found -2");
        assert!(message(0.0, &[0.0]).ends_with("found 0") && message(0.0, &[f64::INFINITY]).ends_with("found inf"));
        let text = message(0.0, &[1.0; 3]);
        assert_eq!(text, "`size`: expected one number, or 2 numbers, one for each coordinate, found 3");
        assert!(message(1e300, &[1e-10]).starts_with("row 1, column 1 of the points is 1"));
    }
}
