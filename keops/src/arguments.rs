//! What can be passed for a variable: any two-dimensional view for rows, any vector or number for a parameter.

use keops_device::Scalar;
use ndarray::{ArrayBase, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, CowArray, Data, Ix1, Ix2, ViewRepr};

use crate::layout::{Layout, Single};
use crate::results::Place;
use crate::{Device, DeviceArray, Error};

/// The data of a variable `Vi(d)` or `Vj(d)`, and where it is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Matrix<'a, T> {
    /// In the memory of the processor.
    // As `ArrayView2<'a, T>`, whose third argument would be a projection, in which lifetimes cannot shrink.
    Host(ArrayBase<ViewRepr<&'a T>, Ix2, T>),
    /// In the memory of a GPU.
    Device(&'a DeviceArray<T>),
}

impl<T> Matrix<'_, T> {
    /// The number of rows.
    pub fn nrows(&self) -> usize {
        match self {
            Matrix::Host(view) => view.nrows(),
            Matrix::Device(array) => array.nrows(),
        }
    }

    /// The number of columns.
    pub fn ncols(&self) -> usize {
        match self {
            Matrix::Host(view) => view.ncols(),
            Matrix::Device(array) => array.ncols(),
        }
    }

    /// The GPU that holds the data, if one does.
    pub fn device(&self) -> Option<Device> {
        match self {
            Matrix::Host(_) => None,
            Matrix::Device(array) => Some(array.device()),
        }
    }

    /// The same data, for a shorter time.
    pub(crate) fn reborrow(&self) -> Matrix<'_, T> {
        match self {
            Matrix::Host(view) => Matrix::Host(view.reborrow()),
            Matrix::Device(array) => Matrix::Device(array),
        }
    }
}

impl<'a, T> From<ArrayView2<'a, T>> for Matrix<'a, T> {
    fn from(view: ArrayView2<'a, T>) -> Self {
        Matrix::Host(view)
    }
}

/// The data of a parameter, and where it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Parameter<'a, T: Scalar> {
    /// In the memory of the processor.
    Host(CowArray<'a, T, Ix1>),
    /// In the memory of a GPU: a matrix of one row.
    Device(&'a DeviceArray<T>),
}

impl<'a, T: crate::Scalar> Parameter<'a, T> {
    /// The numbers in the memory of the processor.
    pub(crate) fn on_host(self) -> Result<CowArray<'a, T, Ix1>, Error> {
        match self {
            Parameter::Host(numbers) => Ok(numbers),
            Parameter::Device(array) => Ok(array.download()?.into_flat().into()),
        }
    }
}

/// An argument for a variable `Vi(d)` or `Vj(d)`: a matrix with one row per index and d columns.
///
/// Strided, transposed and reversed views are read as they are, without a copy. A [`DeviceArray`] is read where it is, by
/// its GPU.
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{Array2, s};
///
/// let total = formula!("x", x = Vj(2));
/// let points = Array2::from_shape_fn((4, 2), |(i, k)| (10 * i + k) as f64);
/// assert_eq!(total.call(&points)?, ndarray::array![[60.0, 64.0]]);
/// assert_eq!(total.call(points.slice(s![..;2, ..]))?, ndarray::array![[20.0, 22.0]]);
/// assert_eq!(total.call(&[[1.0, 2.0], [3.0, 4.0]])?, ndarray::array![[4.0, 6.0]]);
/// # Ok::<(), keops::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the data of a variable `Vi(d)` or `Vj(d)` of `{T}`",
    note = "expected a matrix with one row per index: `&Array2<T>`, a two-dimensional view, `&[[T; D]]` or \
            `&DeviceArray<T>`; all arguments hold the same type, `f32` or `f64`"
)]
pub trait Rows<'a, T: Scalar, L: Layout = Single>: Place {
    /// What the kernel reads.
    fn rows(self) -> L::Rows<'a, T>;
}

impl<'a, T: Scalar, S: Data<Elem = T>> Rows<'a, T> for &'a ArrayBase<S, Ix2> {
    fn rows(self) -> Matrix<'a, T> {
        self.view().into()
    }
}

