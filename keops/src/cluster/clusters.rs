//! Labelled points, and their order by clusters.

use std::ops::Range;

use ndarray::{Array, Array1, Array2, ArrayRef, ArrayRef1, ArrayRef2, ArrayView1, Axis, RemoveAxis};

use super::{Boxes, ClusterError};
use crate::{Error, Scalar};

/// Points sorted into clusters by their labels: the order, and the interval of each cluster in it.
///
/// Cluster `c` consists of the points with label `c`. All methods take arrays in the order of the labels, of shape (M, D) for
/// points, except where another order is said.
///
/// ```
/// use keops::cluster::Clusters;
/// use ndarray::array;
///
/// let clusters = Clusters::from_labels(&[2, 0, 2, 0])?;
/// assert_eq!(clusters.ranges(), [0..2, 2..2, 2..4]); // no point has the label 1
/// let sorted = clusters.sort_rows(&array![[0.5], [1.5], [2.5], [3.5]])?;
/// assert_eq!(sorted, array![[1.5], [3.5], [0.5], [2.5]]);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clusters {
    /// The points in sorted order.
    permutation: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

impl Clusters {
    /// The largest label, as each number up to the largest has an interval, even if no point has it.
    const LARGEST: usize = u32::MAX as usize - 1;

    /// Sorts M points by their labels. The number of clusters is the largest label plus 1. The sort is stable: points of a
    /// cluster keep their order. O(M + C).
    ///
    /// # Errors
    ///
    /// A label is 2^32 - 1 or more, or the intervals of all labels do not fit into memory.
    pub fn from_labels<'a>(labels: impl Into<ArrayView1<'a, usize>>) -> Result<Clusters, Error> {
        let labels = labels.into();
        let Some((entry, found)) = labels.iter().copied().enumerate().max_by_key(|&(_, label)| label) else {
            return Ok(Clusters { permutation: Vec::new(), ranges: Vec::new() });
        };
        let too_large = |largest| Error::Clusters(ClusterError::Label { entry, largest, found });
        if found > Self::LARGEST {
            return Err(too_large(Self::LARGEST));
        }
        let mut ranges: Vec<Range<usize>> = Vec::new();
        // The allocation fails where there are far more clusters than points.
        ranges.try_reserve_exact(found + 1).map_err(|_| too_large(labels.len()))?;
        ranges.resize(found + 1, 0..0);
        for &label in labels {
            ranges[label].end += 1;
        }
        let mut start = 0;
        for range in &mut ranges {
            // An interval grows from empty to its size while it is filled.
            let size = range.end;
            *range = start..start;
            start += size;
        }
        let mut permutation = vec![0; labels.len()];
        for (point, &label) in labels.iter().enumerate() {
            permutation[ranges[label].end] = point;
            ranges[label].end += 1;
        }
        Ok(Clusters { permutation, ranges })
    }

    /// The number of clusters, those without points included.
    ///
    /// ```
    /// # use keops::cluster::Clusters;
    /// assert_eq!(Clusters::from_labels(&[2, 0, 2, 0])?.len(), 3);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are no clusters, which is so if there are no points.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The interval of each cluster in sorted order; empty for a cluster without points.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// The order: row `k` of sorted arrays is row `permutation()[k]` of the others.
    ///
    /// ```
    /// # use keops::cluster::Clusters;
    /// assert_eq!(Clusters::from_labels(&[2, 0, 2, 0])?.permutation(), [1, 3, 0, 2]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn permutation(&self) -> &[usize] {
        &self.permutation
    }

    /// Brings the rows of an array (the entries of a vector) into the order of the clusters.
    ///
    /// # Errors
    ///
    /// There is not one row for each point.
    pub fn sort_rows<A: Clone, D: RemoveAxis>(&self, x: &ArrayRef<A, D>) -> Result<Array<A, D>, Error> {
        self.check("x", x.len_of(Axis(0)))?;
        Ok(x.select(Axis(0), &self.permutation))
    }

    /// Brings rows in the order of the clusters, such as results of a reduction over sorted points, back into the order of the
    /// labels.
    ///
    /// # Errors
    ///
    /// There is not one row for each point.
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// let clusters = Clusters::from_labels(&[2, 0, 2, 0])?;
    /// let x = array![[0.5], [1.5], [2.5], [3.5]];
    /// assert_eq!(clusters.unsort_rows(&clusters.sort_rows(&x)?)?, x);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn unsort_rows<A: Clone, D: RemoveAxis>(&self, sorted: &ArrayRef<A, D>) -> Result<Array<A, D>, Error> {
        self.check("sorted", sorted.len_of(Axis(0)))?;
        let mut inverse = vec![0; self.permutation.len()];
        for (place, &point) in self.permutation.iter().enumerate() {
            inverse[point] = place;
        }
        Ok(sorted.select(Axis(0), &inverse))
    }

    /// The sum of the weights of each cluster, or the number of its points.
    ///
    /// # Errors
    ///
    /// There is not one weight for each point.
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// let clusters = Clusters::from_labels(&[2, 0, 2, 0])?;
    /// assert_eq!(clusters.weights::<f64>(None)?, array![2.0, 0.0, 2.0]);
    /// assert_eq!(clusters.weights(Some(&array![1.0, 2.0, 3.0, 4.0]))?, array![6.0, 0.0, 4.0]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn weights<T: Scalar>(&self, weights: Option<&ArrayRef1<T>>) -> Result<Array1<T>, Error> {
        let weight = self.weight(weights)?;
        Ok(self.members().map(|points| T::from_f64(points.iter().map(|&point| weight(point)).sum())).collect())
    }

    /// The mean of each cluster's points, weighted if there are weights: shape (C, D), summed in `f64`. NaN where the weights
    /// add up to 0, and so for a cluster without points.
    ///
    /// # Errors
    ///
    /// There is not one row, or not one weight, for each point.
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// let clusters = Clusters::from_labels(&[1, 0, 1])?;
    /// let x = array![[0.0, 4.0], [7.0, 7.0], [2.0, 0.0]];
    /// assert_eq!(clusters.centroids(&x, None)?, array![[7.0, 7.0], [1.0, 2.0]]);
    /// assert_eq!(clusters.centroids(&x, Some(&array![3.0, 1.0, 1.0]))?, array![[7.0, 7.0], [0.5, 3.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn centroids<T: Scalar>(&self, x: &ArrayRef2<T>, weights: Option<&ArrayRef1<T>>) -> Result<Array2<T>, Error> {
        self.check("x", x.nrows())?;
        let weight = self.weight(weights)?;
        let mut centroids = Array2::from_elem((self.len(), x.ncols()), T::from_f64(f64::NAN));
        for (points, mut centroid) in self.members().zip(centroids.rows_mut()) {
            let total: f64 = points.iter().map(|&point| weight(point)).sum();
            for (column, mean) in centroid.iter_mut().enumerate() {
                let sum: f64 = points.iter().map(|&point| weight(point) * x[[point, column]].to_f64()).sum();
                *mean = T::from_f64(sum / total);
            }
        }
        Ok(centroids)
    }

    /// The largest distance of a point of each cluster from the cluster's centroid, as [`centroids`](Clusters::centroids)
    /// returns it, or from any other point in its place. 0 for a cluster without points.
    ///
    /// # Errors
    ///
    /// There is not one row for each point, or the centroids have not shape (C, D).
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// let clusters = Clusters::from_labels(&[1, 0, 1])?;
    /// let x = array![[0.0, 4.0], [7.0, 7.0], [6.0, 12.0]];
    /// assert_eq!(clusters.radii(&x, &clusters.centroids(&x, None)?)?, array![0.0, 5.0]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn radii<T: Scalar>(&self, x: &ArrayRef2<T>, centroids: &ArrayRef2<T>) -> Result<Array1<T>, Error> {
        self.check("x", x.nrows())?;
        let (expected, found) = ((self.len(), x.ncols()), centroids.dim());
        if found != expected {
            return Err(Error::Clusters(ClusterError::Shape { array: "centroids", expected, found }));
        }
        let radii = self.members().zip(centroids.rows()).map(|(points, centroid)| {
            let distances = points.iter().map(|&point| {
                let row = x.row(point);
                let differences = row.iter().zip(centroid).map(|(x, c)| x.to_f64() - c.to_f64());
                // Neither overflows nor underflows.
                differences.fold(0.0, f64::hypot)
            });
            // A NaN stays.
            T::from_f64(distances.fold(0.0, |radius, next| if next > radius || next.is_nan() { next } else { radius }))
        });
        Ok(radii.collect())
    }

    /// The bounding box of each cluster.
    ///
    /// # Errors
    ///
    /// There is not one row for each point.
    ///
    /// ```
    /// use keops::cluster::Clusters;
    /// use ndarray::array;
    ///
    /// let boxes = Clusters::from_labels(&[1, 0, 1])?.boxes(&array![[0.0, 4.0], [7.0, 7.0], [2.0, 0.0]])?;
    /// assert_eq!(boxes.lower(), array![[7.0, 7.0], [0.0, 0.0]]);
    /// assert_eq!(boxes.upper(), array![[7.0, 7.0], [2.0, 4.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn boxes<T: Scalar>(&self, x: &ArrayRef2<T>) -> Result<Boxes<T>, Error> {
        self.check("x", x.nrows())?;
        Ok(Boxes::of(self.members(), x))
    }

    /// The points of each cluster.
    fn members(&self) -> impl ExactSizeIterator<Item = &[usize]> {
        self.ranges.iter().map(|range| &self.permutation[range.clone()])
    }

    /// The weight of a point.
    fn weight<T: Scalar>(&self, weights: Option<&ArrayRef1<T>>) -> Result<impl Fn(usize) -> f64, Error> {
        if let Some(weights) = weights {
            self.check("weights", weights.len())?;
        }
        Ok(move |point: usize| weights.map_or(1.0, |weights| weights[point].to_f64()))
    }

    fn check(&self, array: &'static str, found: usize) -> Result<(), Error> {
        let expected = self.permutation.len();
        if found == expected { Ok(()) } else { Err(Error::Clusters(ClusterError::Rows { array, expected, found })) }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn sorting_is_stable_and_can_be_undone() {
        let labels: Vec<usize> = (0..200).map(|i| i * i % 17).collect();
        let clusters = Clusters::from_labels(&labels).unwrap();
        let x = Array2::from_shape_fn((200, 3), |(i, k)| (10 * i + k) as f32);
        let sorted = clusters.sort_rows(&x).unwrap();
        let mut expected: Vec<usize> = (0..200).collect();
        expected.sort_by_key(|&i| labels[i]);
        assert_eq!(clusters.permutation(), expected);
        assert_eq!(sorted, x.select(Axis(0), &expected));
        assert_eq!(clusters.unsort_rows(&sorted).unwrap(), x);
        let sorted_labels = clusters.sort_rows(&Array1::from(labels.clone())).unwrap();
        for (label, range) in clusters.ranges().iter().enumerate() {
            assert_eq!(range.len(), labels.iter().filter(|&&other| other == label).count());
            assert!(range.clone().all(|place| sorted_labels[place] == label));
        }
    }

    #[test]
    fn sums_per_cluster_are_those_of_the_definition() {
        let labels = [3, 0, 3, 1, 0, 3];
        let clusters = Clusters::from_labels(&labels).unwrap();
        let x = Array2::from_shape_fn((6, 2), |(i, k)| (i as f64 * 1.3 + k as f64).sin());
        let weights = Array1::from_shape_fn(6, |i| 0.5 + i as f64);
        let of = |cluster: usize| (0..6).filter(move |&i| labels[i] == cluster);
        let totals = clusters.weights(Some(&weights)).unwrap();
        let centroids = clusters.centroids(&x, Some(&weights)).unwrap();
        let radii = clusters.radii(&x, &centroids).unwrap();
        for cluster in [0, 1, 3] {
            let total: f64 = of(cluster).map(|i| weights[i]).sum();
            assert!((totals[cluster] - total).abs() < 1e-12);
            for k in 0..2 {
                let mean = of(cluster).map(|i| weights[i] * x[[i, k]]).sum::<f64>() / total;
                assert!((centroids[[cluster, k]] - mean).abs() < 1e-12);
            }
            let distance = |i| (&x.row(i) - &centroids.row(cluster)).mapv(|d| d * d).sum().sqrt();
            let radius = of(cluster).map(distance).fold(0.0, f64::max);
            assert!((radii[cluster] - radius).abs() < 1e-12);
        }
        // No point has the label 2.
        assert!(totals[2] == 0.0 && radii[2] == 0.0 && centroids.row(2).iter().all(|c| c.is_nan()));
        let boxes = clusters.boxes(&x).unwrap();
        assert!(boxes.lower().row(2).iter().all(|&lower| lower == f64::INFINITY));
    }

    #[test]
    fn what_is_not_a_number_stays() {
        let clusters = Clusters::from_labels(&[0, 0, 0]).unwrap();
        let x = array![[1.0], [f64::NAN], [2.0]];
        assert!(clusters.radii(&x, &array![[0.0]]).unwrap()[0].is_nan());
        let boxes = clusters.boxes(&x).unwrap();
        assert!(boxes.lower()[[0, 0]].is_nan() && boxes.upper()[[0, 0]].is_nan());
    }

    #[test]
    fn no_points_are_no_clusters() {
        let clusters = Clusters::from_labels(&[]).unwrap();
        assert!(clusters.is_empty() && clusters.ranges().is_empty());
        assert_eq!(clusters.centroids(&Array2::<f32>::zeros((0, 2)), None).unwrap().dim(), (0, 2));
    }

    #[test]
    fn wrong_input_is_named() {
        let error = Clusters::from_labels(&[0, usize::MAX, 1]).unwrap_err().to_string();
        assert!(error.starts_with("entry 1 of `labels`: expected at most 4294967294, "), "{error}");
        let clusters = Clusters::from_labels(&[0, 1]).unwrap();
        let x = Array2::<f64>::zeros((3, 2));
        let expected = "`x`: expected 2 rows, one for each point, found 3";
        assert_eq!(clusters.sort_rows(&x).unwrap_err().to_string(), expected);
        assert_eq!(clusters.centroids(&x, None).unwrap_err().to_string(), expected);
        assert_eq!(clusters.boxes(&x).unwrap_err().to_string(), expected);
        assert!(clusters.unsort_rows(&x).unwrap_err().to_string().starts_with("`sorted`: expected 2 rows"));
        assert!(
            clusters.weights(Some(&x.column(0))).unwrap_err().to_string().starts_with("`weights`: expected 2 rows")
        );
        let error = clusters.radii(&Array2::<f64>::zeros((2, 2)), &x).unwrap_err();
        assert_eq!(error.to_string(), "`centroids`: expected shape (2, 2), found (3, 2)");
    }
}
