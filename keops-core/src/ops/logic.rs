//! Comparisons and choices, and the other elementwise functions of two or three operands.

use super::{Meaning, Operator, Parameter};

/// 1 where the operands are equal, 0 elsewhere; NaN equals nothing.
pub(crate) static EQUAL: Operator = Operator::elementwise(&["Equal"], &["f", "g"], "equal", |x, _| truth(x[0] == x[1]));

/// 1 where the operands differ, 0 elsewhere; NaN differs from everything.
pub(crate) static NOT_EQUAL: Operator =
    Operator::elementwise(&["NotEqual"], &["f", "g"], "not_equal", |x, _| truth(x[0] != x[1]));

/// 1 where `f < g`, 0 elsewhere.
pub(crate) static LESS_THAN: Operator =
    Operator::elementwise(&["LessThan"], &["f", "g"], "less_than", |x, _| truth(x[0] < x[1]));

/// 1 where `f <= g`, 0 elsewhere.
pub(crate) static LESS_OR_EQUAL: Operator =
    Operator::elementwise(&["LessOrEqual"], &["f", "g"], "less_or_equal", |x, _| truth(x[0] <= x[1]));

/// g where `f >= 0`, h elsewhere, also where f is NaN.
pub(crate) static IF_ELSE: Operator =
    Operator::elementwise(&["IfElse"], &["f", "g", "h"], "if_else", |x, _| if x[0] >= 0.0 { x[1] } else { x[2] });

/// f brought into the interval from g to h; the test against g comes first.
pub(crate) static CLAMP: Operator =
    Operator::elementwise(&["Clamp"], &["f", "g", "h"], "clamp", |x, _| clamp(x[0], x[1], x[2]));

/// 1 in the closed interval from g to h and at NaN, 0 outside: the derivative of `Clamp` by its first operand. Not in
/// the language, which has [`DIFF_CLAMP_INT`] only.
pub(crate) static DIFF_CLAMP: Operator =
    Operator::elementwise(&["DiffClamp"], &["f", "g", "h"], "diff_clamp", |x, _| diff_clamp(x[0], x[1], x[2]));

/// `Clamp` between two integers.
pub(crate) static CLAMP_INT: Operator = Operator {
    names: &["ClampInt"],
    operands: &["f"],
    parameters: &[Parameter::Integer("a"), Parameter::Integer("b")],
    meaning: Meaning::Composite {
        dim: |call| Ok(call.dims[0]),
        value: |call, x| x[0].iter().map(|&f| clamp(f, call.integers[0] as f64, call.integers[1] as f64)).collect(),
        build: |graph, call, x| {
            let bounds = [graph.constant(call.integers[0] as f64), graph.constant(call.integers[1] as f64)];
            graph.map(&CLAMP, &[x[0], bounds[0], bounds[1]])
        },
    },
};

/// The derivative of `ClampInt`: 1 in the closed interval and at NaN, 0 outside.
pub(crate) static DIFF_CLAMP_INT: Operator = Operator {
    names: &["DiffClampInt"],
    operands: &["f"],
    parameters: &[Parameter::Integer("a"), Parameter::Integer("b")],
    meaning: Meaning::Composite {
        dim: |call| Ok(call.dims[0]),
        value: |call, x| {
            x[0].iter().map(|&f| diff_clamp(f, call.integers[0] as f64, call.integers[1] as f64)).collect()
        },
        build: |graph, call, x| {
            let bounds = [graph.constant(call.integers[0] as f64), graph.constant(call.integers[1] as f64)];
            graph.map(&DIFF_CLAMP, &[x[0], bounds[0], bounds[1]])
        },
    },
};

/// f minus the multiple of m that brings it into the interval of length m that starts at o.
pub(crate) static MOD: Operator = Operator::elementwise(&["Mod"], &["f", "m", "o"], "modulo", |x, _| {
    let (f, m, o) = (x[0], x[1], x[2]);
    f - m * ((f - o) / m).floor()
});

/// f to the real power g.
pub(crate) static POWF: Operator = Operator::elementwise(&["Powf"], &["f", "g"], "powf", |x, _| x[0].powf(x[1]));

/// The angle of the point with abscissa g and ordinate f.
pub(crate) static ATAN2: Operator = Operator::elementwise(&["Atan2"], &["f", "g"], "atan2", |x, _| x[0].atan2(x[1]));

fn truth(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

fn clamp(f: f64, low: f64, high: f64) -> f64 {
    // Not f64::clamp, which panics when low > high.
    if f < low {
        low
    } else if f > high {
        high
    } else {
        f
    }
}

fn diff_clamp(f: f64, low: f64, high: f64) -> f64 {
    if f < low || f > high { 0.0 } else { 1.0 }
}

pub(super) static TABLE: &[&Operator] = &[
    &EQUAL,
    &NOT_EQUAL,
    &LESS_THAN,
    &LESS_OR_EQUAL,
    &IF_ELSE,
    &CLAMP,
    &CLAMP_INT,
    &DIFF_CLAMP_INT,
    &MOD,
    &POWF,
    &ATAN2,
];
