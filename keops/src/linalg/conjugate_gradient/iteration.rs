//! The iteration.

use ndarray::{Array2, ArrayRef2, ArrayView2, Axis};

use super::{ConjugateGradient, OnIteration, Progress, Solution, Stop};
use crate::linalg::operator::check_result;
use crate::linalg::vectors::{add_scaled, dots, epsilon, norms, scale_and_add};
use crate::linalg::{LinearOperator, Preconditioner};
use crate::{Error, NoConvergence, Scalar};

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
pub(super) struct Iteration<'a, T, A: ?Sized> {
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
    pub(super) fn new(solver: &ConjugateGradient<'a, T>, a: &'a A, b: &'a ArrayRef2<T>, scales: Vec<f64>) -> Self {
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

    pub(super) fn run(mut self, on_iteration: &mut OnIteration<'_>) -> Result<Solution<T>, Error> {
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
        check_result("result of a preconditioner", self.a.shape(), active.r.dim(), &z)?;
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
        // Below the rounding errors of `b` the residual that is carried along says nothing.
        let noise = 0.1 * epsilon::<T>();
        let seems_done = |at: &usize| {
            let column = self.active.columns[*at];
            found[*at] <= self.goals[column].max(noise * self.scales[column])
        };
        let candidates: Vec<usize> = (0..found.len()).filter(seems_done).collect();
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
                // Where a new start hardly helps, rounding errors are in the way.
                stagnates |= norm > 0.8 * self.active.checked[at];
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
        check_result("result of a product", self.a.shape(), v.dim(), &product)?;
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
