//! The price of all gradients at once: `vjp` of a Gaussian sum needs one pass for the gradient by x, and one for those
//! by y and b, which share the kernel values.

use anyhow::Result;
use clap::Parser;
use keops::prelude::*;
use keops_benches::data::{Arrays, Number};
use keops_benches::kind::Kind;
use keops_benches::measure::{Rate, seconds};
use keops_benches::reference::check;
use keops_benches::report::three_digits;

/// Times `vjp` of `Exp(-SqDist(x,y)) * b` for D = 3, and the two passes that it needs when each has a single output:
/// `grad_x` and `grad_b`. It may take at most 1.6 times as long as these together.
#[derive(Debug, Parser)]
struct Options {
    /// Timed runs of each method
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// Rows and columns
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    size: u32,
}

fn main() -> Result<()> {
    let options = Options::parse();
    println!("{}; M = N = {}\n", keops::cpu_description(), options.size);
    println!("| type | grad_x | grad_b | vjp | vjp / (grad_x + grad_b) |");
    println!("|---|--:|--:|--:|--:|");
    let ratios = [line::<f32>(&options)?, line::<f64>(&options)?];
    println!(
        "\nvjp takes {:.2} times as long as grad_x and grad_b in f32, {:.2} times in f64 (at most 1.6 is wanted)",
        ratios[0], ratios[1]
    );
    Ok(())
}

/// Prints one type's line, with the milliseconds of the median runs, and returns the ratio.
fn line<T: Number>(options: &Options) -> Result<f64> {
    let size = options.size as usize;
    let a = Arrays::<T>::draw(3, 1, (size, size));
    let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    let grad_x = || f.grad_x(&a.x, &a.y, &a.b, &a.e);
    let grad_b = || f.grad_b(&a.x, &a.y, &a.b, &a.e);
    let vjp = || f.vjp(&a.x, &a.y, &a.b, &a.e);

    let all = vjp()?;
    let answers = [grad_x()?, grad_b()?, all.x, all.y, all.b].map(Into::into);
    check(&[Kind::GradientX, Kind::GradientB, Kind::GradientX, Kind::GradientY, Kind::GradientB], &a, size, &answers)?;

    let mut times = [(); 3].map(|()| Vec::new());
    for _ in 0..options.repetitions {
        for (times, time) in times.iter_mut().zip([seconds(grad_x)?, seconds(grad_b)?, seconds(vjp)?]) {
            times.push(time);
        }
    }
    let pairs = size * size;
    let [x, b, all] = times.map(|times| pairs as f64 * 1e-6 / Rate::new(pairs, times).gpairs);
    let ratio = all / (x + b);
    let [x, b, all] = [x, b, all].map(|time| format!("{} ms", three_digits(time)));
    println!("| {} | {x} | {b} | {all} | {ratio:.2} |", T::NAME);
    Ok(ratio)
}
