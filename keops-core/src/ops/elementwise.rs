//! Functions of one number, entry by entry.

use super::{Meaning, Operator, Parameter, whole};

/// `1 / f`
pub(crate) static INV: Operator = Operator::elementwise(&["Inv"], &["f"], "recip", |x, _| 1.0 / x[0]);

/// The exponential function.
pub(crate) static EXP: Operator = Operator::elementwise(&["Exp"], &["f"], "exp", |x, _| x[0].exp());

/// The natural logarithm: -inf at 0, NaN below.
pub(crate) static LOG: Operator = Operator::elementwise(&["Log"], &["f"], "log", |x, _| x[0].ln());

/// `f * Log(f)`, continued by 0 at 0.
pub(crate) static XLOGX: Operator =
    Operator::elementwise(&["XLogX"], &["f"], "xlogx", |x, _| if x[0] == 0.0 { 0.0 } else { x[0] * x[0].ln() });

/// The sine.
pub(crate) static SIN: Operator = Operator::elementwise(&["Sin"], &["f"], "sin", |x, _| x[0].sin());

/// The cosine.
pub(crate) static COS: Operator = Operator::elementwise(&["Cos"], &["f"], "cos", |x, _| x[0].cos());

/// `Sin(f) / f`, continued by 1 at 0.
pub(crate) static SINXDIVX: Operator =
    Operator::elementwise(&["SinXDivX"], &["f"], "sinxdivx", |x, _| if x[0] == 0.0 { 1.0 } else { x[0].sin() / x[0] });

/// The inverse sine; NaN outside of [-1, 1].
pub(crate) static ASIN: Operator = Operator::elementwise(&["Asin"], &["f"], "asin", |x, _| x[0].asin());

/// The inverse cosine; NaN outside of [-1, 1].
pub(crate) static ACOS: Operator = Operator::elementwise(&["Acos"], &["f"], "acos", |x, _| x[0].acos());

/// The inverse tangent.
pub(crate) static ATAN: Operator = Operator::elementwise(&["Atan"], &["f"], "atan", |x, _| x[0].atan());

/// The square root; NaN below 0.
pub(crate) static SQRT: Operator = Operator::elementwise(&["Sqrt"], &["f"], "sqrt", |x, _| x[0].sqrt());

/// `1 / Sqrt(f)`, but 0 at 0: this is what makes norms differentiable at 0.
pub(crate) static RSQRT: Operator =
    Operator::elementwise(&["Rsqrt"], &["f"], "rsqrt", |x, _| if x[0] == 0.0 { 0.0 } else { 1.0 / x[0].sqrt() });

/// The absolute value.
pub(crate) static ABS: Operator = Operator::elementwise(&["Abs"], &["f"], "abs", |x, _| x[0].abs());

/// -1, 0 or 1; 0 at NaN.
pub(crate) static SIGN: Operator = Operator::elementwise(&["Sign"], &["f"], "sign", |x, _| {
    if x[0] > 0.0 {
        1.0
    } else if x[0] < 0.0 {
        -1.0
    } else {
        0.0
    }
});

/// 0 below 0, 1 elsewhere, also at NaN.
pub(crate) static STEP: Operator =
    Operator::elementwise(&["Step"], &["f"], "step", |x, _| if x[0] < 0.0 { 0.0 } else { 1.0 });

/// 0 below 0, f elsewhere.
pub(crate) static RELU: Operator =
    Operator::elementwise(&["ReLU"], &["f"], "relu", |x, _| if x[0] < 0.0 { 0.0 } else { x[0] });

/// The largest integer that is not above f.
pub(crate) static FLOOR: Operator = Operator::elementwise(&["Floor"], &["f"], "floor", |x, _| x[0].floor());

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
    },
};

/// f without its fractional part. Not in the language: a part of `OneHot`.
pub(crate) static TRUNC: Operator = Operator::elementwise(&["Trunc"], &["f"], "trunc", |x, _| x[0].trunc());

pub(super) static TABLE: &[&Operator] = &[
    &INV, &EXP, &LOG, &XLOGX, &SIN, &COS, &SINXDIVX, &ASIN, &ACOS, &ATAN, &SQRT, &RSQRT, &ABS, &SIGN, &STEP, &RELU,
    &FLOOR, &ROUND,
];
