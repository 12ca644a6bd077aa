//! The random walk between all points.

use anyhow::{Result, ensure};
use keops::KernelFormula;
use keops::linalg::{DiagonallyScaled, LinearOperator};
use keops::prelude::*;
use ndarray::{Array1, Array2, ArrayView1, Axis};

/// The neighbour whose distance is the default scale of affinities.
pub(crate) const NEIGHBOUR: usize = 8;

/// The affinities exp(-|x_i - x_j|^2 / (2 s^2)) of all pairs of points.
pub(crate) fn affinities(
    points: &Array2<f64>,
    scale: f64,
) -> Result<SymbolicMatrix<'_, f64, impl KernelFormula>, Error> {
    kernel!("Exp(-g * SqDist(x, y))", x = Vi(3), y = Vj(3), g = Pm(1)).bind(points, points, 0.5 / (scale * scale))
}

/// The median distance to the eighth nearest of the other points.
///
/// # Errors
///
/// When there are too few points, or too many of them are the same.
pub(crate) fn default_scale(points: &Array2<f64>) -> Result<f64> {
    ensure!(points.nrows() > NEIGHBOUR, "{} points, at least {} are needed", points.nrows(), NEIGHBOUR + 1);
    let squares = kernel!("SqDist(x, y)", x = Vi(3), y = Vj(3)).bind(points, points)?;
    // The nearest point of all is the point itself.
    let nearest = squares.kmin::<{ NEIGHBOUR + 1 }>(Axis(1))?;
    let mut distances: Vec<f64> = nearest.column(NEIGHBOUR).iter().map(|square| square.sqrt()).collect();
    distances.sort_by(f64::total_cmp);
    let median = distances[distances.len() / 2];
    ensure!(median > 0.0, "most of the points are the same as others: choose a --scale");
    Ok(median)
}

/// Row sums D of a matrix K of affinities, and what they make of it.
pub(crate) struct Walk<A> {
    affinities: A,
    /// The sum of each row.
    pub(crate) degrees: Array1<f64>,
}

impl<A: LinearOperator<f64>> Walk<A> {
    /// Of a symmetric matrix of positive numbers.
    ///
    /// # Errors
    ///
    /// When a product fails.
    pub(crate) fn new(affinities: A) -> Result<Self, Error> {
        let ones = Array2::ones((affinities.shape().1, 1));
        let degrees = affinities.apply(ones.view())?.column(0).to_owned();
        Ok(Self { affinities, degrees })
    }

    /// The transitions P = D^-1 K: each point takes the mean over all points, weighted by the affinities.
    ///
    /// # Errors
    ///
    /// When a row has no sum to be divided by.
    pub(crate) fn transitions(&self) -> Result<DiagonallyScaled<f64, &A>, Error> {
        (&self.affinities).row_stochastic()
    }

    /// D^-1/2 K D^-1/2, which is symmetric and has the eigenvalues of P.
    pub(crate) fn symmetric(&self) -> DiagonallyScaled<f64, &A> {
        let scale = self.degrees.mapv(|degree| 1.0 / degree.sqrt());
        (&self.affinities).diagonally_scaled(scale.clone(), scale)
    }

    /// The eigenvectors of P, made of those of its symmetric form: their squares have the mean 1 over the stationary
    /// distribution of the walk, so that the first is 1 everywhere, or -1.
    pub(crate) fn modes(&self, vectors: &Array2<f64>) -> Array2<f64> {
        let scale = self.degrees.mapv(|degree| (self.degrees.sum() / degree).sqrt());
        vectors * &scale.insert_axis(Axis(1))
    }

    /// The mean of a function over the stationary distribution, which a step of the walk does not change.
    pub(crate) fn mean(&self, function: ArrayView1<'_, f64>) -> f64 {
        self.degrees.dot(&function) / self.degrees.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Walk, affinities, default_scale};
    use keops::linalg::{LinearOperator, eigsh};
    use keops_examples::random::Random;
    use ndarray::{Array2, array};

    fn cloud() -> Array2<f64> {
        let mut random = Random::seeded(1);
        Array2::from_shape_fn((70, 3), |_| random.uniform())
    }

    #[test]
    fn eigenvectors_are_those_of_the_walk() {
        let points = cloud();
        let walk = Walk::new(affinities(&points, 0.3).expect("the shapes fit")).expect("the shapes fit");
        let leading = eigsh(&walk.symmetric(), 4).expect("it is symmetric");
        let modes = walk.modes(&leading.vectors);
        assert!((leading.values[0] - 1.0).abs() < 1e-12);
        assert!(modes.column(0).iter().all(|mode| (mode.abs() - 1.0).abs() < 1e-8), "{}", modes.column(0));
        let moved = walk.transitions().expect("no point is alone").apply(modes.view()).expect("the shapes fit");
        let expected = &modes * &leading.values;
        assert!((moved - expected).iter().all(|difference| difference.abs() < 1e-8));
        // All others are orthogonal to the constant one.
        assert!((1..4).all(|k| walk.mean(modes.column(k)).abs() < 1e-8));
    }

    #[test]
    fn a_step_keeps_the_mean() {
        let points = cloud();
        let walk = Walk::new(affinities(&points, 0.1).expect("the shapes fit")).expect("the shapes fit");
        let heat = Array2::from_shape_fn((70, 1), |(row, _)| (row * row % 11) as f64);
        let moved = walk.transitions().expect("no point is alone").apply(heat.view()).expect("the shapes fit");
        assert!((walk.mean(moved.column(0)) / walk.mean(heat.column(0)) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn the_scale_is_a_distance() {
        let line = Array2::from_shape_fn((100, 3), |(row, k)| if k == 0 { 2.0 * row as f64 } else { 0.0 });
        // Four neighbours on either side.
        assert_eq!(default_scale(&line).expect("the points differ"), 8.0);
        assert!(default_scale(&Array2::ones((20, 3))).is_err());
        assert!(default_scale(&array![[0.0, 0.0, 0.0]]).is_err());
    }
}
