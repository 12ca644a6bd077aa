//! Preconditioned conjugate gradients.

mod iteration;

use std::fmt;
use std::ops::ControlFlow;

use ndarray::{Array2, ArrayRef2};

use super::operator::{check_rows, check_square};
use super::vectors::{epsilon, norms};
use super::{Identity, LinearOperator, Preconditioner};
use crate::{Error, Scalar};
use iteration::Iteration;

/// Solves `(A + alpha I) x = b` for a symmetric positive definite matrix, by preconditioned conjugate gradients.
///
/// This is the method of Hestenes and Stiefel (*Methods of conjugate gradients for solving linear systems*, 1952), for many
/// right-hand sides at once. Each column of `b` has its own steps, as if it were alone; but each iteration takes one
/// product, with all columns that have not converged yet.
///
/// A column c is solved when `|b_c - A x_c| <= tolerance |b_c|`, in Euclidean norms. This is checked with the residual
/// itself, which takes one more product; the one that the iteration carries along drifts away from it. Where the two differ the
/// iteration starts again from where it is, as long as that helps.
///
/// ```
/// use keops::linalg::{ConjugateGradient, Dense};
/// use ndarray::array;
///
/// let a = Dense(array![[4.0, 1.0], [1.0, 3.0]]);
/// let b = array![[1.0], [2.0]];
/// let solution = ConjugateGradient::new().tolerance(1e-12).solve(&a, &b)?;
/// assert_eq!(solution.iterations, 2);
/// assert!((a.0.dot(&solution.x) - &b).iter().all(|r: &f64| r.abs() < 1e-11));
///
/// let indefinite = Dense(array![[1.0, 0.0], [0.0, -1.0]]);
/// let error = ConjugateGradient::new().solve(&indefinite, &b).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the operator is not positive definite: it has the value -6.000e-1 (iteration 0, relative residual 1.000e0)",
/// );
/// # Ok::<(), keops::Error>(())
/// ```
pub struct ConjugateGradient<'a, T> {
    ridge: f64,
    stop: Stop,
    max_iterations: usize,
    preconditioner: &'a dyn Preconditioner<T>,
    on_iteration: OnIteration<'a>,
}

/// What is called after each iteration.
type OnIteration<'a> = Box<dyn FnMut(&Progress) -> ControlFlow<()> + 'a>;

/// When a column has converged.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Relative(f64),
    RootMeanSquare(f64),
}

/// What the function given to [`ConjugateGradient::on_iteration`] learns.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The number of iterations so far.
    pub iteration: usize,
    /// The largest `|b_c - A x_c| / |b_c|` of all columns.
    pub residual: f64,
    /// How many columns have not converged.
    pub columns: usize,
}

/// The solution of a system of equations.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Solution<T> {
    /// The unknowns, of the shape of the right-hand side.
    pub x: Array2<T>,
    /// The number of iterations, which is that of the slowest column.
    pub iterations: usize,
    /// The largest relative residual of all columns, before the first and after each iteration.
    pub residuals: Vec<f64>,
    /// The relative residual of each column in the end; it has been computed anew where the column has converged.
    pub column_residuals: Vec<f64>,
    /// Whether the tolerance is reached: false only where the function given to [`ConjugateGradient::on_iteration`] has
    /// stopped the solver before.
    pub converged: bool,
}

impl<T: Scalar> Default for ConjugateGradient<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for ConjugateGradient<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConjugateGradient")
            .field("ridge", &self.ridge)
            .field("stop", &self.stop)
            .field("max_iterations", &self.max_iterations)
            .finish_non_exhaustive()
    }
}

impl<'a, T: Scalar> ConjugateGradient<'a, T> {
    /// No ridge and no preconditioner; the tolerance is 1e-6 in `f64` and 1e-4 in `f32`, and at most 1000 iterations are done.
    pub fn new() -> Self {
        ConjugateGradient {
            ridge: 0.0,
            stop: Stop::Relative(if epsilon::<T>() < 1e-10 { 1e-6 } else { 1e-4 }),
            max_iterations: 1000,
            preconditioner: &Identity,
            on_iteration: Box::new(|_| ControlFlow::Continue(())),
        }
    }

