//! Parts of a result, when one pass computes several things at once.

use std::ops::Range;

use keops_device::Scalar;
use keops_device::reduction::scheme::Compensated;
use ndarray::{Array1, Array2, s};

/// Some columns of a result.
pub fn columns<T: Scalar>(result: &Array2<T>, columns: Range<usize>) -> Array2<T> {
    result.slice(s![.., columns]).to_owned()
}

/// The sums over all rows of some columns.
pub fn totals<T: Scalar>(result: &Array2<T>, columns: Range<usize>) -> Array1<T> {
    columns.map(|column| total(result.column(column).iter().copied())).collect()
}

/// Values and positions, apart.
pub fn unzipped<T: Scalar>(result: &Array2<(T, usize)>) -> (Array2<T>, Array2<usize>) {
    (result.mapv(|(value, _)| value), result.mapv(|(_, position)| position))
}

/// The sum of some numbers in their order, with compensation.
pub(crate) fn total<T: Scalar>(numbers: impl Iterator<Item = T>) -> T {
    numbers.fold(Compensated::zero(), Compensated::plus).value()
}
