//! Dynamic time warping and splines: recursions, unrolled. And a hint that needs no code.

use super::arithmetic::{ADD, DIVIDE, MINUS, MULT, SQUARE, SUBTRACT};
use super::elementwise::{EXP, LOG};
use super::logic::{EQUAL, LESS_OR_EQUAL, LESS_THAN, NOT_EQUAL};
use super::{Call, Meaning, Mismatch, Operator, Parameter, dimension};
use crate::graph::{FoldKind, Graph, Id, Source};

/// The soft dynamic time warping distance of two series, with the smoothing `gamma`.
pub(crate) static SOFT_DTW: Operator = Operator {
    names: &["SoftDTW_SqDist"],
    operands: &["x", "y", "gamma"],
    parameters: &[],
    meaning: Meaning::Composite {
        dim: |call| call.scalar(2).map(|()| 1),
        value: soft_dtw_value,
        build: |graph, _, x| soft_dtw(graph, x[0], x[1], x[2]),
    },
};

/// The values at t of the B-splines of degree p with the knots `knots`.
pub(crate) static B_SPLINE: Operator = Operator {
    names: &["BSpline"],
    operands: &["knots", "t"],
    parameters: &[Parameter::Integer("p")],
    meaning: Meaning::Composite {
        dim: b_spline_dim,
        value: |call, x| {
            let (count, degree) = (x[0].len() - call.size(0) - 1, call.size(0));
            (0..count).map(|k| b_spline_value(&x[0], x[1][0], k, degree)).collect()
        },
        build: |graph, call, x| b_splines(graph, x[0], x[1], call.size(0)),
    },
};

/// f: that g is computed once goes without saying.
pub(crate) static FACTORIZE: Operator = Operator {
    names: &["Factorize"],
    operands: &["f", "g"],
    parameters: &[],
    meaning: Meaning::Composite { dim: |call| Ok(call.dims[0]), value: |_, x| x[0].clone(), build: |_, _, x| x[0] },
};

fn soft_dtw_value(_: &Call<'_>, operands: &[Vec<f64>]) -> Vec<f64> {
    let (x, y, gamma) = (&operands[0], &operands[1], operands[2][0]);
    // -gamma log(sum exp(-v / gamma)), shifted so that the largest exponential is 1: else all may underflow.
    let softmin = |values: [f64; 3]| {
        let nearer: fn(f64, f64) -> f64 = if gamma > 0.0 { f64::min } else { f64::max };
        let shift = nearer(nearer(values[0], values[1]), values[2]);
        shift - gamma * values.iter().map(|v| (-(v - shift) / gamma).exp()).sum::<f64>().ln()
    };
    let mut r = vec![vec![0.0; y.len()]; x.len()];
    for k in 0..x.len() {
        for l in 0..y.len() {
            let before = match (k, l) {
                (0, 0) => 0.0,
                (_, 0) => r[k - 1][0],
                (0, _) => r[0][l - 1],
                _ => softmin([r[k - 1][l - 1], r[k - 1][l], r[k][l - 1]]),
            };
            r[k][l] = (x[k] - y[l]) * (x[k] - y[l]) + before;
        }
    }
    vec![r[x.len() - 1][y.len() - 1]]
}

/// The recursion in the quantity -r / gamma, in which a soft minimum is a plain log-sum-exp.
fn soft_dtw(graph: &mut Graph, x: Id, y: Id, gamma: Id) -> Id {
    let (n, m) = (graph.dim(x), graph.dim(y));
    let rows = graph.pick(x, (0..n * m).map(|cell| cell / m));
    let columns = graph.pick(y, (0..n * m).map(|cell| cell % m));
    let differences = graph.map(&SUBTRACT, &[rows, columns]);
    let distances = graph.map(&SQUARE, &[differences]);
    if n == 1 || m == 1 {
        // There is one way only, and no minimum: the smoothing does not matter, even if it is 0.
        return graph.fold(FoldKind::Sum, distances);
    }
    let minus_gamma = graph.map(&MINUS, &[gamma]);
    let costs = graph.map(&DIVIDE, &[distances, minus_gamma]);

    let mut cells: Vec<Id> = Vec::with_capacity(n * m);
    for k in 0..n {
        for l in 0..m {
            let cost = graph.pick(costs, [k * m + l]);
            let before = match (k, l) {
                (0, 0) => None,
                (_, 0) => Some(cells[(k - 1) * m]),
                (0, _) => Some(cells[l - 1]),
                _ => {
                    let neighbours = [(k - 1) * m + l - 1, (k - 1) * m + l, k * m + l - 1].map(|cell| cells[cell]);
                    Some(log_sum_exp(graph, &neighbours))
                }
            };
            cells.push(match before {
                Some(before) => graph.map(&ADD, &[cost, before]),
                None => cost,
            });
        }
    }
    graph.map(&MULT, &[minus_gamma, cells[n * m - 1]])
}

