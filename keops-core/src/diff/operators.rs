//! The differential operators of the language, one row each.

use super::{Input, jvp, trace::trace, unit, vjp, zeros};
use crate::graph::{Graph, Id, Source};

/// The dimensions of a call: of the function, of the variables, of the further operands.
pub(crate) struct Dims<'a> {
    pub(crate) of: usize,
    pub(crate) by: &'a [usize],
    pub(crate) operands: &'a [usize],
}

/// What does not fit in a call.
pub(crate) enum Misfit {
    /// The function must have this dimension, for this reason.
    Of(String),
    /// Operand number `.0` must have a dimension, in words.
    Operand(usize, String),
    /// The result would have this many entries.
    Result(usize),
}

/// A call of a differential operator in a graph.
pub struct Derivative<'a> {
    /// What is differentiated.
    pub of: Id,
    /// By which variables.
    pub by: &'a [Input],
    /// The cotangent, the tangents, or the weights.
    pub operands: &'a [Id],
}

/// A differential operator.
pub struct Differential {
    /// Its name.
    pub name: &'static str,
    /// How a call looks.
    pub usage: &'static str,
    /// The least and the largest number of operands beside the function and the variable.
    pub(crate) operands: (usize, usize),
    /// Whether several variables can be given as a list, with one operand each.
    pub(crate) several: bool,
    /// Whether the function must be linear in the variable.
    pub(crate) linear: bool,
    /// The dimension of the result.
    pub(crate) dim: fn(&Dims<'_>) -> Result<usize, Misfit>,
    /// The nodes that compute it.
    pub(crate) build: fn(&mut Graph, &Derivative<'_>) -> Id,
}

impl Differential {
    /// The nodes of a call.
    pub fn build(&self, graph: &mut Graph, call: &Derivative<'_>) -> Id {
        (self.build)(graph, call)
    }
}

impl std::fmt::Debug for Differential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A matrix of partial derivatives with more entries than this is a slip of the keyboard.
const LARGEST: usize = 1 << 14;

/// `Grad(F, v, e)`: the transposed Jacobian of F by v, times e.
static GRAD: Differential = Differential {
    name: "Grad",
    usage: "Grad(F, v, e)",
    operands: (1, 1),
    several: false,
    linear: false,
    dim: cotangent_dim,
    build: |graph, call| vjp(graph, &[(call.of, call.operands[0])], call.by)[0],
};

/// `Diff(F, v, u)`: the Jacobian of F by v, times u; `Diff(F, (v, w), (a, b))` is the sum of two of them.
static DIFF: Differential = Differential {
    name: "Diff",
    usage: "Diff(F, v, u)",
    operands: (1, 1),
    several: true,
    linear: false,
    dim: |dims| {
        for (k, (v, u)) in dims.by.iter().zip(dims.operands).enumerate() {
            if v != u {
                return Err(Misfit::Operand(k, format!("dimension {v}, as its variable")));
            }
        }
        Ok(dims.of)
    },
    build: |graph, call| {
        let tangents: Vec<(usize, Id)> =
            call.by.iter().zip(call.operands).map(|((number, _), &tangent)| (*number, tangent)).collect();
        jvp(graph, call.of, &tangents)
    },
};

/// `GradMatrix(F, v)`: the Jacobian, row by row: entry k d(v) + l is the derivative of entry k of F by entry l of v.
static GRAD_MATRIX: Differential = Differential {
    name: "GradMatrix",
    usage: "GradMatrix(F, v)",
    operands: (0, 0),
    several: false,
    linear: false,
    dim: |dims| match dims.of * dims.by[0] {
        entries if entries > LARGEST => Err(Misfit::Result(entries)),
        entries => Ok(entries),
    },
    build: |graph, call| {
        let (rows, (number, columns)) = (graph.dim(call.of), call.by[0]);
        let entry = |operand, entry| Source::Entry { operand, entry };
        if rows <= columns {
            let gradients: Vec<Id> = (0..rows)
                .map(|k| {
                    let cotangent = unit(graph, rows, k);
                    vjp(graph, &[(call.of, cotangent)], call.by)[0]
                })
                .collect();
            return graph.gather(&gradients, (0..rows * columns).map(|at| entry(at / columns, at % columns)).collect());
        }
        let changes: Vec<Id> = (0..columns)
            .map(|l| {
                let tangent = unit(graph, columns, l);
                jvp(graph, call.of, &[(number, tangent)])
            })
            .collect();
        graph.gather(&changes, (0..rows * columns).map(|at| entry(at % columns, at / columns)).collect())
    },
};

/// `Divergence(F, v)`: the trace of the Jacobian.
static DIVERGENCE: Differential = Differential {
    name: "Divergence",
    usage: "Divergence(F, v)",
    operands: (0, 0),
    several: false,
    linear: false,
    dim: |dims| match dims.by[0] {
        v if v == dims.of => Ok(1),
        v => Err(Misfit::Of(format!("dimension {v}, as the variable"))),
    },
    build: |graph, call| divergence(graph, call.of, call.by[0]),
};

/// `Laplacian(F, v)`: the divergence of the gradient of a scalar.
static LAPLACIAN: Differential = Differential {
    name: "Laplacian",
    usage: "Laplacian(F, v)",
    operands: (0, 0),
    several: false,
    linear: false,
    dim: |dims| match dims.of {
        1 => Ok(1),
        _ => Err(Misfit::Of("dimension 1".to_owned())),
    },
    build: |graph, call| {
        let one = graph.constant(1.0);
        let gradient = vjp(graph, &[(call.of, one)], call.by)[0];
        divergence(graph, gradient, call.by[0])
    },
};

/// `TraceOperator(F, v, w)`: the trace of diag(w) A, where F is A v. Where F is a scalar A is a row, and the result is
/// the sum of its entries, weighted by w.
static TRACE_OPERATOR: Differential = Differential {
    name: "TraceOperator",
    usage: "TraceOperator(F, v, [w])",
    operands: (0, 1),
    several: false,
    linear: true,
    dim: |dims| {
        let v = dims.by[0];
        if dims.of != v && dims.of != 1 {
            return Err(Misfit::Of(format!("dimension {v}, as the variable, or 1")));
        }
        match dims.operands.first() {
            Some(&w) if w != 1 && w != v => Err(Misfit::Operand(0, format!("dimension {v}, as the variable, or 1"))),
            _ => Ok(1),
        }
    },
    build: |graph, call| {
        let (number, dim) = call.by[0];
        let weights = match call.operands {
            [] => graph.constants(vec![1.0; dim]),
            [weights, ..] => graph.spread(*weights, dim),
        };
        if graph.dim(call.of) == dim {
            trace(graph, call.of, call.by[0], weights).unwrap_or_else(|| zeros(graph, 1))
        } else {
            jvp(graph, call.of, &[(number, weights)])
        }
    },
};

/// `AdjointOperator(F, v, u)`: the transpose of A times u, where F is A v.
static ADJOINT_OPERATOR: Differential = Differential {
    name: "AdjointOperator",
    usage: "AdjointOperator(F, v, u)",
    operands: (1, 1),
    several: false,
    linear: true,
    dim: cotangent_dim,
    build: |graph, call| vjp(graph, &[(call.of, call.operands[0])], call.by)[0],
};

/// The operand has the dimension of the function, the result that of the variable.
fn cotangent_dim(dims: &Dims<'_>) -> Result<usize, Misfit> {
    if dims.operands[0] == dims.of {
        return Ok(dims.by[0]);
    }
    Err(Misfit::Operand(0, format!("dimension {}, as the function that is differentiated", dims.of)))
}

fn divergence(graph: &mut Graph, of: Id, by: Input) -> Id {
    let ones = graph.constants(vec![1.0; by.1]);
    trace(graph, of, by, ones).unwrap_or_else(|| zeros(graph, 1))
}

static TABLE: [&Differential; 7] =
    [&GRAD, &DIFF, &GRAD_MATRIX, &DIVERGENCE, &LAPLACIAN, &TRACE_OPERATOR, &ADJOINT_OPERATOR];

/// All differential operators.
pub(crate) fn all() -> impl Iterator<Item = &'static Differential> {
    TABLE.into_iter()
}

/// The differential operator called `name`.
pub(crate) fn find(name: &str) -> Option<&'static Differential> {
    all().find(|operator| operator.name == name)
}
