//! How arguments and results are arranged: one problem, or a batch of them.

use std::fmt::Debug;

use ndarray::{Array1, Array2, Array3, ArrayBase, Axis, CowArray, Ix1, Ix2, Ix3, ViewRepr};

use keops_device::Scalar;

use crate::Matrix;
use crate::input::Input;

/// How the arguments and the results of a formula are arranged. It is a type, [`Single`] or [`Batched`], that the value of
/// `formula!` carries.
pub trait Layout: Copy + Debug + Send + Sync + 'static {
    /// The data of a variable `Vi(d)` or `Vj(d)`.
    type Rows<'a, T: Scalar>: Into<Input<'a, T>>;
    /// The data of a parameter.
    type Params<'a, T: Scalar>: Into<Input<'a, T>>;
    /// Results with one row per index.
    type Matrix<X: Clone + Debug>: Clone + Debug;
    /// Results of the shape of a parameter.
    type Vector<X: Clone + Debug>: Clone + Debug;

    /// From one matrix per entry of the batch.
    #[doc(hidden)]
    fn matrix<X: Clone + Debug>(all: Array3<X>) -> Self::Matrix<X>;

    /// From one vector per entry of the batch.
    #[doc(hidden)]
    fn vector<X: Clone + Debug>(all: Array2<X>) -> Self::Vector<X>;
}

/// One problem: two-dimensional arrays, vectors for parameters.
#[derive(Clone, Copy, Debug)]
pub struct Single;

/// Many problems of equal sizes: three-dimensional arrays (batch, rows, dimension), matrices (batch, dimension) for
/// parameters.
#[derive(Clone, Copy, Debug)]
pub struct Batched;

impl Layout for Single {
    type Rows<'a, T: Scalar> = Matrix<'a, T>;
    type Params<'a, T: Scalar> = CowArray<'a, T, Ix1>;
    type Matrix<X: Clone + Debug> = Array2<X>;
    type Vector<X: Clone + Debug> = Array1<X>;

    fn matrix<X: Clone + Debug>(all: Array3<X>) -> Array2<X> {
        all.index_axis_move(Axis(0), 0)
    }

    fn vector<X: Clone + Debug>(all: Array2<X>) -> Array1<X> {
        all.index_axis_move(Axis(0), 0)
    }
}

impl Layout for Batched {
    // As in `Matrix`: lifetimes can shrink.
    type Rows<'a, T: Scalar> = ArrayBase<ViewRepr<&'a T>, Ix3, T>;
    type Params<'a, T: Scalar> = CowArray<'a, T, Ix2>;
    type Matrix<X: Clone + Debug> = Array3<X>;
    type Vector<X: Clone + Debug> = Array2<X>;

    fn matrix<X: Clone + Debug>(all: Array3<X>) -> Array3<X> {
        all
    }

    fn vector<X: Clone + Debug>(all: Array2<X>) -> Array2<X> {
        all
    }
}
