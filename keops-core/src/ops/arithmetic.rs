//! Sums, products, quotients and powers.

use super::elementwise::{ABS, INV};
use super::{Meaning, Operator, Parameter, Slope, broadcast_dim, entry, whole};
use crate::graph::{FoldKind, Function};

/// `f + g`
pub(crate) static ADD: Operator =
    Operator::elementwise(&["Add"], &["f", "g"], "add", |x, _| x[0] + x[1], &[|_, _| Slope::One, |_, _| Slope::One]);

/// `f - g`
pub(crate) static SUBTRACT: Operator = Operator::elementwise(
    &["Subtract"],
    &["f", "g"],
    "sub",
    |x, _| x[0] - x[1],
    &[|_, _| Slope::One, |_, _| Slope::MinusOne],
);

/// `-f`
pub(crate) static MINUS: Operator =
    Operator::elementwise(&["Minus"], &["f"], "neg", |x, _| -x[0], &[|_, _| Slope::MinusOne]);

/// `f * g`
pub(crate) static MULT: Operator = Operator::elementwise(
    &["Mult"],
    &["f", "g"],
    "mul",
    |x, _| x[0] * x[1],
    &[|_, at| Slope::By(at.operands[1]), |_, at| Slope::By(at.operands[0])],
);

/// `f / g`
pub(crate) static DIVIDE: Operator = Operator::elementwise(
    &["Divide"],
    &["f", "g"],
    "div",
    |x, _| x[0] / x[1],
    &[
        |graph, at| Slope::By(graph.map(&INV, &[at.operands[1]])),
        |graph, at| {
            let inverse = graph.map(&INV, &[at.operands[1]]);
            let slope = graph.map(&MULT, &[at.value, inverse]);
            Slope::By(graph.map(&MINUS, &[slope]))
        },
    ],
);

/// `f ** m`, a product of m factors; `Pow(f, 0)` is 1 everywhere, also at 0, infinity and NaN.
pub(crate) static POW: Operator = Operator {
    names: &["Pow"],
    operands: &["f"],
    parameters: &[Parameter::Integer("m")],
    meaning: Meaning::Elementwise {
        value: |x, m| x[0].powi(whole(m)),
        method: "powi",
        slopes: &[|graph, at| {
            if at.parameter == 0 {
                return Slope::Zero;
            }
            let exponent = graph.constant(at.parameter as f64);
            let power = graph.map_with(&POW, at.parameter - 1, at.operands);
            Slope::By(graph.map(&MULT, &[exponent, power]))
        }],
    },
};

/// `f ** 2`
pub(crate) static SQUARE: Operator = Operator::elementwise(
    &["Square"],
    &["f"],
    "square",
    |x, _| x[0] * x[0],
    &[|graph, at| {
        let two = graph.constant(2.0);
        Slope::By(graph.map(&MULT, &[two, at.operands[0]]))
    }],
);

/// `(f | g)`: the sum of the products.
pub(crate) static SCALPROD: Operator = Operator {
    names: &["Scalprod"],
    operands: &["f", "g"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| broadcast_dim(call.dims).map(|_| 1),
        value: |_, x| {
            let dim = x[0].len().max(x[1].len());
            vec![(0..dim).map(|k| entry(&x[0], k) * entry(&x[1], k)).sum()]
        },
        build: |graph, _, x| {
            let product = graph.map(&MULT, x);
            graph.fold(FoldKind::Sum, product)
        },
    },
};

pub(super) static TABLE: &[&Operator] = &[&ADD, &SUBTRACT, &MINUS, &MULT, &DIVIDE, &POW, &SQUARE, &SCALPROD];

/// True for the functions that multiply two numbers.
pub(crate) fn is_product(function: Function) -> bool {
    function.is(&MULT) || function.is(&SQUARE)
}

/// True for functions that cost about as much as an addition: computing one twice beats storing its result.
pub(crate) fn is_cheap(function: Function) -> bool {
    is_product(function) || function.is(&ADD) || function.is(&SUBTRACT) || function.is(&MINUS) || function.is(&ABS)
}
