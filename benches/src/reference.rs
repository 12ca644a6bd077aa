//! What each kind of result means, as plain loops in f64, and the check of an answer against it.

use crate::data::{Answer, Arrays, Index, Number, Variable};
use anyhow::{Result, bail, ensure};
use ndarray::ArrayView1;

/// Rows that a check looks at, spread evenly over the answer.
const CHECKED_ROWS: usize = 40;

/// What a result holds, for each i or for each j. A gradient is that of [`Kind::Gauss`] by the variable in its name,
/// for the cotangent e: the derivative of the sum over i of the value for i times e_i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sum over j of exp(-|x_i - y_j|^2) b_j.
    Gauss,
    /// The logarithm of the sum over j of exp(b_j - |x_i - y_j|^2).
    LogSumExp,
    /// The first j with the smallest |x_i - y_j|.
    Nearest,
    /// The gradient by x_i.
    GradientX,
    /// The gradient by y_j.
    GradientY,
    /// The gradient by b_j.
    GradientB,
    /// The second derivative by x_i (the change of the gradient by x_i) in the direction h_i.
    Hessian,
    /// The sum of the second derivatives of [`Kind::Gauss`] by the entries of x_i.
    Laplacian,
}

impl Kind {
    /// The name in `python/worker.py`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gauss => "gauss",
            Self::LogSumExp => "log_sum_exp",
            Self::Nearest => "nearest",
            Self::GradientX => "gradient_x",
            Self::GradientY => "gradient_y",
            Self::GradientB => "gradient_b",
            Self::Hessian => "hessian",
            Self::Laplacian => "laplacian",
        }
    }

    /// The variables that it depends on, or that its formula names.
    pub fn variables(self) -> &'static [Variable] {
        use Variable::{B, E, H, X, Y};
        match self {
            Self::Nearest => &[X, Y],
            Self::Gauss | Self::LogSumExp | Self::Laplacian => &[X, Y, B],
            Self::GradientX | Self::GradientY | Self::GradientB => &[X, Y, B, E],
            Self::Hessian => &[X, Y, B, E, H],
        }
    }

    /// The formula for a library that has no methods for gradients, given the formula that these are gradients of.
    pub fn formula(self, formula: &str) -> String {
        let by = match self {
            Self::GradientX => Variable::X,
            Self::GradientY => Variable::Y,
            Self::GradientB => Variable::B,
            Self::Gauss | Self::LogSumExp | Self::Nearest | Self::Hessian | Self::Laplacian => {
                return formula.to_owned();
            }
        };
        format!("Grad({formula}, {}, {})", by.name(), Variable::E.name())
    }

    /// The index of the rows of the result.
    pub fn index(self) -> Index {
        match self {
            Self::GradientY | Self::GradientB => Index::J,
            _ => Index::I,
        }
    }

    /// The shape of the result for these arrays, of which only so many rows x_i are taken.
    pub fn shape<T: Number>(self, arrays: &Arrays<T>, rows: usize) -> (usize, usize) {
        let rows = match self.index() {
            Index::I => rows,
            Index::J => arrays.y.nrows(),
        };
        let columns = match self {
            Self::Gauss | Self::GradientB => arrays.b.ncols(),
            Self::GradientX | Self::GradientY | Self::Hessian => arrays.x.ncols(),
            Self::LogSumExp | Self::Nearest | Self::Laplacian => 1,
        };
        (rows, columns)
    }
}

/// Checks some rows of each answer against the f64 evaluation with the first `rows` of the rows x_i, and returns the
/// largest relative deviation.
///
/// The deviation of a sum is relative to the sum of the absolute values of its terms, that of a logarithm to its
/// absolute value, both to 1 where they are smaller. Of an index, it is how much farther the named point is than the
/// nearest one, relative to the size of the cloud: two points at the same distance up to rounding are both right.
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
    b: ArrayView1<'a, T>,
    e: ArrayView1<'a, T>,
    h: ArrayView1<'a, T>,
}

impl<'a, T: Number> Pair<'a, T> {
    fn new(arrays: &'a Arrays<T>, i: usize, j: usize) -> Self {
        let both = arrays.x.row(i).into_iter().zip(arrays.y.row(j));
        let difference: Vec<f64> = both.map(|(x, y)| x.exact() - y.exact()).collect();
        let square: f64 = difference.iter().map(|d| d * d).sum();
        let (b, e, h) = (arrays.b.row(j), arrays.e.row(i), arrays.h.row(i));
        Self { difference, square, kernel: (-square).exp(), b, e, h }
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
        Kind::Nearest => {
            let smallest = pairs.iter().map(|pair| pair.square).fold(f64::INFINITY, f64::min);
            let found = pairs.get(answer.get(row, 0) as usize).map_or(f64::NAN, |pair| pair.square);
            relative(found, smallest, smallest)
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
