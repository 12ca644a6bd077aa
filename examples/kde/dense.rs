//! The same sums as plain loops in f64, to compare with.

use keops::Scalar;
use ndarray::{Array1, Array2};

/// Sums below this are held against it: in f32, numbers near the smallest one have few digits.
const FLOOR: f64 = 1e-30;

/// The number of rows that were compared, spread evenly over x, and the largest relative difference among them.
pub(crate) fn largest_difference<T: Scalar>(
    x: &Array2<T>,
    y: &Array2<T>,
    g: T,
    sums: &Array1<T>,
    rows: usize,
) -> (usize, f64) {
    let rows = rows.min(x.nrows());
    let mut largest = 0.0f64;
    for k in 0..rows {
        let i = k * x.nrows() / rows;
        let mut truth = 0.0;
        for j in 0..y.nrows() {
            let mut square_distance = 0.0;
            for d in 0..3 {
                square_distance += (x[[i, d]].to_f64() - y[[j, d]].to_f64()).powi(2);
            }
            truth += (-square_distance * g.to_f64()).exp();
        }
        let difference = (sums[i].to_f64() - truth).abs() / truth.max(FLOOR);
        // `max` would pass over a NaN.
        largest = if difference.is_nan() { f64::INFINITY } else { largest.max(difference) };
    }
    (rows, largest)
}
