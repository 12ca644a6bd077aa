//! The gradient of the solution of a system of equations.

use ndarray::{Array2, ArrayRef2, Zip};

use super::operator::check_rows;
use super::{ConjugateGradient, LinearOperator};
use crate::{Error, Scalar};

/// The gradient of a loss through `x = (A + alpha I)^-1 b`: made by [`ConjugateGradient::gradient`].
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct SolveGradient<T> {
    /// The gradient by the right-hand side: `h = (A + alpha I)^-1 e`, of the shape of `b`.
    pub b: Array2<T>,
    /// The gradient by the ridge alpha: minus the sum of the products of the entries of h and x.
    pub ridge: f64,
    /// `-h`. The gradient by whatever A is made of is that of the product `A v` at `v = x`, with this cotangent.
    pub cotangent: Array2<T>,
    /// The number of iterations of this second solution.
    pub iterations: usize,
}

impl<T: Scalar> ConjugateGradient<'_, T> {
    /// The gradient of a loss that depends on the solution `x` of `(A + alpha I) x = b`, where A is symmetric.
    ///
    /// `cotangent`, of the shape of `x`, is the gradient `e` of the loss by `x`. It takes one more solution, with the same settings
    /// and the right-hand side `e`.
    ///
    /// From `dx = (A + alpha I)^-1 (db - dA x - dalpha x)` follow the gradients: `h = (A + alpha I)^-1 e` by `b`, and by the
    /// data of A that of the product `A v` at `v = x`, with the cotangent `-h`. With a formula for the product, `a`, that
    /// is `a.grad_y(x, y, &solution.x, &gradient.cotangent)`.
    ///
    /// ```
    /// use keops::linalg::{ConjugateGradient, Dense};
    /// use keops::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// // The loss is the sum of the squares of x, where (K + I) x = b, and K is a Gaussian kernel of width s.
    /// let k = formula!("Exp(-SqDist(p, q) / (s * s)) * v", p = Vi(1), q = Vj(1), s = Pm(1), v = Vj(1));
    /// let points = array![[0.0], [0.3], [1.0], [1.2]];
    /// let b = array![[1.0], [2.0], [0.0], [-1.0]];
    ///
    /// let dense = |s: f64| Dense(Array2::from_shape_fn((4, 4), |(i, j)| {
    ///     (-((points[[i, 0]] - points[[j, 0]]) / s).powi(2)).exp()
    /// }));
    /// let mut solver = ConjugateGradient::new().ridge(1.0).tolerance(1e-12);
    /// let x = solver.solve(&dense(0.5), &b)?.x;
    /// let gradient = solver.gradient(&dense(0.5), &x, &(2.0 * &x))?;
    /// let by_s = k.grad_s(&points, &points, 0.5, &x, &gradient.cotangent)?[0];
    ///
    /// let mut loss = |s| Ok::<f64, Error>(solver.solve(&dense(s), &b)?.x.mapv(|x| x * x).sum());
    /// let difference = (loss(0.5001)? - loss(0.4999)?) / 0.0002;
    /// assert!((by_s - difference).abs() < 1e-6);
    /// # Ok::<(), keops::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`ConjugateGradient::solve`]. Where the solver is stopped by the function given to
    /// [`ConjugateGradient::on_iteration`] the gradient is that of what it has.
    pub fn gradient<A: LinearOperator<T> + ?Sized>(
        &mut self,
        a: &A,
        x: &ArrayRef2<T>,
        cotangent: &ArrayRef2<T>,
    ) -> Result<SolveGradient<T>, Error> {
        let shape = a.shape();
        check_rows("gradient of a solution", shape, shape.1, x.nrows())?;
        check_rows("gradient of a solution: its cotangent", shape, shape.1, cotangent.nrows())?;
        if x.ncols() != cotangent.ncols() {
            let (expected, found) = (x.ncols(), cotangent.ncols());
            return Err(Error::OperandColumns { operation: "cotangent of a solution", expected, found });
        }
        let solution = self.solve(a, cotangent)?;
        let h = solution.x;
        let ridge = -Zip::from(&h).and(x).fold(0.0, |sum, h, x| sum + h.to_f64() * x.to_f64());
        Ok(SolveGradient { ridge, cotangent: h.mapv(|h| -h), b: h, iterations: solution.iterations })
    }
}
