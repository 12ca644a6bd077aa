//! The soft-min of the costs, on which all else rests, as a formula.
//!
//! With C(x, y) = |x - y|^2 / 2,
//!
//! ```text
//! softmin_i(eps, h) = -eps log sum_j exp(h_j - C(x_i, y_j) / eps).
//! ```

use keops::prelude::*;
use keops::{Ranges, Scalar};
use ndarray::{Array1, Array2, Axis};

/// What is minimised over: points y_j with scores h_j, for points x_i, all pairs of them or some blocks.
pub(crate) struct Costs<'a, T> {
    pub(crate) x: &'a Array2<T>,
    pub(crate) y: &'a Array2<T>,
    pub(crate) ranges: Option<&'a Ranges>,
}

impl<T: Scalar> Costs<'_, T> {
    /// The soft-min over j for each i.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn soft_min(&self, eps: f64, h: &Array1<f64>) -> Result<Array1<f64>, Error> {
        let f = formula!(
            "h - g * SqDist(x, y)",
            x = Vi(3),
            y = Vj(3),
            h = Vj(1),
            g = Pm(1),
            reduction = LogSumExp,
            derivatives = false
        );
        let logs = f.ranges(self.ranges).call(self.x, self.y, &column(h), T::from_f64(0.5 / eps))?;
        Ok(logs.column(0).mapv(|log| -eps * log.to_f64()))
    }

    /// The soft-min, and its gradient by the point x_i for each i. Scores are taken as constants.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn soft_min_and_gradient(&self, eps: f64, h: &Array1<f64>) -> Result<(Array1<f64>, Array2<f64>), Error> {
        let f = formula!("h - g * SqDist(x, y)", x = Vi(3), y = Vj(3), h = Vj(1), g = Pm(1), reduction = LogSumExp);
        let ones = Array2::from_elem((self.x.nrows(), 1), T::from_f64(1.0));
        let (logs, gradient) =
            f.ranges(self.ranges).value_and_grad_x(self.x, self.y, &column(h), T::from_f64(0.5 / eps), &ones)?;
        Ok((logs.column(0).mapv(|log| -eps * log.to_f64()), gradient.mapv(|v| -eps * v.to_f64())))
    }
}

fn column<T: Scalar>(h: &Array1<f64>) -> Array2<T> {
    h.mapv(T::from_f64).insert_axis(Axis(1))
}
