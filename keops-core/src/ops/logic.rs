//! Comparisons and choices, and the other elementwise functions of two or three operands.

use super::arithmetic::{ADD, DIVIDE, MINUS, MULT, SQUARE, SUBTRACT};
use super::elementwise::{FLOOR, INV, LOG};
use super::{Applied, Meaning, Operator, Parameter, Slope, zero};
use crate::graph::{Graph, Id};

/// 1 where the operands are equal, 0 elsewhere; NaN equals nothing.
pub(crate) static EQUAL: Operator =
    Operator::elementwise(&["Equal"], &["f", "g"], "equal", |x, _| truth(x[0] == x[1]), &[zero, zero]);

/// 1 where the operands differ, 0 elsewhere; NaN differs from everything.
pub(crate) static NOT_EQUAL: Operator =
    Operator::elementwise(&["NotEqual"], &["f", "g"], "not_equal", |x, _| truth(x[0] != x[1]), &[zero, zero]);

/// 1 where `f < g`, 0 elsewhere.
pub(crate) static LESS_THAN: Operator =
    Operator::elementwise(&["LessThan"], &["f", "g"], "less_than", |x, _| truth(x[0] < x[1]), &[zero, zero]);

/// 1 where `f <= g`, 0 elsewhere.
pub(crate) static LESS_OR_EQUAL: Operator =
    Operator::elementwise(&["LessOrEqual"], &["f", "g"], "less_or_equal", |x, _| truth(x[0] <= x[1]), &[zero, zero]);

/// g where `f >= 0`, h elsewhere, also where f is NaN. The derivative passes through the branch that is taken.
pub(crate) static IF_ELSE: Operator = Operator::elementwise(
    &["IfElse"],
    &["f", "g", "h"],
    "if_else",
    |x, _| if x[0] >= 0.0 { x[1] } else { x[2] },
    &[zero, |_, at| Slope::Where(at.operands[0]), |_, at| Slope::WhereNot(at.operands[0])],
);

/// f brought into the interval from g to h; the test against g comes first. The derivative goes to f in the closed
/// interval, to g below it and to h above it.
pub(crate) static CLAMP: Operator = Operator::elementwise(
    &["Clamp"],
    &["f", "g", "h"],
    "clamp",
    |x, _| clamp(x[0], x[1], x[2]),
    &[
        |graph, at| Slope::By(graph.map(&DIFF_CLAMP, at.operands)),
        |graph, at| Slope::By(graph.map(&LESS_THAN, &at.operands[..2])),
        |graph, at| {
            let below = graph.map(&LESS_THAN, &at.operands[..2]);
            let above = graph.map(&LESS_THAN, &[at.operands[2], at.operands[0]]);
            // 1 only where it is above and not below.
            Slope::By(graph.map(&LESS_THAN, &[below, above]))
        },
    ],
);

/// 1 in the closed interval from g to h and at NaN, 0 outside: the derivative of `Clamp` by its first operand. Not in
/// the language, which has [`DIFF_CLAMP_INT`] only.
pub(crate) static DIFF_CLAMP: Operator = Operator::elementwise(
    &["DiffClamp"],
    &["f", "g", "h"],
    "diff_clamp",
    |x, _| diff_clamp(x[0], x[1], x[2]),
    &[zero, zero, zero],
);

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
pub(crate) static MOD: Operator = Operator::elementwise(
    &["Mod"],
    &["f", "m", "o"],
    "modulo",
    |x, _| {
        let (f, m, o) = (x[0], x[1], x[2]);
        f - m * ((f - o) / m).floor()
    },
    &[
        |_, _| Slope::One,
        |graph, at| {
            let shifted = graph.map(&SUBTRACT, &[at.operands[0], at.operands[2]]);
            let quotient = graph.map(&DIVIDE, &[shifted, at.operands[1]]);
            let periods = graph.map(&FLOOR, &[quotient]);
            Slope::By(graph.map(&MINUS, &[periods]))
        },
        zero,
    ],
);

/// f to the real power g. Where f is 0 the derivative by g is taken to be 0, and where g is 0 that by f: the limits
/// of all but the most singular cases, where the products of the rules would be 0 times infinity.
pub(crate) static POWF: Operator = Operator::elementwise(
    &["Powf"],
    &["f", "g"],
    "powf",
    |x, _| x[0].powf(x[1]),
    &[
        // g f^(g-1), with the exponent 0 in place of -1 for g = 0.
        |graph, at| {
            let (one, none) = (graph.constant(1.0), graph.constant(0.0));
            let constant = graph.map(&EQUAL, &[at.operands[1], none]);
            let lower = graph.map(&SUBTRACT, &[at.operands[1], one]);
            let exponent = graph.map(&ADD, &[lower, constant]);
            let power = graph.map(&POWF, &[at.operands[0], exponent]);
            Slope::By(graph.map(&MULT, &[at.operands[1], power]))
        },
        // log(f) f^g, with the logarithm of 1 in place of that of 0.
        |graph, at| {
            let none = graph.constant(0.0);
            let vanishing = graph.map(&EQUAL, &[at.operands[0], none]);
            let base = graph.map(&ADD, &[at.operands[0], vanishing]);
            let log = graph.map(&LOG, &[base]);
            Slope::By(graph.map(&MULT, &[log, at.value]))
        },
    ],
);

/// The angle of the point with abscissa g and ordinate f.
pub(crate) static ATAN2: Operator = Operator::elementwise(
    &["Atan2"],
    &["f", "g"],
    "atan2",
    |x, _| x[0].atan2(x[1]),
    &[
        |graph, at| Slope::By(over_squared_radius(graph, at, at.operands[1])),
        |graph, at| {
            let slope = over_squared_radius(graph, at, at.operands[0]);
            Slope::By(graph.map(&MINUS, &[slope]))
        },
    ],
);

/// `x / (f**2 + g**2)`
fn over_squared_radius(graph: &mut Graph, at: &Applied<'_>, x: Id) -> Id {
    let squares = [at.operands[0], at.operands[1]].map(|x| graph.map(&SQUARE, &[x]));
    let sum = graph.map(&ADD, &squares);
    let inverse = graph.map(&INV, &[sum]);
    graph.map(&MULT, &[x, inverse])
}

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
