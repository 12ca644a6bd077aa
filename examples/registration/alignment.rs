//! The best motion of a family, found from coarse to fine.

use crate::descent::{Rows, descend};
use crate::distance::Distance;
use crate::motion::Motion;
use anyhow::Result;
use keops::Scalar;
use ndarray::Array2;
use std::time::Instant;

/// Iterations per scale, at most.
const ITERATIONS: u64 = 100;
/// A scale is done when an iteration gains less than this.
const TOLERANCE: f64 = 1e-7;

/// What it took.
#[derive(Default)]
pub(crate) struct Effort {
    pub(crate) iterations: u64,
    pub(crate) evaluations: usize,
    /// Pairs of points that formulas visited.
    pub(crate) pairs: usize,
    pub(crate) seconds: f64,
}

/// The points after the motion that brings them nearest to the target, seen at one scale after the other.
///
/// # Errors
///
/// When the loss cannot be evaluated.
pub(crate) fn align<T: Scalar>(
    name: &str,
    motion: &impl Motion,
    target: &Array2<f64>,
    scales: &[f64],
    effort: &mut Effort,
) -> Result<Array2<f64>> {
    let start = Instant::now();
    let mut parameters = motion.rest();
    for &scale in scales {
        let distance = Distance::<T>::from(target, scale)?;
        let loss = |parameters: &[f64]| {
            let (value, by_points) = distance.value_and_gradient(&motion.moved(parameters)?)?;
            let (cost, mut gradient) = motion.cost(parameters)?;
            let pulled = motion.pull_back(parameters, &by_points)?;
            gradient.iter_mut().zip(pulled).for_each(|(sum, v)| *sum += v);
            Ok((value + cost, gradient))
        };
        let descent = descend(loss, parameters, ITERATIONS, TOLERANCE, Rows::of(name, scale))?;
        parameters = descent.parameters;
        effort.iterations += descent.iterations;
        effort.evaluations += descent.evaluations;
        effort.pairs += descent.evaluations * (distance.pairs(motion.points()) + motion.pairs());
    }
    effort.seconds += start.elapsed().as_secs_f64();
    motion.moved(&parameters)
}

#[cfg(test)]
mod tests {
    use super::{Effort, align};
    use crate::deformation::Deformation;
    use crate::rigid::Rigid;
    use crate::task::Task;
    use ndarray::Array2;
    use std::f64::consts::TAU;

    /// Points on a body without symmetry.
    fn body() -> Array2<f64> {
        Array2::from_shape_fn((200, 3), |(i, k)| {
            // Fibonacci's lattice on the sphere.
            let (turn, z) = (TAU * i as f64 * 0.618_033_988_749_895, (2.0 * i as f64 + 1.0) / 200.0 - 1.0);
            let radius = (1.0 - z * z).sqrt();
            let (x, y) = (radius * turn.cos(), radius * turn.sin());
            (1.0 + 0.4 * (2.0 * x + y).sin()) * [3.0 * x, 2.0 * y, z][k]
        })
    }

    #[test]
    fn a_rotation_is_undone() {
        let task = Task::from(body(), 30.0, 0.0).expect("the task is fine");
        let (rigid, mut effort) = (Rigid::of(&task.source, task.size), Effort::default());
        // Towards the very same points: at the right place the distance is 0.
        let scales = [0.2, 0.05].map(|scale| scale * task.size);
        let moved = align::<f64>("rigid", &rigid, &task.truth, &scales, &mut effort).expect("the loss is fine");
        assert!(task.error(&moved) < 1e-3 * task.size, "{} of {}", task.error(&moved), task.error(&task.source));
        assert!(effort.evaluations > 0 && effort.pairs == effort.evaluations * 2 * task.truth.nrows().pow(2));
    }

    #[test]
    fn bending_is_undone() {
        let task = Task::from(body(), 0.0, 0.03).expect("the task is fine");
        let mut effort = Effort::default();
        let rigid = Rigid::of(&task.source, task.size);
        let scales = [0.1, 0.05].map(|scale| scale * task.size);
        let moved = align::<f64>("rigid", &rigid, &task.truth, &scales[..1], &mut effort).expect("the loss is fine");
        let before = task.error(&moved);
        let smooth = Deformation::<f64>::of(moved, 60, 0.15 * task.size, 1e-4);
        let moved = align::<f64>("smooth", &smooth, &task.truth, &scales, &mut effort).expect("the loss is fine");
        assert!(task.error(&moved) < 0.3 * before, "{} of {before}", task.error(&moved));
    }
}
