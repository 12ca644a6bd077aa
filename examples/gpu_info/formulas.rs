//! Some formulas.

use keops::prelude::*;

/// A formula, and what the build script has made of it.
pub(crate) struct Row {
    pub(crate) formula: &'static str,
    pub(crate) reduction: &'static str,
    /// PTX of all methods: a formula with derivatives has many.
    pub(crate) gpu_code: Option<&'static str>,
}

/// The formulas of this program.
pub(crate) fn rows() -> Vec<Row> {
    let row = |formula, reduction, gpu_code| Row { formula, reduction, gpu_code };
    let value = formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false);
    let gauss = formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    let log = formula!("b - SqDist(x, y)", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp, derivatives = false);
    let nearest = formula!("SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = ArgKMin(10), derivatives = false);
    vec![
        row("Exp(-SqDist(x, y)) * b", "Sum", value.gpu_code()),
        row("Exp(-SqDist(x, y)) * b", "Sum, all derivatives", gauss.gpu_code()),
        row("b - SqDist(x, y)", "LogSumExp", log.gpu_code()),
        row("SqDist(x, y)", "ArgKMin(10)", nearest.gpu_code()),
    ]
}
