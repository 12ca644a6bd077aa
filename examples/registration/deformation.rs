//! Smooth deformations.

use crate::motion::Motion;
use anyhow::Result;
use keops::Scalar;
use keops::prelude::*;
use ndarray::{Array2, Axis};

/// The motions x_i -> x_i + sum_k G(x_i, c_k) p_k with a Gaussian G around each of the control points c_k.
///
/// The parameters are the momenta p_k, row by row, in units of `width`.
pub(crate) struct Deformation<T> {
    points: Array2<f64>,
    /// The points once more, in the type of the kernels.
    x: Array2<T>,
    control: Array2<T>,
    /// The standard deviation of G.
    width: f64,
    /// What a displacement field costs per unit of its energy, the sum over k and l of p_k . G(c_k, c_l) p_l: its
    /// squared norm in the space of fields that belongs to G, small for fields that vary slowly.
    stiffness: f64,
}

/// The field of the momenta. A macro, as `formula!` makes a new type wherever it stands.
macro_rules! field {
    () => {
        formula!("Exp(-g * SqDist(x, c)) * p", x = Vi(3), c = Vj(3), p = Vj(3), g = Pm(1))
    };
}

impl<T: Scalar> Deformation<T> {
    /// The deformations of these points with that many control points among them.
    pub(crate) fn of(points: Array2<f64>, control: usize, width: f64, stiffness: f64) -> Self {
        let control = spread(&points, control).mapv(T::from_f64);
        Self { x: points.mapv(T::from_f64), points, control, width, stiffness }
    }

    /// 1 / (2 width^2).
    fn g(&self) -> T {
        T::from_f64(0.5 / (self.width * self.width))
    }

    /// The momenta, in the units of the points.
    fn momenta(&self, parameters: &[f64]) -> Result<Array2<T>> {
        let momenta = parameters.iter().map(|&p| T::from_f64(self.width * p)).collect();
        Ok(Array2::from_shape_vec(self.control.dim(), momenta)?)
    }
}

impl<T: Scalar> Motion for Deformation<T> {
    fn rest(&self) -> Vec<f64> {
        vec![0.0; self.control.len()]
    }

    fn moved(&self, parameters: &[f64]) -> Result<Array2<f64>> {
        let displacement = field!().call(&self.x, &self.control, &self.momenta(parameters)?, self.g())?;
        Ok(&self.points + &displacement.mapv(T::to_f64))
    }

    fn pull_back(&self, parameters: &[f64], gradient: &Array2<f64>) -> Result<Vec<f64>> {
        let (p, e) = (self.momenta(parameters)?, gradient.mapv(T::from_f64));
        let by_momenta = field!().grad_p(&self.x, &self.control, &p, self.g(), &e)?;
        Ok(by_momenta.iter().map(|v| self.width * v.to_f64()).collect())
    }

    fn cost(&self, parameters: &[f64]) -> Result<(f64, Vec<f64>)> {
        let p = self.momenta(parameters)?;
        // With all in units of the width, the energy does not depend on the size of the cloud.
        let at_control = field!().call(&self.control, &self.control, &p, self.g())?;
        let at_control: Vec<f64> = at_control.iter().map(|v| v.to_f64() / self.width).collect();
        let energy: f64 = at_control.iter().zip(parameters).map(|(v, p)| v * p).sum();
        // G(c_k, c_l) = G(c_l, c_k): each momentum counts in both roles.
        Ok((self.stiffness * energy, at_control.iter().map(|v| 2.0 * self.stiffness * v).collect()))
    }

    fn points(&self) -> usize {
        self.points.nrows()
    }

    fn pairs(&self) -> usize {
        let (points, control) = (self.points.nrows(), self.control.nrows());
        2 * points * control + control * control
    }
}

/// Points of the cloud, spread evenly over it: each is the one farthest from those before it.
fn spread(points: &Array2<f64>, count: usize) -> Array2<f64> {
    let mut chosen = vec![0];
    let mut nearest = vec![f64::INFINITY; points.nrows()];
    while chosen.len() < count.min(points.nrows()) {
        let last = points.row(chosen[chosen.len() - 1]);
        for (distance, point) in nearest.iter_mut().zip(points.rows()) {
            *distance = distance.min((0..3).map(|k| (point[k] - last[k]).powi(2)).sum());
        }
        let farthest = (0..points.nrows()).max_by(|&i, &j| nearest[i].total_cmp(&nearest[j]));
        chosen.extend(farthest);
    }
    points.select(Axis(0), &chosen)
}

#[cfg(test)]
mod tests {
    use super::{Deformation, spread};
    use crate::motion::Motion;
    use crate::motion::tests::assert_transposed;
    use ndarray::{Array2, array};

    #[test]
    fn gradients_are_those_of_the_motion_and_its_cost() {
        let points = Array2::from_shape_fn((9, 3), |(i, k)| ((3 * i + k) as f64).sin());
        let deformation = Deformation::<f64>::of(points, 4, 0.7, 0.3);
        let momenta: Vec<f64> = (0..12).map(|k| 0.2 * (k as f64).cos()).collect();
        assert_transposed(&deformation, &momenta);
    }

    #[test]
    fn no_momenta_no_motion() {
        let points = Array2::from_shape_fn((9, 3), |(i, k)| ((3 * i + k) as f64).sin());
        let deformation = Deformation::<f64>::of(points.clone(), 4, 0.7, 0.3);
        assert_eq!(deformation.moved(&deformation.rest()).expect("the shapes fit"), points);
    }

    #[test]
    fn control_points_are_spread() {
        let line = array![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [4.0, 0.0, 0.0]];
        assert_eq!(spread(&line, 3).column(0), array![0.0, 4.0, 2.0]);
        assert_eq!(spread(&line, 9).nrows(), 4);
    }
}
