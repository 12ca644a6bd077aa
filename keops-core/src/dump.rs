//! `KEOPS_DUMP`: prints what a stage made of a formula.

use std::fmt::Display;

use crate::check::Formula;

/// Prints `what` to the standard error stream if the environment asks for `stage`.
pub(crate) fn dump(stage: &str, formula: &Formula, what: &dyn Display) {
    let Ok(wanted) = std::env::var("KEOPS_DUMP") else {
        return;
    };
    if wanted.split(',').any(|word| word == stage || word == "all") {
        eprintln!("--- {stage}: {}\n{what}", formula.text);
    }
}
