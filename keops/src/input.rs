//! Arguments of a call, as the checks see them.

use ndarray::{Array1, Array2, ArrayBase, Axis, CowArray, Ix2, Ix3, Slice, ViewRepr};
use std::ops::Range;

use keops_device::Scalar;

use crate::arguments::Parameter;
use crate::{DeviceArray, Matrix};

/// An argument.
#[derive(Clone, Debug)]
pub enum Input<'a, T: Scalar> {
    /// For an indexed variable.
    Rows(Matrix<'a, T>),
    /// For a parameter.
    // Owned, as they are small: lifetimes cannot shrink in a `CowArray`.
    Vector(Array1<T>),
    /// For a parameter, in the memory of a GPU: a matrix of one row.
    Resident(&'a DeviceArray<T>),
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
            // What has several rows fails the check of the dimension, as a matrix of the host does.
            Input::Resident(array) => array.nrows() * array.ncols(),
            Input::Batch(views) => views.len_of(Axis(2)),
            Input::Vectors(vectors) => vectors.ncols(),
        }
    }

    /// The number of rows; of a parameter, none.
    pub(crate) fn rows(&self) -> Option<usize> {
        match self {
            Input::Rows(matrix) => Some(matrix.nrows()),
            Input::Batch(views) => Some(views.len_of(Axis(1))),
            Input::Vector(_) | Input::Resident(_) | Input::Vectors(_) => None,
        }
    }

    /// The length of the batch, 1 where there is none.
    pub fn batch(&self) -> usize {
        match self {
            Input::Rows(_) | Input::Vector(_) | Input::Resident(_) => 1,
            Input::Batch(views) => views.len_of(Axis(0)),
            Input::Vectors(vectors) => vectors.nrows(),
        }
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
            Input::Vector(_) | Input::Resident(_) => Some(self.clone()),
            Input::Rows(Matrix::Device(_)) | Input::Batch(_) | Input::Vectors(_) => None,
        }
    }
}

impl<'a, T: Scalar> From<Matrix<'a, T>> for Input<'a, T> {
    fn from(matrix: Matrix<'a, T>) -> Self {
        Input::Rows(matrix)
    }
}

impl<'a, T: Scalar> From<Parameter<'a, T>> for Input<'a, T> {
    fn from(parameter: Parameter<'a, T>) -> Self {
        match parameter {
            Parameter::Host(vector) => Input::Vector(vector.into_owned()),
            Parameter::Device(array) => Input::Resident(array),
        }
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
