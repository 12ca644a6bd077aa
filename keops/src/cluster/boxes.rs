//! Bounding boxes of clusters, and which of them are near each other.

use ndarray::{Array2, ArrayRef2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::ClusterError;
use crate::{Error, Scalar};

/// Bounding boxes of C clusters: made by [`Clusters::boxes`](crate::cluster::Clusters::boxes).
#[derive(Clone, PartialEq, Debug)]
pub struct Boxes<T> {
    lower: Array2<T>,
    upper: Array2<T>,
}

impl<T: Scalar> Boxes<T> {
    /// The boxes of some points each.
    pub(super) fn of<'a>(clusters: impl ExactSizeIterator<Item = &'a [usize]>, x: &ArrayRef2<T>) -> Self {
        let shape = (clusters.len(), x.ncols());
        let mut lower = Array2::from_elem(shape, T::from_f64(f64::INFINITY));
        let mut upper = Array2::from_elem(shape, T::from_f64(f64::NEG_INFINITY));
        for (cluster, points) in clusters.enumerate() {
            for &point in points {
                for (column, &x) in x.row(point).iter().enumerate() {
                    let (lower, upper) = (&mut lower[[cluster, column]], &mut upper[[cluster, column]]);
                    // A NaN stays.
                    let is_nan = x.to_f64().is_nan();
                    if x < *lower || is_nan {
                        *lower = x;
                    }
                    if x > *upper || is_nan {
                        *upper = x;
                    }
                }
            }
        }
        Self { lower, upper }
    }

    /// The smallest coordinates, of shape (C, D); +inf for a cluster without points.
    pub fn lower(&self) -> ArrayView2<'_, T> {
        self.lower.view()
    }

    /// The largest coordinates, of shape (C, D); -inf for a cluster without points.
    pub fn upper(&self) -> ArrayView2<'_, T> {
        self.upper.view()
    }

    /// Which pairs of boxes are at most `distance` apart: a mask of shape (Mc, Nc) for
    /// [`Ranges::from_mask`](crate::Ranges::from_mask).
    ///
    /// Two points are never nearer to each other than their boxes, so no pair of points at most `distance` apart is lost. That holds
    /// for distances computed in `T` too: errors of rounding are allowed for. Along a coordinate that is NaN, boxes count as
    /// near. A cluster without points is near nothing. O(Mc Nc D).
    ///
    /// # Errors
    ///
    /// The dimensions of the boxes differ, or the distance is negative or NaN.
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// // Two clusters on a line, and one point each between and behind them.
    /// let x = Clusters::from_labels(&[0, 0, 1])?.boxes(&array![[0.0], [1.0], [5.0]])?;
    /// let y = Clusters::from_labels(&[0, 1])?.boxes(&array![[2.0], [9.0]])?;
    /// assert_eq!(x.near(&y, 3.0)?, array![[true, false], [true, false]]);
    /// assert_eq!(x.near(&y, 1.0)?, array![[true, false], [false, false]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn near(&self, other: &Boxes<T>, distance: T) -> Result<Array2<bool>, Error> {
        let (expected, found) = (self.lower.ncols(), other.lower.ncols());
        if expected != found {
            return Err(Error::Clusters(ClusterError::BoxDimension { expected, found }));
        }
        let distance = distance.to_f64();
        if distance.is_nan() || distance < 0.0 {
            return Err(Error::Clusters(ClusterError::Distance { found: distance.to_string() }));
        }
        let mut near = Array2::from_elem((self.lower.nrows(), other.lower.nrows()), false);
        near.rows_mut().into_iter().enumerate().par_bridge().for_each(|(i, mut near)| {
            for (j, near) in near.iter_mut().enumerate() {
                *near = is_near(self.corners(i), other.corners(j), distance);
            }
        });
        Ok(near)
    }

    /// The lower and the upper corner of a box.
    fn corners(&self, number: usize) -> Corners<'_, T> {
        (self.lower.row(number), self.upper.row(number))
    }
}

type Corners<'a, T> = (ArrayView1<'a, T>, ArrayView1<'a, T>);

