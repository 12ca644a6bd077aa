//! A sum over some blocks of the pairs, against the sum over all of them.

use super::{Comparison, cube, in_turns};
use crate::data::Number;
use crate::measure::seconds;
use anyhow::{Result, ensure};
use keops::Ranges;
use keops::cluster::{Clusters, grid_cluster};
use keops::prelude::*;
use ndarray::{Array2, ArrayRef2};

/// Cells along the axes of the unit cube: 100 clusters.
const CELLS: [usize; 3] = [5, 5, 4];
/// Each cluster meets so many clusters, itself and its nearest: 5 % of all.
const NEAREST: usize = 5;
/// Rows that are compared with plain loops.
const CHECKED: usize = 20;

/// Dense over block-sparse time of a Gaussian sum. Points are uniform in the unit cube and sorted into 100 cells; each cell meets
/// five.
///
/// # Errors
///
/// When a sum is wrong, or there are so few points that a cell is empty.
pub fn compare<T: Number>(size: usize, repetitions: usize) -> Result<Comparison> {
    let mut random = fastrand::Rng::with_seed(5);
    let (x, of_x) = sorted::<T>(size, &mut random)?;
    let (y, of_y) = sorted::<T>(size, &mut random)?;
    let b = Array2::from_shape_simple_fn((size, 1), || T::round(random.f64()));
    let keep = nearest(&of_x.centroids(&x, None)?, &of_y.centroids(&y, None)?);
    let ranges = Ranges::from_mask((size, size), of_x.ranges(), of_y.ranges(), &keep)?;
    let sum = |ranges: Option<&Ranges>| {
        let gauss = formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false);
        gauss.ranges(ranges).call(&x, &y, &b)
    };
    for ranges in [None, Some(&ranges)] {
        check(&x, &y, &b, ranges, &sum(ranges)?)?;
    }
    let [ours, theirs] = in_turns(repetitions, || Ok(seconds(|| sum(Some(&ranges)))?), || Ok(seconds(|| sum(None))?))?;
    Ok(Comparison {
        what: format!("block-sparse sum, M = N = {size}, gauss D=3 {}", T::NAME),
        other: "keops, dense",
        wanted: 15.0,
        ours,
        theirs,
        note: format!(
            "{} and {} clusters, density {:.3} %: at most {:.1} times as fast, by pairs",
            of_x.len(),
            of_y.len(),
            100.0 * ranges.density(),
            1.0 / ranges.density()
        ),
    })
}

/// Points in the order of their cells.
fn sorted<T: Number>(size: usize, random: &mut fastrand::Rng) -> Result<(Array2<T>, Clusters)> {
    let sides = CELLS.map(|cells| T::round(1.0 / cells as f64));
    let x = cube(size, random);
    let sorted = Clusters::from_labels(&grid_cluster(&x, &sides)?)?.sort_rows(&x)?;
    // The same cells once more, now of points that are in their order.
    let clusters = Clusters::from_labels(&grid_cluster(&sorted, &sides)?)?;
    let cells: usize = CELLS.iter().product();
    ensure!(clusters.len() >= NEAREST && clusters.len() <= 2 * cells, "{} cells of {size} points", clusters.len());
    Ok((sorted, clusters))
}

/// For each of the first clusters the nearest of the others.
fn nearest<T: Number>(x: &ArrayRef2<T>, y: &ArrayRef2<T>) -> Array2<bool> {
    let mut keep = Array2::from_elem((x.nrows(), y.nrows()), false);
    for (i, centre) in x.rows().into_iter().enumerate() {
        let distance = |j: usize| {
            let differences = centre.iter().zip(y.row(j)).map(|(x, y)| x.exact() - y.exact());
            differences.map(|difference| difference * difference).sum::<f64>()
        };
        let mut order: Vec<usize> = (0..y.nrows()).collect();
        order.sort_by(|&j, &k| distance(j).total_cmp(&distance(k)));
        order.iter().take(NEAREST).for_each(|&j| keep[[i, j]] = true);
    }
    keep
}

/// Compares some rows with plain loops in f64.
fn check<T: Number>(
    x: &Array2<T>,
    y: &Array2<T>,
    b: &Array2<T>,
    ranges: Option<&Ranges>,
    sums: &Array2<T>,
) -> Result<()> {
    for i in (0..CHECKED.min(x.nrows())).map(|k| k * x.nrows() / CHECKED) {
        let terms = (0..y.nrows()).map(|j| {
            let differences = x.row(i).into_iter().zip(y.row(j)).map(|(x, y)| x.exact() - y.exact());
            let square: f64 = differences.map(|difference| difference * difference).sum();
            ranges.map_or(1.0, |ranges| ranges.count(i, j) as f64) * (-square).exp() * b[[j, 0]].exact()
        });
        let (expected, found) = (terms.sum::<f64>(), sums[[i, 0]].exact());
        let wrong = (found - expected).abs() > T::TOLERANCE * expected.abs();
        ensure!(!wrong && !found.is_nan(), "row {i} is {found} where {expected} was expected");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_of_the_pairs_is_met() -> Result<()> {
        let comparison = compare::<f64>(2000, 1)?;
        assert!(comparison.note.starts_with("100 and 100 clusters, density 5."), "{}", comparison.note);
        Ok(())
    }
}
