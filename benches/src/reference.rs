//! What each kind of result means, as plain loops in f64, and the check of an answer against it.

use crate::data::{Answer, Arrays, Index, Number};
use crate::kind::Kind;
use anyhow::{Result, bail, ensure};
use ndarray::ArrayView1;
use std::collections::HashSet;

/// Rows that a check looks at, spread evenly over the answer.
const CHECKED_ROWS: usize = 40;

/// Checks some rows of each answer against the f64 evaluation with the first `rows` of the rows x_i, and returns the
/// largest relative deviation.
///
/// The deviation of a sum is relative to the sum of the absolute values of its terms, that of a logarithm to its
/// absolute value, both to 1 where they are smaller. Of the k-th index in a row, it is the difference between the squared
/// distances of the named point and of the k-th nearest one, relative in the same way: points whose distances differ by
/// rounding errors of the size of the cloud may come in any order.
///
/// # Errors
///
/// When an answer has the wrong shape or a deviation exceeds [`Number::TOLERANCE`].
pub fn check<T: Number>(kinds: &[Kind], arrays: &Arrays<T>, rows: usize, answers: &[Answer]) -> Result<f64> {
    ensure!(rows > 0 && rows <= arrays.x.nrows(), "{rows} rows instead of {}", arrays.x.nrows());
    ensure!(answers.len() == kinds.len(), "{} answers instead of {}", answers.len(), kinds.len());
    let mut largest = 0.0f64;
    for (&kind, answer) in kinds.iter().zip(answers) {
        let (shape, name) = (kind.shape(arrays, rows), kind.name());
        ensure!(answer.shape() == shape, "{name} has the shape {:?} instead of {shape:?}", answer.shape());
        let checked = CHECKED_ROWS.min(shape.0);
        for k in 0..checked {
            let row = k * (shape.0 - 1) / (checked - 1).max(1);
            let deviation = deviation(kind, arrays, rows, row, answer);
            if deviation.is_nan() || deviation > T::TOLERANCE {
                let accepted = T::TOLERANCE;
                bail!("row {row} of {name} is off by {deviation:.1e} (relative), {accepted:.0e} is accepted");
            }
            largest = largest.max(deviation);
        }
    }
    Ok(largest)
}

/// A pair (i, j), with what the terms of sums are made from.
struct Pair<'a, T> {
    /// x_i - y_j.
    difference: Vec<f64>,
    /// Its squared norm.
    square: f64,
    /// exp(-square).
    kernel: f64,
    /// (x_i | y_j).
    product: f64,
    b: ArrayView1<'a, T>,
    e: ArrayView1<'a, T>,
    h: ArrayView1<'a, T>,
}

impl<'a, T: Number> Pair<'a, T> {
    fn new(arrays: &'a Arrays<T>, i: usize, j: usize) -> Self {
        let both = || arrays.x.row(i).into_iter().zip(arrays.y.row(j)).map(|(x, y)| (x.exact(), y.exact()));
        let difference: Vec<f64> = both().map(|(x, y)| x - y).collect();
        let product = both().map(|(x, y)| x * y).sum();
        let square: f64 = difference.iter().map(|d| d * d).sum();
        let (b, e, h) = (arrays.b.row(j), arrays.e.row(i), arrays.h.row(i));
        Self { difference, square, kernel: (-square).exp(), product, b, e, h }
    }

    /// What is differentiated, when the cotangent is taken into account: exp(-|x_i - y_j|^2) (b_j | e_i).
    fn weighted(&self) -> f64 {
        self.kernel * self.b.iter().zip(&self.e).map(|(b, e)| b.exact() * e.exact()).sum::<f64>()
    }

    /// (x_i - y_j | h_i).
    fn along(&self) -> f64 {
        self.difference.iter().zip(&self.h).map(|(d, h)| d * h.exact()).sum()
    }
}

