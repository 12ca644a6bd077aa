//! Numbers that are written as calls.

use super::{Call, Meaning, Mismatch, Operator, Parameter};

/// The integer n.
pub(crate) static INT_CST: Operator = Operator {
    names: &["IntCst"],
    operands: &[],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |call, _| vec![call.integers[0] as f64],
        build: |graph, call, _| graph.constant(call.integers[0] as f64),
    },
};

/// The number 1/n.
pub(crate) static INT_INV: Operator = Operator {
    names: &["IntInv"],
    operands: &[],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |call| denominator(call, 0),
        value: |call, _| vec![1.0 / call.integers[0] as f64],
        build: |graph, call, _| graph.constant((call.integers[0] as f64).recip()),
    },
};

/// The number p/q.
pub(crate) static RAT_CST: Operator = Operator {
    names: &["RatCst"],
    operands: &[],
    parameters: &[Parameter::Integer("p"), Parameter::Integer("q")],
    meaning: Meaning::Composite {
        dim: |call| denominator(call, 1),
        value: |call, _| vec![call.integers[0] as f64 / call.integers[1] as f64],
        build: |graph, call, _| {
            let (p, q) = (call.integers[0], call.integers[1]);
            // A quotient of 0 is never -0: it is the node that every other zero is.
            graph.constant(if p == 0 { 0.0 } else { p as f64 / q as f64 })
        },
    },
};

/// n zeros.
pub(crate) static ZERO: Operator = Operator {
    names: &["Zero"],
    operands: &[],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |call| call.length(0),
        value: |call, _| vec![0.0; call.size(0)],
        build: |graph, call, _| graph.constants(vec![0.0; call.size(0)]),
    },
};

/// The dimension of a fraction whose denominator is integer parameter number `number`.
fn denominator(call: &Call<'_>, number: usize) -> Result<usize, Mismatch> {
    if call.integers[number] == 0 {
        return Err(Mismatch::new(call.dims.len() + number, "0", "a denominator other than 0"));
    }
    Ok(1)
}

pub(super) static TABLE: &[&Operator] = &[&INT_CST, &INT_INV, &RAT_CST, &ZERO];
