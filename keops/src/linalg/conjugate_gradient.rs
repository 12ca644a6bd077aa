//! Preconditioned conjugate gradients.

use std::fmt;
use std::ops::ControlFlow;

use ndarray::{Array2, ArrayRef2, ArrayView2, Axis};

use super::operator::{check_product, check_rows, check_square};
use super::vectors::{add_scaled, dots, epsilon, norms, scale_and_add};
use super::{Identity, LinearOperator, Preconditioner};
use crate::error::NoConvergence;
use crate::{Error, Scalar};

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
    pub(super) ridge: f64,
    stop: Stop,
    max_iterations: usize,
    preconditioner: &'a dyn Preconditioner<T>,
    on_iteration: Box<dyn FnMut(&Progress) -> ControlFlow<()> + 'a>,
}

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
    /// [`NoConvergence::Stagnation`] then.
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
        check_product(a.shape(), &b.view())?;
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
        Iteration::new(self, a, b, scales).run(&mut *self.on_iteration)
    }
}

/// The columns that have not converged.
struct Active<T> {
    /// Their numbers among all columns.
    columns: Vec<usize>,
    /// The unknowns so far.
    x: Array2<T>,
    /// The residuals that the iteration carries along.
    r: Array2<T>,
    /// The directions of the next steps.
    p: Array2<T>,
    /// `r^T z`, where z is what the preconditioner makes of r.
    rz: Vec<f64>,
    /// The norms of the residuals when they were last computed anew.
    checked: Vec<f64>,
}

impl<T: Scalar> Active<T> {
    /// Only the columns at these positions.
    fn keep(&mut self, positions: &[usize]) {
        if positions.len() < self.columns.len() {
            for matrix in [&mut self.x, &mut self.r, &mut self.p] {
                *matrix = matrix.select(Axis(1), positions);
            }
            self.columns = positions.iter().map(|&at| self.columns[at]).collect();
            self.rz = positions.iter().map(|&at| self.rz[at]).collect();
            self.checked = positions.iter().map(|&at| self.checked[at]).collect();
        }
    }
}

/// A solution on its way.
struct Iteration<'a, T, A: ?Sized> {
    a: &'a A,
    ridge: f64,
    max_iterations: usize,
    preconditioner: &'a dyn Preconditioner<T>,
    b: ArrayView2<'a, T>,
    /// The norms of the columns of `b`.
    scales: Vec<f64>,
    /// The norms of residuals at which the columns have converged.
    goals: Vec<f64>,
    active: Active<T>,
    solution: Solution<T>,
}

impl<'a, T: Scalar, A: LinearOperator<T> + ?Sized> Iteration<'a, T, A> {
    fn new(solver: &ConjugateGradient<'a, T>, a: &'a A, b: &'a ArrayRef2<T>, scales: Vec<f64>) -> Self {
        let goals = match solver.stop {
            Stop::Relative(tolerance) => scales.iter().map(|norm| tolerance * norm).collect(),
            Stop::RootMeanSquare(eps) => vec![eps * (b.nrows() as f64).sqrt(); b.ncols()],
        };
        let mut solution = Solution {
            x: Array2::zeros(b.dim()),
            iterations: 0,
            residuals: Vec::new(),
            column_residuals: scales.iter().map(|&norm| if norm > 0.0 { 1.0 } else { 0.0 }).collect(),
            converged: true,
        };
        solution.residuals.push(largest(&solution.column_residuals));
        let columns: Vec<usize> = (0..b.ncols()).filter(|&column| scales[column] > goals[column]).collect();
        let r = b.select(Axis(1), &columns);
        let active = Active {
            x: Array2::zeros(r.dim()),
            p: Array2::zeros(r.dim()),
            rz: vec![0.0; columns.len()],
            checked: columns.iter().map(|&column| scales[column]).collect(),
            columns,
            r,
        };
        Iteration {
            a,
            ridge: solver.ridge,
            max_iterations: solver.max_iterations,
            preconditioner: solver.preconditioner,
            b: b.view(),
            scales,
            goals,
            active,
            solution,
        }
    }

    fn run(mut self, on_iteration: &mut dyn FnMut(&Progress) -> ControlFlow<()>) -> Result<Solution<T>, Error> {
        // The first directions are the residuals themselves, made better by the preconditioner.
        let mut restarted = vec![true; self.active.columns.len()];
        while !self.active.columns.is_empty() {
            if self.solution.iterations == self.max_iterations {
                return Err(self.not_converged(NoConvergence::IterationLimit));
            }
            self.direct(&restarted)?;
            self.step()?;
            self.solution.iterations += 1;
            restarted = self.check()?;
            let residual = largest(&self.solution.column_residuals);
            self.solution.residuals.push(residual);
            let columns = self.active.columns.len();
            let progress = Progress { iteration: self.solution.iterations, residual, columns };
            if on_iteration(&progress).is_break() {
                break;
            }
        }
        // What is left has been stopped.
        self.solution.converged = self.active.columns.is_empty();
        for (at, &column) in self.active.columns.iter().enumerate() {
            self.solution.x.column_mut(column).assign(&self.active.x.column(at));
        }
        Ok(self.solution)
    }

