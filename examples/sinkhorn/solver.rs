//! The debiased Sinkhorn divergence of two clouds.
//!
//! For two measures, alpha = sum_i a_i delta(x_i) and beta = sum_j b_j delta(y_j), it is
//!
//! ```text
//! S(alpha, beta) = OT(alpha, beta) - OT(alpha, alpha) / 2 - OT(beta, beta) / 2
//!                = sum_i a_i (f_ba - f_aa)_i + sum_j b_j (g_ab - g_bb)_j,
//! ```
//!
//! where OT is the cost of transport with the entropy eps = blur^2, and f_ba, g_ab, f_aa, g_bb are its dual potentials. These
//! are the fixed points of soft-mins, such as `f_ba = softmin(eps, log b + g_ab / eps)` over y. The iteration is that of
//! `SamplesLoss("sinkhorn", p=2, debias=True)` in GeomLoss: all four potentials are averaged with their soft-mins, at
//! temperatures that fall from the square of the diameter to eps, and a last step takes the soft-mins themselves.
//!
//! J. Feydy, T. Séjourné, F.-X. Vialard, S. Amari, A. Trouvé, G. Peyré: *Interpolating between Optimal Transport and MMD using
//! Sinkhorn Divergences*, AISTATS 2019.

use crate::formulas::Costs;
use keops::{Error, Ranges, Scalar};
use ndarray::{Array1, Array2, Axis};

/// A measure: points in space with weights.
pub(crate) struct Cloud<T> {
    pub(crate) points: Array2<T>,
    /// They add up to 1.
    pub(crate) weights: Array1<f64>,
    log_weights: Array1<f64>,
}

impl<T: Scalar> Cloud<T> {
    /// Points that all weigh the same.
    pub(crate) fn uniform(points: &Array2<f64>) -> Self {
        let weights = Array1::from_elem(points.nrows(), 1.0 / points.nrows() as f64);
        Self::weighted(points.mapv(T::from_f64), weights)
    }

    pub(crate) fn weighted(points: Array2<T>, weights: Array1<f64>) -> Self {
        let log_weights = weights.mapv(f64::ln);
        Self { points, weights, log_weights }
    }

    /// The scores of the points in a soft-min over them: log a_i + f_i / eps.
    pub(crate) fn scores(&self, eps: f64, potential: &Array1<f64>) -> Array1<f64> {
        &self.log_weights + &(potential / eps)
    }
}

/// The dual potentials: of x_i in the transport to y, of y_j in that to x, and of both in those to themselves.
#[derive(Clone)]
pub(crate) struct Potentials {
    pub(crate) f_ba: Array1<f64>,
    pub(crate) g_ab: Array1<f64>,
    pub(crate) f_aa: Array1<f64>,
    pub(crate) g_bb: Array1<f64>,
}

/// The pairs that matter, for the costs between x and y, within x and within y.
pub(crate) struct Blocks {
    pub(crate) xy: Ranges,
    pub(crate) yx: Ranges,
    pub(crate) xx: Ranges,
    pub(crate) yy: Ranges,
}

/// Two clouds between which mass is moved; all pairs of their points are met, or those of some blocks.
pub(crate) struct Problem<'a, T> {
    pub(crate) x: &'a Cloud<T>,
    pub(crate) y: &'a Cloud<T>,
    pub(crate) blocks: Option<Blocks>,
}

/// The divergence, and its gradient by the points x.
pub(crate) struct Divergence {
    pub(crate) value: f64,
    pub(crate) gradient: Array2<f64>,
}

impl<'a, T: Scalar> Problem<'a, T> {
    pub(crate) fn dense(x: &'a Cloud<T>, y: &'a Cloud<T>) -> Self {
        Self { x, y, blocks: None }
    }

