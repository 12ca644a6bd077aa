//! The traits of operators.

use ndarray::{Array1, Array2, ArrayView2, s};

use super::{Composition, DiagonallyScaled, Power, Scaled, Shifted, Sum, Transpose};
use crate::{Error, Scalar};

/// How many columns of the identity [`LinearOperator::to_dense`] multiplies with at once.
const BLOCK: usize = 128;

/// A matrix A of M x N numbers that is known by its products with vectors.
///
/// The methods that combine operators take them by value. A reference to an operator is an operator, so `(&a).transpose()` leaves
/// `a` where it is. They never fail: where the shapes of two operators do not fit, their products report it, before
/// anything is computed.
///
/// ```
/// use keops::linalg::{Dense, LinearOperator};
/// use ndarray::array;
///
/// let a = Dense(array![[2.0, 1.0], [0.0, 3.0]]);
/// let v = array![[1.0], [1.0]];
/// assert_eq!(a.apply(v.view())?, array![[3.0], [3.0]]);
/// assert_eq!(a.apply_transposed(v.view())?, array![[2.0], [4.0]]);
///
/// // (A^2 + 10 I) v, without A^2.
/// let b = (&a).pow(2).shifted(10.0);
/// assert_eq!(b.apply(v.view())?, array![[19.0], [19.0]]);
///
/// let error = a.apply(array![[1.0], [2.0], [3.0]].view()).unwrap_err();
/// assert_eq!(error.to_string(), "product of a 2 x 2 operator: expected 2 rows, found 3");
/// # Ok::<(), keops::Error>(())
/// ```
pub trait LinearOperator<T: Scalar> {
    /// The numbers of rows and columns, (M, N).
    fn shape(&self) -> (usize, usize);

    /// `A v`, for all columns of `v` at once: (N, k) to (M, k).
    ///
    /// # Errors
    /// Where `v` has not N rows, and whatever can go wrong in the product.
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error>;

    /// `A^T v`, for all columns of `v` at once: (M, k) to (N, k).
    ///
    /// # Errors
    /// Where `v` has not M rows, and whatever can go wrong in the product.
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error>;

    /// `factor A`. For the types of this module it can be written `factor * a`, too, or `2.0_f64 * &a`.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[2.0, 1.0]]);
    /// assert_eq!(a.scaled(0.5).to_dense()?, array![[1.0, 0.5]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn scaled(self, factor: T) -> Scaled<T, Self>
    where
        Self: Sized,
    {
        Scaled::new(factor, self)
    }

    /// `A + B`, of two operators of the same shape. For the types of this module it can be written `a + b`, too.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let (a, b) = (Dense(array![[2.0, 1.0]]), Dense(array![[1.0, 1.0]]));
    /// assert_eq!((&a).plus(&b).to_dense()?, array![[3.0, 2.0]]);
    /// assert_eq!((2.0_f64 * (&a + &b) + &a).to_dense()?, array![[8.0, 5.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn plus<B: LinearOperator<T>>(self, other: B) -> Sum<Self, B>
    where
        Self: Sized,
    {
        Sum::new(self, other)
    }

    /// First A, then B: the operator `v -> B (A v)`, whose matrix is `B A`.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[1.0, 2.0, 3.0]]); // from three numbers to one
    /// let b = Dense(array![[1.0], [10.0]]); // from one to two
    /// assert_eq!((&a).then(&b).to_dense()?, b.0.dot(&a.0));
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn then<B: LinearOperator<T>>(self, next: B) -> Composition<Self, B>
    where
        Self: Sized,
    {
        Composition::new(self, next)
    }

    /// A to the power `exponent`, by as many products; the identity for 0. A must be square.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[1.0, 1.0], [0.0, 1.0]]);
    /// assert_eq!(a.pow(10).to_dense()?, array![[1.0, 10.0], [0.0, 1.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn pow(self, exponent: usize) -> Power<Self>
    where
        Self: Sized,
    {
        Power::new(self, exponent)
    }

    /// The transpose of A.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[1.0, 2.0]]);
    /// assert_eq!((&a).transpose().apply(array![[10.0]].view())?, array![[10.0], [20.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn transpose(self) -> Transpose<Self>
    where
        Self: Sized,
    {
        Transpose::new(self)
    }

    /// `A + shift I`. A must be square.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[1.0, 1.0], [0.0, 1.0]]);
    /// assert_eq!(a.shifted(2.0).to_dense()?, array![[3.0, 1.0], [0.0, 3.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn shifted(self, shift: T) -> Shifted<T, Self>
    where
        Self: Sized,
    {
        Shifted::new(self, shift)
    }

    /// `D1 A D2`, where D1 is diagonal with the M numbers `left`, and D2 with the N numbers `right`.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// // The symmetric normalization of a graph with the weights A: its eigenvalues are those of the random walk.
    /// let a = Dense(array![[0.0, 4.0], [4.0, 12.0]]);
    /// let degrees = a.apply(array![[1.0], [1.0]].view())?;
    /// let scale = degrees.column(0).mapv(|d: f64| 1.0 / d.sqrt());
    /// let normalized = (&a).diagonally_scaled(scale.clone(), scale);
    /// assert_eq!(normalized.to_dense()?, array![[0.0, 0.5], [0.5, 0.75]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    fn diagonally_scaled(self, left: Array1<T>, right: Array1<T>) -> DiagonallyScaled<T, Self>
    where
        Self: Sized,
    {
        DiagonallyScaled::new(Some(left), self, Some(right))
    }