    /// Turns each direction into the next one, which is conjugate to it; or into the steepest, where the iteration starts.
    fn direct(&mut self, restarted: &[bool]) -> Result<(), Error> {
        let active = &mut self.active;
        let z = self.preconditioner.apply(active.r.view())?;
        let rz = dots(&active.r, &z);
        for &value in &rz {
            if !value.is_finite() {
                return Err(self.not_finite("the preconditioned residual"));
            }
            if value <= 0.0 {
                return Err(self.not_positive("the preconditioner", value));
            }
        }
        let beta = |at: usize| if restarted[at] { 0.0 } else { rz[at] / active.rz[at] };
        let betas: Vec<f64> = (0..rz.len()).map(beta).collect();
        scale_and_add(&mut active.p, &betas, &z);
        active.rz = rz;
        Ok(())
    }

    /// Goes along each direction to where the error is smallest in the norm of A.
    fn step(&mut self) -> Result<(), Error> {
        let q = self.product(&self.active.p)?;
        let curvatures = dots(&self.active.p, &q);
        for (at, &curvature) in curvatures.iter().enumerate() {
            if !curvature.is_finite() {
                return Err(self.not_finite("the product with the operator"));
            }
            if curvature <= 0.0 {
                let norm = norms(self.active.p.view())[at];
                return Err(self.not_positive("the operator", curvature / (norm * norm)));
            }
        }
        let active = &mut self.active;
        let steps: Vec<f64> = active.rz.iter().zip(&curvatures).map(|(rz, curvature)| rz / curvature).collect();
        add_scaled(&mut active.x, &steps, &active.p);
        let back: Vec<f64> = steps.iter().map(|step| -step).collect();
        add_scaled(&mut active.r, &back, &q);
        Ok(())
    }

    /// Puts aside the columns that have converged. Returns which of the others have to start anew.
    fn check(&mut self) -> Result<Vec<bool>, Error> {
        let found = norms(self.active.r.view());
        if found.iter().any(|norm| !norm.is_finite()) {
            return Err(self.not_finite("the residual"));
        }
        for (&column, norm) in self.active.columns.iter().zip(&found) {
            self.solution.column_residuals[column] = norm / self.scales[column];
        }
        let goal = |at: usize| self.goals[self.active.columns[at]];
        let candidates: Vec<usize> = (0..found.len()).filter(|&at| found[at] <= goal(at)).collect();
        let mut restarted = vec![false; found.len()];
        if candidates.is_empty() {
            return Ok(restarted);
        }
        let columns: Vec<usize> = candidates.iter().map(|&at| self.active.columns[at]).collect();
        let x = self.active.x.select(Axis(1), &candidates);
        let r = &self.b.select(Axis(1), &columns) - &self.product(&x)?;
        let mut done = vec![false; found.len()];
        let mut stagnates = false;
        for (from, (&at, norm)) in candidates.iter().zip(norms(r.view())).enumerate() {
            let column = self.active.columns[at];
            if !norm.is_finite() {
                return Err(self.not_finite("the residual"));
            }
            self.solution.column_residuals[column] = norm / self.scales[column];
            done[at] = norm <= self.goals[column];
            if done[at] {
                self.solution.x.column_mut(column).assign(&x.column(from));
            } else {
                // A start that does not even halve the residual is the work of rounding errors.
                stagnates |= norm > 0.5 * self.active.checked[at];
                self.active.checked[at] = norm;
                self.active.r.column_mut(at).assign(&r.column(from));
                restarted[at] = true;
            }
        }
        if stagnates {
            return Err(self.not_converged(NoConvergence::Stagnation));
        }
        let left: Vec<usize> = (0..found.len()).filter(|&at| !done[at]).collect();
        self.active.keep(&left);
        Ok(left.iter().map(|&at| restarted[at]).collect())
    }

    /// `(A + ridge I) v`.
    fn product(&self, v: &Array2<T>) -> Result<Array2<T>, Error> {
        let mut product = self.a.apply(v.view())?;
        if self.ridge > 0.0 {
            add_scaled(&mut product, &vec![self.ridge; v.ncols()], v);
        }
        Ok(product)
    }

    fn not_converged(&self, reason: NoConvergence) -> Error {
        let residual = largest(&self.solution.column_residuals);
        Error::NotConverged { iterations: self.solution.iterations, residual, reason }
    }

    fn not_finite(&self, place: &'static str) -> Error {
        Error::NotFinite { place, iterations: self.solution.iterations }
    }

    fn not_positive(&self, place: &'static str, value: f64) -> Error {
        let residual = largest(&self.solution.column_residuals);
        Error::NotPositiveDefinite { place, value, iterations: self.solution.iterations, residual }
    }
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |a, &b| a.max(b))
}