    /// The costs from one cloud to another, over the blocks that belong to them.
    fn costs<'b>(&'b self, from: &'b Cloud<T>, to: &'b Cloud<T>, blocks: fn(&Blocks) -> &Ranges) -> Costs<'b, T> {
        Costs { x: &from.points, y: &to.points, ranges: self.blocks.as_ref().map(blocks) }
    }

    fn xy(&self) -> Costs<'_, T> {
        self.costs(self.x, self.y, |blocks| &blocks.xy)
    }

    fn yx(&self) -> Costs<'_, T> {
        self.costs(self.y, self.x, |blocks| &blocks.yx)
    }

    fn xx(&self) -> Costs<'_, T> {
        self.costs(self.x, self.x, |blocks| &blocks.xx)
    }

    fn yy(&self) -> Costs<'_, T> {
        self.costs(self.y, self.y, |blocks| &blocks.yy)
    }

    /// The soft-mins of the potentials.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn soft_mins(&self, eps: f64, old: &Potentials) -> Result<Potentials, Error> {
        Ok(Potentials {
            f_ba: self.xy().soft_min(eps, &self.y.scores(eps, &old.g_ab))?,
            g_ab: self.yx().soft_min(eps, &self.x.scores(eps, &old.f_ba))?,
            f_aa: self.xx().soft_min(eps, &self.x.scores(eps, &old.f_aa))?,
            g_bb: self.yy().soft_min(eps, &self.y.scores(eps, &old.g_bb))?,
        })
    }

    /// Potentials to start from: the soft-mins of none.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn start(&self, eps: f64) -> Result<Potentials, Error> {
        let [f, g] = [self.x, self.y].map(|cloud| Array1::zeros(cloud.weights.len()));
        self.soft_mins(eps, &Potentials { f_ba: f.clone(), g_ab: g.clone(), f_aa: f, g_bb: g })
    }

    /// The potentials, averaged with their soft-mins.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn step(&self, eps: f64, old: &Potentials) -> Result<Potentials, Error> {
        let new = self.soft_mins(eps, old)?;
        let mean = |old: &Array1<f64>, new: &Array1<f64>| 0.5 * (old + new);
        Ok(Potentials {
            f_ba: mean(&old.f_ba, &new.f_ba),
            g_ab: mean(&old.g_ab, &new.g_ab),
            f_aa: mean(&old.f_aa, &new.f_aa),
            g_bb: mean(&old.g_bb, &new.g_bb),
        })
    }

    /// The potentials after one step at each of the temperatures, of which there is at least one.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn solve(&self, temperatures: &[f64]) -> Result<Potentials, Error> {
        let mut potentials = self.start(temperatures[0])?;
        for &eps in temperatures {
            potentials = self.step(eps, &potentials)?;
        }
        Ok(potentials)
    }

    /// The divergence, from the soft-mins of the potentials in a last step.
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn value(&self, eps: f64, potentials: &Potentials) -> Result<f64, Error> {
        let last = self.soft_mins(eps, potentials)?;
        Ok(self.x.weights.dot(&(last.f_ba - last.f_aa)) + self.y.weights.dot(&(last.g_ab - last.g_bb)))
    }

    /// The divergence, with its gradient by the points x: that of the last step, in which the potentials are constants. (At
    /// the fixed point this is the whole gradient, as the potentials are where the dual problem is stationary.)
    ///
    /// # Errors
    ///
    /// When the shapes do not fit.
    pub(crate) fn divergence(&self, eps: f64, potentials: &Potentials) -> Result<Divergence, Error> {
        let (f_ba, by_ba) = self.xy().soft_min_and_gradient(eps, &self.y.scores(eps, &potentials.g_ab))?;
        let (f_aa, by_aa) = self.xx().soft_min_and_gradient(eps, &self.x.scores(eps, &potentials.f_aa))?;
        let g_ab = self.yx().soft_min(eps, &self.x.scores(eps, &potentials.f_ba))?;
        let g_bb = self.yy().soft_min(eps, &self.y.scores(eps, &potentials.g_bb))?;
        let weights = self.x.weights.view().insert_axis(Axis(1));
        Ok(Divergence {
            value: self.x.weights.dot(&(f_ba - f_aa)) + self.y.weights.dot(&(g_ab - g_bb)),
            gradient: (by_ba - by_aa) * weights,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;
    use crate::schedule::temperatures;

    fn cloud(count: usize, phase: f64) -> Array2<f64> {
        Array2::from_shape_fn((count, 3), |(i, k)| ((3 * i + k) as f64 * 0.7 + phase).sin() + 0.1 * phase * k as f64)
    }

    fn value(x: &Array2<f64>, y: &Array2<f64>, eps: &[f64]) -> Divergence {
        let (x, y) = (Cloud::<f64>::uniform(x), Cloud::uniform(y));
        let problem = Problem::dense(&x, &y);
        let potentials = problem.solve(eps).expect("the shapes fit");
        problem.divergence(eps[eps.len() - 1], &potentials).expect("the shapes fit")
    }

    #[test]
    fn the_value_is_that_of_dense_matrices() {
        let (x, y) = (cloud(23, 0.0), cloud(31, 2.0));
        for (blur, scaling) in [(0.05, 0.5), (0.3, 0.8)] {
            let eps = temperatures(3.0, blur, scaling);
            let expected = plain::divergence(&x, &y, &eps);
            let got = value(&x, &y, &eps).value;
            assert!((got - expected).abs() < 1e-11 * expected.abs(), "{got} for {expected}");
            let (x, y) = (Cloud::<f32>::uniform(&x), Cloud::uniform(&y));
            let problem = Problem::dense(&x, &y);
            let potentials = problem.solve(&eps).expect("the shapes fit");
            let got = problem.value(eps[eps.len() - 1], &potentials).expect("the shapes fit");
            assert!((got - expected).abs() < 2e-5 * expected.abs(), "f32: {got} for {expected}");
        }
    }

    #[test]
    fn a_shifted_cloud_is_half_the_square_of_the_shift_away() {
        let x = cloud(40, 0.0);
        let y = &x + &ndarray::array![[0.3, -0.2, 0.5]];
        // The higher the temperature, the faster a shift is found.
        let eps = vec![3.0; 400];
        let got = value(&x, &y, &eps);
        assert!((got.value - 0.19).abs() < 1e-9, "{}", got.value);
        for row in (got.gradient * 40.0).rows() {
            assert!((&row + &ndarray::array![0.3, -0.2, 0.5]).iter().all(|v| v.abs() < 1e-6), "{row}");
        }
        let same = value(&x, &x, &eps);
        assert!(same.value.abs() < 1e-14 && same.gradient.iter().all(|v| v.abs() < 1e-14));
    }

    #[test]
    fn the_gradient_is_that_of_the_converged_value() {
        const STEP: f64 = 1e-4;
        let (x, y) = (cloud(9, 0.0), cloud(12, 1.0));
        let eps = vec![0.4; 500];
        let gradient = value(&x, &y, &eps).gradient;
        for place in [(0, 0), (4, 1), (8, 2)] {
            let at = |step: f64| {
                let mut near = x.clone();
                near[place] += step;
                value(&near, &y, &eps).value
            };
            let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!((gradient[place] - difference).abs() < 1e-7, "{} for {difference}", gradient[place]);
        }
    }
}
