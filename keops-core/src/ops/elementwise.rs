//! Functions of one number, entry by entry.

use super::arithmetic::{ADD, DIVIDE, MINUS, MULT, POW, SQUARE, SUBTRACT};
use super::logic::EQUAL;
use super::{Applied, Meaning, Operator, Parameter, Slope, whole, zero};
use crate::graph::{Graph, Id};

/// `1 / f`
pub(crate) static INV: Operator = Operator::elementwise(
    &["Inv"],
    &["f"],
    "recip",
    |x, _| 1.0 / x[0],
    &[|graph, at| {
        let square = graph.map(&SQUARE, &[at.value]);
        Slope::By(graph.map(&MINUS, &[square]))
    }],
);

/// The exponential function.
pub(crate) static EXP: Operator =
    Operator::elementwise(&["Exp"], &["f"], "exp", |x, _| x[0].exp(), &[|_, at| Slope::By(at.value)]);

/// 2 to the power of -f. Not in the language: what `fast_math` makes of [`EXP`]. The sign belongs to the function, as
/// kernels decay, and a sign of its own would be an operation on a GPU.
pub(crate) static EXP2_NEG: Operator = Operator::elementwise(
    &["Exp2Neg"],
    &["f"],
    "exp2_neg",
    |x, _| (-x[0]).exp2(),
    &[|graph, at| {
        let factor = graph.constant(-std::f64::consts::LN_2);
        Slope::By(graph.map(&MULT, &[factor, at.value]))
    }],
);

/// The natural logarithm: -inf at 0, NaN below.
pub(crate) static LOG: Operator = Operator::elementwise(
    &["Log"],
    &["f"],
    "log",
    |x, _| x[0].ln(),
    &[|graph, at| Slope::By(graph.map(&INV, at.operands))],
);

/// `f * Log(f)`, continued by 0 at 0; its derivative there is -inf.
pub(crate) static XLOGX: Operator = Operator::elementwise(
    &["XLogX"],
    &["f"],
    "xlogx",
    |x, _| if x[0] == 0.0 { 0.0 } else { x[0] * x[0].ln() },
    &[|graph, at| {
        let log = graph.map(&LOG, at.operands);
        let one = graph.constant(1.0);
        Slope::By(graph.map(&ADD, &[log, one]))
    }],
);

/// The sine.
pub(crate) static SIN: Operator = Operator::elementwise(
    &["Sin"],
    &["f"],
    "sin",
    |x, _| x[0].sin(),
    &[|graph, at| Slope::By(graph.map(&COS, at.operands))],
);

/// The cosine.
pub(crate) static COS: Operator = Operator::elementwise(
    &["Cos"],
    &["f"],
    "cos",
    |x, _| x[0].cos(),
    &[|graph, at| {
        let sine = graph.map(&SIN, at.operands);
        Slope::By(graph.map(&MINUS, &[sine]))
    }],
);

/// `Sin(f) / f`, continued by 1 at 0. It is the spherical Bessel function of order 0.
pub(crate) static SINXDIVX: Operator = Operator::elementwise(
    &["SinXDivX"],
    &["f"],
    "sinxdivx",
    |x, _| if x[0] == 0.0 { 1.0 } else { x[0].sin() / x[0] },
    &[|graph, at| {
        let bessel = graph.map_with(&SPHERICAL_BESSEL, 1, at.operands);
        Slope::By(graph.map(&MINUS, &[bessel]))
    }],
);

/// The largest order that keops-device computes.
const MAX_BESSEL: i64 = 16;

/// The spherical Bessel function j_n of the first kind. Not in the language: the derivatives of `SinXDivX`, which in
/// this form are smooth through 0 (Digital Library of Mathematical Functions, 10.51.2).
pub(crate) static SPHERICAL_BESSEL: Operator = Operator {
    names: &["SphericalBessel"],
    operands: &["f"],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Elementwise {
        value: |x, n| spherical_bessel(x[0], whole(n)),
        method: "spherical_bessel",
        // j_n' = (n j_(n-1) - (n+1) j_(n+1)) / (2n+1); for the last order j_n' = j_(n-1) - (n+1) j_n / f.
        slopes: &[|graph, at| {
            let n = at.parameter;
            if n == MAX_BESSEL {
                let lower = graph.map_with(&SPHERICAL_BESSEL, n - 1, at.operands);
                let none = graph.constant(0.0);
                let vanishing = graph.map(&EQUAL, &[at.operands[0], none]);
                let divisor = graph.map(&ADD, &[at.operands[0], vanishing]);
                let factor = graph.constant((n + 1) as f64);
                let scaled = graph.map(&MULT, &[factor, at.value]);
                let quotient = graph.map(&DIVIDE, &[scaled, divisor]);
                return Slope::By(graph.map(&SUBTRACT, &[lower, quotient]));
            }
            let mut order = |order: i64, factor: i64| {
                let bessel = match order {
                    0 => graph.map(&SINXDIVX, at.operands),
                    _ => graph.map_with(&SPHERICAL_BESSEL, order, at.operands),
                };
                let factor = graph.constant(factor as f64 / (2 * n + 1) as f64);
                graph.map(&MULT, &[factor, bessel])
            };
            let (lower, upper) = (order(n - 1, n), order(n + 1, n + 1));
            Slope::By(graph.map(&SUBTRACT, &[lower, upper]))
        }],
    },
};

/// The inverse sine; NaN outside of [-1, 1]. Its derivative at the ends is 0, as that of the square root.
pub(crate) static ASIN: Operator = Operator::elementwise(
    &["Asin"],
    &["f"],
    "asin",
    |x, _| x[0].asin(),
    &[|graph, at| Slope::By(inverse_cofunction(graph, at))],
);

