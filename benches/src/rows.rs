//! The table of rows. To add one, add an entry to the call of `rows!` at the end of this file; a formula of a new
//! kind also needs its meaning in [`crate::reference`] and its dense form in `python/worker.py`.

use crate::data::{Answer, Arrays};
use crate::reference::Kind;
use keops::prelude::*;

/// How many rows x_i and columns y_j a run has, by type: a run of ours lasts about 0.1 s to 0.5 s, one of PyKeOps
/// a few seconds.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// (M, N) for f32.
    pub f32: (usize, usize),
    /// (M, N) for f64.
    pub f64: (usize, usize),
}

/// What `keops` computes for a row, given the arrays.
pub type Compute<T> = fn(&Arrays<T>) -> Result<Answer, Error>;

/// One formula with its dimensions, reduction and sizes.
#[derive(Debug)]
pub struct Row {
    /// The name in the report.
    pub title: &'static str,
    /// The formula in x (Vi), y (Vj) and b (Vj), as `keops` and PyKeOps read it.
    pub formula: &'static str,
    /// The reduction over j, spelled the same in both.
    pub reduction: &'static str,
    /// What is computed, for those who do not read formulas.
    pub kind: Kind,
    /// The dimension of x and y.
    pub dim: usize,
    /// The dimension of b.
    pub width: usize,
    /// How large a run is.
    pub sizes: Sizes,
    /// The formula compiled by `keops`, in f32.
    pub ours_f32: Compute<f32>,
    /// The formula compiled by `keops`, in f64.
    pub ours_f64: Compute<f64>,
}

macro_rules! rows {
    ($({
        title: $title:literal,
        formula: $formula:tt, D = $dim:tt, width of b = $width:tt, reduction = $reduction:ident,
        kind: $kind:ident,
        f32: $m32:literal x $n32:literal, f64: $m64:literal x $n64:literal,
    })*) => {
        /// All rows of the comparison.
        pub static ROWS: &[Row] = &[$(Row {
            title: $title,
            formula: $formula,
            reduction: stringify!($reduction),
            kind: Kind::$kind,
            dim: $dim,
            width: $width,
            sizes: Sizes { f32: ($m32, $n32), f64: ($m64, $n64) },
            ours_f32: |a| {
                let f = formula!($formula, x = Vi($dim), y = Vj($dim), b = Vj($width), reduction = $reduction);
                Ok(f.call(&a.x, &a.y, &a.b)?.into())
            },
            ours_f64: |a| {
                let f = formula!($formula, x = Vi($dim), y = Vj($dim), b = Vj($width), reduction = $reduction);
                Ok(f.call(&a.x, &a.y, &a.b)?.into())
            },
        }),*];
    };
}

rows! {
    {
        title: "gauss D=3",
        formula: "Exp(-SqDist(x,y)) * b", D = 3, width of b = 1, reduction = Sum,
        kind: Gauss,
        f32: 27_000 x 27_000, f64: 27_000 x 27_000,
    }
    {
        title: "gauss D=10",
        formula: "Exp(-SqDist(x,y)) * b", D = 10, width of b = 1, reduction = Sum,
        kind: Gauss,
        f32: 22_000 x 22_000, f64: 22_000 x 22_000,
    }
    {
        title: "gauss D=64",
        formula: "Exp(-SqDist(x,y)) * b", D = 64, width of b = 1, reduction = Sum,
        kind: Gauss,
        f32: 11_000 x 11_000, f64: 10_000 x 10_000,
    }
    {
        title: "gauss D=3, b of dim 100",
        formula: "Exp(-SqDist(x,y)) * b", D = 3, width of b = 100, reduction = Sum,
        kind: Gauss,
        f32: 8_000 x 8_000, f64: 7_000 x 7_000,
    }
    {
        title: "LogSumExp D=3",
        formula: "b - SqDist(x,y)", D = 3, width of b = 1, reduction = LogSumExp,
        kind: LogSumExp,
        f32: 27_000 x 27_000, f64: 27_000 x 27_000,
    }
    {
        title: "ArgMin D=3, N=1000",
        formula: "SqDist(x,y)", D = 3, width of b = 1, reduction = ArgMin,
        kind: Nearest,
        f32: 1_000_000 x 1_000, f64: 1_000_000 x 1_000,
    }
}
