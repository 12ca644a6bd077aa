//! The clouds: a sphere, and points drawn around those of another cloud.

use keops_examples::points::bounds;
use keops_examples::random::Random;
use ndarray::Array2;

/// Points on a sphere, nearly equally far from their neighbours: a Fibonacci lattice, on which each point is turned by the
/// golden angle against the one before, and cuts off a cap that is larger by the same area.
///
/// The sphere has the centre of the box around `like`, and the mean of its sides as diameter.
pub(crate) fn sphere(count: usize, like: &Array2<f64>) -> Array2<f64> {
    let bounds = bounds(like);
    let centre = bounds.map(|(low, high)| 0.5 * (low + high));
    let radius = bounds.iter().map(|(low, high)| high - low).sum::<f64>() / 6.0;
    let golden_angle = std::f64::consts::PI * (3.0 - 5f64.sqrt());
    Array2::from_shape_fn((count, 3), |(i, k)| {
        let height = 1.0 - (2.0 * i as f64 + 1.0) / count as f64;
        let (across, angle) = ((1.0 - height * height).sqrt(), golden_angle * i as f64);
        centre[k] + radius * [across * angle.cos(), height, across * angle.sin()][k]
    })
}

/// So many points, each of them normally distributed around one of the points given.
pub(crate) fn around(points: &Array2<f64>, count: usize, deviation: f64, random: &mut Random) -> Array2<f64> {
    let mut drawn = Array2::zeros((count, 3));
    for mut row in drawn.rows_mut() {
        let centre = points.row(random.below(points.nrows()));
        row.zip_mut_with(&centre, |v, &centre| *v = centre + deviation * random.normal());
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Axis, array};

    #[test]
    fn points_of_the_sphere_are_on_it_and_apart() {
        // Sides 2, 4 and 6.
        let points = sphere(200, &array![[0.0, 0.0, 0.0], [2.0, 4.0, 6.0]]);
        let centre = array![1.0, 2.0, 3.0];
        for point in points.rows() {
            assert!(((&point - &centre).mapv(|v| v * v).sum() - 4.0).abs() < 1e-12);
        }
        let mean = points.mean_axis(Axis(0)).expect("there are points");
        assert!((mean - centre).iter().all(|v| v.abs() < 0.01));
        // A hexagonal lattice of 200 points on this area has neighbours 0.54 apart.
        let nearest = (0..200).flat_map(|i| (0..i).map(move |j| (i, j)));
        let nearest = nearest.map(|(i, j)| (&points.row(i) - &points.row(j)).mapv(|v| v * v).sum().sqrt());
        assert!(nearest.fold(f64::INFINITY, f64::min) > 0.4);
    }

    #[test]
    fn points_are_drawn_around_points() {
        let drawn = around(&array![[5.0, 0.0, 0.0], [0.0, -3.0, 0.0]], 4000, 0.1, &mut Random::seeded(1));
        let mean = drawn.mean_axis(Axis(0)).expect("there are points");
        assert!((mean - array![2.5, -1.5, 0.0]).iter().all(|v| v.abs() < 0.1));
        let heights = drawn.column(2);
        assert!((heights.mapv(|v| v * v).sum() / 4000.0 - 0.01).abs() < 0.001);
    }
}
