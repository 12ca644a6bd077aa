//! A preconditioner of low rank.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::operator::{check_rows, check_square};
use super::preconditioner::not_positive;
use super::vectors::epsilon;
use super::{Entries, Preconditioner};
use crate::{Error, Scalar};

/// Numbers of a row that are computed together.
const PART: usize = 1 << 11;

/// The inverse of `L L^T + ridge I`, where `L L^T` is an approximation of A from some of its columns.
///
/// Kernel matrices of smooth kernels are nearly of low rank, and where the rank suffices a few iterations do. The columns
/// are chosen by a pivoted Cholesky factorization that ends after `rank` steps: each takes the column of the largest
/// remaining number on the diagonal (Harbrecht, Peters and Schneider, *On the low-rank approximation by the pivoted
/// Cholesky decomposition*, Applied Numerical Mathematics 62, 2012). What results is the Nyström approximation from these
/// columns. The inverse follows from the identity of Woodbury, by a Cholesky factorization of a rank x rank matrix.
///
/// It takes `rank` columns of A, 8 N rank bytes (L is kept in `f64`), and N rank² operations to make; and N rank operations
/// per column to apply.
///
/// ```
/// use keops::linalg::{ConjugateGradient, Dense, Nystrom};
/// use ndarray::Array2;
///
/// let k = Dense(Array2::from_shape_fn((200, 200), |(i, j)| (-0.001 * (i as f64 - j as f64).powi(2)).exp()));
/// let b = Array2::from_shape_fn((200, 1), |(i, _)| (i % 7) as f64);
///
/// let alone = ConjugateGradient::new().ridge(1e-2).solve(&k, &b)?;
/// let nystrom = Nystrom::new(&k, 20, 1e-2)?;
/// let helped = ConjugateGradient::new().ridge(1e-2).preconditioner(&nystrom).solve(&k, &b)?;
/// assert!(5 * helped.iterations < alone.iterations);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Nystrom {
    /// `L^T`, one row per step of the factorization.
    factor: Array2<f64>,
    /// The lower Cholesky factor of `ridge I + L^T L`.
    inner: Array2<f64>,
    ridge: f64,
}

impl Nystrom {
    /// Approximates `A + ridge I`, where A is symmetric and positive semidefinite.
    ///
    /// The rank may turn out lower: the factorization ends when what remains of A is of the size of rounding errors. A
    /// `ridge` of 0, or of less than the rounding errors (2e-13 times the trace of A, in `f32` at least 1e-7 times its largest
    /// number), counts as that much; it makes the preconditioner a little worse, and the solution no different.
    ///
    /// # Errors
    /// Where A is not square, its diagonal or its columns cannot be had, a number is not finite, or the diagonal shows
    /// that A is not positive semidefinite.
    pub fn new<T: Scalar, A: Entries<T> + ?Sized>(a: &A, rank: usize, ridge: f64) -> Result<Self, Error> {
        let n = check_square("Nyström preconditioner", a.shape())?;
        if !(ridge >= 0.0 && ridge.is_finite()) {
            return Err(Error::Setting { setting: "ridge", expected: "a number that is not negative", found: ridge });
        }
        let diagonal = a.diagonal()?.mapv(|x| x.to_f64());
        let noise = check_diagonal(&diagonal)? * epsilon::<T>();
        let factor = pivoted_cholesky(a, diagonal, rank.min(n), noise)?;
        let mut inner = factor.dot(&factor.t());
        // A smaller one is lost among the rounding errors of A, or among those of `apply`, which it divides.
        let ridge = ridge.max(noise).max(1e3 * f64::EPSILON * inner.diag().sum());
        if ridge == 0.0 && n > 0 {
            return Err(not_positive("the operator", 0.0));
        }
        inner.diag_mut().mapv_inplace(|x| x + ridge);
        cholesky(&mut inner)?;
        Ok(Nystrom { factor, inner, ridge })
    }

    /// The number of columns that were taken.
    pub fn rank(&self) -> usize {
        self.factor.nrows()
    }
}

impl<T: Scalar> Preconditioner<T> for Nystrom {
    fn size(&self) -> Option<usize> {
        Some(self.factor.ncols())
    }

    /// `(r - L (ridge I + L^T L)^-1 L^T r) / ridge`.
    fn apply(&self, r: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        let n = self.factor.ncols();
        check_rows("Nyström preconditioner", (n, n), n, r.nrows())?;
        // In f64, as the difference cancels by a factor of |A| / ridge.
        let r = r.mapv(|x| x.to_f64());
        let mut inner = self.factor.dot(&r);
        solve_cholesky(&self.inner, &mut inner);
        let difference = r - self.factor.t().dot(&inner);
        Ok(difference.mapv(|x| T::from_f64(x / self.ridge)))
    }
}

