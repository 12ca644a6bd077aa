//! What each kind of row means, as plain loops in f64, and the check of an answer against it.

use crate::data::{Answer, Arrays, Number};
use anyhow::{Result, bail, ensure};
use ndarray::ArrayView1;

/// Rows that a check looks at, spread evenly over the answer.
const CHECKED_ROWS: usize = 40;

/// What a row computes for each i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sum over j of exp(-|x_i - y_j|^2) b_j.
    Gauss,
    /// The logarithm of the sum over j of exp(b_j - |x_i - y_j|^2).
    LogSumExp,
    /// The first j with the smallest |x_i - y_j|.
    Nearest,
}

impl Kind {
    /// The name in `python/worker.py`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gauss => "gauss",
            Self::LogSumExp => "log_sum_exp",
            Self::Nearest => "nearest",
        }
    }

    /// The number of columns of the answer, for a b of this dimension.
    pub fn columns(self, width: usize) -> usize {
        if self == Self::Gauss { width } else { 1 }
    }
}

/// Checks some rows of an answer against the f64 evaluation and returns the largest relative deviation.
///
/// The deviation of a value is relative to the value, or to 1 where the value is smaller. Of an index, it is how
/// much farther the named point is than the nearest one, relative to the size of the cloud: two points at the same
/// distance up to rounding are both right.
///
/// # Errors
///
/// When the answer has the wrong shape or a deviation exceeds [`Number::TOLERANCE`].
pub fn check<T: Number>(kind: Kind, arrays: &Arrays<T>, answer: &Answer) -> Result<f64> {
    let (rows, columns) = answer.shape();
    ensure!(rows > 0 && rows <= arrays.x.nrows(), "{rows} rows instead of {}", arrays.x.nrows());
    ensure!(columns == kind.columns(arrays.b.ncols()), "{columns} columns");
    let mut largest = 0.0f64;
    for k in 0..CHECKED_ROWS.min(rows) {
        let i = k * (rows - 1) / (CHECKED_ROWS.min(rows) - 1).max(1);
        let deviation = deviation(kind, arrays, i, answer);
        if deviation.is_nan() || deviation > T::TOLERANCE {
            bail!("row {i} is off by {deviation:.1e} (relative), {:.0e} is accepted", T::TOLERANCE);
        }
        largest = largest.max(deviation);
    }
    Ok(largest)
}

/// How far row i of the answer is from the truth.
fn deviation<T: Number>(kind: Kind, arrays: &Arrays<T>, i: usize, answer: &Answer) -> f64 {
    let x = arrays.x.row(i);
    let distances: Vec<f64> = arrays.y.rows().into_iter().map(|y| square_distance(x, y)).collect();
    let relative = |found: f64, truth: f64| (found - truth).abs() / truth.abs().max(1.0);
    match kind {
        Kind::Gauss => {
            let kernel: Vec<f64> = distances.iter().map(|d| (-d).exp()).collect();
            let columns = arrays.b.columns().into_iter().enumerate();
            columns
                .map(|(c, b)| {
                    let truth: f64 = kernel.iter().zip(b).map(|(k, b)| k * b.exact()).sum();
                    relative(answer.get(i, c), truth)
                })
                .fold(0.0, worse)
        }
        Kind::LogSumExp => {
            let terms = distances.iter().zip(arrays.b.column(0)).map(|(d, b)| (b.exact() - d).exp());
            relative(answer.get(i, 0), terms.sum::<f64>().ln())
        }
        Kind::Nearest => {
            let smallest = distances.iter().copied().fold(f64::INFINITY, f64::min);
            let found = distances.get(answer.get(i, 0) as usize).copied().unwrap_or(f64::NAN);
            relative(found, smallest)
        }
    }
}

/// The larger of two deviations; a NaN is the largest of all.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

fn square_distance<T: Number>(x: ArrayView1<'_, T>, y: ArrayView1<'_, T>) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x.exact() - y.exact()).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn arrays() -> Arrays<f64> {
        Arrays { x: array![[0.0]], y: array![[1.0], [0.5], [-0.5]], b: array![[1.0], [2.0], [3.0]] }
    }

    #[test]
    fn right_answers_pass_and_wrong_ones_do_not() {
        let (near, far) = ((-0.25f64).exp(), (-1.0f64).exp());
        let sum = far + 5.0 * near;
        assert!(check(Kind::Gauss, &arrays(), &array![[sum]].into()).is_ok());
        assert!(check(Kind::Gauss, &arrays(), &array![[sum + 1e-9]].into()).is_err());
        assert!(check(Kind::Gauss, &arrays(), &array![[f64::NAN]].into()).is_err());
        let log = (0.0f64.exp() + 1.75f64.exp() + 2.75f64.exp()).ln();
        assert!(check(Kind::LogSumExp, &arrays(), &array![[log]].into()).is_ok());
    }

    #[test]
    fn both_nearest_points_are_right() {
        for (index, right) in [(0, false), (1, true), (2, true), (3, false)] {
            assert_eq!(check(Kind::Nearest, &arrays(), &array![[index]].into()).is_ok(), right, "index {index}");
        }
    }
}
