//! What a row computes: the kinds of results, with their shapes and what they read.

use crate::data::{Arrays, Index, Number, Variable};

/// What a result holds, for each i or for each j. A gradient is that of [`Kind::Gauss`] by the variable in its name,
/// for the cotangent e: the derivative of the sum over i of the value for i times e_i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sum over j of exp(-|x_i - y_j|^2) b_j.
    Gauss,
    /// The logarithm of the sum over j of exp(b_j - |x_i - y_j|^2).
    LogSumExp,
    /// The mean over j of b_j, weighted by exp((x_i | y_j) / sqrt(D)): queries x, keys y, values b.
    Attention,
    /// The first j with the smallest |x_i - y_j|.
    Nearest,
    /// So many j with the smallest |x_i - y_j|, the nearest first.
    Neighbours(usize),
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
            Self::Attention => "attention",
            Self::Nearest => "nearest",
            Self::Neighbours(_) => "neighbours",
            Self::GradientX => "gradient_x",
            Self::GradientY => "gradient_y",
            Self::GradientB => "gradient_b",
            Self::Hessian => "hessian",
            Self::Laplacian => "laplacian",
        }
    }

    /// Whether the result holds indices and not values.
    pub fn holds_indices(self) -> bool {
        matches!(self, Self::Nearest | Self::Neighbours(_))
    }

    /// The variables that it depends on, or that its formula names.
    pub fn variables(self) -> &'static [Variable] {
        use Variable::{B, E, H, X, Y};
        match self {
            Self::Nearest | Self::Neighbours(_) => &[X, Y],
            Self::Gauss | Self::LogSumExp | Self::Attention | Self::Laplacian => &[X, Y, B],
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
            _ => return formula.to_owned(),
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
            Self::Gauss | Self::Attention | Self::GradientB => arrays.b.ncols(),
            Self::GradientX | Self::GradientY | Self::Hessian => arrays.x.ncols(),
            Self::LogSumExp | Self::Nearest | Self::Laplacian => 1,
            Self::Neighbours(count) => count,
        };
        (rows, columns)
    }
}
