//! Random formulas on random data: compiled kernels against the interpreter, in both precisions.

use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::eval::{Data, Reduced};
use keops_core::graph::Axis;
use keops_core::parse::Category;
use keops_tests::every_instruction_set;
use keops_tests::kernel::{Compiled, Number, Outcome, Run, argument};
use keops_tests::uncertain::{Precision, Tally, check};
use ndarray::Array2;
use proc_macro2::TokenStream;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

include!(concat!(env!("OUT_DIR"), "/random.rs"));

const SINGLE: Precision = Precision { rounding: f32::ROUNDING, wild: 1e30 };
const DOUBLE: Precision = Precision { rounding: f64::ROUNDING, wild: 1e280 };

/// Numbers of rows and of columns: none, one, and those around the widths of registers and blocks.
const SIZES: [usize; 14] = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 65];

/// More pairs than this would keep the interpreter busy for no good.
const MOST_PAIRS: usize = 400;

every_instruction_set! {
    fn kernels_agree() {
        let mut all = (Tally::default(), Tally::default());
        let mut failures = Vec::new();
        for kernel in KERNELS {
            let tokens = TokenStream::from_str(kernel.call).expect("a call should be tokens");
            let formula = keops_core::check(tokens).expect("the build script checked it");
            run(&formula, kernel.double, DOUBLE, &mut all.0).unwrap_or_else(|e| failures.push(format!("f64 {}: {e}", kernel.call)));
            run(&formula, kernel.single, SINGLE, &mut all.1).unwrap_or_else(|e| failures.push(format!("f32 {}: {e}", kernel.call)));
        }
        println!("{} formulas, {}: f64 {:?}, f32 {:?}", KERNELS.len(), keops::cpu_description(), all.0, all.1);
        assert!(failures.is_empty(), "{} formulas fail:\n{}", failures.len(), failures.join("\n"));
        for tally in [all.0, all.1] {
            assert!(tally.sharp > tally.vague, "the comparison says little: {tally:?}");
        }
    }
}

/// Feeds one kernel with random data.
fn run<T: Number>(formula: &Formula, kernel: Run<T>, precision: Precision, all: &mut Tally) -> Result<(), String> {
    let config = Config { cases: 6, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tally = std::cell::Cell::new(Tally::default());
    let outcome = runner.run(&inputs::<T>(formula), |data| {
        let arguments: Vec<Array2<T>> =
            data.iter().zip(&formula.variables).map(|(data, variable)| argument(data, variable.dim)).collect();
        let got: Vec<Reduced> = kernel(&arguments).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let new = check(formula, &data, precision, &got[0]).map_err(TestCaseError::fail)?;
        let old = tally.get();
        tally.set(Tally { sharp: old.sharp + new.sharp, vague: old.vague + new.vague });
        Ok(())
    });
    all.sharp += tally.get().sharp;
    all.vague += tally.get().vague;
    outcome.map_err(|error| match error {
        TestError::Fail(reason, data) => {
            let rows: Vec<usize> = data.iter().map(|data| data.rows).collect();
            let values: Vec<&[f64]> = data.iter().map(|data| &data.values[..data.values.len().min(12)]).collect();
            format!("{reason}; rows {rows:?}, values {values:?}")
        }
        TestError::Abort(reason) => reason.to_string(),
    })
}

/// Data for all variables of a formula: of one sign or of both, now and then whole or zero, so that there are ties.
fn inputs<T: Number>(formula: &Formula) -> impl Strategy<Value = Vec<Data>> + use<T> {
    let variables = formula.variables.clone();
    let sizes = (prop::sample::select(&SIZES[..]), prop::sample::select(&SIZES[..]));
    let sizes = sizes.prop_filter("too many pairs", |(m, n)| m * n <= MOST_PAIRS);
    (sizes, any::<bool>()).prop_flat_map(move |((m, n), positive)| {
        let one = move |category, dim: usize| {
            let rows = match category {
                Category::Indexed(Axis::I) => m,
                Category::Indexed(Axis::J) => n,
                Category::Parameter => 1,
            };
            prop::collection::vec(number::<T>(positive), rows * dim).prop_map(move |values| Data { rows, values })
        };
        variables.iter().map(|variable| one(variable.category, variable.dim)).collect::<Vec<_>>()
    })
}

fn number<T: Number>(positive: bool) -> impl Strategy<Value = f64> {
    let any = prop_oneof![10 => -2.0..2.0, 1 => Just(0.0), 1 => prop::sample::select(vec![-3.0, -1.0, 1.0, 2.0])];
    any.prop_map(move |x: f64| T::rounded(if positive { x.abs() + 0.125 } else { x }).exact())
}
