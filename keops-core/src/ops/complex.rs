//! Complex numbers. A complex vector of length n is a real one of dimension 2n: re0, im0, re1, im1, ...

use super::arithmetic::{ADD, DIVIDE, MINUS, MULT, SQUARE, SUBTRACT};
use super::elementwise::{COS, EXP, SIN, SQRT};
use super::logic::ATAN2;
use super::{Call, Meaning, Mismatch, Operator, Parameter, dimension};
use crate::graph::{FoldKind, Graph, Id, Source};

/// The real parts.
pub(crate) static COMPLEX_REAL: Operator = Operator {
    names: &["ComplexReal"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0),
        value: |_, x| numbers(&x[0]).map(|(re, _)| re).collect(),
        build: |graph, _, x| real_part(graph, x[0]),
    },
};

/// The imaginary parts.
pub(crate) static COMPLEX_IMAG: Operator = Operator {
    names: &["ComplexImag"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0),
        value: |_, x| numbers(&x[0]).map(|(_, im)| im).collect(),
        build: |graph, _, x| imaginary_part(graph, x[0]),
    },
};

/// `x + 0i`
pub(crate) static REAL2COMPLEX: Operator = Operator {
    names: &["Real2Complex"],
    operands: &["x"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(2 * call.dims[0]),
        value: |_, x| vector(x[0].iter().map(|&re| (re, 0.0))),
        build: |graph, call, x| {
            let number = |entry| [Source::Entry { operand: 0, entry }, Source::Zero];
            graph.gather(&[x[0]], (0..call.dims[0]).flat_map(number).collect())
        },
    },
};

/// `0 + xi`
pub(crate) static IMAG2COMPLEX: Operator = Operator {
    names: &["Imag2Complex"],
    operands: &["x"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(2 * call.dims[0]),
        value: |_, x| vector(x[0].iter().map(|&im| (0.0, im))),
        build: |graph, call, x| {
            let number = |entry| [Source::Zero, Source::Entry { operand: 0, entry }];
            graph.gather(&[x[0]], (0..call.dims[0]).flat_map(number).collect())
        },
    },
};

/// The complex conjugate.
pub(crate) static CONJ: Operator = Operator {
    names: &["Conj"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0).map(|n| 2 * n),
        value: |_, x| vector(numbers(&x[0]).map(|(re, im)| (re, -im))),
        build: |graph, _, x| {
            let (re, im) = parts(graph, x[0]);
            let minus_im = graph.map(&MINUS, &[im]);
            interleave(graph, re, minus_im)
        },
    },
};

/// The modulus, as the square root of its square: so its gradient at 0 is 0.
pub(crate) static COMPLEX_ABS: Operator = Operator {
    names: &["ComplexAbs"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0),
        value: |_, x| numbers(&x[0]).map(|(re, im)| (re * re + im * im).sqrt()).collect(),
        build: |graph, _, x| {
            let squared = squared_modulus(graph, x[0]);
            graph.map(&SQRT, &[squared])
        },
    },
};

/// The squared modulus.
pub(crate) static COMPLEX_SQUARE_ABS: Operator = Operator {
    names: &["ComplexSquareAbs"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0),
        value: |_, x| numbers(&x[0]).map(|(re, im)| re * re + im * im).collect(),
        build: |graph, _, x| squared_modulus(graph, x[0]),
    },
};

/// The angle, in (-pi, pi].
pub(crate) static COMPLEX_ANGLE: Operator = Operator {
    names: &["ComplexAngle"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0),
        value: |_, x| numbers(&x[0]).map(|(re, im)| im.atan2(re)).collect(),
        build: |graph, _, x| {
            let (re, im) = parts(graph, x[0]);
            graph.map(&ATAN2, &[im, re])
        },
    },
};

/// The sum of the complex entries.
pub(crate) static COMPLEX_SUM: Operator = Operator {
    names: &["ComplexSum"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0).map(|_| 2),
        value: |_, x| {
            let sum = numbers(&x[0]).fold((0.0, 0.0), |sum, (re, im)| (sum.0 + re, sum.1 + im));
            vec![sum.0, sum.1]
        },
        build: |graph, _, x| {
            let (re, im) = parts(graph, x[0]);
            let (re, im) = (graph.fold(FoldKind::Sum, re), graph.fold(FoldKind::Sum, im));
            interleave(graph, re, im)
        },
    },
};

/// One complex number repeated, up to the real dimension k.
pub(crate) static COMPLEX_SUM_T: Operator = Operator {
    names: &["ComplexSumT"],
    operands: &["z"],
    parameters: &[Parameter::Integer("k")],
    meaning: Meaning::Composite {
        dim: |call| {
            if call.dims[0] != 2 {
                return Err(Mismatch::new(0, dimension(call.dims[0]), "dimension 2: one complex number, re, im"));
            }
            let k = call.length(0)?;
            if !k.is_multiple_of(2) {
                return Err(Mismatch::new(1, k.to_string(), "an even number: the real dimension of the result"));
            }
            Ok(k)
        },
        value: |call, x| x[0].repeat(call.size(0) / 2),
        build: |graph, call, x| repeat(graph, x[0], call.size(0)),
    },
};

