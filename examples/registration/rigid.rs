//! Rotations and shifts.

use crate::motion::Motion;
use anyhow::Result;
use ndarray::{Array1, Array2, Axis, array};

/// The motions x -> R (x - m) + m + unit * t about the centre m of the points.
///
/// The six parameters are the rotation vector of R (its axis, as long as the angle in radians), and t.
pub(crate) struct Rigid {
    /// The points before the motion, as seen from their centre.
    arms: Array2<f64>,
    centre: Array1<f64>,
    /// A shift by this is as much to the optimiser as a rotation by a radian.
    unit: f64,
}

impl Rigid {
    /// The motions of these points.
    pub(crate) fn of(points: &Array2<f64>, unit: f64) -> Self {
        let centre = points.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(3));
        Self { arms: points - &centre, centre, unit }
    }

    fn rotated(&self, vector: [f64; 3]) -> Array2<f64> {
        self.arms.dot(&rotation(vector).t())
    }
}

impl Motion for Rigid {
    fn rest(&self) -> Vec<f64> {
        vec![0.0; 6]
    }

    fn moved(&self, parameters: &[f64]) -> Result<Array2<f64>> {
        let (vector, shift) = split(parameters);
        Ok(self.rotated(vector) + &self.centre + self.unit * Array1::from_iter(shift))
    }

    /// A further small rotation by d moves R x by d x R x; so the gradient by d is the torque of the gradients. How d
    /// depends on a change of the rotation vector is the left Jacobian of the exponential map.
    fn pull_back(&self, parameters: &[f64], gradient: &Array2<f64>) -> Result<Vec<f64>> {
        let (vector, _) = split(parameters);
        let mut torque = Array1::zeros(3);
        for (arm, force) in self.rotated(vector).rows().into_iter().zip(gradient.rows()) {
            for k in 0..3 {
                let (l, m) = ((k + 1) % 3, (k + 2) % 3);
                torque[k] += arm[l] * force[m] - arm[m] * force[l];
            }
        }
        let by_vector = left_jacobian(vector).t().dot(&torque);
        let by_shift = self.unit * gradient.sum_axis(Axis(0));
        Ok(by_vector.into_iter().chain(by_shift).collect())
    }

    fn points(&self) -> usize {
        self.arms.nrows()
    }
}

fn split(parameters: &[f64]) -> ([f64; 3], [f64; 3]) {
    (std::array::from_fn(|k| parameters[k]), std::array::from_fn(|k| parameters[3 + k]))
}

/// The matrix of the rotation about `vector` by its length in radians: with the matrix W of the cross product by the
/// vector and the angle a, I + sin(a) / a W + (1 - cos(a)) / a^2 W^2.
pub(crate) fn rotation(vector: [f64; 3]) -> Array2<f64> {
    let [first, second, _] = coefficients(vector);
    let w = cross(vector);
    Array2::eye(3) + first * &w + second * w.dot(&w)
}

/// I + (1 - cos(a)) / a^2 W + (a - sin(a)) / a^3 W^2, in the same symbols.
fn left_jacobian(vector: [f64; 3]) -> Array2<f64> {
    let [_, second, third] = coefficients(vector);
    let w = cross(vector);
    Array2::eye(3) + second * &w + third * w.dot(&w)
}

/// sin(a) / a, (1 - cos(a)) / a^2 and (a - sin(a)) / a^3; near 0, where they would cancel, their series.
fn coefficients(vector: [f64; 3]) -> [f64; 3] {
    let square: f64 = vector.iter().map(|v| v * v).sum();
    let a = square.sqrt();
    if a < 1e-2 {
        // The next terms are of order a^4, below 1e-10.
        return [1.0 - square / 6.0, 0.5 - square / 24.0, 1.0 / 6.0 - square / 120.0];
    }
    [a.sin() / a, (1.0 - a.cos()) / square, (a - a.sin()) / (square * a)]
}

/// The matrix W with W x = v x x.
fn cross([a, b, c]: [f64; 3]) -> Array2<f64> {
    array![[0.0, -c, b], [c, 0.0, -a], [-b, a, 0.0]]
}

#[cfg(test)]
mod tests {
    use super::{Rigid, rotation};
    use crate::motion::Motion;
    use crate::motion::tests::assert_transposed;
    use ndarray::{Array2, array};
    use std::f64::consts::FRAC_PI_2;

    #[test]
    fn a_quarter_turn_about_z_takes_x_to_y() {
        let turned = rotation([0.0, 0.0, FRAC_PI_2]).dot(&array![1.0, 0.0, 0.0]);
        assert!((turned - array![0.0, 1.0, 0.0]).iter().all(|difference| difference.abs() < 1e-15));
    }

    #[test]
    fn rotations_keep_lengths() {
        for vector in [[0.0; 3], [1e-3, 2e-3, -1e-3], [0.3, -2.0, 0.7]] {
            let r = rotation(vector);
            let difference = r.dot(&r.t()) - Array2::<f64>::eye(3);
            assert!(difference.iter().all(|entry| entry.abs() < 1e-10), "{vector:?}: {difference}");
        }
    }

    #[test]
    fn the_gradient_is_that_of_the_motion() {
        let points = Array2::from_shape_fn((7, 3), |(i, k)| ((3 * i + k) as f64).sin());
        for parameters in [[0.0; 6], [1e-3, 0.0, 2e-3, 0.0, 0.1, 0.0], [0.4, -1.0, 0.7, 0.1, 0.2, -0.3]] {
            assert_transposed(&Rigid::of(&points, 2.0), &parameters);
        }
        assert_eq!(Rigid::of(&points, 2.0).rest().len(), 6);
    }
}