/// How far a row of the answer is from the truth.
fn deviation<T: Number>(kind: Kind, arrays: &Arrays<T>, rows: usize, row: usize, answer: &Answer) -> f64 {
    let pairs: Vec<Pair<'_, T>> = match kind.index() {
        Index::I => (0..arrays.y.nrows()).map(|j| Pair::new(arrays, row, j)).collect(),
        Index::J => (0..rows).map(|i| Pair::new(arrays, i, row)).collect(),
    };
    let relative = |found: f64, truth: f64, size: f64| (found - truth).abs() / size.max(1.0);
    let sum = |term: &dyn Fn(&Pair<'_, T>, usize) -> f64| {
        let column = |column| {
            let add = |(sum, size), term: f64| (sum + term, size + term.abs());
            let (sum, size) = pairs.iter().map(|pair| term(pair, column)).fold((0.0, 0.0), add);
            relative(answer.get(row, column), sum, size)
        };
        (0..answer.shape().1).map(column).fold(0.0, worse)
    };
    match kind {
        Kind::Gauss => sum(&|pair, c| pair.kernel * pair.b[c].exact()),
        Kind::GradientX => sum(&|pair, c| -2.0 * pair.weighted() * pair.difference[c]),
        Kind::GradientY => sum(&|pair, c| 2.0 * pair.weighted() * pair.difference[c]),
        Kind::GradientB => sum(&|pair, c| pair.kernel * pair.e[c].exact()),
        Kind::Hessian => {
            sum(&|pair, c| pair.weighted() * (4.0 * pair.difference[c] * pair.along() - 2.0 * pair.h[c].exact()))
        }
        Kind::Laplacian => {
            sum(&|pair, c| pair.kernel * pair.b[c].exact() * (4.0 * pair.square - 2.0 * pair.difference.len() as f64))
        }
        Kind::LogSumExp => {
            let truth = pairs.iter().map(|pair| (pair.b[0].exact() - pair.square).exp()).sum::<f64>().ln();
            relative(answer.get(row, 0), truth, truth.abs())
        }
        Kind::Attention => {
            let scale = (arrays.x.ncols() as f64).sqrt().recip();
            // No shift: the scores of unit-variance queries and keys are far below what overflows.
            let weights: Vec<f64> = pairs.iter().map(|pair| (scale * pair.product).exp()).collect();
            let total: f64 = weights.iter().sum();
            let mean = |column: usize| {
                pairs.iter().zip(&weights).map(|(pair, weight)| weight * pair.b[column].exact()).sum::<f64>() / total
            };
            // The values are not negative, so the mean is also the size of its terms.
            (0..answer.shape().1).map(|c| relative(answer.get(row, c), mean(c), mean(c))).fold(0.0, worse)
        }
        Kind::Nearest | Kind::Neighbours(_) => {
            let named: Vec<usize> = (0..answer.shape().1).map(|column| answer.get(row, column) as usize).collect();
            if named.iter().collect::<HashSet<_>>().len() < named.len() {
                return f64::INFINITY; // a point that is named twice
            }
            let mut nearest: Vec<f64> = pairs.iter().map(|pair| pair.square).collect();
            nearest.sort_unstable_by(f64::total_cmp);
            let found = named.iter().map(|&j| pairs.get(j).map_or(f64::NAN, |pair| pair.square));
            found.zip(nearest).map(|(found, truth)| relative(found, truth, truth)).fold(0.0, worse)
        }
    }
}

