//! Scattered values of a smooth function, with noise.

use keops_examples::random::Random;
use ndarray::{Array1, Array2, ArrayView1};

/// Points in the unit square and a value at each.
pub(crate) struct Samples {
    pub(crate) points: Array2<f64>,
    pub(crate) values: Array1<f64>,
}

impl Samples {
    /// Points of the uniform distribution, and normal noise of this standard deviation.
    pub(crate) fn of_franke(count: usize, noise: f64, random: &mut Random) -> Self {
        let points = Array2::from_shape_fn((count, 2), |_| random.uniform());
        let values = Array1::from_shape_fn(count, |row| franke(points.row(row)) + noise * random.normal());
        Self { points, values }
    }
}

/// Franke's function: the usual one to test the interpolation of scattered values with (R. Franke, *Scattered data
/// interpolation: tests of some methods*, Mathematics of Computation 38, 1982). Two hills and a dip on a slope.
pub(crate) fn franke(point: ArrayView1<'_, f64>) -> f64 {
    let (x, y) = (9.0 * point[0], 9.0 * point[1]);
    0.75 * (-0.25 * ((x - 2.0).powi(2) + (y - 2.0).powi(2))).exp()
        + 0.75 * (-(x + 1.0).powi(2) / 49.0 - 0.1 * (y + 1.0)).exp()
        + 0.5 * (-0.25 * ((x - 7.0).powi(2) + (y - 3.0).powi(2))).exp()
        - 0.2 * (-(x - 4.0).powi(2) - (y - 7.0).powi(2)).exp()
}

/// The centres of side x side squares that fill the unit square, the second coordinate running fastest.
pub(crate) fn grid(side: usize) -> Array2<f64> {
    let centre = |index: usize| (index as f64 + 0.5) / side as f64;
    Array2::from_shape_fn((side * side, 2), |(row, k)| centre(if k == 0 { row / side } else { row % side }))
}

#[cfg(test)]
mod tests {
    use super::{Samples, franke, grid};
    use keops_examples::random::Random;
    use ndarray::{Array1, array};

    #[test]
    fn values_are_those_of_the_function_and_noise() {
        let samples = Samples::of_franke(2000, 0.1, &mut Random::seeded(1));
        let truth = Array1::from_iter(samples.points.rows().into_iter().map(franke));
        let noise = (&samples.values - &truth).std(0.0);
        assert!((noise - 0.1).abs() < 0.01, "{noise}");
        // A published value: f(0, 0) = 0.7664...
        assert!((franke(array![0.0, 0.0].view()) - 0.7664).abs() < 1e-4);
    }

    #[test]
    fn the_grid_fills_the_square() {
        assert_eq!(grid(2), array![[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]]);
    }
}