/// `z + w`
pub(crate) static COMPLEX_ADD: Operator = Operator {
    names: &["ComplexAdd"],
    operands: &["z", "w"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: complex_dim,
        value: |_, x| combine(x, |a, b| (a.0 + b.0, a.1 + b.1)),
        build: |graph, _, x| add(graph, &ADD, x),
    },
};

/// `z - w`
pub(crate) static COMPLEX_SUBTRACT: Operator = Operator {
    names: &["ComplexSubtract"],
    operands: &["z", "w"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: complex_dim,
        value: |_, x| combine(x, |a, b| (a.0 - b.0, a.1 - b.1)),
        build: |graph, _, x| add(graph, &SUBTRACT, x),
    },
};

/// `z * w`
pub(crate) static COMPLEX_MULT: Operator = Operator {
    names: &["ComplexMult"],
    operands: &["z", "w"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: complex_dim,
        value: |_, x| combine(x, |a, b| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)),
        build: |graph, _, x| multiply(graph, x[0], x[1]),
    },
};

/// `z / w`
pub(crate) static COMPLEX_DIVIDE: Operator = Operator {
    names: &["ComplexDivide"],
    operands: &["z", "w"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: complex_dim,
        value: |_, x| {
            combine(x, |a, b| {
                let squared = b.0 * b.0 + b.1 * b.1;
                ((a.0 * b.0 + a.1 * b.1) / squared, (a.1 * b.0 - a.0 * b.1) / squared)
            })
        },
        build: |graph, _, x| {
            let ((z_re, z_im), (w_re, w_im)) = (parts(graph, x[0]), parts(graph, x[1]));
            let squared = squared_modulus(graph, x[1]);
            let re = products(graph, &ADD, (z_re, w_re), (z_im, w_im));
            let im = products(graph, &SUBTRACT, (z_im, w_re), (z_re, w_im));
            let (re, im) = (graph.map(&DIVIDE, &[re, squared]), graph.map(&DIVIDE, &[im, squared]));
            interleave(graph, re, im)
        },
    },
};

/// A real number times a complex vector, in either order.
pub(crate) static COMPLEX_REAL_SCAL: Operator = Operator {
    names: &["ComplexRealScal"],
    operands: &["s", "z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| {
            if call.dims[1] == 1 {
                return complex(call, 0).map(|n| 2 * n);
            }
            let n = complex(call, 1)?;
            if call.dims[0] != 1 {
                let expected = "dimension 1: a real number, for one of the two operands";
                return Err(Mismatch::new(0, dimension(call.dims[0]), expected));
            }
            Ok(2 * n)
        },
        value: |_, x| {
            let (s, z) = if x[0].len() == 1 { (x[0][0], &x[1]) } else { (x[1][0], &x[0]) };
            vector(numbers(z).map(|(re, im)| (s * re, s * im)))
        },
        build: |graph, _, x| graph.map(&MULT, x),
    },
};

/// A complex number times a complex vector, in either order: a special case of `ComplexMult`.
pub(crate) static COMPLEX_SCAL: Operator = Operator {
    names: &["ComplexScal"],
    operands: &["s", "z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| {
            let dim = complex_dim(call)?;
            if !call.dims.contains(&2) {
                let expected = "dimension 2: one complex number, for one of the two operands";
                return Err(Mismatch::new(0, dimension(call.dims[0]), expected));
            }
            Ok(dim)
        },
        value: |_, x| combine(x, |a, b| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)),
        build: |graph, _, x| multiply(graph, x[0], x[1]),
    },
};

/// The complex exponential.
pub(crate) static COMPLEX_EXP: Operator = Operator {
    names: &["ComplexExp"],
    operands: &["z"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| complex(call, 0).map(|n| 2 * n),
        value: |_, x| vector(numbers(&x[0]).map(|(re, im)| (re.exp() * im.cos(), re.exp() * im.sin()))),
        build: |graph, _, x| {
            let (re, im) = parts(graph, x[0]);
            let modulus = graph.map(&EXP, &[re]);
            let (cos, sin) = (graph.map(&COS, &[im]), graph.map(&SIN, &[im]));
            let (re, im) = (graph.map(&MULT, &[modulus, cos]), graph.map(&MULT, &[modulus, sin]));
            interleave(graph, re, im)
        },
    },
};

/// The complex numbers of modulus 1 with the angles x.
pub(crate) static COMPLEX_EXP1J: Operator = Operator {
    names: &["ComplexExp1j"],
    operands: &["x"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(2 * call.dims[0]),
        value: |_, x| vector(x[0].iter().map(|angle| (angle.cos(), angle.sin()))),
        build: |graph, _, x| {
            let (cos, sin) = (graph.map(&COS, x), graph.map(&SIN, x));
            interleave(graph, cos, sin)
        },
    },
};

