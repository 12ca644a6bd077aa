//! Picking, padding, and vectors made into one number.

use super::arithmetic::ADD;
use super::elementwise::TRUNC;
use super::logic::EQUAL;
use super::{Call, Meaning, Mismatch, Operator, Parameter};
use crate::graph::{FoldKind, Source};

/// The sum of the entries.
pub(crate) static SUM: Operator = Operator {
    names: &["Sum"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![x[0].iter().sum()],
        build: |graph, _, x| graph.fold(FoldKind::Sum, x[0]),
    },
};

/// A scalar repeated n times.
pub(crate) static SUM_T: Operator = Operator {
    names: &["SumT"],
    operands: &["f"],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |call| call.scalar(0).and_then(|()| call.length(0)),
        value: |call, x| vec![x[0][0]; call.size(0)],
        build: |graph, call, x| graph.broadcast(x[0], call.size(0)),
    },
};

/// The largest entry; a NaN loses, unless it is entry 0.
pub(crate) static MAX: Operator = Operator {
    names: &["Max"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![x[0][extreme(&x[0], |new, best| new > best)]],
        build: |graph, _, x| graph.fold(FoldKind::Max, x[0]),
    },
};

/// The smallest entry; a NaN loses, unless it is entry 0.
pub(crate) static MIN: Operator = Operator {
    names: &["Min"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![x[0][extreme(&x[0], |new, best| new < best)]],
        build: |graph, _, x| graph.fold(FoldKind::Min, x[0]),
    },
};

/// The position of the largest entry, the first of equals.
pub(crate) static ARG_MAX: Operator = Operator {
    names: &["ArgMax"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![extreme(&x[0], |new, best| new > best) as f64],
        build: |graph, _, x| graph.fold(FoldKind::ArgMax, x[0]),
    },
};

/// The position of the smallest entry, the first of equals.
pub(crate) static ARG_MIN: Operator = Operator {
    names: &["ArgMin"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![extreme(&x[0], |new, best| new < best) as f64],
        build: |graph, _, x| graph.fold(FoldKind::ArgMin, x[0]),
    },
};

/// Entry m.
pub(crate) static ELEM: Operator = Operator {
    names: &["Elem"],
    operands: &["f"],
    parameters: &[Parameter::Integer("m")],
    meaning: Meaning::Composite {
        dim: |call| entry_below(call, 0, call.dims[0]).map(|()| 1),
        value: |call, x| vec![x[0][call.size(0)]],
        build: |graph, call, x| graph.pick(x[0], [call.size(0)]),
    },
};

/// n zeros with the scalar f at position m.
pub(crate) static ELEM_T: Operator = Operator {
    names: &["ElemT"],
    operands: &["f"],
    parameters: &[Parameter::Integer("n"), Parameter::Integer("m")],
    meaning: Meaning::Composite {
        dim: |call| {
            call.scalar(0)?;
            let n = call.length(0)?;
            entry_below(call, 1, n).map(|()| n)
        },
        value: |call, x| {
            let mut padded = vec![0.0; call.size(0)];
            padded[call.size(1)] = x[0][0];
            padded
        },
        build: |graph, call, x| graph.gather(&[x[0]], padding(call.size(1), 1, call.size(0))),
    },
};

/// The k entries from entry s on.
pub(crate) static EXTRACT: Operator = Operator {
    names: &["Extract"],
    operands: &["f"],
    parameters: &[Parameter::Integer("s"), Parameter::Integer("k")],
    meaning: Meaning::Composite {
        dim: |call| {
            let d = call.dims[0];
            entry_below(call, 0, d)?;
            let (s, k) = (call.size(0), call.length(1)?);
            if k > d - s {
                let expected = format!("at most {}, as f has dimension {d} and s is {s}", d - s);
                return Err(Mismatch::new(2, k.to_string(), expected));
            }
            Ok(k)
        },
        value: |call, x| x[0][call.size(0)..call.size(0) + call.size(1)].to_vec(),
        build: |graph, call, x| graph.pick(x[0], (0..call.size(1)).map(|k| call.size(0) + k)),
    },
};

