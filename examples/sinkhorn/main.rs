//! Optimal transport: the debiased Sinkhorn divergence between a sphere and the Stanford bunny, and a flow from one to the
//! other.
//!
//! The iteration consists of soft-mins over all points of a cloud, which are log-sum-exp reductions of a formula:
//!
//! ```text
//! f_i = -eps log sum_j exp(log b_j + g_j / eps - |x_i - y_j|^2 / (2 eps)).
//! ```
//!
//! The gradient of the divergence by the points of the sphere moves them, step by step, until they are the bunny. Then the
//! divergence of larger clouds is computed twice: from all pairs, and from coarse to fine, where clusters of points choose
//! the blocks of pairs that matter.

mod clouds;
mod flow;
mod formulas;
mod multiscale;
mod picture;
#[cfg(test)]
mod plain;
mod schedule;
mod solver;

use anyhow::{Result, ensure};
use clap::Parser;
use flow::Flow;
use keops::Scalar;
use keops_examples::points::{BUNNY, read_csv};
use keops_examples::random::Random;
use keops_examples::{outcome, output};
use multiscale::Multiscale;
use ndarray::Array2;
use schedule::{diameter, temperatures};
use solver::{Cloud, Problem};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Computes Sinkhorn divergences, and lets a sphere flow onto a cloud of points.
#[derive(Debug, Parser)]
struct Options {
    /// CSV file of points x,y,z
    #[arg(long, default_value = BUNNY)]
    file: PathBuf,
    /// Number of points of the sphere [default: as many as in the file]
    #[arg(long)]
    sphere: Option<usize>,
    /// The length below which details do not count, the root of the temperature [default: 1/100 of the diameter]
    #[arg(long)]
    blur: Option<f64>,
    /// The ratio of lengths of consecutive temperatures
    #[arg(long, default_value_t = 0.8)]
    scaling: f64,
    /// Number of steps of the flow
    #[arg(long, default_value_t = 15)]
    steps: usize,
    /// The part of its way that a point goes in a step of the flow
    #[arg(long, default_value_t = 0.5)]
    rate: f64,
    /// Number of points of the larger clouds
    #[arg(long, default_value_t = 20_000)]
    points: usize,
    /// The side of a cell [default: so that the diameter is that of about 2000 cells in a cube]
    #[arg(long)]
    cell: Option<f64>,
    /// Blocks are left out where the density of the plan of transport is below exp(-truncate)
    #[arg(long, default_value_t = 5.0)]
    truncate: f64,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "sinkhorn.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

impl Options {
    fn check(&self) -> Result<()> {
        for (name, count) in [("sphere", self.sphere.unwrap_or(1)), ("points", self.points)] {
            ensure!((1..=10_000_000).contains(&count), "--{name} {count}: between 1 and 10 million");
        }
        ensure!(self.scaling > 0.0 && self.scaling < 1.0, "--scaling {}: a number between 0 and 1", self.scaling);
        let lengths =
            [("blur", self.blur), ("cell", self.cell), ("rate", Some(self.rate)), ("truncate", Some(self.truncate))];
        for (name, value) in lengths {
            let value = value.unwrap_or(1.0);
            ensure!(value > 0.0 && value.is_finite(), "--{name} {value}: a positive number is needed");
        }
        output::check(&self.output)
    }
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    options.check()?;
    let target = read_csv(&options.file, 3)?;
    let sphere = clouds::sphere(options.sphere.unwrap_or(target.nrows()), &target);
    println!("device     {}", keops::cpu_description());
    println!("target     {} points from {}", target.nrows(), options.file.display());
    if options.file == Path::new(BUNNY) {
        println!("           (the Stanford bunny, by courtesy of the Stanford Computer Graphics Laboratory)");
    }
    println!("source     {} points on a sphere of its size", sphere.nrows());
    let diameter = diameter([&sphere, &target]);
    ensure!(diameter > 0.0, "{}: all points are the same", options.file.display());
    let blur = options.blur.unwrap_or(0.01 * diameter);
    println!("blur       {blur:.4}, which is {:.4} of the diameter {diameter:.3}", blur / diameter);

