//! What can be passed for a variable of a batch.

use keops_device::Scalar;
use ndarray::{
    ArrayBase, ArrayRef1, ArrayRef2, ArrayRef3, ArrayView1, ArrayView2, ArrayView3, Axis, CowArray, Data, Ix1, Ix2,
    Ix3, ViewRepr,
};

use crate::layout::Batched;
use crate::{Rows, Vector};

/// The data of a batch, as [`Batched`] has it.
type Views<'a, T> = ArrayBase<ViewRepr<&'a T>, Ix3, T>;

impl<'a, T: Scalar, S: Data<Elem = T>> Rows<'a, T, Batched> for &'a ArrayBase<S, Ix3> {
    fn rows(self) -> Views<'a, T> {
        self.view()
    }
}

impl<'a, T: Scalar> Rows<'a, T, Batched> for ArrayView3<'a, T> {
    fn rows(self) -> Views<'a, T> {
        self
    }
}

impl<'a, T: Scalar> Rows<'a, T, Batched> for &'a ArrayRef3<T> {
    fn rows(self) -> Views<'a, T> {
        self.view()
    }
}

impl<'a, T: Scalar, S: Data<Elem = T>> Rows<'a, T, Batched> for &'a ArrayBase<S, Ix2> {
    fn rows(self) -> Views<'a, T> {
        self.view().insert_axis(Axis(0))
    }
}

impl<'a, T: Scalar> Rows<'a, T, Batched> for ArrayView2<'a, T> {
    fn rows(self) -> Views<'a, T> {
        self.insert_axis(Axis(0))
    }
}

impl<'a, T: Scalar> Rows<'a, T, Batched> for &'a ArrayRef2<T> {
    fn rows(self) -> Views<'a, T> {
        self.view().insert_axis(Axis(0))
    }
}

impl<'a> Vector<'a, f32, Batched> for f32 {
    fn vector(self) -> CowArray<'a, f32, Ix2> {
        ndarray::arr2(&[[self]]).into()
    }
}

impl<'a> Vector<'a, f64, Batched> for f64 {
    fn vector(self) -> CowArray<'a, f64, Ix2> {
        ndarray::arr2(&[[self]]).into()
    }
}

impl<'a, T: Scalar> Vector<'a, T, Batched> for &'a [T] {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        ArrayView1::from(self).insert_axis(Axis(0)).into()
    }
}

impl<'a, T: Scalar, const D: usize> Vector<'a, T, Batched> for &'a [T; D] {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        ArrayView1::from(self.as_slice()).insert_axis(Axis(0)).into()
    }
}

impl<'a, T: Scalar, S: Data<Elem = T>> Vector<'a, T, Batched> for &'a ArrayBase<S, Ix1> {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        self.view().insert_axis(Axis(0)).into()
    }
}

impl<'a, T: Scalar> Vector<'a, T, Batched> for ArrayView1<'a, T> {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        self.insert_axis(Axis(0)).into()
    }
}

impl<'a, T: Scalar> Vector<'a, T, Batched> for &'a ArrayRef1<T> {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        self.view().insert_axis(Axis(0)).into()
    }
}

impl<'a, T: Scalar, S: Data<Elem = T>> Vector<'a, T, Batched> for &'a ArrayBase<S, Ix2> {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        self.view().into()
    }
}

impl<'a, T: Scalar> Vector<'a, T, Batched> for ArrayView2<'a, T> {
    fn vector(self) -> CowArray<'a, T, Ix2> {
        self.into()
    }
}
