//! Small matrices and tensors. A vector is read as a tensor in row-major order: the last axis runs fastest.

use super::{Call, Meaning, Mismatch, Operator, Parameter, dimension};
use crate::graph::Einsum;

/// The matrix A times the column b.
pub(crate) static MAT_VEC_MULT: Operator = Operator {
    names: &["MatVecMult"],
    operands: &["A", "b"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| other_side(call, 0, 1),
        value: |_, x| {
            let (a, b) = (&x[0], &x[1]);
            let (n, p) = (a.len() / b.len(), b.len());
            (0..n).map(|k| (0..p).map(|l| a[k * p + l] * b[l]).sum()).collect()
        },
        build: |graph, call, x| {
            let sizes = vec![call.dims[0] / call.dims[1], call.dims[1]];
            graph.contract(Einsum { sizes, a: vec![0, 1], b: vec![1], out: vec![0] }, x[0], x[1])
        },
    },
};

/// The row b times the matrix A.
pub(crate) static VEC_MAT_MULT: Operator = Operator {
    names: &["VecMatMult"],
    operands: &["b", "A"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| other_side(call, 1, 0),
        value: |_, x| {
            let (b, a) = (&x[0], &x[1]);
            let (n, p) = (b.len(), a.len() / b.len());
            (0..p).map(|l| (0..n).map(|k| b[k] * a[k * p + l]).sum()).collect()
        },
        build: |graph, call, x| {
            let sizes = vec![call.dims[0], call.dims[1] / call.dims[0]];
            graph.contract(Einsum { sizes, a: vec![0], b: vec![0, 1], out: vec![1] }, x[0], x[1])
        },
    },
};

/// All products of an entry of f and an entry of g.
pub(crate) static TENSOR_PROD: Operator = Operator {
    names: &["TensorProd"],
    operands: &["f", "g"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| Ok(call.dims[0] * call.dims[1]),
        value: |_, x| x[0].iter().flat_map(|f| x[1].iter().map(move |g| f * g)).collect(),
        build: |graph, call, x| {
            graph.contract(Einsum { sizes: call.dims.to_vec(), a: vec![0], b: vec![1], out: vec![0, 1] }, x[0], x[1])
        },
    },
};

/// The tensors f and g, of shapes `dimf` and `dimg`, contracted along the pairs of axes that `contf` and `contg` list.
///
/// The axes of the result are the kept ones of f, then the kept ones of g; with `permute`, kept axis number k becomes
/// axis `permute[k]`.
pub(crate) static TENSOR_DOT: Operator = Operator {
    names: &["TensorDot"],
    operands: &["f", "g"],
    parameters: &[
        Parameter::List("dimf"),
        Parameter::List("dimg"),
        Parameter::List("contf"),
        Parameter::List("contg"),
        Parameter::OptionalList("permute"),
    ],
    meaning: Meaning::Composite {
        dim: tensor_dot_dim,
        value: tensor_dot_value,
        build: |graph, call, x| graph.contract(tensor_dot_einsum(call), x[0], x[1]),
    },
};

