//! The task: a target, and a source made from it, so that the true place of each of its points is known.

use crate::rigid::rotation;
use anyhow::{Result, ensure};
use keops_examples::points::bounds;
use ndarray::{Array1, Array2, Axis};
use std::f64::consts::TAU;

/// The axis of the rotation, about: all three coordinates are mixed.
const AXIS: [f64; 3] = [1.0, -1.0, 3.0];
/// The shift after the rotation, as a part of the size.
const SHIFT: [f64; 3] = [0.08, -0.04, 0.06];
/// The length of the waves that bend the points, as a part of the size.
const WAVE: f64 = 0.6;

/// The source lacks one point out of so many.
const THIN: usize = 3;

/// What is to be moved onto what.
pub(crate) struct Task {
    pub(crate) target: Array2<f64>,
    /// Some of the points of the target: bent, rotated and shifted.
    pub(crate) source: Array2<f64>,
    /// Where each point of the source comes from.
    pub(crate) truth: Array2<f64>,
    /// The diagonal of the box around the target.
    pub(crate) size: f64,
}

impl Task {
    /// Leaves out some of the points, bends the others by waves of this amplitude (a part of the size), rotates them
    /// by so many degrees and shifts them.
    ///
    /// # Errors
    ///
    /// When the waves are so steep that they could fold space, or the points have no size.
    pub(crate) fn from(target: Array2<f64>, degrees: f64, amplitude: f64) -> Result<Self> {
        let steepest = WAVE / TAU;
        ensure!((0.0..steepest).contains(&amplitude), "--waves {amplitude}: at least 0 and less than {steepest:.3}");
        ensure!(degrees.is_finite(), "--angle {degrees}: a number is needed");
        let size = bounds(&target).iter().map(|(low, high)| (high - low).powi(2)).sum::<f64>().sqrt();
        ensure!(size.is_finite() && size > 0.0, "the points span no box of a usable size");
        let kept: Vec<usize> = (0..target.nrows()).filter(|i| (i + 1) % THIN != 0).collect();
        let truth = target.select(Axis(0), &kept);
        let bent = Array2::from_shape_fn(truth.dim(), |(i, k)| {
            // Each coordinate swings with the next one, out of step with the others.
            let phase = TAU * truth[[i, (k + 1) % 3]] / (WAVE * size) + k as f64;
            truth[[i, k]] + amplitude * size * phase.sin()
        });
        let length = AXIS.iter().map(|v| v * v).sum::<f64>().sqrt();
        let turn = rotation(AXIS.map(|v| v / length * degrees.to_radians()));
        let source = bent.dot(&turn.t()) + size * Array1::from_iter(SHIFT);
        Ok(Self { target, source, truth, size })
    }

    /// The root-mean-square distance of moved points of the source from their true places.
    pub(crate) fn error(&self, moved: &Array2<f64>) -> f64 {
        ((moved - &self.truth).mapv(|v| v * v).sum() / moved.nrows() as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::Task;
    use ndarray::Array2;

    #[test]
    fn without_waves_the_source_is_congruent_to_its_true_places() {
        let target = Array2::from_shape_fn((30, 3), |(i, k)| ((3 * i + k) as f64).sin());
        let task = Task::from(target, 40.0, 0.0).expect("the task is fine");
        assert_eq!((task.source.nrows(), task.truth.nrows()), (20, 20));
        let length = |points: &Array2<f64>, i: usize| {
            (&points.row(i) - &points.row(0)).iter().map(|v| v * v).sum::<f64>().sqrt()
        };
        for i in 1..20 {
            assert!((length(&task.source, i) - length(&task.truth, i)).abs() < 1e-12);
        }
        assert!(task.error(&task.source) > 0.1 * task.size);
        assert_eq!(task.error(&task.truth), 0.0);
    }

    #[test]
    fn some_tasks_are_refused() {
        let cube = Array2::from_shape_fn((8, 3), |(i, k)| (i >> k & 1) as f64);
        assert!(Task::from(cube.clone(), 40.0, 0.09).is_ok());
        assert!(Task::from(cube.clone(), 40.0, 0.1).is_err(), "the waves fold");
        assert!(Task::from(cube, f64::NAN, 0.0).is_err(), "the angle is no number");
        assert!(Task::from(Array2::ones((5, 3)), 40.0, 0.0).is_err(), "there is no box");
    }
}