    flow::<T>(options, (diameter, blur), &sphere, &target)?;
    larger::<T>(options, (diameter, blur), &target)
}

/// Lets the sphere flow onto the target, and draws it.
fn flow<T: Scalar>(
    options: &Options,
    (diameter, blur): (f64, f64),
    sphere: &Array2<f64>,
    target: &Array2<f64>,
) -> Result<()> {
    let wanted = [0, 1, options.steps.min(4), options.steps];
    let flow =
        Flow { diameter, blur, scaling: options.scaling, steps: options.steps, rate: options.rate, wanted: &wanted };
    let start = Instant::now();
    let (values, states) = flow.run(sphere, &Cloud::<T>::uniform(target))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("\nflow       step   divergence");
    for (step, value) in values.iter().enumerate() {
        println!("           {step:<6} {value:.6e}");
    }
    // Four soft-mins in the start, in each step and in the last one, of which two have a gradient.
    let (m, n) = (sphere.nrows() as f64, target.nrows() as f64);
    let soft_mins = temperatures(diameter, blur, options.scaling).len() + 2;
    let pairs = (values.len() * soft_mins) as f64 * (2.0 * m * n + m * m + n * n);
    println!(
        "computed   {} divergences with gradients in {}, {seconds:.2} s: {soft_mins} times 4 soft-mins each, {:.2} Gpair/s",
        values.len(),
        std::any::type_name::<T>(),
        pairs / seconds * 1e-9
    );
    let caption =
        format!("{} points flow onto {} along the gradient of the Sinkhorn divergence", sphere.nrows(), target.nrows());
    picture::draw(&caption, target, &states, &options.output)?;
    println!("picture    {}", options.output.display());
    Ok(())
}

/// Compares the divergence of larger clouds from all pairs with that from coarse to fine.
fn larger<T: Scalar>(options: &Options, (diameter, blur): (f64, f64), target: &Array2<f64>) -> Result<()> {
    let count = options.points;
    let x = Cloud::<T>::uniform(&clouds::sphere(count, target));
    // About as far from a point of the target as its neighbours are.
    let deviation = diameter / target.nrows() as f64;
    let y = Cloud::<T>::uniform(&clouds::around(target, count, deviation, &mut Random::seeded(1)));
    let temperatures = temperatures(diameter, blur, options.scaling);
    println!("\nlarger     {count} points on the sphere and {count} around those of the target");

    let start = Instant::now();
    let problem = Problem::dense(&x, &y);
    let dense = problem.value(blur * blur, &problem.solve(&temperatures)?)?;
    let dense_seconds = start.elapsed().as_secs_f64();
    println!("dense      {dense:.6e} in {dense_seconds:.2} s, {} steps", temperatures.len());

    // GeomLoss' default in three dimensions.
    let cell = options.cell.unwrap_or(diameter / (3f64.sqrt() * 2000f64.cbrt()));
    let multiscale = Multiscale { cell, truncate: options.truncate }.solve([&x, &y], &temperatures)?;
    let ([of_x, of_y], [coarse, fine]) = (multiscale.cells, multiscale.steps);
    println!(
        "multiscale {:.6e} in {:.2} s, {:.1} times as fast",
        multiscale.value,
        multiscale.seconds,
        dense_seconds / multiscale.seconds
    );
    println!("           {coarse} steps with {of_x} and {of_y} cells of side {cell:.3}, {fine} with the points");
    let [first, last] = multiscale.density.map(|density| 100.0 * density);
    println!("           of all pairs {first:.1} % in the first of these, {last:.1} % in the last");
    let difference = |other: f64| (multiscale.value - other).abs() / other.abs();
    println!(
        "difference {:.1e}, relative, to all pairs in the last step: what was left out",
        difference(multiscale.of_all_pairs)
    );
    println!(
        "           {:.1e} to the dense value, as some steps were coarse; less for --scaling 0.9",
        difference(dense)
    );
    Ok(())
}
