//! The time per pair and dimension of a Gaussian sum, from D = 3 to D = 1024: a step between neighbours shows where
//! the engine changes its way of working for the worse.

use anyhow::Result;
use clap::Parser;
use keops::prelude::*;
use keops_benches::data::{Arrays, Number};
use keops_benches::kind::Kind;
use keops_benches::measure::{Rate, seconds};
use keops_benches::reference::check;
use keops_benches::report::three_digits;
use keops_benches::rows::Compute;

/// Prints the rate of `Exp(-SqDist(x,y)) * b` for ten dimensions in f32 and f64; nothing may cost more than twice
/// as much per pair and dimension as in the next lower dimension of the table.
#[derive(Debug, Parser)]
struct Options {
    /// Timed runs of each dimension
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
}

/// The kernel of one dimension.
struct Dimension {
    dim: usize,
    f32: Compute<f32>,
    f64: Compute<f64>,
}

macro_rules! dimensions {
    ($($dim:tt)*) => {
        const DIMENSIONS: &[Dimension] = &[$(Dimension {
            dim: $dim,
            f32: |a| {
                let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi($dim), y = Vj($dim), b = Vj(1));
                Ok(vec![f.call(&a.x, &a.y, &a.b)?.into()])
            },
            f64: |a| {
                let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi($dim), y = Vj($dim), b = Vj(1));
                Ok(vec![f.call(&a.x, &a.y, &a.b)?.into()])
            },
        }),*];
    };
}

dimensions!(3 10 30 64 99 100 128 256 512 1024);

fn main() -> Result<()> {
    let options = Options::parse();
    println!("{}\n", keops::cpu_description());
    println!("| D | type | M = N | Gpair/s | ps per pair | ps per pair and dimension | step |");
    println!("|--:|---|--:|--:|--:|--:|--:|");
    let worst = [
        table(options.repetitions, DIMENSIONS.iter().map(|d| (d.dim, d.f32)))?,
        table(options.repetitions, DIMENSIONS.iter().map(|d| (d.dim, d.f64)))?,
    ];
    println!("\nlargest step: {:.2} in f32, {:.2} in f64 (at most 2 is wanted)", worst[0], worst[1]);
    Ok(())
}

/// Prints one type's part of the table and returns its largest step.
fn table<T: Number>(repetitions: u16, kernels: impl Iterator<Item = (usize, Compute<T>)>) -> Result<f64> {
    let mut largest = 0.0f64;
    let mut before = None;
    for (dim, compute) in kernels {
        // About the same work for every dimension, a tenth of a second or more.
        let size = (6e9 / (dim as f64 + 10.0)).sqrt() as usize / 64 * 64;
        let arrays = Arrays::<T>::draw(dim, 1, (size, size));
        check(&[Kind::Gauss], &arrays, size, &compute(&arrays)?)?;
        let times: Result<Vec<f64>, _> = (0..repetitions).map(|_| seconds(|| compute(&arrays))).collect();
        let rate = Rate::new(size * size, times?);
        let each = 1e3 / rate.gpairs / dim as f64;
        let step = before.map(|before| each / before);
        println!(
            "| {dim} | {} | {size} | {} | {} | {} | {} |",
            T::NAME,
            three_digits(rate.gpairs),
            three_digits(1e3 / rate.gpairs),
            three_digits(each),
            step.map_or(String::new(), |step| format!("{step:.2}")),
        );
        largest = largest.max(step.unwrap_or(0.0));
        before = Some(each);
    }
    Ok(largest)
}