/// n zeros with f from position s on.
pub(crate) static EXTRACT_T: Operator = Operator {
    names: &["ExtractT"],
    operands: &["f"],
    parameters: &[Parameter::Integer("s"), Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |call| {
            let (d, n) = (call.dims[0], call.length(1)?);
            entry_below(call, 0, n)?;
            let s = call.size(0);
            if d > n - s {
                let expected = format!("at least {}: f has dimension {d} and starts at {s}", s + d);
                return Err(Mismatch::new(2, n.to_string(), expected));
            }
            Ok(n)
        },
        value: |call, x| {
            let mut padded = vec![0.0; call.size(1)];
            padded[call.size(0)..call.size(0) + x[0].len()].copy_from_slice(&x[0]);
            padded
        },
        build: |graph, call, x| {
            let sources = padding(call.size(0), call.dims[0], call.size(1));
            graph.gather(&[x[0]], sources)
        },
    },
};

/// The entries of f, then those of g.
pub(crate) static CONCAT: Operator = Operator {
    names: &["Concat"],
    operands: &["f", "g"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(call.dims[0] + call.dims[1]),
        value: |_, x| [x[0].as_slice(), x[1].as_slice()].concat(),
        build: |graph, call, x| {
            let entries = |operand: usize| (0..call.dims[operand]).map(move |entry| Source::Entry { operand, entry });
            graph.gather(x, entries(0).chain(entries(1)).collect())
        },
    },
};

/// n zeros with a 1 at the integer nearest to f; only zeros where that is no position.
pub(crate) static ONE_HOT: Operator = Operator {
    names: &["OneHot"],
    operands: &["f"],
    parameters: &[Parameter::Integer("n")],
    meaning: Meaning::Composite {
        dim: |call| call.scalar(0).and_then(|()| call.length(0)),
        value: |call, x| {
            let mut hot = vec![0.0; call.size(0)];
            let position = (x[0][0] + 0.5).trunc();
            if position >= 0.0 && position < hot.len() as f64 {
                hot[position as usize] = 1.0;
            }
            hot
        },
        build: |graph, call, x| {
            let half = graph.constant(0.5);
            let shifted = graph.map(&ADD, &[x[0], half]);
            let position = graph.map(&TRUNC, &[shifted]);
            let positions = graph.constants((0..call.size(0)).map(|k| k as f64).collect());
            graph.map(&EQUAL, &[position, positions])
        },
    },
};

/// Checks that integer parameter number `number` is an entry of a vector of `count` entries.
fn entry_below(call: &Call<'_>, number: usize, count: usize) -> Result<(), Mismatch> {
    let entry = call.integers[number];
    match usize::try_from(entry) {
        Ok(inside) if inside < count => Ok(()),
        _ => {
            let expected = format!("an entry from 0 to {}", count - 1);
            Err(Mismatch::new(call.dims.len() + number, entry.to_string(), expected))
        }
    }
}

/// `n` zeros, but for the `count` entries of operand 0 from position `start` on.
fn padding(start: usize, count: usize, n: usize) -> Vec<Source> {
    let mut sources = vec![Source::Zero; n];
    for (entry, source) in sources[start..start + count].iter_mut().enumerate() {
        *source = Source::Entry { operand: 0, entry };
    }
    sources
}

/// The position of the entry that no later one beats.
pub(crate) fn extreme(f: &[f64], beats: fn(f64, f64) -> bool) -> usize {
    let mut best = 0;
    for k in 1..f.len() {
        if beats(f[k], f[best]) {
            best = k;
        }
    }
    best
}

pub(super) static TABLE: &[&Operator] =
    &[&SUM, &SUM_T, &MAX, &MIN, &ARG_MAX, &ARG_MIN, &ELEM, &ELEM_T, &EXTRACT, &EXTRACT_T, &CONCAT, &ONE_HOT];