/// The number of complex entries of operand number `operand`.
fn complex(call: &Call<'_>, operand: usize) -> Result<usize, Mismatch> {
    let d = call.dims[operand];
    if !d.is_multiple_of(2) {
        let expected = "an even dimension: a complex vector is re0, im0, re1, im1, ...";
        return Err(Mismatch::new(operand, dimension(d), expected));
    }
    Ok(d / 2)
}

/// The complex rule: even dimensions, equal or 2.
fn complex_dim(call: &Call<'_>) -> Result<usize, Mismatch> {
    let (n, m) = (complex(call, 0)?, complex(call, 1)?);
    if n != m && n != 1 && m != 1 {
        let expected = format!("dimension {}, as operand 1, or 2: one complex number", 2 * n);
        return Err(Mismatch::new(1, dimension(2 * m), expected));
    }
    Ok(2 * n.max(m))
}

/// The real and the imaginary part of a number.
type Pair = (f64, f64);

fn numbers(z: &[f64]) -> impl Iterator<Item = Pair> {
    z.chunks(2).map(|number| (number[0], number[1]))
}

fn vector(numbers: impl Iterator<Item = Pair>) -> Vec<f64> {
    numbers.flat_map(|(re, im)| [re, im]).collect()
}

/// A function of one number of each operand, for operands that follow the complex rule.
fn combine(x: &[Vec<f64>], function: fn(Pair, Pair) -> Pair) -> Vec<f64> {
    let count = x[0].len().max(x[1].len()) / 2;
    let number = |z: &[f64], k: usize| if z.len() == 2 { (z[0], z[1]) } else { (z[2 * k], z[2 * k + 1]) };
    vector((0..count).map(|k| function(number(&x[0], k), number(&x[1], k))))
}

fn real_part(graph: &mut Graph, z: Id) -> Id {
    let dim = graph.dim(z);
    graph.pick(z, (0..dim).step_by(2))
}

fn imaginary_part(graph: &mut Graph, z: Id) -> Id {
    let dim = graph.dim(z);
    graph.pick(z, (1..dim).step_by(2))
}

fn parts(graph: &mut Graph, z: Id) -> (Id, Id) {
    (real_part(graph, z), imaginary_part(graph, z))
}

/// The complex vector of these real and imaginary parts.
fn interleave(graph: &mut Graph, re: Id, im: Id) -> Id {
    let number = |entry| [0, 1].map(|operand| Source::Entry { operand, entry });
    let sources = (0..graph.dim(re)).flat_map(number).collect();
    graph.gather(&[re, im], sources)
}

/// One complex number repeated, up to the real dimension `dim`.
fn repeat(graph: &mut Graph, z: Id, dim: usize) -> Id {
    graph.pick(z, (0..dim).map(|k| k % 2))
}

fn squared_modulus(graph: &mut Graph, z: Id) -> Id {
    let (re, im) = parts(graph, z);
    let (re, im) = (graph.map(&SQUARE, &[re]), graph.map(&SQUARE, &[im]));
    graph.map(&ADD, &[re, im])
}

/// The sum or difference of the products of two pairs.
fn products(graph: &mut Graph, operator: &'static Operator, first: (Id, Id), second: (Id, Id)) -> Id {
    let first = graph.map(&MULT, &[first.0, first.1]);
    let second = graph.map(&MULT, &[second.0, second.1]);
    graph.map(operator, &[first, second])
}

/// The real operator `ADD` or `SUBTRACT`, with the complex rule for dimensions.
fn add(graph: &mut Graph, operator: &'static Operator, x: &[Id]) -> Id {
    let dim = graph.dim(x[0]).max(graph.dim(x[1]));
    let x: Vec<Id> = x.iter().map(|&z| if graph.dim(z) == dim { z } else { repeat(graph, z, dim) }).collect();
    graph.map(operator, &x)
}

fn multiply(graph: &mut Graph, z: Id, w: Id) -> Id {
    let ((z_re, z_im), (w_re, w_im)) = (parts(graph, z), parts(graph, w));
    let re = products(graph, &SUBTRACT, (z_re, w_re), (z_im, w_im));
    let im = products(graph, &ADD, (z_re, w_im), (z_im, w_re));
    interleave(graph, re, im)
}

pub(super) static TABLE: &[&Operator] = &[
    &COMPLEX_REAL,
    &COMPLEX_IMAG,
    &REAL2COMPLEX,
    &IMAG2COMPLEX,
    &CONJ,
    &COMPLEX_ABS,
    &COMPLEX_SQUARE_ABS,
    &COMPLEX_ANGLE,
    &COMPLEX_SUM,
    &COMPLEX_SUM_T,
    &COMPLEX_ADD,
    &COMPLEX_SUBTRACT,
    &COMPLEX_MULT,
    &COMPLEX_DIVIDE,
    &COMPLEX_REAL_SCAL,
    &COMPLEX_SCAL,
    &COMPLEX_EXP,
    &COMPLEX_EXP1J,
];