/// The inverse cosine; NaN outside of [-1, 1]. Its derivative at the ends is 0.
pub(crate) static ACOS: Operator = Operator::elementwise(
    &["Acos"],
    &["f"],
    "acos",
    |x, _| x[0].acos(),
    &[|graph, at| {
        let slope = inverse_cofunction(graph, at);
        Slope::By(graph.map(&MINUS, &[slope]))
    }],
);

/// The inverse tangent.
pub(crate) static ATAN: Operator = Operator::elementwise(
    &["Atan"],
    &["f"],
    "atan",
    |x, _| x[0].atan(),
    &[|graph, at| {
        let one = graph.constant(1.0);
        let square = graph.map(&SQUARE, at.operands);
        let sum = graph.map(&ADD, &[one, square]);
        Slope::By(graph.map(&INV, &[sum]))
    }],
);

/// The square root; NaN below 0. Its derivative at 0 is 0.
pub(crate) static SQRT: Operator = Operator::elementwise(
    &["Sqrt"],
    &["f"],
    "sqrt",
    |x, _| x[0].sqrt(),
    &[|graph, at| {
        let half = graph.constant(0.5);
        let rsqrt = graph.map(&RSQRT, at.operands);
        Slope::By(graph.map(&MULT, &[half, rsqrt]))
    }],
);

/// `1 / Sqrt(f)`, but 0 at 0, its derivative too: this is what makes norms differentiable at 0.
pub(crate) static RSQRT: Operator = Operator::elementwise(
    &["Rsqrt"],
    &["f"],
    "rsqrt",
    |x, _| if x[0] == 0.0 { 0.0 } else { 1.0 / x[0].sqrt() },
    &[|graph, at| {
        let minus_half = graph.constant(-0.5);
        let cube = graph.map_with(&POW, 3, &[at.value]);
        Slope::By(graph.map(&MULT, &[minus_half, cube]))
    }],
);

/// The absolute value. Its derivative at 0 is 0.
pub(crate) static ABS: Operator = Operator::elementwise(
    &["Abs"],
    &["f"],
    "abs",
    |x, _| x[0].abs(),
    &[|graph, at| Slope::By(graph.map(&SIGN, at.operands))],
);

/// -1, 0 or 1; 0 at NaN.
pub(crate) static SIGN: Operator = Operator::elementwise(
    &["Sign"],
    &["f"],
    "sign",
    |x, _| {
        if x[0] > 0.0 {
            1.0
        } else if x[0] < 0.0 {
            -1.0
        } else {
            0.0
        }
    },
    &[zero],
);

/// 0 below 0, 1 elsewhere, also at NaN.
pub(crate) static STEP: Operator =
    Operator::elementwise(&["Step"], &["f"], "step", |x, _| if x[0] < 0.0 { 0.0 } else { 1.0 }, &[zero]);

/// 0 below 0, f elsewhere. Its derivative at 0 is 1.
pub(crate) static RELU: Operator = Operator::elementwise(
    &["ReLU"],
    &["f"],
    "relu",
    |x, _| if x[0] < 0.0 { 0.0 } else { x[0] },
    &[|graph, at| Slope::By(graph.map(&STEP, at.operands))],
);

/// The largest integer that is not above f.
pub(crate) static FLOOR: Operator = Operator::elementwise(&["Floor"], &["f"], "floor", |x, _| x[0].floor(), &[zero]);

/// f rounded to d decimals (to tens for d = -1), halves away from zero.
pub(crate) static ROUND: Operator = Operator {
    names: &["Round"],
    operands: &["f"],
    parameters: &[Parameter::Integer("d")],
    meaning: Meaning::Elementwise {
        value: |x, d| {
            let scale = 10f64.powi(whole(d));
            (x[0] * scale).round() / scale
        },
        method: "round_decimals",
        slopes: &[zero],
    },
};

/// f without its fractional part. Not in the language: a part of `OneHot`.
pub(crate) static TRUNC: Operator = Operator::elementwise(&["Trunc"], &["f"], "trunc", |x, _| x[0].trunc(), &[zero]);

/// `Rsqrt(1 - f**2)`
fn inverse_cofunction(graph: &mut Graph, at: &Applied<'_>) -> Id {
    let one = graph.constant(1.0);
    let square = graph.map(&SQUARE, at.operands);
    let rest = graph.map(&SUBTRACT, &[one, square]);
    graph.map(&RSQRT, &[rest])
}

/// The power series near 0, where the recurrence cancels; the recurrence elsewhere.
fn spherical_bessel(x: f64, order: i32) -> f64 {
    let n = f64::from(order);
    if x.abs() < n + 2.0 {
        let lead: f64 = (1..=order).map(|k| x / f64::from(2 * k + 1)).product();
        let mut term = 1.0;
        let mut sum = 1.0;
        for k in 1..100 {
            term *= -x * x / (2.0 * f64::from(k) * f64::from(2 * order + 2 * k + 1));
            sum += term;
        }
        return lead * sum;
    }
    let (mut lower, mut here) = (x.cos() / x, x.sin() / x);
    for k in 0..order {
        (lower, here) = (here, f64::from(2 * k + 1) / x * here - lower);
    }
    here
}

pub(super) static TABLE: &[&Operator] = &[
    &INV, &EXP, &LOG, &XLOGX, &SIN, &COS, &SINXDIVX, &ASIN, &ACOS, &ATAN, &SQRT, &RSQRT, &ABS, &SIGN, &STEP, &RELU,
    &FLOOR, &ROUND,
];