/// The larger of two deviations; a NaN is the largest of all.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Variable;
    use ndarray::{Array2, array};

    fn arrays() -> Arrays<f64> {
        Arrays {
            x: array![[0.0]],
            y: array![[1.0], [0.5], [-0.5]],
            b: array![[1.0], [2.0], [3.0]],
            e: array![[1.0]],
            h: array![[1.0]],
        }
    }

    #[test]
    fn right_answers_pass_and_wrong_ones_do_not() {
        let right = |kind, value: f64| check(&[kind], &arrays(), 1, &[array![[value]].into()]).is_ok();
        let (near, far) = ((-0.25f64).exp(), (-1.0f64).exp());
        let sum = far + 5.0 * near;
        assert!(right(Kind::Gauss, sum));
        assert!(!right(Kind::Gauss, sum + 1e-9));
        assert!(!right(Kind::Gauss, f64::NAN));
        assert!(right(Kind::LogSumExp, (0.0f64.exp() + 1.75f64.exp() + 2.75f64.exp()).ln()));
        assert!(check(&[Kind::Gauss], &arrays(), 1, &[array![[sum], [sum]].into()]).is_err());
        assert!(check(&[Kind::Gauss], &arrays(), 1, &[]).is_err());
    }

    #[test]
    fn both_nearest_points_are_right() {
        for (index, right) in [(0, false), (1, true), (2, true), (3, false)] {
            let answers = [array![[index]].into()];
            assert_eq!(check(&[Kind::Nearest], &arrays(), 1, &answers).is_ok(), right, "index {index}");
        }
    }

    #[test]
    fn neighbours_are_distinct_and_in_order() {
        let arrays = Arrays::<f64> { x: array![[0.1]], ..arrays() };
        let right = |positions| check(&[Kind::Neighbours(2)], &arrays, 1, &[Answer::Indices(positions)]).is_ok();
        assert!(right(array![[1, 2]]));
        for wrong in [array![[2, 1]], array![[1, 0]], array![[1, 1]], array![[1, 3]]] {
            assert!(!right(wrong.clone()), "{wrong}");
        }
    }

    #[test]
    fn attention_is_a_weighted_mean() {
        let arrays = Arrays::<f64> { x: array![[2.0]], ..arrays() };
        let weights = [2.0f64.exp(), 1.0f64.exp(), (-1.0f64).exp()];
        let mean = (weights[0] + 2.0 * weights[1] + 3.0 * weights[2]) / weights.iter().sum::<f64>();
        let right = |value: f64| check(&[Kind::Attention], &arrays, 1, &[array![[value]].into()]).is_ok();
        assert!(right(mean));
        assert!(!right(mean + 1e-9));
    }

    /// Rows x_i, of which the last one must not matter.
    const ROWS: usize = 4;

    fn drawn(width: usize) -> Arrays<f64> {
        Arrays::draw(3, width, (ROWS + 1, 6))
    }

    /// The sum over all i and j of exp(-|x_i - y_j|^2) (b_j | e_i), which gradients are those of, after some entries
    /// have changed.
    fn total(width: usize, changes: &[(Variable, [usize; 2], f64)]) -> f64 {
        let mut arrays = drawn(width);
        for &(variable, entry, change) in changes {
            let array = match variable {
                Variable::X => &mut arrays.x,
                Variable::Y => &mut arrays.y,
                Variable::B => &mut arrays.b,
                Variable::E => &mut arrays.e,
                Variable::H => &mut arrays.h,
            };
            array[entry] += change;
        }
        let pairs = (0..ROWS).flat_map(|i| (0..arrays.y.nrows()).map(move |j| (i, j)));
        pairs.map(|(i, j)| Pair::new(&arrays, i, j).weighted()).sum()
    }

    /// The largest deviation of an answer that has these entries.
    fn largest(kind: Kind, width: usize, entry: impl FnMut((usize, usize)) -> f64) -> f64 {
        let arrays = drawn(width);
        let shape = kind.shape(&arrays, ROWS);
        let answer = Array2::from_shape_fn(shape, entry).into();
        (0..shape.0).map(|row| deviation(kind, &arrays, ROWS, row, &answer)).fold(0.0, worse)
    }

    #[test]
    fn derivatives_are_limits_of_differences() {
        const STEP: f64 = 1e-3;
        for (kind, by) in
            [(Kind::GradientX, Variable::X), (Kind::GradientY, Variable::Y), (Kind::GradientB, Variable::B)]
        {
            let deviation = largest(kind, 2, |(row, column)| {
                let at = |step| total(2, &[(by, [row, column], step)]);
                (at(STEP) - at(-STEP)) / (2.0 * STEP)
            });
            assert!(deviation < 1e-5, "{kind:?} is off by {deviation}");
        }
        let second = |width, row, (c, d)| {
            let at = |s, t| total(width, &[(Variable::X, [row, c], s * STEP), (Variable::X, [row, d], t * STEP)]);
            (at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * STEP * STEP)
        };
        let deviation = largest(Kind::Hessian, 2, |(row, column)| {
            (0..3).map(|along| second(2, row, (column, along)) * drawn(2).h[[row, along]]).sum()
        });
        assert!(deviation < 1e-5, "the Hessian is off by {deviation}");
        let deviation = largest(Kind::Laplacian, 1, |(row, _)| {
            (0..3).map(|along| second(1, row, (along, along))).sum::<f64>() / drawn(1).e[[row, 0]]
        });
        assert!(deviation < 1e-5, "the Laplacian is off by {deviation}");
    }
}
