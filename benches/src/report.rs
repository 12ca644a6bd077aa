//! The table of rates, as Markdown.

use crate::measure::{Measured, Rate};
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
    for (_, rate) in &row.peers {
        let _ = match rate {
            Ok(rate) => {
                write!(text, " {} | {} |", three_digits(rate.gpairs), three_digits(row.ours.gpairs / rate.gpairs))
            }
            Err(_) => write!(text, " - | - |"),
        };
    }
    text
}

/// What a reader should know about the lines: runs that differ much, and peers without a rate, with those lines
/// together that have the same reason.
pub fn notes(measured: &[Measured]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut missing: Vec<(String, Vec<String>)> = Vec::new();
    for row in measured {
        let name = format!("{} {}", row.title, row.number);
        let mut busy = |library: &str, rate: &Rate| {
            if rate.spread > BUSY {
                notes.push(format!("{name}: {library}'s slowest run took {:.1} times its fastest", rate.spread));
            }
        };
        busy("keops", &row.ours);
        for (library, rate) in &row.peers {
            match rate {
                Ok(rate) => busy(library.title(), rate),
                Err(error) => {
                    let reason = format!("no ratio to {}: {error}", library.title());
                    match missing.iter_mut().find(|(known, _)| *known == reason) {
                        Some((_, names)) => names.push(name.clone()),
                        None => missing.push((reason, vec![name.clone()])),
                    }
                }
            }
        }
    }
    notes.extend(missing.into_iter().map(|(reason, names)| format!("{reason} ({})", names.join("; "))));
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
