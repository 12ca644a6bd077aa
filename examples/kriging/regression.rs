//! Kriging, which is the mean of a Gaussian process: kernels, and the system of equations.

use keops::linalg::{ConjugateGradient, Entries, Nystrom, Solution};
use keops::prelude::*;
use keops::{KernelFormula, Scalar};
use keops_examples::progress::Progress;
use ndarray::{Array1, Array2, Axis};
use std::ops::ControlFlow;

/// Steps of a progress bar.
const STEPS: usize = 1000;

/// The matrix of exp(-|x_i - y_j|^2 / (2 s^2)) between patients.
pub(crate) fn between_patients<'a, T: Scalar>(
    x: &'a Array2<T>,
    y: &'a Array2<T>,
    length: f64,
) -> Result<SymbolicMatrix<'a, T, impl KernelFormula>, Error> {
    // The dimension is that of `diabetes::MEASURES`.
    kernel!("Exp(-g * SqDist(x, y))", x = Vi(10), y = Vj(10), g = Pm(1)).bind(x, y, factor::<T>(length))
}

/// The same between points in the plane.
pub(crate) fn between_points<'a, T: Scalar>(
    x: &'a Array2<T>,
    y: &'a Array2<T>,
    length: f64,
) -> Result<SymbolicMatrix<'a, T, impl KernelFormula>, Error> {
    kernel!("Exp(-g * SqDist(x, y))", x = Vi(2), y = Vj(2), g = Pm(1)).bind(x, y, factor::<T>(length))
}

fn factor<T: Scalar>(length: f64) -> T {
    T::from_f64(0.5 / (length * length))
}

/// The system (K + ridge I) a = values, and how well it is to be solved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct System {
    pub(crate) ridge: f64,
    /// The size of the residual, relative to the values.
    pub(crate) tolerance: f64,
    /// Of the preconditioner.
    pub(crate) rank: usize,
}

impl System {
    /// The preconditioner, from some columns of K.
    ///
    /// # Errors
    ///
    /// Those of [`Nystrom::new`].
    pub(crate) fn preconditioner<T: Scalar>(&self, k: &impl Entries<T>) -> Result<Nystrom, Error> {
        Nystrom::new(k, self.rank, self.ridge)
    }

    /// Solves it. A computation that takes long shows how far it is.
    ///
    /// # Errors
    ///
    /// Those of [`ConjugateGradient::solve`].
    pub(crate) fn solve<T: Scalar>(
        &self,
        k: &impl Entries<T>,
        values: &Array1<T>,
        preconditioner: &Nystrom,
    ) -> Result<Solution<T>, Error> {
        let mut progress = Progress::new(STEPS);
        // The residual falls by about the same factor in each iteration.
        let part = |residual: f64| residual.ln() / self.tolerance.ln();
        ConjugateGradient::new()
            .ridge(self.ridge)
            .tolerance(self.tolerance)
            .preconditioner(preconditioner)
            .on_iteration(|state| {
                progress.reached((STEPS as f64 * part(state.residual).clamp(0.0, 1.0)) as usize);
                ControlFlow::Continue(())
            })
            .solve(k, &values.view().insert_axis(Axis(1)))
    }
}

/// The root of the mean of the squares.
pub(crate) fn root_mean_square(numbers: &Array1<f64>) -> f64 {
    numbers.mapv(|v| v * v).mean().unwrap_or(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{System, between_patients, between_points};
    use crate::dense;
    use keops_examples::random::Random;
    use ndarray::{Array1, Array2};

    #[test]
    fn coefficients_are_those_of_the_dense_system() {
        let mut random = Random::seeded(1);
        let values = Array1::from_shape_fn(80, |_| random.normal());
        let system = System { ridge: 0.01, tolerance: 1e-12, rank: 20 };
        let compare = |found: Array2<f64>, truth: Array1<f64>| {
            let difference = &found.column(0) - &truth;
            let relative = (difference.dot(&difference) / truth.dot(&truth)).sqrt();
            assert!(relative < 1e-9, "{relative}");
        };
        let x = Array2::from_shape_fn((80, 10), |_| random.normal());
        let k = between_patients(&x, &x, 4.0).expect("the shapes fit");
        let preconditioner = system.preconditioner(&k).expect("it is positive definite");
        let found = system.solve(&k, &values, &preconditioner).expect("it converges");
        compare(found.x, dense::coefficients(&x, &values, 4.0, 0.01).expect("it is positive definite"));

        let x = Array2::from_shape_fn((80, 2), |_| random.uniform());
        let k = between_points(&x, &x, 0.2).expect("the shapes fit");
        let preconditioner = system.preconditioner(&k).expect("it is positive definite");
        let found = system.solve(&k, &values, &preconditioner).expect("it converges");
        compare(found.x, dense::coefficients(&x, &values, 0.2, 0.01).expect("it is positive definite"));
    }
}
