//! What a correct result in limited precision may look like: the interpreter with rounding errors.
//!
//! Two correct programs differ by their rounding errors, and how much these change the result depends on the formula
//! and the data: cancellation magnifies them, a jump (`Floor`, a comparison) makes anything of them. So the
//! interpreter runs several times, with the result of every operator wrong by a few random units of rounding (Monte
//! Carlo arithmetic, Parker 1997): the spread of these samples tells what to tolerate.

mod sample;
mod zeros;

use keops_core::check::Formula;
use keops_core::eval::{Data, Reduced, length};
use keops_core::graph::Axis;

pub use sample::{Graphs, Precision, Uncertain, term, units};

/// How a comparison went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Entries compared with a tolerance that says something.
    pub sharp: usize,
    /// Entries near a jump, an overflow or a cancellation, where nothing is claimed or little.
    pub vague: usize,
}

/// Checks a result of `Sum`, `Mean`, `LogSumExp`, `ArgMin` or `Count`.
///
/// # Errors
/// The first entry that no correct program computes.
pub fn check(formula: &Formula, data: &[Data], precision: Precision, got: &Reduced) -> Result<Tally, String> {
    let kept = length(formula, data, formula.kept);
    let reduced = length(formula, data, formula.kept.other());
    let dim = formula.term.dim;
    // The number of kept indices that a row is made from.
    let per_row = if formula.total { kept } else { 1 };
    let rows = if formula.total { 1 } else { kept };
    if (got.rows, got.dim) != (rows, dim) {
        return Err(format!("shape {} x {}, expected {rows} x {dim}", got.rows, got.dim));
    }
    let mut graphs = Graphs::default();
    let mut tally = Tally::default();
    for row in 0..rows {
        let pairs = (row * per_row..(row + 1) * per_row).flat_map(|kept| (0..reduced).map(move |other| (kept, other)));
        let all: Vec<Vec<Uncertain>> = pairs
            .map(|(kept, other)| if formula.kept == Axis::I { (kept, other) } else { (other, kept) })
            .map(|pair| term(formula, data, &mut graphs, precision, pair))
            .collect();
        for k in 0..dim {
            let terms: Vec<Uncertain> = all.iter().map(|entries| entries[k]).collect();
            let found = got.values[row * dim + k];
            match one(formula.reduction.name, &terms, precision, found) {
                Ok(true) => tally.sharp += 1,
                Ok(false) => tally.vague += 1,
                Err(why) => return Err(format!("row {row}, entry {k}: {why}")),
            }
        }
    }
    Ok(tally)
}

/// Checks one reduced number; the truth value tells whether the comparison was sharp.
fn one(reduction: &str, terms: &[Uncertain], precision: Precision, found: f64) -> Result<bool, String> {
    if terms.iter().any(|term| term.slack.is_nan()) {
        return Ok(false);
    }
    let count = terms.len() as f64;
    let (expected, slack) = match reduction {
        // The terms of a mean are divided by their number already.
        "Sum" | "Mean" => {
            let sizes: f64 = terms.iter().map(|term| term.value.abs()).sum();
            let slack: f64 = terms.iter().map(|term| term.slack).sum();
            (terms.iter().map(|term| term.value).sum(), slack + precision.rounding * (2.0 + count) * sizes)
        }
        "LogSumExp" => {
            let max = terms.iter().map(|term| term.value).fold(f64::NEG_INFINITY, f64::max);
            let slack = terms.iter().map(|term| term.slack).fold(0.0, f64::max);
            let sum: f64 = terms.iter().map(|term| (term.value - max).exp()).sum();
            let expected = if terms.is_empty() { max } else { max + sum.ln() };
            let size = if expected.is_finite() { expected.abs() } else { 0.0 };
            (expected, slack + precision.rounding * (8.0 + count) * (1.0 + size))
        }
        "ArgMin" => return position(terms, found),
        "Count" => return not_zero(terms, found),
        other => return Err(format!("no comparison is known for {other}")),
    };
    let same = found == expected || (found.is_nan() && expected.is_nan());
    if same || (found - expected).abs() <= slack {
        return Ok(slack <= 1e-2 * expected.abs().max(1.0));
    }
    Err(format!("{found:e}, expected {expected:e} up to {slack:e}"))
}

/// The number found must count the terms that are certainly not zero, and may count those that may be something else.
fn not_zero(terms: &[Uncertain], found: f64) -> Result<bool, String> {
    let certain = terms.iter().filter(|term| term.value.is_nan() || term.value.abs() > term.slack).count();
    let zeros = terms.iter().filter(|term| term.value == 0.0 && term.slack == 0.0).count();
    let possible = terms.len() - zeros;
    if certain as f64 <= found && found <= possible as f64 {
        return Ok(certain == possible);
    }
    Err(format!("{found} terms that are not zero, expected {certain} to {possible}"))
}

/// The term at the position found must be the smallest, as far as can be told.
fn position(terms: &[Uncertain], found: f64) -> Result<bool, String> {
    let smallest = terms.iter().filter(|term| term.value < f64::INFINITY);
    let smallest = smallest.fold(None, |best: Option<&Uncertain>, term| match best {
        Some(best) if best.value <= term.value => Some(best),
        _ => Some(term),
    });
    match (smallest, terms.get(found as usize)) {
        (None, None) if found == terms.len() as f64 => Ok(true),
        (Some(best), Some(term)) if term.value <= best.value + best.slack + term.slack => {
            // Among exact terms it must be the first.
            let first = terms.iter().position(|term| term.value == best.value);
            let exact = terms.iter().all(|term| term.slack == 0.0);
            if exact && first != Some(found as usize) {
                return Err(format!("position {found}, expected the first of equals, {first:?}"));
            }
            Ok(exact)
        }
        (best, term) => Err(format!("position {found} with the term {term:?}, but the smallest is {best:?}")),
    }
}
