//! Parts of a result, when one pass computes several things at once.

use std::ops::Range;

use keops_device::Scalar;
use keops_device::reduction::{Reduction, Sum, SumScheme};
use ndarray::{Array1, Array2, Axis, s};

/// Some columns of a result.
pub fn columns<T: Scalar>(result: &Array2<T>, columns: Range<usize>) -> Array2<T> {
    result.slice(s![.., columns]).to_owned()
}

/// The sums over all rows of some columns, with compensation, in the order of the rows.
pub fn totals<T: Scalar>(result: &Array2<T>, columns: Range<usize>) -> Array1<T> {
    result.slice(s![.., columns]).map_axis(Axis(0), |column| {
        let mut total = Sum::neutral::<T>(0);
        for &entry in column {
            Sum::suspend(&mut total, entry, SumScheme::Block);
        }
        Sum::finish(&total)
    })
}
