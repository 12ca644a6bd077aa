//! Lloyd's algorithm.

use crate::formulas::{means, nearest};
use anyhow::Result;
use keops::Scalar;
use keops_examples::progress::Progress;
use ndarray::Array2;
use std::time::Instant;

/// Clusters, and how they came about.
pub(crate) struct Clusters<T> {
    pub(crate) centres: Array2<T>,
    /// The nearest centre of each point.
    pub(crate) labels: Array2<usize>,
    /// The sum of the squared distances of the points from their centres: at the start and after each iteration.
    pub(crate) inertia: Vec<f64>,
    /// Whether no point changed its cluster in the last iteration.
    pub(crate) settled: bool,
    /// The seconds that went into finding the nearest centres, and into the means.
    pub(crate) seconds: [f64; 2],
}

/// Moves the centres to the means of the points that are nearest to them, again and again: until no point changes its
/// cluster, or the inertia falls by a smaller part than `tolerance`, for `iterations` at most.
///
/// A centre that is the nearest of no point moves to the point that is farthest from its own centre; a second one to
/// the second such point, and so on. So the inertia never grows.
///
/// # Errors
///
/// When the points have neither two nor three coordinates.
pub(crate) fn cluster<T: Scalar>(
    points: &Array2<T>,
    mut centres: Array2<T>,
    iterations: usize,
    tolerance: f64,
) -> Result<Clusters<T>> {
    let mut seconds = [0.0; 2];
    let mut timed = |step: usize, start: Instant| seconds[step] += start.elapsed().as_secs_f64();
    let mut progress = Progress::new(iterations);
    let start = Instant::now();
    let (mut squares, mut labels) = nearest(points, &centres)?;
    timed(0, start);
    let mut inertia = vec![sum(&squares)];
    let mut settled = false;
    for iteration in 1..=iterations {
        let start = Instant::now();
        let (moved, counts) = means(points, &labels, &centres)?;
        timed(1, start);
        centres = moved;
        let empty: Vec<usize> = (0..counts.len()).filter(|&cluster| counts[cluster] == 0).collect();
        for (cluster, point) in empty.iter().zip(farthest(&squares, empty.len())) {
            centres.row_mut(*cluster).assign(&points.row(point));
        }

        let start = Instant::now();
        let (new_squares, new_labels) = nearest(points, &centres)?;
        timed(0, start);
        let (before, after) = (inertia[iteration - 1], sum(&new_squares));
        settled = new_labels == labels;
        (squares, labels) = (new_squares, new_labels);
        inertia.push(after);
        progress.reached(iteration);
        if settled || before - after < tolerance * before {
            break;
        }
    }
    Ok(Clusters { centres, labels, inertia, settled, seconds })
}

/// In f64, whatever the numbers are: a million of them.
fn sum<T: Scalar>(squares: &Array2<T>) -> f64 {
    squares.iter().map(|square| square.to_f64()).sum()
}

/// The positions of the `count` largest numbers, largest first.
fn farthest<T: Scalar>(squares: &Array2<T>, count: usize) -> Vec<usize> {
    if count == 0 {
        return Vec::new();
    }
    let squares: Vec<f64> = squares.iter().map(|square| square.to_f64()).collect();
    let mut order: Vec<usize> = (0..squares.len()).collect();
    order.sort_by(|&i, &j| squares[j].total_cmp(&squares[i]));
    order.truncate(count);
    order
}

#[cfg(test)]
mod tests {
    use super::cluster;
    use crate::mixture::mixture;
    use crate::plain;
    use crate::start::spread;
    use keops_examples::random::Random;
    use ndarray::{Array2, array, s};

    #[test]
    fn inertia_never_grows() {
        for seed in 1..5 {
            let points = mixture(2000, 12, &mut Random::seeded(seed));
            // Bad starts, too: the first points, whichever they are.
            let spread = spread(&points, 12, &mut Random::seeded(seed)).expect("the points differ");
            for start in [spread, points.slice(s![..12, ..]).to_owned()] {
                let found = cluster(&points, start, 1000, 0.0).expect("there are two coordinates");
                let grows = found.inertia.windows(2).any(|pair| pair[1] > pair[0] * (1.0 + 1e-14));
                assert!(!grows, "{:?}", found.inertia);
                assert!(found.settled && found.inertia.len() > 3);
            }
        }
    }

    #[test]
    fn clusters_are_those_of_plain_loops() {
        let two = mixture(1000, 7, &mut Random::seeded(3));
        let three = Array2::from_shape_fn((500, 3), |(i, k)| ((3 * i + k) as f64).sin());
        for points in [two, three] {
            let start = spread(&points, 7, &mut Random::seeded(1)).expect("the points differ");
            for iterations in [0, 1, 5, 20] {
                let found = cluster(&points, start.clone(), iterations, -1.0).expect("the shapes fit");
                let done = found.inertia.len() - 1;
                let (centres, labels) = plain::cluster(&points, start.clone(), done);
                assert_eq!(found.labels.column(0).to_vec(), labels, "{iterations} iterations");
                assert!((&found.centres - &centres).iter().all(|difference| difference.abs() < 1e-12));
            }
        }
    }

    #[test]
    fn a_centre_without_points_moves_to_the_farthest_point() {
        let points = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [9.0, 0.0], [20.0, 0.0]];
        // Nothing is near the last two centres. The points farthest from the first one are the last two, last first.
        let start = array![[0.0, 0.0], [-90.0, 0.0], [-95.0, 0.0]];
        let once = cluster(&points, start.clone(), 1, 0.0).expect("there are two coordinates");
        assert_eq!(once.centres, array![[6.0, 0.2], [20.0, 0.0], [9.0, 0.0]]);
        let found = cluster(&points, start, 50, 0.0).expect("there are two coordinates");
        assert!(found.settled);
        assert_eq!(found.labels.column(0).to_vec(), [0, 0, 0, 2, 1]);
        assert!(found.inertia.is_sorted_by(|before, after| before >= after));
    }

    #[test]
    fn means_are_where_the_inertia_has_no_slope() {
        // Another way to the means: the gradient of the inertia by a centre is twice the number of its points times
        // the way from their mean to it.
        use keops::prelude::*;
        let points = mixture(500, 5, &mut Random::seeded(2));
        let start = spread(&points, 5, &mut Random::seeded(1)).expect("the points differ");
        let found = cluster(&points, start, 1000, 0.0).expect("there are two coordinates");
        let inertia = formula!("SqDist(x, c)", x = Vi(2), c = Vj(2), reduction = Min);
        let slope = inertia.grad_c(&points, &found.centres, &Array2::ones((500, 1))).expect("the shapes fit");
        assert!(found.settled && slope.iter().all(|v| v.abs() < 1e-11), "{slope}");
    }
}
