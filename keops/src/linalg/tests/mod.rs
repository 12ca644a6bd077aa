//! Against dense matrices.

#[cfg(feature = "faer")]
mod eigen;
mod operators;
mod preconditioners;
mod solver;

use ndarray::{Array1, Array2, ArrayView2};

use super::vectors::Random;
use super::{Dense, Entries, LinearOperator};
use crate::{Error, Scalar};

/// Numbers in [-1, 1), the same every time.
fn random(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    Random::new(seed).block(rows, columns)
}

/// A symmetric matrix with these eigenvalues.
fn symmetric(eigenvalues: &[f64], seed: u64) -> Array2<f64> {
    let mut a = Array2::from_diag(&Array1::from_vec(eigenvalues.to_vec()));
    // Some reflections make it dense.
    for step in 0..3 {
        let v = random(eigenvalues.len(), 1, 10 * seed + step);
        let reflection = Array2::<f64>::eye(eigenvalues.len()) - 2.0 / v.mapv(|x| x * x).sum() * v.dot(&v.t());
        a = reflection.dot(&a).dot(&reflection);
    }
    (&a + &a.t()) / 2.0
}

/// A Gaussian kernel matrix, of random points in a square.
fn gaussian(n: usize, width: f64) -> Array2<f64> {
    let points = random(n, 2, 5);
    Array2::from_shape_fn((n, n), |(i, j)| {
        let difference = &points.row(i) - &points.row(j);
        (-difference.dot(&difference) / (width * width)).exp()
    })
}

/// The solution of a system of equations, by elimination with pivots.
fn dense_solve(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let (mut a, mut b, n) = (a.clone(), b.clone(), a.nrows());
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[[i, k]].abs().total_cmp(&a[[j, k]].abs())).unwrap();
        for matrix in [&mut a, &mut b] {
            for column in 0..matrix.ncols() {
                matrix.swap([k, column], [pivot, column]);
            }
        }
        for i in (0..n).filter(|&i| i != k) {
            let factor = a[[i, k]] / a[[k, k]];
            for matrix in [&mut a, &mut b] {
                let row = matrix.row(k).to_owned();
                matrix.row_mut(i).scaled_add(-factor, &row);
            }
        }
    }
    let pivots = a.diag().to_owned();
    b / pivots.insert_axis(ndarray::Axis(1))
}

/// The largest magnitude of a difference.
#[track_caller]
fn assert_near(a: &Array2<f64>, b: &Array2<f64>, tolerance: f64) {
    assert_eq!(a.dim(), b.dim());
    let distance = (a - b).iter().fold(0.0, |largest: f64, x| if x.is_nan() { f64::NAN } else { largest.max(x.abs()) });
    assert!(distance <= tolerance, "{distance} > {tolerance}");
}

/// An operator that counts its products and the columns in them, and fails after some.
#[derive(Debug)]
struct Counted {
    a: Dense<Array2<f64>>,
    products: std::sync::Mutex<Vec<usize>>,
    limit: usize,
}

impl Counted {
    fn new(a: Array2<f64>, limit: usize) -> Self {
        Counted { a: Dense(a), products: std::sync::Mutex::default(), limit }
    }

    fn products(&self) -> Vec<usize> {
        self.products.lock().unwrap().clone()
    }
}

/// What fails after a number of products.
const FAILURE: Error = Error::RowSum { row: 7, found: 0.0 };

impl LinearOperator<f64> for Counted {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
        let mut products = self.products.lock().unwrap();
        if products.len() == self.limit {
            return Err(FAILURE);
        }
        products.push(v.ncols());
        self.a.apply(v)
    }
    fn apply_transposed(&self, v: ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
        self.a.apply_transposed(v)
    }
}

fn single<T: Scalar>(a: &Array2<f64>) -> Array2<T> {
    a.mapv(T::from_f64)
}

fn double<T: Scalar>(a: &Array2<T>) -> Array2<f64> {
    a.mapv(|x| x.to_f64())
}

/// All columns, one by one.
fn columns<T: Scalar>(a: &impl Entries<T>) -> Array2<T> {
    let mut all = Array2::zeros(a.shape());
    for j in 0..a.shape().1 {
        all.column_mut(j).assign(&a.column(j).unwrap());
    }
    all
}
