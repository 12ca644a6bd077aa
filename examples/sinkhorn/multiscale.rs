//! The same divergence from coarse to fine, after GeomLoss' `backend="multiscale"`.
//!
//! High temperatures blur what is smaller than their root. So the points are put into the cells of a grid, and the iteration
//! runs with the centroids of the cells and the weights in them, until the temperature falls below the square of a cell's
//! size. One soft-min over the centroids takes the potentials to the points. From there on only blocks of pairs are met, those
//! of cells between which the plan of transport has mass: its density exp((f_i + g_j - C_ij) / eps) is looked at before
//! each step, with the potentials so far.

use crate::formulas::Costs;
use crate::solver::{Blocks, Cloud, Potentials, Problem};
use keops::cluster::{Clusters, grid_cluster};
use keops::{Error, Ranges, Scalar};
use ndarray::{Array1, Array2, ArrayView1};
use std::time::Instant;

/// A cloud in the order of the cells that its points are in.
struct Sorted<T> {
    clusters: Clusters,
    fine: Cloud<T>,
    coarse: Cloud<T>,
    centroids: Array2<f64>,
    /// The largest distance of a point of each cell from the centroid.
    radii: Array1<f64>,
}

/// How the divergence is computed from coarse to fine.
pub(crate) struct Multiscale {
    /// The side of a cell.
    pub(crate) cell: f64,
    /// Blocks are left out where the density of the plan is below exp(-truncate).
    pub(crate) truncate: f64,
}

/// What came out.
pub(crate) struct Outcome {
    pub(crate) value: f64,
    /// The same potentials with all pairs in the last step: the difference is what has been left out.
    pub(crate) of_all_pairs: f64,
    /// How long the value took.
    pub(crate) seconds: f64,
    /// Cells of both clouds.
    pub(crate) cells: [usize; 2],
    /// Steps with the cells, and with the points.
    pub(crate) steps: [usize; 2],
    /// The part of all pairs, from cloud to cloud and within both, that was met in the first and in the last step with points.
    pub(crate) density: [f64; 2],
}

impl<T: Scalar> Sorted<T> {
    fn new(cloud: &Cloud<T>, cell: f64) -> Result<Self, Error> {
        let clusters = Clusters::from_labels(&grid_cluster(&cloud.points, T::from_f64(cell))?)?;
        let points = cloud.points.mapv(T::to_f64);
        let centroids = clusters.centroids(&points, Some(&cloud.weights))?;
        Ok(Self {
            fine: Cloud::weighted(clusters.sort_rows(&cloud.points)?, clusters.sort_rows(&cloud.weights)?),
            coarse: Cloud::weighted(centroids.mapv(T::from_f64), clusters.weights(Some(&cloud.weights))?),
            radii: clusters.radii(&points, &centroids)?,
            centroids,
            clusters,
        })
    }

    /// The largest entry of each cell of a potential of the sorted points.
    fn largest(&self, potential: &Array1<f64>) -> Array1<f64> {
        let cells = self.clusters.ranges().iter();
        cells.map(|cell| potential.as_slice().map_or(f64::INFINITY, |all| max(&all[cell.clone()]))).collect()
    }
}

