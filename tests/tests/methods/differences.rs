//! The methods against differences of what the interpreter reduces: for every reduction that has a derivative.

use keops_core::check::Formula;
use keops_core::eval::{self, Data};
use keops_core::graph::Axis;
use keops_core::parse::Category;
use keops_tests::kernel::argument;
use ndarray::Array2;

use crate::table::{METHODS, Methods, REDUCTIONS, checked};

const ROWS: usize = 5;
const COLUMNS: usize = 7;

/// Data sets per formula.
const CASES: u64 = 4;

/// Step of the differences. Their error is its fourth power, and that of rounding divided by it.
const STEP: f64 = 1e-3;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-8;

/// Numbers of absolute value 0.2 to 1.2, the same for the same seed.
fn numbers(rows: usize, dim: usize, seed: u64) -> Data {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (state >> 40) as f64 / 2f64.powi(23) - 1.0;
        unit + 0.2 * unit.signum()
    };
    Data { rows, values: (0..rows * dim).map(|_| number()).collect() }
}

/// The result with variable `number` moved by `t` times `tangent`.
fn moved(formula: &Formula, data: &[Data], number: usize, tangent: &Data, t: f64) -> Vec<f64> {
    let mut data = data.to_vec();
    for (x, u) in data[number].values.iter_mut().zip(&tangent.values) {
        *x += t * u;
    }
    eval::reduce(formula, &data).values
}

fn check(methods: &Methods, seed: u64) {
    let formula = checked(methods.call);
    let present = |axis| formula.variables.iter().any(|variable| variable.category == Category::Indexed(axis));
    let rows = |category| match category {
        Category::Indexed(Axis::I) if present(Axis::I) => ROWS,
        Category::Indexed(Axis::J) if present(Axis::J) => COLUMNS,
        _ => 1,
    };
    let random = |seed: u64| -> Vec<Data> {
        let each = formula.variables.iter().enumerate();
        each.map(|(k, v)| numbers(rows(v.category), v.dim, 100 * seed + k as u64)).collect()
    };
    let (data, tangents) = (random(2 * seed), random(2 * seed + 1));
    let arrays = |data: &[Data]| -> Vec<Array2<f64>> {
        data.iter().zip(&formula.variables).map(|(data, v)| argument(data, v.dim)).collect()
    };
    let e = numbers(if formula.total { 1 } else { rows(Category::Indexed(formula.kept)) }, formula.dim(), 77 + seed);
    let answers = (methods.double)(&arrays(&data), &argument(&e, formula.dim()), &arrays(&tangents))
        .unwrap_or_else(|error| panic!("{}: {error}", methods.call));

    let near = |what: &str, got: &[f64], expected: &[f64]| {
        let size = expected.iter().fold(1e-3, |size: f64, x| size.max(x.abs()));
        assert_eq!(got.len(), expected.len(), "{}: entries of the {what}", methods.call);
        for (got, expected) in got.iter().zip(expected) {
            let close = (got - expected).abs() <= TOLERANCE * size;
            assert!(close, "{}: {what}: {got:e}, expected {expected:e}", methods.call);
        }
    };
    for value in answers.values.iter().filter(|value| value.dim == formula.dim()).take(1) {
        near("value", &value.values, &eval::reduce(&formula, &data).values);
    }
    for (number, variable) in formula.variables.iter().enumerate() {
        let at = |t: f64| moved(&formula, &data, number, &tangents[number], t);
        let central = |h: f64| -> Vec<f64> {
            at(h).iter().zip(at(-h)).map(|(above, below)| (above - below) / (2.0 * h)).collect()
        };
        let change: Vec<f64> =
            central(STEP).iter().zip(central(STEP / 2.0)).map(|(full, half)| (4.0 * half - full) / 3.0).collect();
        let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let along = [dot(&change, &e.values)];
        let name = &variable.name;
        for (_, got) in answers.changes.iter().filter(|(of, _)| *of == number) {
            near(&format!("change by {name}"), &got.values, &change);
        }
        for (_, got) in answers.gradients.iter().filter(|(of, _)| *of == number) {
            near(&format!("gradient by {name}"), &[dot(&got.values, &tangents[number].values)], &along);
        }
    }
}

#[test]
fn methods_are_derivatives() {
    for methods in METHODS.iter().chain(REDUCTIONS) {
        (0..CASES).for_each(|seed| check(methods, seed));
    }
    println!("{} formulas x {CASES} data sets", METHODS.len() + REDUCTIONS.len());
}
