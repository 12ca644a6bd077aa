//! What a family of motions has to tell the optimiser.

use anyhow::Result;
use ndarray::Array2;

/// Motions of a cloud of points, described by parameters.
pub(crate) trait Motion {
    /// The parameters of the motion that moves nothing.
    fn rest(&self) -> Vec<f64>;

    /// The points after the motion.
    fn moved(&self, parameters: &[f64]) -> Result<Array2<f64>>;

    /// The gradient by the parameters of a function of the moved points, from its gradient by the points: the
    /// transposed Jacobian of `moved`, times `gradient`.
    fn pull_back(&self, parameters: &[f64], gradient: &Array2<f64>) -> Result<Vec<f64>>;

    /// What the motion itself costs, and the gradient of that; rigid motions cost nothing.
    fn cost(&self, parameters: &[f64]) -> Result<(f64, Vec<f64>)> {
        Ok((0.0, vec![0.0; parameters.len()]))
    }

    /// The number of points.
    fn points(&self) -> usize;

    /// Pairs of points that formulas visit when all of these are called once.
    fn pairs(&self) -> usize {
        0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Motion;
    use ndarray::Array2;

    /// Compares `pull_back` with central differences of `moved`, and the gradient of `cost` with those of `cost`.
    pub(crate) fn assert_transposed(motion: &impl Motion, parameters: &[f64]) {
        const STEP: f64 = 1e-5;
        let moved = |parameters: &[f64]| motion.moved(parameters).expect("the shapes fit");
        let cost = |parameters: &[f64]| motion.cost(parameters).expect("the shapes fit");
        let e = Array2::from_shape_fn(moved(parameters).dim(), |(i, k)| ((5 * i + 2 * k) as f64).cos());
        let pulled = motion.pull_back(parameters, &e).expect("the shapes fit");
        let (_, slope) = cost(parameters);
        assert_eq!((pulled.len(), slope.len()), (parameters.len(), parameters.len()));
        for k in 0..parameters.len() {
            let at = |step: f64| {
                let mut near = parameters.to_vec();
                near[k] += step;
                near
            };
            let (after, before) = (at(STEP), at(-STEP));
            let truth = ((moved(&after) - moved(&before)) * &e).sum() / (2.0 * STEP);
            assert!((pulled[k] - truth).abs() < 1e-7 * (1.0 + truth.abs()), "points, {k}: {} for {truth}", pulled[k]);
            let truth = (cost(&after).0 - cost(&before).0) / (2.0 * STEP);
            assert!((slope[k] - truth).abs() < 1e-7 * (1.0 + truth.abs()), "cost, {k}: {} for {truth}", slope[k]);
        }
    }
}
