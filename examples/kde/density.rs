//! The formula, applied to a block of rows at a time so that a long computation can show how far it is.

use keops::Scalar;
use keops::prelude::*;
use keops_examples::progress::Progress;
use ndarray::{Array1, Array2, s};

/// Pairs per block: a block takes well below a second.
const PAIRS: usize = 100_000_000;

/// For each row x_i the sum over j of exp(-g |x_i - y_j|^2).
pub(crate) fn sums<T: Scalar>(x: &Array2<T>, y: &Array2<T>, g: T) -> Result<Array1<T>, Error> {
    let kernel = formula!("Exp(-SqDist(x,y) * g)", x = Vi(3), y = Vj(3), g = Pm(1));
    let rows = (PAIRS / y.nrows().max(1)).max(1024);
    let mut progress = Progress::new(x.nrows());
    let mut sums = Vec::with_capacity(x.nrows());
    for begin in (0..x.nrows()).step_by(rows) {
        let end = x.nrows().min(begin + rows);
        sums.extend(kernel.call(x.slice(s![begin..end, ..]), y, g)?);
        progress.reached(end);
    }
    Ok(Array1::from_vec(sums))
}
