//! Clusters that are the leaves of a k-d tree.

use ndarray::{Array1, ArrayRef2};

use super::{ClusterError, finite};
use crate::{Error, Scalar};

/// Halves the points until no part has more than `points` of them: M labels for the rows of `x`, of shape (M, D).
///
/// Each part is cut across its longest side, so that both sides have a multiple of `points` points, up to the last one: all clusters but
/// one have exactly `points` points, which is what block-sparse reductions are fastest with. Points that are equal in a
/// coordinate may be parted. Clusters are numbered in the order of the tree: near numbers are near places (Bentley,
/// "Multidimensional binary search trees used for associative searching", 1975). O(M log M).
///
/// # Errors
///
/// A coordinate is not finite, or `points` is 0.
///
/// ```
/// use keops::cluster::{Clusters, bisect_cluster};
/// use ndarray::array;
///
/// let x = array![[0.0, 0.0], [9.0, 0.1], [0.1, 0.0], [9.1, 0.0], [5.0, 0.0]];
/// let labels = bisect_cluster(&x, 2)?;
/// assert_eq!(labels, array![0, 1, 0, 2, 1]);
/// assert_eq!(Clusters::from_labels(&labels)?.len(), 3);
/// # Ok::<(), keops::Error>(())
/// ```
pub fn bisect_cluster<T: Scalar>(x: &ArrayRef2<T>, points: usize) -> Result<Array1<usize>, Error> {
    if points == 0 {
        return Err(Error::Clusters(ClusterError::ClusterPoints));
    }
    finite(x)?;
    let mut order: Vec<usize> = (0..x.nrows()).collect();
    let mut labels = Array1::zeros(x.nrows());
    let mut next = 0;
    // Parts that are still to be cut, the first of them last.
    let mut parts = vec![order.as_mut_slice()];
    while let Some(part) = parts.pop() {
        if part.len() <= points {
            part.iter().for_each(|&point| labels[point] = next);
            next += usize::from(!part.is_empty());
            continue;
        }
        let side = |column: usize| {
            let coordinates = part.iter().map(|&point| x[[point, column]].to_f64());
            let (low, high) =
                coordinates.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            high - low
        };
        let longest = (0..x.ncols()).max_by(|&a, &b| side(a).total_cmp(&side(b)).then(b.cmp(&a)));
        let middle = part.len().div_ceil(points).div_ceil(2) * points;
        if let Some(column) = longest {
            // Equal coordinates are told apart by the number of the point: the result does not depend on the algorithm.
            let key = |&point: &usize| (x[[point, column]].to_f64(), point);
            part.select_nth_unstable_by(middle, |a, b| {
                let ((a, first), (b, second)) = (key(a), key(b));
                a.total_cmp(&b).then(first.cmp(&second))
            });
        }
        let (before, after) = part.split_at_mut(middle);
        parts.extend([after, before]);
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Clusters;
    use ndarray::Array2;

    #[test]
    fn clusters_are_full_and_apart() -> Result<(), Error> {
        let x = Array2::from_shape_fn((1000, 3), |(i, k)| ((i * (k + 2) * 7919) % 1013) as f32);
        let clusters = Clusters::from_labels(&bisect_cluster(&x, 64)?)?;
        assert_eq!(clusters.len(), 16);
        assert!(clusters.ranges()[..15].iter().all(|range| range.len() == 64));
        assert_eq!(clusters.ranges()[15].len(), 1000 - 15 * 64);
        // Boxes are small: together far less than what random clusters would have.
        let boxes = clusters.boxes(&x)?;
        let volume: f32 = (&boxes.upper() - &boxes.lower()).rows().into_iter().map(|sides| sides.product()).sum();
        assert!(volume < 1.5 * 1013f32.powi(3), "{volume}");
        Ok(())
    }

    #[test]
    fn points_without_coordinates_or_apart() -> Result<(), Error> {
        assert_eq!(bisect_cluster(&Array2::<f64>::zeros((5, 0)), 2)?.to_vec(), [0, 0, 1, 1, 2]);
        assert_eq!(bisect_cluster(&Array2::<f64>::zeros((0, 2)), 2)?.len(), 0);
        assert_eq!(bisect_cluster(&Array2::<f64>::zeros((4, 2)), 3)?.to_vec(), [0, 0, 0, 1]);
        assert!(bisect_cluster(&Array2::<f64>::zeros((4, 2)), 0).is_err());
        assert!(bisect_cluster(&Array2::from_elem((4, 2), f64::NAN), 2).is_err());
        Ok(())
    }
}
