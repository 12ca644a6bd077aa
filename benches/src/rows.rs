//! The table of rows. To add one, add an entry to the call of `rows!` at the end of this file; a result of a new kind
//! also needs its row in [`crate::kind`], its meaning in [`crate::reference`] and its form for JAX and NumPy in
//! `python/worker.py`.

use crate::data::{Answer, Arrays, Number, Variable};
use crate::kind::Kind;
use keops::prelude::*;

/// What `keops` computes for a row, given the arrays: one answer per result.
pub type Compute<T> = fn(&Arrays<T>) -> Result<Vec<Answer>, Error>;

/// How a row is computed in one type.
#[derive(Clone, Copy, Debug)]
pub struct Run<T> {
    /// How many rows x_i and columns y_j there are: a run of ours lasts about 0.1 s to 0.5 s.
    pub sizes: (usize, usize),
    /// The results by `keops`.
    pub compute: Compute<T>,
}

/// One formula with its dimensions, its reduction, what is computed of it, and sizes.
#[derive(Debug)]
pub struct Row {
    /// The name in the report.
    pub title: &'static str,
    /// The formula in some of the variables x (Vi), y (Vj), b (Vj), e (Vi) and h (Vi), as `keops` and PyKeOps read it.
    pub formula: &'static str,
    /// The reduction over j, with the argument that it may have: `ArgKMin(10)`. Its name is the same in PyKeOps.
    pub reduction: &'static str,
    /// What is computed: the value of the formula, or gradients of it. A run computes all results.
    pub results: &'static [Kind],
    /// The dimension of x, y and h.
    pub dim: usize,
    /// The dimension of b and e.
    pub width: usize,
    /// The run in f32.
    pub f32: Option<Run<f32>>,
    /// The run in f64.
    pub f64: Option<Run<f64>>,
}

impl Row {
    /// The variables that a run reads.
    pub fn variables(&self) -> Vec<Variable> {
        let read = |variable| self.results.iter().any(|kind| kind.variables().contains(variable));
        Variable::ALL.iter().filter(|variable| read(variable)).copied().collect()
    }

    /// The arrays of a run.
    pub fn draw<T: Number>(&self, sizes: (usize, usize)) -> Arrays<T> {
        if self.results.contains(&Kind::Attention) {
            Arrays::draw_queries(self.dim, self.width, sizes)
        } else {
            Arrays::draw(self.dim, self.width, sizes)
        }
    }
}

macro_rules! rows {
    ($({
        title: $title:literal,
        formula: (
            $formula:tt, x = Vi($dim:tt), y = Vj($dim_y:tt), b = Vj($width:tt)
            $(, $name:ident = $category:ident($dim_of:tt))*
        ),
        reduction: $reduction:ident $(($argument:tt))?,
        results: [$($kind:ident $(($count:tt))?),*],
        ours: |$f:ident, $a:ident| $ours:expr,
        f32: $m32:literal x $n32:literal $(, f64: $m64:literal x $n64:literal)?,
    })*) => {
        /// All rows of the comparison.
        pub static ROWS: &[Row] = &[$({
            fn ours<T: Number>($a: &Arrays<T>) -> Result<Vec<Answer>, Error> {
                let $f = formula!(
                    $formula,
                    x = Vi($dim), y = Vj($dim_y), b = Vj($width) $(, $name = $category($dim_of))*,
                    reduction = $reduction $(($argument))?
                );
                Ok(Vec::from($ours.map(Answer::from)))
            }
            Row {
                title: $title,
                formula: $formula,
                reduction: concat!(stringify!($reduction) $(, "(", stringify!($argument), ")")?),
                results: &[$(Kind::$kind $(($count))?),*],
                dim: $dim,
                width: $width,
                f32: run!(ours, $m32 x $n32),
                f64: run!(ours $(, $m64 x $n64)?),
            }
        }),*];
    };
}

/// The run of a type, which a row may leave out.
macro_rules! run {
    ($ours:ident, $rows:literal x $columns:literal) => {
        Some(Run { sizes: ($rows, $columns), compute: $ours })
    };
    ($ours:ident) => {
        None
    };
}

