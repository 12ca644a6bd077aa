//! Parts of a result, when one pass computes several things at once. Results are (batch, rows, columns).

use std::ops::Range;

use keops_device::reduction::scheme::Compensated;
use ndarray::{Array, Array2, Array3, Axis, Dimension, RemoveAxis, s};

use crate::Scalar;
use crate::input::Input;

/// Some columns of a result.
pub fn columns<T: Scalar>(result: &Array3<T>, columns: Range<usize>) -> Array3<T> {
    result.slice(s![.., .., columns]).to_owned()
}

/// The sums over all rows of some columns: (batch, columns).
pub fn totals<T: Scalar>(result: &Array3<T>, columns: Range<usize>) -> Array2<T> {
    let shape = (result.len_of(Axis(0)), columns.len());
    Array2::from_shape_fn(shape, |(entry, column)| {
        total(result.slice(s![entry, .., columns.start + column]).iter().copied())
    })
}

/// The gradient by an argument that may stand for all entries of a batch: then it is the sum over them.
pub fn summed<T: Scalar, D: RemoveAxis>(gradients: Array<T, D>, argument: &Input<'_, T>) -> Array<T, D> {
    if argument.batch() == 1 && gradients.len_of(Axis(0)) != 1 {
        let sums = gradients.map_axis(Axis(0), |entries| total(entries.iter().copied())).insert_axis(Axis(0));
        return sums.into_dimensionality().unwrap_or_else(|error| unreachable!("an axis was put back: {error}"));
    }
    gradients
}

/// Values and positions, apart.
pub(crate) fn unzipped<T: Scalar, D: Dimension>(result: &Array<(T, usize), D>) -> (Array<T, D>, Array<usize, D>) {
    (result.mapv(|(value, _)| value), result.mapv(|(_, position)| position))
}

/// The sum of some numbers in their order, with compensation.
pub(crate) fn total<T: Scalar>(numbers: impl Iterator<Item = T>) -> T {
    numbers.fold(Compensated::zero(), Compensated::plus).value()
}