    /// A with each row divided by its sum: the transitions of a random walk, as diffusion maps and nonlocal means use.
    ///
    /// ```
    /// use keops::linalg::{Dense, LinearOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[0.0, 4.0], [1.0, 3.0]]);
    /// let walk = a.row_stochastic()?;
    /// assert_eq!(walk.apply(array![[1.0], [2.0]].view())?, array![[2.0], [1.75]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where a row has no finite sum other than 0, and where a product fails.
    fn row_stochastic(self) -> Result<DiagonallyScaled<T, Self>, Error>
    where
        Self: Sized,
    {
        let ones = Array2::ones((self.shape().1, 1));
        let mut sums = self.apply(ones.view())?.column(0).to_owned();
        for (row, sum) in sums.iter_mut().enumerate() {
            let found = sum.to_f64();
            *sum = T::one() / *sum;
            if !found.is_finite() || !sum.to_f64().is_finite() {
                return Err(Error::RowSum { row, found });
            }
        }
        Ok(DiagonallyScaled::new(Some(sums), self, None))
    }

    /// All entries, (M, N), by products with blocks of the identity.
    ///
    /// ```
    /// use keops::linalg::{Diagonal, LinearOperator};
    /// use ndarray::array;
    ///
    /// assert_eq!(Diagonal::new(array![1.0, 2.0]).to_dense()?, array![[1.0, 0.0], [0.0, 2.0]]);
    /// # Ok::<(), keops::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where a product fails.
    fn to_dense(&self) -> Result<Array2<T>, Error> {
        let (rows, columns) = self.shape();
        let mut dense = Array2::zeros((rows, columns));
        // Of a wide matrix the rows are fewer.
        let by_rows = rows < columns;
        let len = rows.min(columns);
        for start in (0..len).step_by(BLOCK) {
            let end = len.min(start + BLOCK);
            let mut identity = Array2::zeros((len, end - start));
            identity.slice_mut(s![start..end, ..]).diag_mut().fill(T::one());
            if by_rows {
                dense.slice_mut(s![start..end, ..]).assign(&self.apply_transposed(identity.view())?.t());
            } else {
                dense.slice_mut(s![.., start..end]).assign(&self.apply(identity.view())?);
            }
        }
        Ok(dense)
    }
}

/// An operator some of whose entries can be asked for, as [`Jacobi`](super::Jacobi) and [`Nystrom`](super::Nystrom) need.
///
/// ```
/// use keops::linalg::{Dense, Entries, LinearOperator};
/// use ndarray::array;
///
/// let a = Dense(array![[1.0, 2.0], [3.0, 4.0]]).shifted(10.0);
/// assert_eq!(a.diagonal()?, array![11.0, 14.0]);
/// assert_eq!(a.column(1)?, array![2.0, 14.0]);
/// # Ok::<(), keops::Error>(())
/// ```
pub trait Entries<T: Scalar>: LinearOperator<T> {
    /// The entries (i, i); as many as the shorter side is long.
    ///
    /// # Errors
    /// Whatever can go wrong in computing them.
    fn diagonal(&self) -> Result<Array1<T>, Error>;

    /// The M entries of column `j`.
    ///
    /// # Errors
    /// Where there is no such column, and whatever can go wrong in computing it.
    fn column(&self, j: usize) -> Result<Array1<T>, Error>;
}

/// References and boxes of operators are operators.
macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<T: Scalar, A: LinearOperator<T> + ?Sized> LinearOperator<T> for $pointer {
            fn shape(&self) -> (usize, usize) {
                (**self).shape()
            }
            fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
                (**self).apply(v)
            }
            fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
                (**self).apply_transposed(v)
            }
            fn to_dense(&self) -> Result<Array2<T>, Error> {
                (**self).to_dense()
            }
        }

        impl<T: Scalar, A: Entries<T> + ?Sized> Entries<T> for $pointer {
            fn diagonal(&self) -> Result<Array1<T>, Error> {
                (**self).diagonal()
            }
            fn column(&self, j: usize) -> Result<Array1<T>, Error> {
                (**self).column(j)
            }
        }
    )*};
}

pointers!(&A, Box<A>, std::sync::Arc<A>);

/// Checks that an operand has as many rows as an operator of this shape needs for `A v`.
pub(super) fn check_product<T>(shape: (usize, usize), v: &ArrayView2<'_, T>) -> Result<(), Error> {
    check_rows("product", shape, shape.1, v.nrows())
}

/// Checks that an operand has as many rows as an operator of this shape needs for `A^T v`.
pub(super) fn check_transposed<T>(shape: (usize, usize), v: &ArrayView2<'_, T>) -> Result<(), Error> {
    check_rows("product with the transpose", shape, shape.0, v.nrows())
}

/// Checks that something that belongs to an operator has the right number of rows.
pub(super) fn check_rows(
    operation: &'static str,
    shape: (usize, usize),
    expected: usize,
    found: usize,
) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::OperandRows { operation, shape, expected, found }) }
}

/// Checks that an operator is square, and returns its size.
pub(super) fn check_square(operation: &'static str, shape: (usize, usize)) -> Result<usize, Error> {
    if shape.0 == shape.1 { Ok(shape.0) } else { Err(Error::NotSquare { operation, shape }) }
}

/// Checks that an operator has a column.
pub(super) fn check_column(shape: (usize, usize), column: usize) -> Result<(), Error> {
    if column < shape.1 { Ok(()) } else { Err(Error::NoSuchColumn { shape, column }) }
}

/// Checks what a product or a preconditioner has returned: it may be the user's.
pub(super) fn check_result<T>(
    operation: &'static str,
    shape: (usize, usize),
    expected: (usize, usize),
    found: &Array2<T>,
) -> Result<(), Error> {
    check_rows(operation, shape, expected.0, found.nrows())?;
    if found.ncols() == expected.1 {
        Ok(())
    } else {
        Err(Error::OperandColumns { operation, expected: expected.1, found: found.ncols() })
    }
}
