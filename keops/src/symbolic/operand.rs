//! What a symbolic matrix is multiplied with.

use ndarray::{Array1, Array2, ArrayBase, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, Axis, Data, Ix1, Ix2};

use crate::results::{Outcome, Place, Results};
use crate::{DeviceArray, Error, Matrix, Rows, Scalar, Single};

/// The right-hand side of a product: a matrix of any number of columns, or a vector, which counts as one column. The
/// product is of the same kind.
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{array, s};
///
/// let k = kernel!("x * y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[1.0], [10.0]])?;
/// assert_eq!(k.dot(&array![1.0, 2.0])?, array![21.0, 42.0]);
/// assert_eq!(k.dot(&[1.0, 2.0])?, array![21.0, 42.0]);
/// assert_eq!(k.dot(&[[1.0], [2.0]])?, array![[21.0], [42.0]]);
/// assert_eq!(k.dot(array![[1.0, 2.0], [3.0, 4.0]].slice(s![.., ..;-1]))?, array![[42.0, 31.0], [84.0, 62.0]]);
/// # Ok::<(), Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a symbolic matrix of `{T}` cannot be multiplied with `{Self}`",
    note = "expected a vector, `&Array1<T>` or `&[T]`, or a matrix, `&Array2<T>`, `&[[T; D]]` or `&DeviceArray<T>`, or a view of \
            one; all data hold the same type, `f32` or `f64`"
)]
pub trait Operand<'a, T: Scalar> {
    /// `Array1<T>` for vectors, `Array2<T>` for matrices, `DeviceArray<T>` for those on a GPU.
    type Product;
    /// As a matrix.
    fn columns(self) -> Matrix<'a, T>;
    #[doc(hidden)]
    fn product(result: Outcome<T, T>) -> Result<Self::Product, Error>;
}

/// Operands that are matrices: all that are data of a variable.
macro_rules! matrices {
    ($([$($generics:tt)*] $operand:ty;)*) => {$(
        impl<'a, T: Scalar, $($generics)*> Operand<'a, T> for $operand {
            type Product = <<Self as Place>::Results<Single> as Results>::Matrix<T>;
            fn columns(self) -> Matrix<'a, T> {
                Rows::<T, Single>::rows(self)
            }
            fn product(result: Outcome<T, T>) -> Result<Self::Product, Error> {
                <<Self as Place>::Results<Single> as Results>::values(result)
            }
        }
    )*};
}

matrices! {
    [S: Data<Elem = T>] &'a ArrayBase<S, Ix2>;
    [] ArrayView2<'a, T>;
    [] &'a ArrayRef2<T>;
    [const D: usize] &'a [[T; D]];
    [const D: usize, const N: usize] &'a [[T; D]; N];
    [const D: usize] &'a Vec<[T; D]>;
    [] &'a DeviceArray<T>;
}

/// Operands that are vectors.
macro_rules! vectors {
    ($([$($generics:tt)*] $operand:ty, $vector:ident => $view:expr;)*) => {$(
        impl<'a, T: Scalar, $($generics)*> Operand<'a, T> for $operand {
            type Product = Array1<T>;
            fn columns(self) -> Matrix<'a, T> {
                let $vector = self;
                let view: ArrayView1<'a, T> = $view;
                view.insert_axis(Axis(1)).into()
            }
            fn product(result: Outcome<T, T>) -> Result<Array1<T>, Error> {
                Ok(single_column(Single::values(result)?))
            }
        }
    )*};
}

vectors! {
    [S: Data<Elem = T>] &'a ArrayBase<S, Ix1>, vector => vector.view();
    [] ArrayView1<'a, T>, vector => vector;
    [] &'a ArrayRef1<T>, vector => vector.view();
    [] &'a [T], vector => vector.into();
    [const N: usize] &'a [T; N], vector => vector.as_slice().into();
    [] &'a Vec<T>, vector => vector.as_slice().into();
}

/// A matrix of one column, as a vector.
pub(super) fn single_column<X>(matrix: Array2<X>) -> Array1<X> {
    debug_assert_eq!(matrix.ncols(), 1);
    matrix.index_axis_move(Axis(1), 0)
}
