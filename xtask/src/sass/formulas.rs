//! The formulas whose kernels are looked at.

/// A formula, as a call of the macro.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) title: &'static str,
    pub(super) call: &'static str,
}

pub(super) const FORMULAS: [Entry; 8] = [
    Entry {
        title: "gauss D=3",
        call: r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false"#,
    },
    Entry {
        title: "gauss D=3, fast_math",
        call: r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), fast_math = true, derivatives = false"#,
    },
    Entry {
        title: "gradient in x D=3",
        call: r#""Grad(Exp(-SqDist(x, y)) * b, x, e)", x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1), derivatives = false"#,
    },
    Entry {
        title: "LogSumExp D=3",
        call: r#""b - SqDist(x, y)", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp, derivatives = false"#,
    },
    Entry {
        title: "ArgKMin(10) D=3",
        call: r#""SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = ArgKMin(10), derivatives = false"#,
    },
    Entry {
        title: "gauss D=64",
        call: r#""Exp(-SqDist(x, y)) * b", x = Vi(64), y = Vj(64), b = Vj(1), derivatives = false"#,
    },
    Entry {
        title: "gauss D=3, b of dim 64",
        call: r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(64), derivatives = false"#,
    },
    Entry {
        title: "attention D=64",
        call: r#""(x|y)", x = Vi(64), y = Vj(64), v = Vj(64), reduction = SumSoftMaxWeight("v"), derivatives = false"#,
    },
];
