//! A regular grid of places around the points.

use anyhow::{Result, ensure};
use keops_examples::points::bounds;
use ndarray::Array2;

/// Places at `low + spacing * (i, j, k)`, with k (the third coordinate) running fastest.
#[derive(Debug)]
pub(crate) struct Grid {
    /// The first place.
    pub(crate) low: [f64; 3],
    /// The distance between neighbours, the same in all directions.
    pub(crate) spacing: f64,
    /// The number of places in each direction.
    pub(crate) counts: [usize; 3],
}

impl Grid {
    /// The grid of about `target` places that covers the points and a margin around them.
    ///
    /// # Errors
    ///
    /// When the box cannot be divided so: it is not finite, or the target is too small for its proportions.
    pub(crate) fn around(points: &Array2<f64>, margin: f64, target: usize) -> Result<Self> {
        let sides = bounds(points).map(|(low, high)| (low - margin, high - low + 2.0 * margin));
        let volume: f64 = sides.iter().map(|(_, length)| length).product();
        ensure!(volume.is_finite() && volume > 0.0, "the points and the bandwidth span no box of a usable size");
        let mut spacing = (volume / target as f64).cbrt();
        // Long, thin boxes: rounding up to one place per direction could multiply the number of places.
        let count = |spacing: f64| sides.map(|(_, length)| (length / spacing).round().max(1.0));
        while count(spacing).iter().product::<f64>() > 1.1 * target as f64 {
            spacing *= 1.01;
        }
        let counts = count(spacing).map(|count| count as usize);
        // The places are centred in the box.
        let low = std::array::from_fn(|k| {
            let (low, length) = sides[k];
            low + 0.5 * (length - spacing * (counts[k] - 1) as f64)
        });
        Ok(Self { low, spacing, counts })
    }

    /// The number of places.
    pub(crate) fn len(&self) -> usize {
        self.counts.iter().product()
    }

    /// All places, one per row.
    pub(crate) fn places(&self) -> Array2<f64> {
        let [_, ny, nz] = self.counts;
        Array2::from_shape_fn((self.len(), 3), |(row, k)| {
            let index = [row / (ny * nz), row / nz % ny, row % nz];
            self.coordinate(k, index[k])
        })
    }

    /// A coordinate of the places with this index in a direction.
    pub(crate) fn coordinate(&self, direction: usize, index: usize) -> f64 {
        self.low[direction] + self.spacing * index as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;
    use ndarray::array;

    #[test]
    fn the_grid_covers_the_box_with_about_as_many_places_as_asked_for() {
        for (corner, target) in [([10.0, 9.0, 7.0], 250_000), ([1000.0, 0.0, 0.0], 100), ([1.0, 1.0, 1.0], 1)] {
            let points = array![[0.0, 0.0, 0.0], corner];
            let grid = Grid::around(&points, 0.5, target).expect("the box is fine");
            assert!((grid.len() as f64) < 1.11 * target as f64, "{} for {target}", grid.len());
            assert_eq!(grid.places().nrows(), grid.len());
            for (k, length) in corner.iter().enumerate() {
                let middle = 0.5 * (grid.coordinate(k, 0) + grid.coordinate(k, grid.counts[k] - 1));
                assert!((middle - 0.5 * length).abs() < 1e-9);
            }
        }
    }
}
