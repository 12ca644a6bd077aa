//! Norms and distances.

use super::arithmetic::{MULT, SQUARE, SUBTRACT};
use super::elementwise::{RSQRT, SQRT};
use super::{Call, Meaning, Mismatch, Operator, broadcast_dim, dimension, entry};
use crate::graph::{Einsum, FoldKind, Graph, Id};

/// The sum of the squares.
pub(crate) static SQ_NORM2: Operator = Operator {
    names: &["SqNorm2"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![squared_norm(&x[0])],
        build: |graph, _, x| sum_of_squares(graph, x[0]),
    },
};

/// The Euclidean norm.
pub(crate) static NORM2: Operator = Operator {
    names: &["Norm2"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |_| Ok(1),
        value: |_, x| vec![squared_norm(&x[0]).sqrt()],
        build: |graph, _, x| {
            let squared = sum_of_squares(graph, x[0]);
            graph.map(&SQRT, &[squared])
        },
    },
};

/// f divided by its norm; the zero vector stays zero.
pub(crate) static NORMALIZE: Operator = Operator {
    names: &["Normalize"],
    operands: &["f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(call.dims[0]),
        value: |_, x| {
            let norm = squared_norm(&x[0]).sqrt();
            x[0].iter().map(|f| if norm == 0.0 { 0.0 } else { f / norm }).collect()
        },
        build: |graph, _, x| {
            let squared = sum_of_squares(graph, x[0]);
            let factor = graph.map(&RSQRT, &[squared]);
            graph.map(&MULT, &[factor, x[0]])
        },
    },
};

/// The squared Euclidean distance.
pub(crate) static SQ_DIST: Operator = Operator {
    names: &["SqDist"],
    operands: &["f", "g"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| broadcast_dim(call.dims).map(|_| 1),
        value: |_, x| vec![squared_norm(&difference(&x[0], &x[1]))],
        build: |graph, _, x| {
            let difference = graph.map(&SUBTRACT, x);
            sum_of_squares(graph, difference)
        },
    },
};

/// `s * SqNorm2(f)`
pub(crate) static SQ_NORM_ISO: Operator = Operator {
    names: &["SqNormIso"],
    operands: &["s", "f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| call.scalar(0).map(|()| 1),
        value: |_, x| vec![x[0][0] * squared_norm(&x[1])],
        build: |graph, _, x| isotropic(graph, x[0], x[1]),
    },
};

/// The sum of the squares, each with its own weight.
pub(crate) static SQ_NORM_DIAG: Operator = Operator {
    names: &["SqNormDiag"],
    operands: &["s", "f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| weights(call, &[call.dims[1]], "as operand 2"),
        value: |_, x| vec![x[0].iter().zip(&x[1]).map(|(s, f)| s * f * f).sum()],
        build: |graph, _, x| diagonal(graph, x[0], x[1]),
    },
};

/// The quadratic form of the matrix s, which need not be symmetric.
pub(crate) static SYM_SQ_NORM: Operator = Operator {
    names: &["SymSqNorm"],
    operands: &["s", "f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| {
            let d = call.dims[1];
            weights(call, &[d * d], &format!("a matrix of {d} x {d}"))
        },
        value: |_, x| vec![quadratic_form(&x[0], &x[1])],
        build: |graph, _, x| quadratic(graph, x[0], x[1]),
    },
};

/// The squared norm weighted by a number, a number per entry or a matrix.
pub(crate) static WEIGHTED_SQ_NORM: Operator = Operator {
    names: &["WeightedSqNorm"],
    operands: &["s", "f"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| any_weights(call, call.dims[1]),
        value: |_, x| vec![weighted_squared_norm(&x[0], &x[1])],
        build: |graph, _, x| weighted(graph, x[0], x[1]),
    },
};