    /// Adds `alpha` to the diagonal of the operator.
    pub fn ridge(mut self, alpha: f64) -> Self {
        self.ridge = alpha;
        self
    }

    /// A column has converged when `|b_c - A x_c| <= tolerance |b_c|`.
    ///
    /// No solver gets below the rounding errors of a product, about `epsilon |A| |x_c|`; [`ConjugateGradient::solve`] reports
    /// [`NoConvergence::Stagnation`](crate::NoConvergence::Stagnation) then.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.stop = Stop::Relative(tolerance);
        self
    }

    /// A column has converged when the root of the mean of the squares of its residual is not above `eps`, whatever the
    /// size of the right-hand side. This is the rule of KeOps' KernelSolve, which takes the mean over all columns.
    pub fn absolute_tolerance(mut self, eps: f64) -> Self {
        self.stop = Stop::RootMeanSquare(eps);
        self
    }

    /// To do more iterations than these is an error, [`Error::NotConverged`].
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// An approximate inverse of `A + alpha I`.
    pub fn preconditioner(mut self, preconditioner: &'a dyn Preconditioner<T>) -> Self {
        self.preconditioner = preconditioner;
        self
    }

    /// A function to be called after each iteration. When it breaks the solver returns what it has, which is not an error.
    ///
    /// ```
    /// use keops::linalg::{ConjugateGradient, Dense};
    /// use ndarray::{array, Array2};
    /// use std::ops::ControlFlow;
    ///
    /// let a = Dense(Array2::from_diag(&array![1.0, 2.0, 3.0, 4.0]));
    /// let mut solver = ConjugateGradient::new().on_iteration(|progress| {
    ///     println!("{}: {:.2e}", progress.iteration, progress.residual);
    ///     if progress.iteration < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    /// });
    /// let solution = solver.solve(&a, &Array2::ones((4, 1)))?;
    /// assert_eq!((solution.iterations, solution.converged), (2, false));
    /// # Ok::<(), keops::Error>(())
    /// ```
    pub fn on_iteration(mut self, function: impl FnMut(&Progress) -> ControlFlow<()> + 'a) -> Self {
        self.on_iteration = Box::new(function);
        self
    }

    /// Solves `(A + alpha I) x = b` for each of the k columns of `b`, (N, k).
    ///
    /// # Errors
    /// * Shapes that do not fit, settings that make no sense, and errors of products and of the preconditioner.
    /// * [`Error::NotConverged`], after too many iterations, or where rounding errors prevent convergence.
    /// * [`Error::NotPositiveDefinite`], where `v^T (A + alpha I) v <= 0` is met. Whether A is symmetric is not checked.
    /// * [`Error::NotFinite`], where a NaN or an infinite number is met.
    pub fn solve<A: LinearOperator<T> + ?Sized>(&mut self, a: &A, b: &ArrayRef2<T>) -> Result<Solution<T>, Error> {
        let n = check_square("conjugate gradients", a.shape())?;
        check_rows("right-hand side", a.shape(), n, b.nrows())?;
        if let Some(size) = self.preconditioner.size() {
            check_rows("preconditioner", a.shape(), n, size)?;
        }
        let tolerance = match self.stop {
            Stop::Relative(tolerance) | Stop::RootMeanSquare(tolerance) => tolerance,
        };
        for (setting, found) in [("ridge", self.ridge), ("tolerance", tolerance)] {
            if !(found >= 0.0 && found.is_finite()) {
                return Err(Error::Setting { setting, expected: "a number that is not negative", found });
            }
        }
        let scales = norms(b.view());
        if scales.iter().any(|norm| !norm.is_finite()) {
            return Err(Error::NotFinite { place: "the right-hand side", iterations: 0 });
        }
        Iteration::new(self, a, b, scales).run(&mut self.on_iteration)
    }
}
