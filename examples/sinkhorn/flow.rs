//! A gradient flow: points that go where their divergence from a target falls.

use crate::schedule::temperatures;
use crate::solver::{Cloud, Problem};
use anyhow::Result;
use keops::Scalar;
use keops_examples::progress::Progress;
use ndarray::Array2;

/// The points after some of the steps.
pub(crate) struct State {
    pub(crate) step: usize,
    /// Their divergence from the target.
    pub(crate) value: f64,
    pub(crate) points: Array2<f64>,
}

/// How points flow.
pub(crate) struct Flow<'a> {
    pub(crate) diameter: f64,
    pub(crate) blur: f64,
    pub(crate) scaling: f64,
    pub(crate) steps: usize,
    /// The length of a step, in which a point goes that part of its way.
    pub(crate) rate: f64,
    /// The numbers of the steps whose points are wanted, in ascending order.
    pub(crate) wanted: &'a [usize],
}

impl Flow<'_> {
    /// Lets the points flow towards the target, by explicit steps along the negative gradient, divided by the weight of a
    /// point. Returns the divergences before the first and after each step, and the states that are wanted.
    ///
    /// # Errors
    ///
    /// When the points are not in space.
    pub(crate) fn run<T: Scalar>(&self, start: &Array2<f64>, target: &Cloud<T>) -> Result<(Vec<f64>, Vec<State>)> {
        let temperatures = temperatures(self.diameter, self.blur, self.scaling);
        let eps = self.blur * self.blur;
        let mut points = start.clone();
        let (mut values, mut states) = (Vec::new(), Vec::new());
        let mut progress = Progress::new(self.steps);
        for step in 0..=self.steps {
            let cloud = Cloud::<T>::uniform(&points);
            let problem = Problem::dense(&cloud, target);
            let divergence = problem.divergence(eps, &problem.solve(&temperatures)?)?;
            values.push(divergence.value);
            if self.wanted.contains(&step) {
                states.push(State { step, value: divergence.value, points: points.clone() });
            }
            points -= &(divergence.gradient * (self.rate * points.nrows() as f64));
            progress.reached(step);
        }
        Ok((values, states))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::sphere;
    use ndarray::array;

    #[test]
    fn points_arrive() {
        let target = sphere(60, &array![[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]);
        let start = &target * 0.2 + 1.0;
        let flow = Flow { diameter: 2.0, blur: 0.02, scaling: 0.7, steps: 20, rate: 0.5, wanted: &[0, 20] };
        let (values, states) = flow.run(&start, &Cloud::<f64>::uniform(&target)).expect("the points are in space");
        assert_eq!((values.len(), states.len()), (21, 2));
        assert_eq!(states[0].points, start);
        assert!(values[20] < 1e-3 * values[0], "{values:?}");
        for point in target.rows() {
            let distances = states[1].points.rows().into_iter().map(|p| (&p - &point).mapv(|v| v * v).sum().sqrt());
            assert!(distances.fold(f64::INFINITY, f64::min) < 0.03);
        }
    }
}
