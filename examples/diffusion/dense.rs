//! The same with a matrix in memory and plain loops, to compare with.

use ndarray::{Array1, Array2, ArrayView1};

/// Points of which the matrix is made, at most: it takes 200 MB then.
pub(crate) const MOST: usize = 5000;

/// The function after so many steps of the walk.
pub(crate) fn diffused(points: &Array2<f64>, scale: f64, function: ArrayView1<'_, f64>, steps: usize) -> Array1<f64> {
    let affinity = |i: usize, j: usize| {
        let square: f64 = (0..3).map(|k| (points[[i, k]] - points[[j, k]]).powi(2)).sum();
        (-0.5 * square / (scale * scale)).exp()
    };
    let mut walk = Array2::from_shape_fn((points.nrows(), points.nrows()), |(i, j)| affinity(i, j));
    for mut row in walk.rows_mut() {
        let sum = row.sum();
        row.mapv_inplace(|affinity| affinity / sum);
    }
    (0..steps).fold(function.to_owned(), |function, _| walk.dot(&function))
}

#[cfg(test)]
mod tests {
    use super::diffused;
    use ndarray::array;

    #[test]
    fn two_points_share_their_heat() {
        let points = array![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
        let (near, far) = (1.0, (-0.5_f64).exp());
        let once = diffused(&points, 1.0, array![1.0, 0.0].view(), 1);
        assert!((once[0] - near / (near + far)).abs() < 1e-15 && (once.sum() - 1.0).abs() < 1e-15);
        let often = diffused(&points, 1.0, array![1.0, 0.0].view(), 100);
        assert!(often.iter().all(|heat| (heat - 0.5).abs() < 1e-12));
    }
}