/// The Kronecker product of the tensors f and g, of shapes `dimf` and `dimg`.
pub(crate) static KRON: Operator = Operator {
    names: &["Kron"],
    operands: &["f", "g"],
    parameters: &[Parameter::List("dimf"), Parameter::List("dimg")],
    meaning: Meaning::Composite {
        dim: |call| {
            let (dimf, dimg) = (shape(call, 0)?, shape(call, 1)?);
            if dimf.len() != dimg.len() {
                return Err(Mismatch::new(3, axes(dimg.len()), format!("{}, as in dimf", axes(dimf.len()))));
            }
            Ok(call.dims[0] * call.dims[1])
        },
        value: |call, x| {
            let (dimf, dimg) = (sizes(&call.lists[0]), sizes(&call.lists[1]));
            let out_shape: Vec<usize> = dimf.iter().zip(&dimg).map(|(f, g)| f * g).collect();
            let mut out = vec![0.0; x[0].len() * x[1].len()];
            for (k, f) in x[0].iter().enumerate() {
                for (l, g) in x[1].iter().enumerate() {
                    let (at_f, at_g) = (index(k, &dimf), index(l, &dimg));
                    let at: Vec<usize> = (0..dimf.len()).map(|axis| at_f[axis] * dimg[axis] + at_g[axis]).collect();
                    out[position(&at, &out_shape)] = f * g;
                }
            }
            out
        },
        build: |graph, call, x| {
            // Output axis k is the pair (axis k of f, axis k of g), and row-major order makes pairs of axes adjacent.
            let pairs = call.lists[0].len();
            let interleaved = call.lists[0].iter().zip(&call.lists[1]).flat_map(|(&f, &g)| sizes(&[f, g]));
            let einsum = Einsum {
                sizes: interleaved.collect(),
                a: (0..pairs).map(|k| 2 * k).collect(),
                b: (0..pairs).map(|k| 2 * k + 1).collect(),
                out: (0..2 * pairs).collect(),
            };
            graph.contract(einsum, x[0], x[1])
        },
    },
};

/// The number of rows or columns of operand number `matrix`, when operand number `vector` is as long as its other side.
fn other_side(call: &Call<'_>, matrix: usize, vector: usize) -> Result<usize, Mismatch> {
    let (whole, side) = (call.dims[matrix], call.dims[vector]);
    if !whole.is_multiple_of(side) {
        let expected = format!("a multiple of {side}, the dimension of operand {}", vector + 1);
        return Err(Mismatch::new(matrix, dimension(whole), expected));
    }
    Ok(whole / side)
}

/// List number `operand`, as the shape of that operand.
fn shape(call: &Call<'_>, operand: usize) -> Result<Vec<usize>, Mismatch> {
    let list = &call.lists[operand];
    let refuse = |expected: String| Err(Mismatch::new(call.dims.len() + operand, format!("{list:?}"), expected));
    if list.iter().any(|&size| size < 1) {
        return refuse("a shape: sizes of at least 1".to_owned());
    }
    let volume = list.iter().try_fold(1, |volume: i64, &size| volume.checked_mul(size));
    if volume != i64::try_from(call.dims[operand]).ok() {
        let d = call.dims[operand];
        return refuse(format!("sizes whose product is {d}, the dimension of operand {}", operand + 1));
    }
    Ok(sizes(list))
}

/// List number `number`, as distinct axes of a tensor with `rank` axes.
fn distinct_axes(call: &Call<'_>, number: usize, rank: usize) -> Result<Vec<usize>, Mismatch> {
    let list = &call.lists[number];
    let refuse = |expected: String| Err(Mismatch::new(call.dims.len() + number, format!("{list:?}"), expected));
    if list.iter().any(|&axis| usize::try_from(axis).map_or(true, |axis| axis >= rank)) {
        return refuse(match rank {
            0 => "an empty list: there is no axis".to_owned(),
            _ => format!("axes from 0 to {}", rank - 1),
        });
    }
    if (1..list.len()).any(|k| list[..k].contains(&list[k])) {
        return refuse("each axis at most once".to_owned());
    }
    Ok(sizes(list))
}

fn tensor_dot_dim(call: &Call<'_>) -> Result<usize, Mismatch> {
    let (dimf, dimg) = (shape(call, 0)?, shape(call, 1)?);
    let (contf, contg) = (distinct_axes(call, 2, dimf.len())?, distinct_axes(call, 3, dimg.len())?);
    if contf.len() != contg.len() {
        return Err(Mismatch::new(5, axes(contg.len()), format!("{}, as in contf", axes(contf.len()))));
    }
    for (&f, &g) in contf.iter().zip(&contg) {
        if dimf[f] != dimg[g] {
            let expected = format!("an axis of size {}, as axis {f} of the first operand", dimf[f]);
            return Err(Mismatch::new(5, format!("axis {g} of size {}", dimg[g]), expected));
        }
    }
    if let Some(list) = call.lists.get(4) {
        let kept = dimf.len() + dimg.len() - 2 * contf.len();
        if distinct_axes(call, 4, kept)?.len() != kept {
            return Err(Mismatch::new(6, format!("{list:?}"), format!("{}, as many as are kept", axes(kept))));
        }
    }
    let contracted: usize = contf.iter().map(|&axis| dimf[axis]).product();
    Ok(call.dims[0] / contracted * (call.dims[1] / contracted))
}