/// The squared distance weighted by a number, a number per entry or a matrix.
pub(crate) static WEIGHTED_SQ_DIST: Operator = Operator {
    names: &["WeightedSqDist"],
    operands: &["s", "f", "g"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| {
            let (f, g) = (call.dims[1], call.dims[2]);
            if f != g && f != 1 && g != 1 {
                return Err(Mismatch::new(2, dimension(g), format!("dimension {f}, as operand 2, or 1")));
            }
            any_weights(call, f.max(g))
        },
        value: |_, x| vec![weighted_squared_norm(&x[0], &difference(&x[1], &x[2]))],
        build: |graph, _, x| {
            let difference = graph.map(&SUBTRACT, &[x[1], x[2]]);
            weighted(graph, x[0], difference)
        },
    },
};

/// The dimension of a weighted norm: operand 0, the weights, must have one of the dimensions `allowed`.
fn weights(call: &Call<'_>, allowed: &[usize], why: &str) -> Result<usize, Mismatch> {
    if allowed.contains(&call.dims[0]) {
        return Ok(1);
    }
    let mut allowed: Vec<String> = allowed.iter().map(usize::to_string).collect();
    allowed.dedup();
    let expected = format!("dimension {}, {why}", allowed.join(" or "));
    Err(Mismatch::new(0, dimension(call.dims[0]), expected))
}

fn any_weights(call: &Call<'_>, d: usize) -> Result<usize, Mismatch> {
    let why = format!("the weights of a vector of dimension {d}: one number, one per entry or a matrix");
    weights(call, &[1, d, d * d], &why)
}

fn squared_norm(f: &[f64]) -> f64 {
    f.iter().map(|x| x * x).sum()
}

fn difference(f: &[f64], g: &[f64]) -> Vec<f64> {
    (0..f.len().max(g.len())).map(|k| entry(f, k) - entry(g, k)).collect()
}

fn quadratic_form(s: &[f64], f: &[f64]) -> f64 {
    let d = f.len();
    let mut sum = 0.0;
    for k in 0..d {
        for l in 0..d {
            sum += s[k * d + l] * f[k] * f[l];
        }
    }
    sum
}

fn weighted_squared_norm(s: &[f64], f: &[f64]) -> f64 {
    if s.len() == 1 {
        s[0] * squared_norm(f)
    } else if s.len() == f.len() {
        s.iter().zip(f).map(|(s, f)| s * f * f).sum()
    } else {
        quadratic_form(s, f)
    }
}

fn sum_of_squares(graph: &mut Graph, f: Id) -> Id {
    let squares = graph.map(&SQUARE, &[f]);
    graph.fold(FoldKind::Sum, squares)
}

fn isotropic(graph: &mut Graph, s: Id, f: Id) -> Id {
    let squared = sum_of_squares(graph, f);
    graph.map(&MULT, &[s, squared])
}

fn diagonal(graph: &mut Graph, s: Id, f: Id) -> Id {
    let squares = graph.map(&SQUARE, &[f]);
    let products = graph.map(&MULT, &[s, squares]);
    graph.fold(FoldKind::Sum, products)
}

fn quadratic(graph: &mut Graph, s: Id, f: Id) -> Id {
    let d = graph.dim(f);
    let row_by_row = Einsum { sizes: vec![d, d], a: vec![0, 1], b: vec![1], out: vec![0] };
    let image = graph.contract(row_by_row, s, f);
    let products = graph.map(&MULT, &[f, image]);
    graph.fold(FoldKind::Sum, products)
}

fn weighted(graph: &mut Graph, s: Id, f: Id) -> Id {
    if graph.dim(s) == 1 {
        isotropic(graph, s, f)
    } else if graph.dim(s) == graph.dim(f) {
        diagonal(graph, s, f)
    } else {
        quadratic(graph, s, f)
    }
}

pub(super) static TABLE: &[&Operator] = &[
    &SQ_NORM2,
    &NORM2,
    &NORMALIZE,
    &SQ_DIST,
    &SQ_NORM_ISO,
    &SQ_NORM_DIAG,
    &SYM_SQ_NORM,
    &WEIGHTED_SQ_NORM,
    &WEIGHTED_SQ_DIST,
];