/// Whether points of the two boxes may be at most `distance` apart.
fn is_near<T: Scalar>(x: Corners<'_, T>, y: Corners<'_, T>, distance: f64) -> bool {
    // In units of the distance, so that squares do not overflow.
    let mut squares = 0.0;
    for ((x_lower, x_upper), (y_lower, y_upper)) in x.0.iter().zip(x.1).zip(y.0.iter().zip(y.1)) {
        let [x_lower, x_upper, y_lower, y_upper] = [x_lower, x_upper, y_lower, y_upper].map(|x| x.to_f64());
        if x_lower > x_upper || y_lower > y_upper {
            return false;
        }
        let gap = f64::max(x_lower - y_upper, y_lower - x_upper);
        squares += if gap > 0.0 { (gap / distance).powi(2) } else { 0.0 };
    }
    // A distance in T has a relative error of about half a unit in the last place per operation.
    let operations = (x.0.len() + 8) as f64;
    let unit = f64::powi(2.0, -(T::MANTISSA_BITS as i32));
    let is_far = squares * (1.0 - operations * unit) > 1.0;
    // Not known to be far, if there is a NaN.
    !is_far
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::cluster::{Clusters, grid_cluster};

    /// Points whose distances are often exactly the one that is asked for.
    fn points<T: Scalar>(count: usize, dimension: usize, step: usize) -> Array2<T> {
        Array2::from_shape_fn((count, dimension), |(i, k)| {
            T::from_f64(((i * step + 13 * k * i) % 41) as f64 * 0.1 - 2.0)
        })
    }

    fn nothing_near_is_lost<T: Scalar + for<'a> crate::Vector<'a, T>>(dimension: usize) {
        let (x, y) = (points::<T>(150, dimension, 7), points::<T>(120, dimension, 11));
        let labels = |x: &Array2<T>, size| grid_cluster(x, T::from_f64(size)).unwrap();
        let (of_x, of_y) = (labels(&x, 0.35), labels(&y, 0.5));
        let boxes = |labels, x| Clusters::from_labels(labels).unwrap().boxes(x).unwrap();
        let (x_boxes, y_boxes) = (boxes(&of_x, &x), boxes(&of_y, &y));
        for distance in [0.0, 0.1, 0.3, 0.5, 1.0] {
            let distance = T::from_f64(distance);
            let near = x_boxes.near(&y_boxes, distance).unwrap();
            let mut lost = 0;
            for (row, &label) in x.rows().into_iter().zip(&of_x) {
                for (column, &other) in y.rows().into_iter().zip(&of_y) {
                    let squares = row.iter().zip(column).map(|(&x, &y)| (x - y) * (x - y));
                    let square = squares.fold(T::from_f64(0.0), |sum, square| sum + square);
                    lost += usize::from(square.to_f64().sqrt() <= distance.to_f64() && !near[[label, other]]);
                }
            }
            assert_eq!(lost, 0);
            assert!(near.iter().any(|near| !near), "all is near: nothing was tested");
        }
    }

    #[test]
    fn no_pair_of_near_points_is_lost() {
        nothing_near_is_lost::<f64>(1);
        nothing_near_is_lost::<f64>(3);
        nothing_near_is_lost::<f32>(2);
        nothing_near_is_lost::<f32>(3);
    }

    #[test]
    fn pairs_of_boxes_that_are_far_are_dropped() {
        let boxes = |x: &Array2<f64>| Clusters::from_labels(&vec![0; x.nrows()]).unwrap().boxes(x);
        let x = boxes(&array![[0.0, 0.0], [1.0, 1.0]]).unwrap();
        let y = boxes(&array![[4.0, 5.0], [6.0, 9.0]]).unwrap();
        // 3 and 4 apart.
        assert_eq!(x.near(&y, 5.0).unwrap(), array![[true]]);
        assert_eq!(y.near(&x, 4.999).unwrap(), array![[false]]);
        assert_eq!(x.near(&x, 0.0).unwrap(), array![[true]]);
    }

    #[test]
    fn extreme_coordinates_are_compared_without_overflow() {
        let boxes = |x: f64| Clusters::from_labels(&[0]).unwrap().boxes(&array![[x, 0.0]]).unwrap();
        let near = |x, y, distance| boxes(x).near(&boxes(y), distance).unwrap()[[0, 0]];
        assert!(near(1e200, -1e200, 2.5e200) && !near(1e200, -1e200, 1.5e200));
        assert!(near(1e-200, -1e-200, 2.5e-200) && !near(1e-200, -1e-200, 1.5e-200));
        assert!(near(f64::MAX, f64::MIN, f64::INFINITY) && !near(f64::MAX, f64::MIN, f64::MAX));
        assert!(near(f64::NAN, 5.0, 0.0) && !near(1.0, 1.0 + 1e-9, 0.0));
    }

    #[test]
    fn clusters_without_points_are_near_nothing() {
        let boxes = Clusters::from_labels(&[0, 2]).unwrap().boxes(&array![[1.0], [2.0]]).unwrap();
        let expected = array![[true, false, true], [false, false, false], [true, false, true]];
        assert_eq!(boxes.near(&boxes, f64::INFINITY).unwrap(), expected);
    }

    #[test]
    fn wrong_input_is_named() {
        let boxes = |columns| Clusters::from_labels(&[0]).unwrap().boxes(&Array2::<f32>::zeros((1, columns))).unwrap();
        let error = boxes(2).near(&boxes(3), 1.0).unwrap_err();
        assert_eq!(error.to_string(), "expected boxes of dimension 2, found boxes of dimension 3");
        let error = boxes(2).near(&boxes(2), -1.0).unwrap_err();
        assert_eq!(error.to_string(), "`distance`: expected a number that is 0 or greater, found -1");
        assert!(boxes(2).near(&boxes(2), f32::NAN).is_err());
    }
}
