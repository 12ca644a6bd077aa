//! The same as plain loops in f64, to compare with.

use keops::Scalar;
use ndarray::{Array2, ArrayView1};

fn square_distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The position of the nearest centre, and the squared distance to it.
fn nearest(point: ArrayView1<'_, f64>, centres: &Array2<f64>) -> (usize, f64) {
    let squares = centres.rows().into_iter().map(|centre| square_distance(point, centre));
    squares.enumerate().fold((0, f64::INFINITY), |best, (k, square)| if square < best.1 { (k, square) } else { best })
}

/// The mean of the points with each label; the centre where there are none.
fn means(points: &Array2<f64>, labels: &[usize], centres: &Array2<f64>) -> Array2<f64> {
    let mut sums = Array2::<f64>::zeros(centres.dim());
    let mut counts = vec![0.0; centres.nrows()];
    for (point, &label) in points.rows().into_iter().zip(labels) {
        sums.row_mut(label).scaled_add(1.0, &point);
        counts[label] += 1.0;
    }
    for (k, &count) in counts.iter().enumerate() {
        if count > 0.0 {
            sums.row_mut(k).mapv_inplace(|sum| sum / count);
        } else {
            sums.row_mut(k).assign(&centres.row(k));
        }
    }
    sums
}

/// How far one result is from plain loops.
pub(crate) struct Difference {
    /// The labels that were compared.
    pub(crate) rows: usize,
    /// The largest part by which the squared distance to the centre with the label exceeds that to the nearest one.
    pub(crate) label: f64,
    /// The largest distance between a mean and the plain one.
    pub(crate) mean: f64,
}

/// Compares some of the labels, spread evenly over the points, and the means of all points with each label.
pub(crate) fn difference<T: Scalar>(
    points: &Array2<T>,
    centres: &Array2<T>,
    labels: &Array2<usize>,
    found: &Array2<T>,
    rows: usize,
) -> Difference {
    let [points, centres, found] = [points, centres, found].map(|array| array.mapv(T::to_f64));
    let rows = rows.min(points.nrows());
    let excess = |i: usize| {
        let (_, square) = nearest(points.row(i), &centres);
        let own = square_distance(points.row(i), centres.row(labels[[i, 0]]));
        (own - square) / own.max(f64::MIN_POSITIVE)
    };
    let label = (0..rows).map(|k| excess(k * points.nrows() / rows)).fold(0.0, worse);
    let truth = means(&points, &labels.iter().copied().collect::<Vec<_>>(), &centres);
    let ways = truth.rows().into_iter().zip(found.rows()).map(|(truth, found)| square_distance(truth, found).sqrt());
    Difference { rows, label, mean: ways.fold(0.0, worse) }
}

/// The larger one. (`f64::max` would pass over a NaN.)
fn worse(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// Centres and labels after so many iterations without empty clusters.
#[cfg(test)]
pub(crate) fn cluster(points: &Array2<f64>, mut centres: Array2<f64>, iterations: usize) -> (Array2<f64>, Vec<usize>) {
    let assign = |centres: &Array2<f64>| points.rows().into_iter().map(|point| nearest(point, centres).0).collect();
    let mut labels: Vec<usize> = assign(&centres);
    for _ in 0..iterations {
        centres = means(points, &labels, &centres);
        labels = assign(&centres);
    }
    (centres, labels)
}
