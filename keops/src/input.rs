//! Arguments of a call, as the checks see them.

use keops_device::Scalar;
use ndarray::{Array1, Array2, Array3, ArrayBase, Axis, CowArray, Ix1, Ix2, Ix3, Slice, ViewRepr};
use std::ops::Range;

use crate::Matrix;

/// An argument.
#[derive(Clone, Debug)]
pub enum Input<'a, T: Scalar> {
    /// For an indexed variable.
    Rows(Matrix<'a, T>),
    /// For a parameter.
    // Owned, as they are small: lifetimes cannot shrink in a `CowArray`.
    Vector(Array1<T>),
    /// For an indexed variable of a batch: (batch, rows, dimension). A batch of one is for all entries.
    Batch(ArrayBase<ViewRepr<&'a T>, Ix3, T>),
    /// For a parameter of a batch: (batch, dimension).
    Vectors(Array2<T>),
}

impl<'a, T: Scalar> Input<'a, T> {
    /// The length of the vectors.
    pub(crate) fn dim(&self) -> usize {
        match self {
            Input::Rows(matrix) => matrix.ncols(),
            Input::Vector(vector) => vector.len(),
            Input::Batch(views) => views.len_of(Axis(2)),
            Input::Vectors(vectors) => vectors.ncols(),
        }
    }

    /// The number of rows; of a parameter, none.
    pub(crate) fn rows(&self) -> Option<usize> {
        match self {
            Input::Rows(matrix) => Some(matrix.nrows()),
            Input::Batch(views) => Some(views.len_of(Axis(1))),
            Input::Vector(_) | Input::Vectors(_) => None,
        }
    }

    /// The length of the batch, 1 where there is none.
    pub fn batch(&self) -> usize {
        match self {
            Input::Rows(_) | Input::Vector(_) => 1,
            Input::Batch(views) => views.len_of(Axis(0)),
            Input::Vectors(vectors) => vectors.nrows(),
        }
    }

    /// A result, as the argument of a later pass.
    pub fn whole(result: &'a Array3<T>) -> Self {
        Input::Batch(result.view())
    }

    /// The first row of each entry of a result, as the argument for a parameter.
    pub fn first_rows(result: &'a Array3<T>) -> Self {
        Input::Vectors(result.index_axis(Axis(1), 0).to_owned())
    }

    /// The argument of one entry of the batch.
    pub(crate) fn entry(&self, entry: usize) -> Input<'a, T> {
        match self {
            Input::Batch(views) => {
                let entry = if views.len_of(Axis(0)) == 1 { 0 } else { entry };
                Input::Rows(Matrix::Host(views.index_axis_move(Axis(0), entry)))
            }
            Input::Vectors(vectors) => {
                let entry = if vectors.nrows() == 1 { 0 } else { entry };
                Input::Vector(vectors.row(entry).to_owned())
            }
            other => other.clone(),
        }
    }

    /// Some of the rows, which must be in the memory of the processor; of a parameter, all of it.
    pub(crate) fn part(&self, rows: Range<usize>) -> Option<Input<'a, T>> {
        match self {
            Input::Rows(Matrix::Host(view)) => {
                let mut part = *view;
                part.slice_axis_inplace(Axis(0), Slice::from(rows));
                Some(Input::Rows(Matrix::Host(part)))
            }
            Input::Vector(_) => Some(self.clone()),
            Input::Rows(Matrix::Device(_)) | Input::Batch(_) | Input::Vectors(_) => None,
        }
    }
}

impl<'a, T: Scalar> From<Matrix<'a, T>> for Input<'a, T> {
    fn from(matrix: Matrix<'a, T>) -> Self {
        Input::Rows(matrix)
    }
}

impl<'a, T: Scalar> From<CowArray<'a, T, Ix1>> for Input<'a, T> {
    fn from(vector: CowArray<'a, T, Ix1>) -> Self {
        Input::Vector(vector.into_owned())
    }
}

impl<'a, T: Scalar> From<ArrayBase<ViewRepr<&'a T>, Ix3, T>> for Input<'a, T> {
    fn from(views: ArrayBase<ViewRepr<&'a T>, Ix3, T>) -> Self {
        Input::Batch(views)
    }
}

impl<'a, T: Scalar> From<CowArray<'a, T, Ix2>> for Input<'a, T> {
    fn from(vectors: CowArray<'a, T, Ix2>) -> Self {
        Input::Vectors(vectors.into_owned())
    }
}
