//! The two steps of an iteration, as formulas.

use keops::Scalar;
use keops::prelude::*;
use ndarray::{Array2, s};

/// For each point, its squared distance to the nearest of the centres and the position of that one.
///
/// Two or three coordinates.
pub(crate) fn nearest<T: Scalar>(x: &Array2<T>, c: &Array2<T>) -> Result<(Array2<T>, Array2<usize>), Error> {
    macro_rules! nearest {
        ($d:tt) => {
            formula!("SqDist(x, c)", x = Vi($d), c = Vj($d), reduction = Min_ArgMin, derivatives = false).call(x, c)
        };
    }
    if x.ncols() == 2 { nearest!(2) } else { nearest!(3) }
}

/// The mean of the points with each label, and the number of these points. Where there is none, the mean is the centre.
///
/// A cluster is a column of a matrix whose rows are the points, and its points are those whose label is the number J of
/// the column. What is summed are the differences from the centre, as they have more digits than their sum with the
/// centre.
pub(crate) fn means<T: Scalar>(
    x: &Array2<T>,
    labels: &Array2<usize>,
    c: &Array2<T>,
) -> Result<(Array2<T>, Vec<usize>), Error> {
    macro_rules! sums {
        ($d:tt) => {
            formula!(
                "(label == J) * Concat(x - c, 1)",
                label = Vi(1),
                x = Vi($d),
                c = Vj($d),
                axis = 0,
                derivatives = false
            )
        };
    }
    let label = labels.mapv(|label| T::from_f64(label as f64));
    let sums = if x.ncols() == 2 { sums!(2).call(&label, x, c)? } else { sums!(3).call(&label, x, c)? };
    let counts = sums.slice(s![.., x.ncols()..]);
    let moved = &sums.slice(s![.., ..x.ncols()]) / &counts.mapv(|count| T::from_f64(count.to_f64().max(1.0)));
    Ok((c + &moved, counts.iter().map(|count| count.to_f64() as usize).collect()))
}

/// The squared distance of each point to one place, the only row of `place`.
pub(crate) fn square_distances<T: Scalar>(x: &Array2<T>, place: &Array2<T>) -> Result<Array2<T>, Error> {
    macro_rules! distances {
        ($d:tt) => {
            formula!("SqDist(x, c)", x = Vi($d), c = Vj($d), derivatives = false).call(x, place)
        };
    }
    if x.ncols() == 2 { distances!(2) } else { distances!(3) }
}
