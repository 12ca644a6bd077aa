//! The conformance cases, through the interpreter and through compiled kernels.

use std::collections::BTreeMap;
use std::str::FromStr;

use keops::Device;
use keops_core::check::Formula;
use keops_core::eval::{self, Data, Reduced};
use keops_core::graph::Axis;
use keops_tests::blocks::Blocks;
use keops_tests::case::{Case, Skipped, cases};
use keops_tests::compare::close;
use keops_tests::every_instruction_set;
use keops_tests::gpu;
use keops_tests::kernel::{Compiled, Number, Outcome, Run, Setting, argument};
use ndarray::Array2;
use proc_macro2::TokenStream;

include!(concat!(env!("OUT_DIR"), "/conformance.rs"));

/// So many cases could be run when this was written: it only ever grows.
const FEWEST: usize = 446;

/// Tolerance of single precision, relative to the largest entry. The results are compared with those of the
/// interpreter on the same rounded inputs.
const SINGLE: f64 = 1e-4;

#[test]
fn all_that_the_compiler_knows_are_run() {
    let mut skipped: BTreeMap<Skipped, usize> = BTreeMap::new();
    for case in cases() {
        if let Some(why) = case.skipped() {
            *skipped.entry(why).or_default() += 1;
        }
    }
    println!("conformance: {} of {} cases are run, skipped: {skipped:?}", KERNELS.len(), cases().len());
    assert!(KERNELS.len() >= FEWEST, "{} cases are run, before it was {FEWEST}", KERNELS.len());
}

#[test]
fn the_interpreter_agrees() {
    let mut failures = Vec::new();
    for case in cases().iter().filter(|case| case.skipped().is_none()) {
        let blocks = case.ranges.as_deref().map(Blocks::from_json);
        let got = interpreted(case, &case.inputs, blocks.as_ref());
        compare(&mut failures, case, &got, &case.expected, case.tolerance);
    }
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}

every_instruction_set! {
    fn kernels_agree() {
        println!("{} kernels, {}", KERNELS.len(), keops::cpu_description());
        run(Device::Cpu);
        run_on_random_blocks(Device::Cpu, 4);
    }
}

#[test]
fn kernels_agree_on_a_gpu() {
    if let Some(device) = gpu::device("conformance") {
        let single = KERNELS.iter().filter(|kernel| kernel.single.is_some()).count();
        println!("{} kernels in double and {single} in single precision on {device}", KERNELS.len());
        run(device);
        run_on_random_blocks(device, 1);
    }
}

/// Runs all kernels; one without code for the device is an error.
fn run(device: Device) {
    let all: BTreeMap<String, Case> = cases().into_iter().map(|case| (case.name.clone(), case)).collect();
    let mut failures = Vec::new();
    for kernel in KERNELS {
        let case = &all[kernel.name];
        let blocks = case.ranges.as_deref().map(Blocks::from_json);
        let blocks = blocks.as_ref();
        match called(kernel.double, case, blocks, device) {
            Ok(got) => compare(&mut failures, case, &got, &case.expected, case.tolerance),
            Err(why) => failures.push(why),
        }
        if let Some(single) = kernel.single {
            let rounded: Vec<Data> = case.inputs.iter().map(rounded).collect();
            let expected = interpreted(case, &rounded, blocks);
            let tolerance = if case.tolerance == 0.0 { 0.0 } else { SINGLE };
            match called(single, case, blocks, device) {
                Ok(got) => compare(&mut failures, case, &got[..1], &expected[..1], tolerance),
                Err(why) => failures.push(why),
            }
        }
    }
    assert!(failures.is_empty(), "{} results differ:\n{}", failures.len(), failures.join("\n"));
}

/// Runs all kernels over random blocks of the pairs, against the interpreter over the same pairs.
fn run_on_random_blocks(device: Device, times: u64) {
    let all: BTreeMap<String, Case> = cases().into_iter().map(|case| (case.name.clone(), case)).collect();
    let mut failures = Vec::new();
    for (number, kernel) in KERNELS.iter().enumerate() {
        let case = &all[kernel.name];
        let (m, n) = shape(case);
        for time in 0..times {
            let blocks = Blocks::random(m, n, times * number as u64 + time);
            let expected = interpreted(case, &case.inputs, Some(&blocks));
            match called(kernel.double, case, Some(&blocks), device) {
                Ok(got) => compare(&mut failures, case, &got, &expected, case.tolerance.max(1e-12)),
                Err(why) => failures.push(why),
            }
        }
    }
    assert!(failures.is_empty(), "{} block-sparse results differ:\n{}", failures.len(), failures.join("\n"));
}

/// The formula of a case.
fn formula(case: &Case) -> Formula {
    let tokens = TokenStream::from_str(&case.call()).expect("a call should be tokens");
    keops_core::check(tokens).unwrap_or_else(|reports| panic!("{}: {}", case.name, reports[0].text()))
}

/// The numbers of rows i and of columns j.
fn shape(case: &Case) -> (usize, usize) {
    let formula = formula(case);
    let length = |axis| eval::length(&formula, &case.inputs, axis);
    (length(Axis::I), length(Axis::J))
}

fn interpreted(case: &Case, inputs: &[Data], blocks: Option<&Blocks>) -> Vec<Reduced> {
    let formula = formula(case);
    match blocks {
        None => eval::results(&formula, inputs),
        Some(Blocks { rows, .. }) if case.axis == 1 => eval::results_over(&formula, inputs, &|i| rows.over(i)),
        Some(Blocks { columns, .. }) => eval::results_over(&formula, inputs, &|j| columns.over(j)),
    }
}

fn called<T: Number>(
    run: Run<T>,
    case: &Case,
    blocks: Option<&Blocks>,
    device: Device,
) -> Result<Vec<Reduced>, String> {
    let dims = case.inputs.iter().map(|data| data.values.len() / data.rows.max(1));
    let arguments: Vec<Array2<T>> = case.inputs.iter().zip(dims).map(|(data, dim)| argument(data, dim)).collect();
    let fail = |error| format!("{}: {error}", case.name);
    let ranges = blocks.map(|blocks| blocks.ranges(shape(case))).transpose().map_err(fail)?;
    run(&arguments, Setting { device, ranges: ranges.as_ref() }).map_err(fail)
}

/// The inputs as single precision sees them.
fn rounded(data: &Data) -> Data {
    Data { rows: data.rows, values: data.values.iter().map(|&x| f64::from(x as f32)).collect() }
}

/// Compares all results; positions, which are the second of two, are exact.
fn compare(failures: &mut Vec<String>, case: &Case, got: &[Reduced], expected: &[Reduced], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{}: number of results", case.name);
    for (number, (got, expected)) in got.iter().zip(expected).enumerate() {
        if let Err(difference) = close(got, expected, if number == 0 { tolerance } else { 0.0 }) {
            failures.push(format!("{}: {}: {difference}", case.name, case.call()));
        }
    }
}