rows! {
    {
        title: "gauss D=3",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: Sum,
        results: [Gauss],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 27_000 x 27_000, f64: 27_000 x 27_000,
    }
    {
        title: "gauss D=10",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(10), y = Vj(10), b = Vj(1)),
        reduction: Sum,
        results: [Gauss],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 22_000 x 22_000, f64: 22_000 x 22_000,
    }
    {
        title: "gauss D=64",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(64), y = Vj(64), b = Vj(1)),
        reduction: Sum,
        results: [Gauss],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 11_000 x 11_000, f64: 10_000 x 10_000,
    }
    {
        title: "gauss D=3, b of dim 100",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(100)),
        reduction: Sum,
        results: [Gauss],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 8_000 x 8_000, f64: 7_000 x 7_000,
    }
    {
        title: "LogSumExp D=3",
        formula: ("b - SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: LogSumExp,
        results: [LogSumExp],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 27_000 x 27_000, f64: 27_000 x 27_000,
    }
    {
        title: "ArgMin D=3, N=1000",
        formula: ("SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: ArgMin,
        results: [Nearest],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 1_000_000 x 1_000, f64: 1_000_000 x 1_000,
    }
    {
        title: "ArgMin D=64, N=1000",
        formula: ("SqDist(x,y)", x = Vi(64), y = Vj(64), b = Vj(1)),
        reduction: ArgMin,
        results: [Nearest],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 200_000 x 1_000, f64: 200_000 x 1_000,
    }
    {
        title: "ArgKMin(10) D=3",
        formula: ("SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: ArgKMin(10),
        results: [Neighbours(10)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000, f64: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(10) D=10",
        formula: ("SqDist(x,y)", x = Vi(10), y = Vj(10), b = Vj(1)),
        reduction: ArgKMin(10),
        results: [Neighbours(10)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(10) D=64",
        formula: ("SqDist(x,y)", x = Vi(64), y = Vj(64), b = Vj(1)),
        reduction: ArgKMin(10),
        results: [Neighbours(10)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000, f64: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(10) D=100",
        formula: ("SqDist(x,y)", x = Vi(100), y = Vj(100), b = Vj(1)),
        reduction: ArgKMin(10),
        results: [Neighbours(10)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(100) D=3",
        formula: ("SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: ArgKMin(100),
        results: [Neighbours(100)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(100) D=10",
        formula: ("SqDist(x,y)", x = Vi(10), y = Vj(10), b = Vj(1)),
        reduction: ArgKMin(100),
        results: [Neighbours(100)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(100) D=64",
        formula: ("SqDist(x,y)", x = Vi(64), y = Vj(64), b = Vj(1)),
        reduction: ArgKMin(100),
        results: [Neighbours(100)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "ArgKMin(100) D=100",
        formula: ("SqDist(x,y)", x = Vi(100), y = Vj(100), b = Vj(1)),
        reduction: ArgKMin(100),
        results: [Neighbours(100)],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 20_000 x 20_000,
    }
    {
        title: "attention D=64",
        formula: ("(x|y) / 8", x = Vi(64), y = Vj(64), b = Vj(64)),
        reduction: SumSoftMaxWeight("b"),
        results: [Attention],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 8_000 x 8_000, f64: 8_000 x 8_000,
    }
    {
        title: "gradient in x, D=3",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: Sum,
        results: [GradientX],
        ours: |f, a| [f.grad_x(&a.x, &a.y, &a.b, &a.e)?],
        f32: 15_000 x 15_000, f64: 15_000 x 15_000,
    }
    {
        title: "gradient in x, D=64",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(64), y = Vj(64), b = Vj(1)),
        reduction: Sum,
        results: [GradientX],
        ours: |f, a| [f.grad_x(&a.x, &a.y, &a.b, &a.e)?],
        f32: 5_000 x 5_000, f64: 4_000 x 4_000,
    }
    {
        title: "all gradients, D=3",
        formula: ("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: Sum,
        results: [GradientX, GradientY, GradientB],
        ours: |f, a| f.vjp(&a.x, &a.y, &a.b, &a.e).map(|gradients| [gradients.x, gradients.y, gradients.b])?,
        f32: 10_000 x 10_000, f64: 10_000 x 10_000,
    }
    {
        title: "Hessian-vector, D=3",
        formula: (
            "Grad(Grad(Exp(-SqDist(x,y)) * b, x, e), x, h)",
            x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1), h = Vi(3)
        ),
        reduction: Sum,
        results: [Hessian],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b, &a.e, &a.h)?],
        f32: 12_000 x 12_000, f64: 12_000 x 12_000,
    }
    {
        title: "Laplacian, D=3",
        formula: ("Laplacian(Exp(-SqDist(x,y)) * b, x)", x = Vi(3), y = Vj(3), b = Vj(1)),
        reduction: Sum,
        results: [Laplacian],
        ours: |f, a| [f.call(&a.x, &a.y, &a.b)?],
        f32: 14_000 x 14_000, f64: 14_000 x 14_000,
    }
}
