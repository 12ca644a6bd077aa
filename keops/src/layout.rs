//! How arguments are arranged: one problem, or a batch of them.

use keops_device::Scalar;
use ndarray::{Array, ArrayBase, Axis, CowArray, Ix2, Ix3, RemoveAxis, ViewRepr};

use crate::Matrix;
use crate::arguments::Parameter;
use crate::input::Input;
use crate::results::Results;

/// How the arguments of a formula are arranged, and with them the results. It is a type, [`Single`] or [`Batched`], that the
/// value of `formula!` carries.
pub trait Layout: Results {
    /// The data of a variable `Vi(d)` or `Vj(d)`.
    type Rows<'a, T: Scalar>: Into<Input<'a, T>>;
    /// The data of a parameter.
    type Params<'a, T: Scalar>: Into<Input<'a, T>>;
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
    type Params<'a, T: Scalar> = Parameter<'a, T>;
}

impl Layout for Batched {
    // As in `Matrix`: lifetimes can shrink.
    type Rows<'a, T: Scalar> = ArrayBase<ViewRepr<&'a T>, Ix3, T>;
    type Params<'a, T: Scalar> = CowArray<'a, T, Ix2>;
}

/// The only entry of a batch of one.
pub fn only<X, D: RemoveAxis>(all: Array<X, D>) -> Array<X, D::Smaller> {
    all.index_axis_move(Axis(0), 0)
}
