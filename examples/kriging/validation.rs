//! Length scale and ridge, by cross-validation.
//!
//! The patients are divided into folds. What kriging with the patients of all other folds predicts for those of a fold is
//! compared with what happened to them. The pair with the smallest mean square of the errors wins.

use crate::diabetes::{Patients, Units};
use crate::regression::{between_patients, root_mean_square};
use anyhow::{Context, Result};
use keops::linalg::ConjugateGradient;
use keops_examples::progress::Progress;
use ndarray::{Array1, Array2, Axis};

/// Patients k, k + FOLDS, k + 2 FOLDS, ... are in fold k.
const FOLDS: usize = 10;
/// Length scales, in units in which each measure has variance 1: two patients are about 4.5 apart.
pub(crate) const LENGTHS: [f64; 7] = [2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0];
/// Ratios of the variance of the noise to that of the Gaussian process.
pub(crate) const RIDGES: [f64; 7] = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0];
/// Errors of a prediction from this are far below those that are compared.
const TOLERANCE: f64 = 1e-5;

/// The errors of all candidates.
pub(crate) struct Validation {
    /// The root of the mean square of the errors, one row per length scale and one column per ridge.
    pub(crate) errors: Array2<f64>,
    /// Iterations of conjugate gradients, in all.
    pub(crate) iterations: usize,
}

impl Validation {
    /// Of all pairs of the length scales and ridges.
    ///
    /// # Errors
    ///
    /// When a system of equations cannot be solved.
    pub(crate) fn of(patients: &Patients, lengths: &[f64], ridges: &[f64]) -> Result<Self> {
        let count = patients.progression.len();
        let mut squares = Array2::zeros((lengths.len(), ridges.len()));
        let mut iterations = 0;
        let mut progress = Progress::new(FOLDS * lengths.len());
        for fold in 0..FOLDS {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..count).partition(|row| row % FOLDS == fold);
            let (known, asked) = (patients.select(&outside), patients.select(&inside));
            let units = Units::of(&known.measures)?;
            let (x, at) = (units.apply(&known.measures), units.apply(&asked.measures));
            let mean = known.progression.mean().context("there are no patients")?;
            let values = (&known.progression - mean).insert_axis(Axis(1));
            for (row, &length) in lengths.iter().enumerate() {
                let (k, to) = (between_patients(&x, &x, length)?, between_patients(&at, &x, length)?);
                for (column, &ridge) in ridges.iter().enumerate() {
                    let found = ConjugateGradient::new().ridge(ridge).tolerance(TOLERANCE).solve(&k, &values)?;
                    let errors: Array1<f64> = to.dot(&found.x.column(0))? + mean - &asked.progression;
                    squares[[row, column]] += errors.dot(&errors);
                    iterations += found.iterations;
                }
                progress.reached(fold * lengths.len() + row + 1);
            }
        }
        Ok(Self { errors: squares.mapv(|sum: f64| (sum / count as f64).sqrt()), iterations })
    }

    /// Row and column of the smallest error.
    pub(crate) fn best(&self) -> (usize, usize) {
        let errors = self.errors.indexed_iter();
        errors.min_by(|a, b| a.1.total_cmp(b.1)).map_or((0, 0), |(best, _)| best)
    }
}

/// How good a prediction is.
pub(crate) struct Quality {
    /// The root of the mean square of the errors.
    pub(crate) error: f64,
    /// The part of the variance that is explained, R^2.
    pub(crate) explained: f64,
}

impl Quality {
    /// Of a prediction of these values.
    pub(crate) fn of(prediction: &Array1<f64>, values: &Array1<f64>) -> Self {
        let error = root_mean_square(&(prediction - values));
        Self { error, explained: 1.0 - error * error / values.var(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Quality, Validation};
    use crate::diabetes::{MEASURES, Patients};
    use keops_examples::random::Random;
    use ndarray::{Array1, Array2, array};

    #[test]
    fn a_smooth_function_wants_a_long_scale() {
        let mut random = Random::seeded(1);
        let measures = Array2::from_shape_fn((100, MEASURES), |_| random.normal());
        let progression = Array1::from_shape_fn(100, |row| measures[[row, 0]] + measures[[row, 1]]);
        let validation = Validation::of(&Patients { measures, progression }, &[0.1, 10.0], &[0.01, 100.0]);
        let validation = validation.expect("the systems can be solved");
        assert_eq!(validation.best(), (1, 0));
        assert!(validation.errors[[1, 0]] < 0.1 && validation.errors[[0, 0]] > 1.0, "{}", validation.errors);
    }

    #[test]
    fn qualities_of_what_is_known() {
        let values = array![1.0, 2.0, 3.0];
        let perfect = Quality::of(&values, &values);
        assert_eq!((perfect.error, perfect.explained), (0.0, 1.0));
        let mean = Quality::of(&array![2.0, 2.0, 2.0], &values);
        assert!(mean.explained.abs() < 1e-15);
    }
}