impl<'a, T: Scalar> Rows<'a, T> for ArrayView2<'a, T> {
    fn rows(self) -> Matrix<'a, T> {
        self.into()
    }
}

impl<'a, T: Scalar> Rows<'a, T> for &'a ArrayRef2<T> {
    fn rows(self) -> Matrix<'a, T> {
        self.view().into()
    }
}

impl<'a, T: Scalar, const D: usize> Rows<'a, T> for &'a [[T; D]] {
    fn rows(self) -> Matrix<'a, T> {
        ArrayView2::from(self).into()
    }
}

impl<'a, T: Scalar, const D: usize, const M: usize> Rows<'a, T> for &'a [[T; D]; M] {
    fn rows(self) -> Matrix<'a, T> {
        ArrayView2::from(self.as_slice()).into()
    }
}

impl<'a, T: Scalar, const D: usize> Rows<'a, T> for &'a Vec<[T; D]> {
    fn rows(self) -> Matrix<'a, T> {
        ArrayView2::from(self.as_slice()).into()
    }
}

impl<'a, T: Scalar> Rows<'a, T> for &'a DeviceArray<T> {
    fn rows(self) -> Matrix<'a, T> {
        Matrix::Device(self)
    }
}

/// An argument for a variable `Pm(d)`: a vector of d numbers, a 1 x d matrix, or a number when d is 1.
///
/// ```
/// use keops::prelude::*;
///
/// let scaled = formula!("p * x", p = Pm(1), x = Vi(1));
/// let x = [[1.0], [2.0]];
/// assert_eq!(scaled.call(3.0, &x)?, ndarray::array![[3.0], [6.0]]);
/// assert_eq!(scaled.call(&[3.0], &x)?, scaled.call(&ndarray::array![3.0], &x)?);
/// # Ok::<(), keops::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the data of a parameter `Pm(d)` of `{T}`",
    note = "expected a vector, `&[T]` or `&Array1<T>`, or a number when d is 1; all arguments hold the same type, `f32` or \
            `f64`"
)]
pub trait Vector<'a, T: Scalar, L: Layout = Single> {
    /// The numbers that the kernel reads.
    fn vector(self) -> L::Params<'a, T>;
}

impl<'a> Vector<'a, f32> for f32 {
    fn vector(self) -> Parameter<'a, f32> {
        Parameter::Host(ndarray::arr1(&[self]).into())
    }
}

impl<'a> Vector<'a, f64> for f64 {
    fn vector(self) -> Parameter<'a, f64> {
        Parameter::Host(ndarray::arr1(&[self]).into())
    }
}

impl<'a, T: Scalar> Vector<'a, T> for &'a [T] {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(ArrayView1::from(self).into())
    }
}

impl<'a, T: Scalar, const D: usize> Vector<'a, T> for &'a [T; D] {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(ArrayView1::from(self.as_slice()).into())
    }
}

impl<'a, T: Scalar> Vector<'a, T> for &'a Vec<T> {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(ArrayView1::from(self.as_slice()).into())
    }
}

impl<'a, T: Scalar> Vector<'a, T> for &'a ArrayRef1<T> {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(self.view().into())
    }
}

impl<'a, T: Scalar> Vector<'a, T> for ArrayView1<'a, T> {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(self.into())
    }
}

impl<'a, T: Scalar, S: Data<Elem = T>> Vector<'a, T> for &'a ArrayBase<S, Ix1> {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Host(self.view().into())
    }
}

impl<'a, T: Scalar, S: Data<Elem = T>> Vector<'a, T> for &'a ArrayBase<S, Ix2> {
    fn vector(self) -> Parameter<'a, T> {
        let view = self.view();
        // A matrix of several rows keeps its number of entries, and fails the check of the dimension.
        Parameter::Host(match view.nrows() {
            1 => view.index_axis_move(ndarray::Axis(0), 0).into(),
            _ => view.iter().copied().collect::<ndarray::Array1<T>>().into(),
        })
    }
}

impl<'a, T: Scalar> Vector<'a, T> for &'a DeviceArray<T> {
    fn vector(self) -> Parameter<'a, T> {
        Parameter::Device(self)
    }
}
