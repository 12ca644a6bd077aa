//! The same with matrices in memory, to compare with: plain loops, Cholesky's factorization, linear regression.

use anyhow::{Result, ensure};
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate};

/// Solves A x = b by Cholesky's factorization A = L L^T.
///
/// # Errors
///
/// When A is not positive definite.
pub(crate) fn solve(mut a: Array2<f64>, b: &Array1<f64>) -> Result<Array1<f64>> {
    let n = a.nrows();
    // L takes the place of the lower triangle.
    for j in 0..n {
        for i in j..n {
            let known: f64 = (0..j).map(|k| a[[i, k]] * a[[j, k]]).sum();
            let left = a[[i, j]] - known;
            ensure!(i > j || left > 0.0, "the matrix is not positive definite: pivot {left:.1e} in row {i}");
            a[[i, j]] = if i == j { left.sqrt() } else { left / a[[j, j]] };
        }
    }
    let mut x = b.clone();
    for i in 0..n {
        let known: f64 = (0..i).map(|k| a[[i, k]] * x[k]).sum();
        x[i] = (x[i] - known) / a[[i, i]];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| a[[k, i]] * x[k]).sum();
        x[i] = (x[i] - known) / a[[i, i]];
    }
    Ok(x)
}

/// exp(-|a - b|^2 / (2 s^2)).
pub(crate) fn gaussian(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>, length: f64) -> f64 {
    let square: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    (-0.5 * square / (length * length)).exp()
}

/// The coefficients of kriging: (K + ridge I)^-1 values.
pub(crate) fn coefficients(x: &Array2<f64>, values: &Array1<f64>, length: f64, ridge: f64) -> Result<Array1<f64>> {
    let mut matrix = Array2::from_shape_fn((x.nrows(), x.nrows()), |(i, j)| gaussian(x.row(i), x.row(j), length));
    matrix.diag_mut().mapv_inplace(|k| k + ridge);
    solve(matrix, values)
}

/// What a linear function with a constant predicts at `at`, fitted to the values at `x` by least squares.
pub(crate) fn linear(x: &Array2<f64>, values: &Array1<f64>, at: &Array2<f64>) -> Result<Array1<f64>> {
    let with_constant = |x: &Array2<f64>| concatenate(Axis(1), &[x.view(), Array2::ones((x.nrows(), 1)).view()]);
    let design = with_constant(x)?;
    let weights = solve(design.t().dot(&design), &design.t().dot(values))?;
    Ok(with_constant(at)?.dot(&weights))
}

#[cfg(test)]
mod tests {
    use super::{linear, solve};
    use ndarray::{Array1, array};

    #[test]
    fn the_solution_solves() {
        let a = array![[4.0, 2.0, -1.0], [2.0, 5.0, 0.5], [-1.0, 0.5, 3.0]];
        let x = array![1.0, -2.0, 3.0];
        let found = solve(a.clone(), &a.dot(&x)).expect("it is positive definite");
        assert!((found - x).iter().all(|difference| difference.abs() < 1e-14));
        assert!(solve(-a, &Array1::ones(3)).is_err());
    }

    #[test]
    fn linear_functions_are_found() {
        let x = array![[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 3.0]];
        let value = |x: &ndarray::Array2<f64>| 2.0 + &x.column(0) - 3.0 * &x.column(1);
        let at = array![[10.0, -10.0]];
        let found = linear(&x, &value(&x), &at).expect("the points are in general position");
        assert!((found - value(&at)).iter().all(|difference| difference.abs() < 1e-11));
    }
}
