//! Points where a function has no derivative.

use std::str::FromStr;

use keops::Device;
use keops_core::eval::{self, Data, Reduced};
use keops_tests::every_instruction_set;
use keops_tests::kernel::{Compiled, Number, Outcome, Run, Setting, argument};
use keops_tests::kinks::{Kink, kinks};
use ndarray::Array2;
use proc_macro2::TokenStream;

include!(concat!(env!("OUT_DIR"), "/kinks.rs"));

/// The points as rows.
fn data(kink: &Kink) -> Data {
    Data { rows: kink.points.len(), values: kink.points.iter().flat_map(|(x, _)| x.clone()).collect() }
}

/// Complains where a result is not what the table says: the same infinity, NaN for NaN, and numbers up to `tolerance`.
fn complaints(kink: &Kink, got: &Reduced, tolerance: f64) -> Vec<String> {
    let expected: Vec<&Vec<f64>> = kink.points.iter().map(|(_, expected)| expected).collect();
    assert_eq!((got.rows, got.dim), (expected.len(), expected[0].len()), "{}", kink.formula);
    let mut complaints = Vec::new();
    for ((x, expected), got) in kink.points.iter().zip(got.values.chunks(got.dim)) {
        let same = |(got, expected): (&f64, &f64)| {
            let near = (got - expected).abs() <= tolerance * expected.abs().max(1.0);
            got == expected || near || (got.is_nan() && expected.is_nan())
        };
        if !got.iter().zip(expected).all(same) {
            complaints.push(format!("{} at {x:?}: {got:?}, expected {expected:?}", kink.formula));
        }
    }
    complaints
}

#[test]
fn the_interpreter_agrees() {
    let mut failures = Vec::new();
    for kink in kinks() {
        let tokens = TokenStream::from_str(&kink.call()).expect("a call should be tokens");
        let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{}", reports[0].text()));
        failures.extend(complaints(&kink, &eval::reduce(&formula, &[data(&kink)]), 1e-14));
    }
    assert!(failures.is_empty(), "{} points fail:\n{}", failures.len(), failures.join("\n"));
}

fn run<T: Number>(run: Run<T>, kink: &Kink) -> Reduced {
    let x: Array2<T> = argument(&data(kink), kink.dim);
    run(&[x], Device::Cpu.into()).unwrap_or_else(|error| panic!("{}: {error}", kink.formula)).swap_remove(0)
}

every_instruction_set! {
    fn kernels_agree() {
        let kinks = kinks();
        assert_eq!(kinks.len(), KERNELS.len(), "kernels and formulas");
        let mut failures = Vec::new();
        for (kink, kernel) in kinks.iter().zip(KERNELS) {
            assert_eq!(kink.call(), kernel.call);
            failures.extend(complaints(kink, &run(kernel.double, kink), 1e-14));
            if let Some(single) = kernel.single {
                failures.extend(complaints(kink, &run(single, kink), 1e-6));
            }
        }
        println!("{} formulas, {} points", kinks.len(), kinks.iter().map(|kink| kink.points.len()).sum::<usize>());
        assert!(failures.is_empty(), "{} points fail:\n{}", failures.len(), failures.join("\n"));
    }
}
