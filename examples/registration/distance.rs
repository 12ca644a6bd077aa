//! How far apart two clouds are, without a word on which point belongs to which.
//!
//! A cloud of M points is taken as the measure of M Diracs of mass 1 / M. A kernel k makes measures vectors,
//! <mu, nu> = mean over i and j of k(x_i, y_j), and their squared distance is
//!
//! ```text
//! |mu - nu|^2 = <mu, mu> - 2 <mu, nu> + <nu, nu>.
//! ```
//!
//! The kernel is that of Cauchy, k(x, y) = 1 / (1 + |x - y|^2 / s^2): unlike a Gaussian it is felt at any distance.
//! Details smaller than the scale s are not seen.

use anyhow::Result;
use keops::Scalar;
use keops::prelude::*;
use ndarray::{Array2, Axis};

/// The distance from a target, as a function of the moving points.
pub(crate) struct Distance<T> {
    target: Array2<T>,
    /// 1 / s^2.
    g: T,
    /// <nu, nu> of the target.
    own: f64,
}

/// The means over all pairs, and their gradients by the points x.
fn product<T: Scalar>(x: &Array2<T>, y: &Array2<T>, g: T) -> Result<(f64, Array2<f64>)> {
    let kernel = formula!("1 / (1 + g * SqDist(x, y))", x = Vi(3), y = Vj(3), g = Pm(1));
    // The sum over i of the rows of the result has the gradient that belongs to the cotangent 1 for each row.
    let ones = Array2::from_elem((x.nrows(), 1), T::from_f64(1.0));
    let (rows, gradient) = kernel.value_and_grad_x(x, y, g, &ones)?;
    let pairs = x.nrows() as f64 * y.nrows() as f64;
    // Summed in f64: the three products nearly cancel when the clouds are close.
    let sum: f64 = rows.iter().map(|row| row.to_f64()).sum();
    Ok((sum / pairs, gradient.mapv(|v| v.to_f64() / pairs)))
}

impl<T: Scalar> Distance<T> {
    /// The distance from this target with a kernel of that scale.
    ///
    /// # Errors
    ///
    /// When the points are not in space.
    pub(crate) fn from(target: &Array2<f64>, scale: f64) -> Result<Self> {
        let target = target.mapv(T::from_f64);
        let g = T::from_f64(1.0 / (scale * scale));
        let (own, _) = product(&target, &target, g)?;
        Ok(Self { target, g, own })
    }

    /// |mu - nu|^2 / |nu|^2 and its gradient by each point: 0 for equal clouds, whatever the scale.
    ///
    /// # Errors
    ///
    /// When the points are not in space.
    pub(crate) fn value_and_gradient(&self, points: &Array2<f64>) -> Result<(f64, Array2<f64>)> {
        let x = points.mapv(T::from_f64);
        let (within, by_within) = product(&x, &x, self.g)?;
        let (across, by_across) = product(&x, &self.target, self.g)?;
        let value = (within - 2.0 * across + self.own) / self.own;
        // In <mu, mu> each point counts in both roles, and the kernel is symmetric.
        Ok((value, (by_within - by_across) * (2.0 / self.own)))
    }

    /// Pairs that a call visits, for so many points.
    pub(crate) fn pairs(&self, points: usize) -> usize {
        points * (points + self.target.len_of(Axis(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::Distance;
    use keops::Scalar;
    use ndarray::Array2;

    fn cloud(count: usize, phase: f64) -> Array2<f64> {
        Array2::from_shape_fn((count, 3), |(i, k)| ((3 * i + k) as f64 + phase).sin())
    }

    fn from_itself<T: Scalar>(scale: f64) -> (f64, f64) {
        let points = cloud(50, 0.0);
        let distance = Distance::<T>::from(&points, scale).expect("the shapes fit");
        let (value, gradient) = distance.value_and_gradient(&points).expect("the shapes fit");
        (value, gradient.iter().fold(0.0, |largest: f64, v| largest.max(v.abs())))
    }

    #[test]
    fn a_cloud_is_at_distance_0_from_itself_and_stays() {
        for scale in [0.01, 1.0, 100.0] {
            let (value, gradient) = from_itself::<f64>(scale);
            assert!(value.abs() < 1e-15 && gradient < 1e-13, "scale {scale}: {value}, gradient {gradient}");
            let (value, gradient) = from_itself::<f32>(scale);
            assert!(value.abs() < 1e-7 && gradient < 1e-5, "scale {scale}, f32: {value}, gradient {gradient}");
        }
    }

    #[test]
    fn clouds_far_apart_are_as_long_as_both() {
        let points = cloud(50, 0.0);
        let distance = Distance::<f64>::from(&points, 1e-3).expect("the shapes fit");
        let (value, _) = distance.value_and_gradient(&(&points + 1e6)).expect("the shapes fit");
        assert!((value - 2.0).abs() < 1e-9, "{value}");
    }

    #[test]
    fn the_gradient_is_that_of_the_distance() {
        const STEP: f64 = 1e-5;
        let (points, target) = (cloud(11, 0.3), cloud(13, 0.0));
        for scale in [0.2, 1.0, 5.0] {
            let distance = Distance::<f64>::from(&target, scale).expect("the shapes fit");
            let (_, gradient) = distance.value_and_gradient(&points).expect("the shapes fit");
            for (place, slope) in gradient.indexed_iter() {
                let at = |step: f64| {
                    let mut near = points.clone();
                    near[place] += step;
                    distance.value_and_gradient(&near).expect("the shapes fit").0
                };
                let truth = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                assert!((slope - truth).abs() < 1e-8 * (1.0 + truth.abs()), "{place:?}: {slope} for {truth}");
            }
        }
    }
}
