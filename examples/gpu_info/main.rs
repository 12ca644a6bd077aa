//! The GPUs of this machine, and the code for GPUs that formulas carry.
//!
//! A formula runs on GPUs if the build script of its package (`build.rs`, one line) found a compiler for them. This
//! program shows whether it did, by some formulas of its own.

mod code;
mod formulas;

use clap::Parser;
use code::Code;
use formulas::Row;

/// Prints the GPUs of this machine, and which formulas carry code for GPUs.
#[derive(Debug, Parser)]
struct Options {}

fn main() {
    let Options {} = Options::parse();
    match keops::devices() {
        Ok(gpus) if gpus.is_empty() => println!("GPUs       none: the driver has found no GPU"),
        Ok(gpus) => gpus.iter().for_each(|gpu| println!("GPU        {gpu}")),
        Err(error) => println!("GPUs       none: {error}"),
    }
    println!("processor  {}\n", keops::cpu_description());

    let line = |formula: &str, reduction: &str, size: &str, entries: &str, version: &str, target: &str| {
        let line = format!("{formula:<24} {reduction:<20} {size:>10} {entries:>7}   {version:<4} {target}");
        println!("{}", line.trim_end());
    };
    line("formula", "reduction", "PTX, bytes", "entries", "PTX", "for");
    let rows = formulas::rows();
    for Row { formula, reduction, gpu_code } in &rows {
        match gpu_code {
            Some(ptx) => {
                let Code { version, target, entries } = Code::read(ptx);
                line(formula, reduction, &ptx.len().to_string(), &entries.to_string(), version, target);
            }
            None => line(formula, reduction, "none", "", "", ""),
        }
    }
    if rows.iter().all(|row| row.gpu_code.is_none()) {
        println!(
            "\nNo formula carries code for GPUs: the build found no compiler for them. Its warning says what to install."
        );
    }
}
