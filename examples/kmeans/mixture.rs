//! Synthetic points in the plane.

use keops_examples::random::Random;
use ndarray::Array2;

/// The smallest and the largest standard deviation of a heap.
const WIDTH: (f64, f64) = (0.008, 0.03);

/// Points in round heaps of different widths, at random places in the unit square.
pub(crate) fn mixture(points: usize, heaps: usize, random: &mut Random) -> Array2<f64> {
    let heaps: Vec<[f64; 3]> = (0..heaps)
        .map(|_| [random.uniform(), random.uniform(), WIDTH.0 + (WIDTH.1 - WIDTH.0) * random.uniform()])
        .collect();
    let mut array = Array2::zeros((points, 2));
    for mut point in array.rows_mut() {
        let [x, y, width] = heaps[random.below(heaps.len())];
        point[0] = x + width * random.normal();
        point[1] = y + width * random.normal();
    }
    array
}
