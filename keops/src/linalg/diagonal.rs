//! Diagonal matrices, and operators between two of them.

use ndarray::{Array1, Array2, ArrayView2, Axis, CowArray, Ix2, Zip, s};

use super::combine::arithmetic;
use super::operator::{check_column, check_product, check_rows, check_transposed};
use super::{Entries, LinearOperator};
use crate::{Error, Scalar};

/// A diagonal matrix.
///
/// ```
/// use keops::linalg::{Diagonal, LinearOperator};
/// use ndarray::array;
///
/// let d = Diagonal::new(array![2.0, 3.0]);
/// assert_eq!(d.apply(array![[1.0], [1.0]].view())?, array![[2.0], [3.0]]);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Diagonal<T>(Array1<T>);

impl<T: Scalar> Diagonal<T> {
    /// The matrix with these numbers on its diagonal.
    pub fn new(diagonal: Array1<T>) -> Self {
        Diagonal(diagonal)
    }
}

impl<T: Scalar> LinearOperator<T> for Diagonal<T> {
    fn shape(&self) -> (usize, usize) {
        (self.0.len(), self.0.len())
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_product(self.shape(), &v)?;
        Ok(rows_scaled(Some(&self.0), v).into_owned())
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_transposed(self.shape(), &v)?;
        Ok(rows_scaled(Some(&self.0), v).into_owned())
    }
}

impl<T: Scalar> Entries<T> for Diagonal<T> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        Ok(self.0.clone())
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        check_column(self.shape(), j)?;
        let mut column = Array1::zeros(self.0.len());
        column[j] = self.0[j];
        Ok(column)
    }
}

/// An operator between two diagonal matrices: made by [`LinearOperator::diagonally_scaled`] and
/// [`LinearOperator::row_stochastic`].
#[derive(Clone, Debug)]
pub struct DiagonallyScaled<T, A> {
    left: Option<Array1<T>>,
    a: A,
    right: Option<Array1<T>>,
}

impl<T: Scalar, A: LinearOperator<T>> DiagonallyScaled<T, A> {
    pub(super) fn new(left: Option<Array1<T>>, a: A, right: Option<Array1<T>>) -> Self {
        DiagonallyScaled { left, a, right }
    }

    fn check(&self) -> Result<(), Error> {
        let (rows, columns) = self.a.shape();
        let len = |side: &Option<Array1<T>>, otherwise| side.as_ref().map_or(otherwise, Array1::len);
        check_rows("diagonal on the left", (rows, columns), rows, len(&self.left, rows))?;
        check_rows("diagonal on the right", (rows, columns), columns, len(&self.right, columns))
    }
}

impl<T: Scalar, A: LinearOperator<T>> LinearOperator<T> for DiagonallyScaled<T, A> {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        check_product(self.shape(), &v)?;
        let product = self.a.apply(rows_scaled(self.right.as_ref(), v).view())?;
        Ok(rows_scaled(self.left.as_ref(), product).into_owned())
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        check_transposed(self.shape(), &v)?;
        let product = self.a.apply_transposed(rows_scaled(self.left.as_ref(), v).view())?;
        Ok(rows_scaled(self.right.as_ref(), product).into_owned())
    }
}

impl<T: Scalar, A: Entries<T>> Entries<T> for DiagonallyScaled<T, A> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        self.check()?;
        let mut diagonal = self.a.diagonal()?;
        let len = diagonal.len();
        for side in self.left.iter().chain(&self.right) {
            Zip::from(&mut diagonal).and(side.slice(s![..len])).for_each(|x, &d| *x = *x * d);
        }
        Ok(diagonal)
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        self.check()?;
        let mut column = self.a.column(j)?;
        if let Some(left) = &self.left {
            column.zip_mut_with(left, |x, &d| *x = *x * d);
        }
        Ok(match &self.right {
            Some(right) => column.mapv_into(|x| x * right[j]),
            None => column,
        })
    }
}

/// `v` with each row multiplied by a number, if there are numbers. `scale` must have one per row.
fn rows_scaled<'a, T: Scalar>(scale: Option<&Array1<T>>, v: impl Into<CowArray<'a, T, Ix2>>) -> CowArray<'a, T, Ix2> {
    let v = v.into();
    match scale {
        None => v,
        Some(scale) => {
            let mut v = v.into_owned();
            v.zip_mut_with(&scale.view().insert_axis(Axis(1)), |x, &d| *x = *x * d);
            v.into()
        }
    }
}

arithmetic!([T] Diagonal<T>, [T, A] DiagonallyScaled<T, A>);