fn max(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

impl Multiscale {
    /// The divergence. The temperatures are those of a dense solution.
    ///
    /// # Errors
    ///
    /// When points are not finite.
    pub(crate) fn solve<T: Scalar>(&self, [x, y]: [&Cloud<T>; 2], temperatures: &[f64]) -> Result<Outcome, Error> {
        let start = Instant::now();
        let (x, y) = (Sorted::new(x, self.cell)?, Sorted::new(y, self.cell)?);
        // At least one step with the cells, so that there are potentials to choose blocks by.
        let coarse = temperatures.iter().take_while(|&&eps| eps >= self.cell * self.cell).count().max(1);
        let (coarse, fine) = temperatures.split_at(coarse);
        let eps = coarse[coarse.len() - 1];
        let potentials = Problem::dense(&x.coarse, &y.coarse).solve(coarse)?;
        let mut potentials = refined([&x, &y], eps, &potentials)?;

        let mut problem = Problem { x: &x.fine, y: &y.fine, blocks: None };
        let mut densities = Vec::new();
        let mut restricted = |eps, potentials: &Potentials| -> Result<_, Error> {
            let blocks = self.blocks([&x, &y], eps, potentials)?;
            densities.push(density(&blocks));
            Ok(Some(blocks))
        };
        for &eps in fine {
            problem.blocks = restricted(eps, &potentials)?;
            potentials = problem.step(eps, &potentials)?;
        }
        let eps = temperatures[temperatures.len() - 1];
        problem.blocks = restricted(eps, &potentials)?;
        let value = problem.value(eps, &potentials)?;
        let seconds = start.elapsed().as_secs_f64();
        Ok(Outcome {
            value,
            of_all_pairs: Problem::dense(&x.fine, &y.fine).value(eps, &potentials)?,
            seconds,
            cells: [&x, &y].map(|sorted| sorted.clusters.len()),
            steps: [coarse.len(), fine.len()],
            density: [densities[0], densities[densities.len() - 1]],
        })
    }

    /// The blocks of pairs that matter at this temperature.
    fn blocks<T: Scalar>(&self, [x, y]: [&Sorted<T>; 2], eps: f64, potentials: &Potentials) -> Result<Blocks, Error> {
        let xy = self.kept([x, y], eps, [&potentials.f_ba, &potentials.g_ab])?;
        Ok(Blocks {
            yx: xy.transpose(),
            xy,
            xx: self.kept([x, x], eps, [&potentials.f_aa, &potentials.f_aa])?,
            yy: self.kept([y, y], eps, [&potentials.g_bb, &potentials.g_bb])?,
        })
    }

    /// The pairs of cells in which some f_i + g_j - C_ij may be above -truncate eps, and for each cell the likeliest one, so
    /// that no soft-min is one of nothing.
    fn kept<T: Scalar>(&self, [x, y]: [&Sorted<T>; 2], eps: f64, [f, g]: [&Array1<f64>; 2]) -> Result<Ranges, Error> {
        let (f, g) = (x.largest(f), y.largest(g));
        let excess = Array2::from_shape_fn((f.len(), g.len()), |(i, j)| {
            // No two points of the cells are nearer to each other.
            let gap = distance(x.centroids.row(i), y.centroids.row(j)) - x.radii[i] - y.radii[j];
            f[i] + g[j] - 0.5 * gap.max(0.0).powi(2)
        });
        let mut keep = excess.mapv(|excess| excess > -self.truncate * eps);
        for (i, row) in excess.rows().into_iter().enumerate() {
            keep[[i, likeliest(row)]] = true;
        }
        for (j, column) in excess.columns().into_iter().enumerate() {
            keep[[likeliest(column), j]] = true;
        }
        let shape = (x.fine.weights.len(), y.fine.weights.len());
        Ranges::from_mask(shape, x.clusters.ranges(), y.clusters.ranges(), &keep)
    }
}

/// The potentials of the sorted points, as soft-mins over the cells.
fn refined<T: Scalar>([x, y]: [&Sorted<T>; 2], eps: f64, coarse: &Potentials) -> Result<Potentials, Error> {
    let over = |cells: &Sorted<T>, potential: &Array1<f64>, points: &Sorted<T>| {
        let costs = Costs { x: &points.fine.points, y: &cells.coarse.points, ranges: None };
        costs.soft_min(eps, &cells.coarse.scores(eps, potential))
    };
    Ok(Potentials {
        f_ba: over(y, &coarse.g_ab, x)?,
        g_ab: over(x, &coarse.f_ba, y)?,
        f_aa: over(x, &coarse.f_aa, x)?,
        g_bb: over(y, &coarse.g_bb, y)?,
    })
}

fn distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// The position of the largest entry.
fn likeliest(excess: ArrayView1<'_, f64>) -> usize {
    (0..excess.len()).max_by(|&i, &j| excess[i].total_cmp(&excess[j])).unwrap_or(0)
}

fn density(blocks: &Blocks) -> f64 {
    let all = [&blocks.xy, &blocks.yx, &blocks.xx, &blocks.yy];
    let pairs = |ranges: &Ranges| ranges.shape().0 as f64 * ranges.shape().1 as f64;
    let met: f64 = all.iter().map(|ranges| ranges.pairs() as f64).sum();
    met / all.iter().map(|ranges| pairs(ranges)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clouds::{around, sphere};
    use crate::schedule::{diameter, temperatures};
    use keops_examples::random::Random;
    use ndarray::array;

    #[test]
    fn the_value_is_nearly_the_dense_one() {
        let corners = array![[-1.0, -1.0, -1.0], [1.0, 1.0, 1.0]];
        let x = sphere(1500, &corners);
        let y = around(&sphere(100, &(&corners * 0.6 + 0.5)), 1200, 0.1, &mut Random::seeded(2));
        let diameter = diameter([&x, &y]);
        let temperatures = temperatures(diameter, 0.03, 0.7);
        let (x, y) = (Cloud::<f64>::uniform(&x), Cloud::uniform(&y));
        let dense = Problem::dense(&x, &y);
        let potentials = dense.solve(&temperatures).expect("the shapes fit");
        let expected = dense.value(0.03 * 0.03, &potentials).expect("the shapes fit");
        let got =
            Multiscale { cell: 0.15, truncate: 5.0 }.solve([&x, &y], &temperatures).expect("the points are finite");
        assert!((got.value - expected).abs() < 2e-3 * expected, "{} for {expected}", got.value);
        assert!((got.value - got.of_all_pairs).abs() < 1e-4 * expected, "{} for {}", got.value, got.of_all_pairs);
        assert!(got.density[1] < 0.3 && got.steps[0] > 1 && got.steps[1] > 1, "{:?} {:?}", got.density, got.steps);

        // Nothing is left out: what remains is the coarse start.
        let all =
            Multiscale { cell: 0.15, truncate: 1e9 }.solve([&x, &y], &temperatures).expect("the points are finite");
        assert_eq!(all.density, [1.0, 1.0]);
        assert!((got.value - all.value).abs() < 1e-4 * expected, "{} for {}", got.value, all.value);
    }

    #[test]
    fn cells_of_single_points_are_exact() {
        let x = array![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]];
        let y = &x + 0.25;
        let temperatures = temperatures(3.0, 0.5, 0.8);
        let (x, y) = (Cloud::<f64>::uniform(&x), Cloud::uniform(&y));
        let dense = Problem::dense(&x, &y);
        let expected = dense.value(0.25, &dense.solve(&temperatures).expect("the shapes fit")).expect("the shapes fit");
        // All steps are coarse ones, and the soft-min that refines the potentials is one step more.
        let cells =
            Multiscale { cell: 0.01, truncate: 50.0 }.solve([&x, &y], &temperatures).expect("the points are finite");
        assert_eq!((cells.cells, cells.steps), ([3, 3], [temperatures.len(), 0]));
        assert!((cells.value - expected).abs() < 1e-3, "{} for {expected}", cells.value);
    }
}
