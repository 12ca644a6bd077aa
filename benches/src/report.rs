//! The table of rates, as Markdown.

use crate::measure::{Measured, Outcome, Rate};
use crate::peer::Library;
use std::fmt::Write;

/// Runs that differ by more than this factor are pointed out: the machine was busy with something else.
const BUSY: f64 = 1.3;

/// Three significant digits, without an exponent: `8.21`, `0.0453`, `12.3`, `150`.
pub fn three_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = 2 - value.abs().log10().floor() as i32;
    format!("{value:.*}", decimals.max(0) as usize)
}

/// The head of the table, two lines.
pub fn head(libraries: &[Library]) -> String {
    let mut text = String::from("| row | type | keops |");
    let mut rule = String::from("|---|---|--:|");
    for library in libraries {
        let _ = write!(text, " {} | ratio |", library.title());
        rule.push_str("--:|--:|");
    }
    format!("{text}\n{rule}")
}

/// One line of the table.
pub fn line(row: &Measured) -> String {
    let mut text = format!("| {} | {} | {} |", row.title, row.number, three_digits(row.ours.gpairs));
    for (_, outcome) in &row.peers {
        let _ = match outcome {
            Outcome::Rate(rate) => {
                write!(text, " {} | {} |", three_digits(rate.gpairs), three_digits(row.ours.gpairs / rate.gpairs))
            }
            Outcome::Lacks(_) => write!(text, " | |"),
            Outcome::Failed(_) => write!(text, " - | - |"),
        };
    }
    text
}

/// What a reader should know about the lines: runs that differ much; why a peer has no row; and peers that failed,
/// with those lines together that have the same message.
pub fn notes(measured: &[Measured]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut lacking: Vec<String> = Vec::new();
    let mut failed: Vec<(String, Vec<String>)> = Vec::new();
    for row in measured {
        let name = format!("{} {}", row.title, row.number);
        let mut busy = |library: &str, rate: &Rate| {
            if rate.spread > BUSY {
                notes.push(format!("{name}: {library}'s slowest run took {:.1} times its fastest", rate.spread));
            }
        };
        busy("keops", &row.ours);
        for (library, outcome) in &row.peers {
            let title = library.title();
            match outcome {
                Outcome::Rate(rate) => busy(title, rate),
                Outcome::Lacks(reason) => lacking.push(format!("empty cells of {title}: {reason}")),
                Outcome::Failed(error) => {
                    let message = format!("no ratio to {title}: {error}");
                    match failed.iter_mut().find(|(known, _)| *known == message) {
                        Some((_, names)) => names.push(name.clone()),
                        None => failed.push((message, vec![name.clone()])),
                    }
                }
            }
        }
    }
    lacking.sort();
    lacking.dedup();
    notes.extend(lacking);
    notes.extend(failed.into_iter().map(|(message, names)| format!("{message} ({})", names.join("; "))));
    notes
}

/// The whole report.
pub fn markdown(measured: &[Measured], libraries: &[Library], machine: &str, repetitions: usize) -> String {
    let mut versions: Vec<String> = libraries.iter().map(|library| library.versioned()).collect();
    versions.dedup();
    let mut text = format!(
        "# keops and other libraries on the CPU\n\n\
         Billions of pairs (i, j) per second; a ratio is keops' rate over that of the peer to its left.\n\n\
         * keops: {machine}\n\
         * peers, with the same number of threads: {}\n\
         * median of {repetitions} or more interleaved runs; before timing, every answer was checked against an f64 evaluation\n\
         * JAX and NumPy compute distances as |x|² + |y|² - 2 x·y with a matrix product: \"tiled\" by blocks of rows, of \
           the size that was fastest among a few; \"whole\" with the whole matrix in memory, as one writes it first\n\
         * derivatives of exp(-|x_i - y_j|²) b_j: by the methods or operators of keops, by the operators of PyKeOps (\"all \
           gradients\" are three of its reductions, one after the other), by the automatic differentiation of JAX\n\
         * nearest points: faiss searches an `IndexFlatL2` in f32; the index is built before, only the search is timed; \
           scikit-learn is `pairwise_distances_argmin`, the assignment step of its k-means\n\
         * attention: the mean of vectors b_j of dimension 64, weighted by exp((x_i | y_j) / 8), as JAX and NumPy write it\n\
         * a slow peer computes with fewer rows x_i, which does not change its time per pair\n\
         * made by `cargo run --release -p keops-benches --bin compare`\n\n{}\n",
        versions.join(", "),
        head(libraries)
    );
    for row in measured {
        text.push_str(&line(row));
        text.push('\n');
    }
    let notes = notes(measured);
    if !notes.is_empty() {
        text.push_str("\nNotes:\n\n");
        notes.iter().for_each(|note| text.push_str(&format!("* {note}\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::three_digits;

    #[test]
    fn numbers_have_three_significant_digits() {
        for (value, text) in [(8.214, "8.21"), (0.04531, "0.0453"), (12.34, "12.3"), (150.4, "150"), (0.0, "0")] {
            assert_eq!(three_digits(value), text);
        }
    }
}
