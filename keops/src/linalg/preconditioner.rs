//! Approximate inverses.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Entries;
use super::operator::{check_rows, check_square};
use crate::{Error, Scalar};

/// An approximate inverse of `A + alpha I`, symmetric and positive definite: the closer, the fewer iterations.
///
/// ```
/// use keops::linalg::Preconditioner;
/// use keops::Error;
/// use ndarray::{Array2, ArrayView2};
///
/// /// Halves everything.
/// struct Half;
///
/// impl Preconditioner<f64> for Half {
///     fn size(&self) -> Option<usize> {
///         None
///     }
///     fn apply(&self, r: ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
///         Ok(0.5 * &r)
///     }
/// }
/// ```
pub trait Preconditioner<T: Scalar> {
    /// The number of rows of what it is applied to; `None` where any will do.
    fn size(&self) -> Option<usize>;

    /// The approximate inverse times `r`, for all columns at once: (N, k) to (N, k).
    ///
    /// # Errors
    /// Where `r` does not have as many rows as [`Preconditioner::size`] says, and whatever can go wrong.
    fn apply(&self, r: ArrayView2<'_, T>) -> Result<Array2<T>, Error>;
}

/// No preconditioner: the identity.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl<T: Scalar> Preconditioner<T> for Identity {
    fn size(&self) -> Option<usize> {
        None
    }
    fn apply(&self, r: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        Ok(r.to_owned())
    }
}

/// The inverse of the diagonal. It helps where the diagonal varies; that of most kernels is constant.
///
/// ```
/// use keops::linalg::{ConjugateGradient, Dense, Jacobi};
/// use ndarray::array;
///
/// let a = Dense(array![[1.0, 0.0], [0.0, 1e6]]);
/// let jacobi = Jacobi::new(&a, 0.0)?;
/// let solution = ConjugateGradient::new().preconditioner(&jacobi).solve(&a, &array![[1.0], [2.0]])?;
/// assert_eq!(solution.iterations, 1);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Jacobi<T> {
    inverse: Array1<T>,
}

impl<T: Scalar> Jacobi<T> {
    /// The inverse of the diagonal of `A + ridge I`.
    ///
    /// # Errors
    /// Where a number on the diagonal is not positive, A is not square, or its diagonal cannot be had.
    pub fn new<A: Entries<T> + ?Sized>(a: &A, ridge: f64) -> Result<Self, Error> {
        check_square("diagonal preconditioner", a.shape())?;
        let mut inverse = a.diagonal()?;
        for x in &mut inverse {
            let value = x.to_f64() + ridge;
            *x = T::from_f64(1.0 / value);
            if !value.is_finite() || !x.to_f64().is_finite() {
                return Err(Error::NotFinite { place: "the inverse of the diagonal", iterations: 0 });
            }
            if value < 0.0 {
                return Err(not_positive("the diagonal", value));
            }
        }
        Ok(Jacobi { inverse })
    }
}

impl<T: Scalar> Preconditioner<T> for Jacobi<T> {
    fn size(&self) -> Option<usize> {
        Some(self.inverse.len())
    }
    fn apply(&self, r: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        let n = self.inverse.len();
        check_rows("diagonal preconditioner", (n, n), n, r.nrows())?;
        Ok(&r * &self.inverse.view().insert_axis(Axis(1)))
    }
}

/// The error of a matrix that is found not to be positive definite before any iteration.
pub(super) fn not_positive(place: &'static str, value: f64) -> Error {
    Error::NotPositiveDefinite { place, value, iterations: 0, residual: 1.0 }
}
