//! Random formulas on random data: compiled kernels against the interpreter, in both precisions.

use std::str::FromStr;

use keops::Device;
use keops_core::check::Formula;
use keops_core::eval::Reduced;
use keops_tests::every_instruction_set;
use keops_tests::inputs::{inputs, on_inputs};
use keops_tests::kernel::{Compiled, Number, Outcome, Run, Setting, argument};
use keops_tests::uncertain::{Precision, Tally, check};
use ndarray::Array2;
use proc_macro2::TokenStream;

include!(concat!(env!("OUT_DIR"), "/random.rs"));

const SINGLE: Precision = Precision { rounding: f32::ROUNDING, wild: 1e30 };
const DOUBLE: Precision = Precision { rounding: f64::ROUNDING, wild: 1e280 };

/// Data sets per formula and precision.
const CASES: u32 = 6;

every_instruction_set! {
    fn kernels_agree() {
        let mut failures = Vec::new();
        // Formulas, and derivatives of formulas.
        for derived in [false, true] {
            let kernels = || KERNELS.iter().filter(|kernel| kernel.name.starts_with("derivative") == derived);
            let mut all = (Tally::default(), Tally::default());
            for kernel in kernels() {
                let tokens = TokenStream::from_str(kernel.call).expect("a call should be tokens");
                let formula = keops_core::check(tokens).expect("the build script checked it");
                let mut fail = |why: String| failures.push(format!("{}: {why}", kernel.call));
                run(&formula, kernel.double, DOUBLE, &mut all.0).unwrap_or_else(|why| fail(format!("f64: {why}")));
                if let Some(single) = kernel.single {
                    run(&formula, single, SINGLE, &mut all.1).unwrap_or_else(|why| fail(format!("f32: {why}")));
                }
            }
            let what = if derived { "derivatives" } else { "formulas" };
            println!("{} {what}, {}: f64 {:?}, f32 {:?}", kernels().count(), keops::cpu_description(), all.0, all.1);
            for tally in [all.0, all.1] {
                assert!(tally.sharp > tally.vague, "the comparison of {what} says little: {tally:?}");
            }
        }
        assert!(failures.is_empty(), "{} formulas fail:\n{}", failures.len(), failures.join("\n"));
    }
}

/// Feeds one kernel with random data.
fn run<T: Number>(formula: &Formula, kernel: Run<T>, precision: Precision, all: &mut Tally) -> Result<(), String> {
    let tally = std::cell::Cell::new(Tally::default());
    let outcome = on_inputs(CASES, inputs::<T>(&formula.variables, formula.variables.len()), |data| {
        let arguments: Vec<Array2<T>> =
            data.iter().zip(&formula.variables).map(|(data, variable)| argument(data, variable.dim)).collect();
        let got: Vec<Reduced> = kernel(&arguments, Device::Cpu.into()).map_err(|error| error.to_string())?;
        let new = check(formula, data, precision, &got[0])?;
        let old = tally.get();
        tally.set(Tally { sharp: old.sharp + new.sharp, vague: old.vague + new.vague });
        Ok(())
    });
    all.sharp += tally.get().sharp;
    all.vague += tally.get().vague;
    outcome
}