fn tensor_dot_value(call: &Call<'_>, x: &[Vec<f64>]) -> Vec<f64> {
    let (dimf, dimg) = (sizes(&call.lists[0]), sizes(&call.lists[1]));
    let (contf, contg) = (sizes(&call.lists[2]), sizes(&call.lists[3]));
    // What is kept of an index (or of a shape) of f and one of g, permuted.
    let kept = |f: &[usize], g: &[usize]| -> Vec<usize> {
        let mut kept: Vec<usize> = (0..f.len()).filter(|axis| !contf.contains(axis)).map(|axis| f[axis]).collect();
        kept.extend((0..g.len()).filter(|axis| !contg.contains(axis)).map(|axis| g[axis]));
        let Some(permute) = call.lists.get(4) else { return kept };
        let mut permuted = vec![0; kept.len()];
        for (&axis, &size) in sizes(permute).iter().zip(&kept) {
            permuted[axis] = size;
        }
        permuted
    };
    let out_shape = kept(&dimf, &dimg);
    let mut out = vec![0.0; out_shape.iter().product()];
    for (k, f) in x[0].iter().enumerate() {
        for (l, g) in x[1].iter().enumerate() {
            let (at_f, at_g) = (index(k, &dimf), index(l, &dimg));
            if contf.iter().zip(&contg).all(|(&axis_f, &axis_g)| at_f[axis_f] == at_g[axis_g]) {
                out[position(&kept(&at_f, &at_g), &out_shape)] += f * g;
            }
        }
    }
    out
}

fn tensor_dot_einsum(call: &Call<'_>) -> Einsum {
    let mut label_sizes = sizes(&call.lists[0]);
    let a: Vec<usize> = (0..label_sizes.len()).collect();
    let mut out: Vec<usize> = a.iter().copied().filter(|&axis| !call.lists[2].contains(&(axis as i64))).collect();
    let mut b = Vec::new();
    for (axis, size) in sizes(&call.lists[1]).into_iter().enumerate() {
        // A contracted axis of g has the label of its partner in f, a kept one a new label.
        let label = match call.lists[3].iter().position(|&other| other == axis as i64) {
            Some(pair) => call.lists[2][pair] as usize,
            None => {
                label_sizes.push(size);
                out.push(label_sizes.len() - 1);
                label_sizes.len() - 1
            }
        };
        b.push(label);
    }
    if let Some(permute) = call.lists.get(4) {
        let kept = out.clone();
        for (&axis, label) in permute.iter().zip(kept) {
            out[axis as usize] = label;
        }
    }
    Einsum { sizes: label_sizes, a, b, out }
}

/// A checked list as sizes or axes.
fn sizes(list: &[i64]) -> Vec<usize> {
    list.iter().map(|&size| usize::try_from(size).expect("the check refuses negative numbers")).collect()
}

/// "1 axis", "2 axes".
fn axes(count: usize) -> String {
    if count == 1 { "1 axis".to_owned() } else { format!("{count} axes") }
}

/// The index along each axis of the entry at `position`.
fn index(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        index[axis] = position % shape[axis];
        position /= shape[axis];
    }
    index
}

/// The inverse of [`index`].
fn position(index: &[usize], shape: &[usize]) -> usize {
    let mut position = 0;
    for axis in 0..shape.len() {
        position = position * shape[axis] + index[axis];
    }
    position
}

pub(super) static TABLE: &[&Operator] = &[&MAT_VEC_MULT, &VEC_MAT_MULT, &TENSOR_PROD, &TENSOR_DOT, &KRON];
