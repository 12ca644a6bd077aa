//! The device that tests of code for GPUs run on, and how its results are compared.
//!
//! `KEOPS_TEST_DEVICE` names it, such as `cuda:0`; without it, it is the emulator, which checks every access to memory.
//! Where the build script found no compiler for GPUs there is no code to test: such tests say so and pass, unless
//! `KEOPS_REQUIRE_GPU_CODE` is 1.

use std::io::Write;

use keops::{Device, Error};
use keops_core::eval::Reduced;

use crate::compare::close;
use crate::kernel::Outcome;

/// How many formulas of this package have code for GPUs.
const FORMULAS_WITH_CODE: &str = env!("KEOPS_FORMULAS_WITH_CODE");

/// Whether the formulas have code for GPUs. It is said aloud if they have not.
///
/// # Panics
/// If they have not, but must.
pub fn has_code(what: &str) -> bool {
    if FORMULAS_WITH_CODE != "0" {
        return true;
    }
    let required = std::env::var("KEOPS_REQUIRE_GPU_CODE").is_ok_and(|value| value == "1");
    assert!(!required, "{what}: no formula has code for GPUs, and KEOPS_REQUIRE_GPU_CODE is set");
    // Not `eprintln!`, which the test harness keeps to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED on GPUs: {what}: the build script found no compiler for them");
    false
}

/// The device to test, if there is code for it, see [`has_code`].
///
/// # Panics
/// If `KEOPS_TEST_DEVICE` names no device, or as [`has_code`].
pub fn device(what: &str) -> Option<Device> {
    let device = match std::env::var("KEOPS_TEST_DEVICE") {
        Ok(name) => name.parse().unwrap_or_else(|error| panic!("KEOPS_TEST_DEVICE: {error}")),
        Err(_) => Device::Emulated,
    };
    has_code(what).then_some(device)
}

/// Compares what a device returned with what the processor did; entries may differ by `units` rounding errors of the
/// largest of them.
///
/// # Panics
/// If they differ, or if one of them is an error.
#[track_caller]
pub fn assert_agree(
    what: &str,
    got: Result<impl Outcome, Error>,
    expected: Result<impl Outcome, Error>,
    tolerance: f64,
) {
    #[track_caller]
    fn results(what: &str, place: &str, outcome: Result<impl Outcome, Error>) -> Vec<Reduced> {
        outcome.unwrap_or_else(|error| panic!("{what}, on the {place}: {error}")).results()
    }
    let (got, expected) = (results(what, "device", got), results(what, "processor", expected));
    assert_eq!(got.len(), expected.len(), "{what}: number of results");
    for (number, (got, expected)) in got.iter().zip(&expected).enumerate() {
        if let Err(why) = close(got, expected, tolerance) {
            panic!("{what}, result {number}: {why}");
        }
    }
}
