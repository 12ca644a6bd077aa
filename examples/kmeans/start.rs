//! Where the centres start: k-means++.

use crate::formulas::square_distances;
use anyhow::{Result, ensure};
use keops::Scalar;
use keops_examples::random::Random;
use ndarray::{Array2, Axis};

/// Picks points at random, each with a probability that grows with the square of its distance to those before it.
///
/// # Errors
///
/// When there are fewer different points than asked for.
pub(crate) fn spread<T: Scalar>(points: &Array2<T>, count: usize, random: &mut Random) -> Result<Array2<T>> {
    let mut chosen = vec![random.below(points.nrows())];
    let mut squares = vec![f64::INFINITY; points.nrows()];
    while chosen.len() < count {
        let last = points.select(Axis(0), &chosen[chosen.len() - 1..]);
        let distances = square_distances(points, &last)?;
        squares.iter_mut().zip(&distances).for_each(|(square, distance)| *square = square.min(distance.to_f64()));
        let total: f64 = squares.iter().sum();
        ensure!(total > 0.0, "{count} clusters, and only {} different points", chosen.len());
        chosen.push(weighted(&squares, random.uniform() * total));
    }
    Ok(points.select(Axis(0), &chosen))
}

/// The position at which the sum of the weights so far exceeds `at`; never one whose weight is 0.
fn weighted(weights: &[f64], at: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (k, &weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        sum += weight;
        last = k;
        if sum > at {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::{spread, weighted};
    use keops_examples::random::Random;
    use ndarray::{Array2, array};

    #[test]
    fn positions_follow_the_weights() {
        let weights = [0.0, 1.0, 0.0, 2.0, 0.0];
        for (at, position) in [(0.0, 1), (0.9, 1), (1.0, 3), (2.9, 3), (3.0, 3)] {
            assert_eq!(weighted(&weights, at), position, "{at}");
        }
    }

    #[test]
    fn centres_are_different_points() {
        let points = array![[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [5.0, 5.0]];
        for seed in 0..20 {
            let centres = spread(&points, 3, &mut Random::seeded(seed)).expect("there are three");
            let mut sums: Vec<f64> = centres.sum_axis(ndarray::Axis(1)).to_vec();
            sums.sort_by(f64::total_cmp);
            assert_eq!(sums, [0.0, 1.0, 10.0]);
        }
        assert!(spread(&points, 4, &mut Random::seeded(1)).is_err());
        assert!(spread(&Array2::<f32>::ones((3, 2)), 1, &mut Random::seeded(1)).is_ok());
    }
}
