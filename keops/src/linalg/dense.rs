//! Matrices in memory are operators.

use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};

use super::combine::arithmetic;
use super::operator::{check_column, check_product, check_transposed};
use super::{Entries, LinearOperator};
use crate::{Error, Scalar};

/// A matrix in memory, as an operator: `Dense(array)`, or `Dense(array.view())`.
///
/// (The arrays of `ndarray` are no operators themselves, as their methods `shape` and `column` would be hidden by those of
/// operators.)
///
/// ```
/// use keops::linalg::{Dense, LinearOperator};
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let v = array![[1.0], [1.0]];
/// assert_eq!(Dense(a.view()).apply_transposed(v.view())?, array![[4.0], [6.0]]);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dense<A>(
    /// The matrix: an array or a view of two dimensions.
    pub A,
);

impl<T: Scalar, S: Data<Elem = T>> LinearOperator<T> for Dense<ArrayBase<S, Ix2>> {
    fn shape(&self) -> (usize, usize) {
        self.0.dim()
    }

    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_product(self.0.dim(), &v)?;
        Ok(self.0.dot(&v))
    }

    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_transposed(self.0.dim(), &v)?;
        Ok(self.0.t().dot(&v))
    }

    fn to_dense(&self) -> Result<Array2<T>, Error> {
        Ok(self.0.to_owned())
    }
}

impl<T: Scalar, S: Data<Elem = T>> Entries<T> for Dense<ArrayBase<S, Ix2>> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        Ok(self.0.diag().to_owned())
    }

    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        check_column(self.0.dim(), j)?;
        Ok(self.0.column(j).to_owned())
    }
}

arithmetic!([A] Dense<A>);