/// The largest number on the diagonal of a positive semidefinite matrix.
fn check_diagonal(diagonal: &Array1<f64>) -> Result<f64, Error> {
    let mut largest = 0.0_f64;
    for &value in diagonal {
        if !value.is_finite() {
            return Err(Error::NotFinite { place: "the diagonal", iterations: 0 });
        }
        if value < 0.0 {
            return Err(not_positive("the diagonal", value));
        }
        largest = largest.max(value);
    }
    Ok(largest)
}

/// `L^T` of at most `rank` rows, so that `A - L L^T` is positive semidefinite and has a small trace.
///
/// It ends where no more than `noise` is left on the diagonal.
fn pivoted_cholesky<T: Scalar, A: Entries<T> + ?Sized>(
    a: &A,
    mut remaining: Array1<f64>,
    rank: usize,
    noise: f64,
) -> Result<Array2<f64>, Error> {
    let mut factor = Array2::zeros((rank, remaining.len()));
    for step in 0..rank {
        let largest = remaining.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let Some((pivot, &value)) = largest.filter(|(_, value)| **value > noise) else {
            return Ok(factor.slice_move(s![..step, ..]));
        };
        let column = a.column(pivot)?.mapv(|x| x.to_f64());
        let (before, mut rest) = factor.view_mut().split_at(Axis(0), step);
        let mut row = rest.row_mut(0);
        row.assign(&column);
        subtract_combination(row.as_slice_mut().unwrap_or_default(), before.view(), before.column(pivot));
        row.mapv_inplace(|x| x / value.sqrt());
        // By definition, whatever rounding has made of it.
        row[pivot] = value.sqrt();
        if row.iter().any(|x| !x.is_finite()) {
            return Err(Error::NotFinite { place: "a column", iterations: step });
        }
        remaining.zip_mut_with(&row, |d, &x| *d -= x * x);
        remaining[pivot] = 0.0;
        // Where rounding errors cannot explain a negative remainder, some 2 x 2 minor of A is negative.
        let (lowest, limit) = (remaining.fold(0.0, |a: f64, &b| a.min(b)), 1e3 * noise);
        if lowest < -limit {
            return Err(not_positive("the operator", lowest));
        }
    }
    Ok(factor)
}

/// Subtracts from `row` the sum of the rows of a matrix, each times its coefficient. The rows lie one after another in memory:
/// each part of `row` stays in the first-level cache while they stream past.
fn subtract_combination(row: &mut [f64], rows: ArrayView2<'_, f64>, coefficients: ArrayView1<'_, f64>) {
    row.par_chunks_mut(PART).enumerate().for_each(|(number, part)| {
        let at = number * PART..number * PART + part.len();
        for (other, &coefficient) in rows.slice(s![.., at]).rows().into_iter().zip(coefficients) {
            part.iter_mut().zip(other).for_each(|(x, &y)| *x -= coefficient * y);
        }
    });
}

/// The lower Cholesky factor of a positive definite matrix, in its place. What is above the diagonal means nothing.
fn cholesky(a: &mut Array2<f64>) -> Result<(), Error> {
    for j in 0..a.nrows() {
        for i in j..a.nrows() {
            a[[i, j]] -= a.slice(s![i, ..j]).dot(&a.slice(s![j, ..j]));
            if i > j {
                a[[i, j]] /= a[[j, j]];
            } else if a[[j, j]] > 0.0 {
                a[[j, j]] = a[[j, j]].sqrt();
            } else {
                return Err(not_positive("the matrix of the preconditioner", a[[j, j]]));
            }
        }
    }
    Ok(())
}

/// Solves `L L^T x = b`, for all columns of `b` at once and in their place.
fn solve_cholesky(l: &Array2<f64>, b: &mut Array2<f64>) {
    let n = l.nrows();
    for i in 0..n {
        let known = l.slice(s![i, ..i]).dot(&b.slice(s![..i, ..]));
        b.row_mut(i).zip_mut_with(&known, |b, &known| *b = (*b - known) / l[[i, i]]);
    }
    for i in (0..n).rev() {
        let known = l.slice(s![i + 1.., i]).dot(&b.slice(s![i + 1.., ..]));
        b.row_mut(i).zip_mut_with(&known, |b, &known| *b = (*b - known) / l[[i, i]]);
    }
}