/// log(sum exp) of scalars, shifted by the largest.
fn log_sum_exp(graph: &mut Graph, scalars: &[Id]) -> Id {
    let sources = (0..scalars.len()).map(|operand| Source::Entry { operand, entry: 0 }).collect();
    let values = graph.gather(scalars, sources);
    let shift = graph.fold(FoldKind::Max, values);
    let shifted = graph.map(&SUBTRACT, &[values, shift]);
    let exponentials = graph.map(&EXP, &[shifted]);
    let sum = graph.fold(FoldKind::Sum, exponentials);
    let log = graph.map(&LOG, &[sum]);
    graph.map(&ADD, &[shift, log])
}

fn b_spline_dim(call: &Call<'_>) -> Result<usize, Mismatch> {
    call.scalar(1)?;
    let (knots, p) = (call.dims[0], call.integers[0]);
    let Ok(degree) = usize::try_from(p) else {
        return Err(Mismatch::new(2, p.to_string(), "a degree of at least 0"));
    };
    if knots < 2 {
        return Err(Mismatch::new(0, dimension(knots), "at least 2 knots"));
    }
    if degree > knots - 2 {
        let expected = format!("a degree of at most {}: degree p needs p + 2 knots, and there are {knots}", knots - 2);
        return Err(Mismatch::new(2, p.to_string(), expected));
    }
    Ok(knots - degree - 1)
}

/// The recursion of Cox and de Boor for one spline.
fn b_spline_value(knots: &[f64], t: f64, k: usize, degree: usize) -> f64 {
    if degree == 0 {
        return if knots[k] <= t && t < knots[k + 1] { 1.0 } else { 0.0 };
    }
    let ratio = |above: f64, below: f64| if below == 0.0 { 0.0 } else { above / below };
    let rising = ratio(t - knots[k], knots[k + degree] - knots[k]);
    let falling = ratio(knots[k + degree + 1] - t, knots[k + degree + 1] - knots[k + 1]);
    rising * b_spline_value(knots, t, k, degree - 1) + falling * b_spline_value(knots, t, k + 1, degree - 1)
}

/// The recursion of Cox and de Boor for all splines at once.
fn b_splines(graph: &mut Graph, knots: Id, t: Id, degree: usize) -> Id {
    let count = graph.dim(knots);
    let zero = graph.constant(0.0);

    let (starts, ends) = (graph.pick(knots, 0..count - 1), graph.pick(knots, 1..count));
    let started = graph.map(&LESS_OR_EQUAL, &[starts, t]);
    let not_ended = graph.map(&LESS_THAN, &[t, ends]);
    let mut splines = graph.map(&MULT, &[started, not_ended]);

    for q in 1..=degree {
        // The ramps between the knots k and k + q, for every k; equal knots give 0 and never a division by 0. All
        // that divides depends on the knots alone, which as a rule are a parameter: it leaves the loops.
        let ramps = count - q;
        let (left, right) = (graph.pick(knots, 0..ramps), graph.pick(knots, q..count));
        let widths = graph.map(&SUBTRACT, &[right, left]);
        let (empty, not_empty) = (graph.map(&EQUAL, &[widths, zero]), graph.map(&NOT_EQUAL, &[widths, zero]));
        let divisors = graph.map(&ADD, &[widths, empty]);
        let slopes = graph.map(&DIVIDE, &[not_empty, divisors]);
        let (since_left, until_right) = (graph.map(&SUBTRACT, &[t, left]), graph.map(&SUBTRACT, &[right, t]));
        let (rising, falling) = (graph.map(&MULT, &[since_left, slopes]), graph.map(&MULT, &[until_right, slopes]));

        let weighted = [(rising, 0), (falling, 1)].map(|(ramp, first)| {
            let ramp = graph.pick(ramp, first..first + ramps - 1);
            let spline = graph.pick(splines, first..first + ramps - 1);
            graph.map(&MULT, &[ramp, spline])
        });
        splines = graph.map(&ADD, &weighted);
    }
    splines
}

pub(super) static TABLE: &[&Operator] = &[&SOFT_DTW, &B_SPLINE, &FACTORIZE];
