//! Diffusion on a cloud of points, and its modes ("diffusion maps").
//!
//! Between any two points there is an affinity K_ij = exp(-|x_i - x_j|^2 / (2 s^2)). Its rows, divided by their sums D,
//! are the transitions P = D^-1 K of a random walk. A function f of the points becomes P f in a step, in which each point
//! takes the mean over its neighbourhood, and P^t f in t of them: that is how heat spreads on the body. The eigenvectors of P
//! are the modes of the body; they are found through the symmetric D^-1/2 K D^-1/2, which has the same eigenvalues.
//!
//! K is never in memory, nor is P, and even less P^t. They are linear operators: what is computed are products.
//!
//! By default the points are the Stanford bunny, and the heat starts at the tip of an ear.

mod dense;
mod picture;
mod walk;

use anyhow::{Result, ensure};
use clap::Parser;
use keops::KernelFormula;
use keops::linalg::{Eigenpairs, LinearOperator, eigsh};
use keops::prelude::*;
use keops_examples::colours::Scale;
use keops_examples::points::{BUNNY, read_csv};
use keops_examples::{outcome, output};
use ndarray::{Array1, Array2, Axis};
use picture::Panel;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use walk::{NEIGHBOUR, Walk, affinities, default_scale};

/// Panels of the picture side by side.
const COLUMNS: usize = 3;
/// The heat is looked at after this many steps, and after so many times as often, twice.
const LATER: usize = 8;

/// Lets heat spread over a cloud of points and finds the modes of that.
#[derive(Debug, Parser)]
struct Options {
    /// Scale of affinities, a distance [default: the median distance to the eighth neighbour]
    #[arg(long)]
    scale: Option<f64>,
    /// Number of eigenvalues
    #[arg(long, default_value_t = 10)]
    modes: usize,
    /// Number of steps; the picture shows an eighth and a 64th of them, too
    #[arg(long, default_value_t = 512)]
    steps: usize,
    /// CSV file of points x,y,z
    #[arg(long, default_value = BUNNY)]
    file: PathBuf,
    /// The picture
    #[arg(long, default_value = "diffusion.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    outcome::exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    ensure!((1..=1_000_000).contains(&options.steps), "--steps {}: between 1 and a million", options.steps);
    output::check(&options.output)?;
    let points = read_csv(&options.file, 3)?;
    println!("points     {} from {}", points.nrows(), options.file.display());
    if options.file == Path::new(BUNNY) {
        println!("           (the Stanford bunny, by courtesy of the Stanford Computer Graphics Laboratory)");
    }
    let most = 100.min(points.nrows());
    ensure!((1 + COLUMNS..=most).contains(&options.modes), "--modes {}: between 4 and {most}", options.modes);
    println!("device     {}", keops::cpu_description());
    let scale = match options.scale {
        Some(scale) => scale,
        None => default_scale(&points)?,
    };
    ensure!(scale.is_finite() && scale > 0.0, "--scale {scale}: a positive number is needed");
    let origin =
        if options.scale.is_some() { "as asked for".into() } else { format!("where neighbour {NEIGHBOUR} is") };
    println!("scale      {scale:.4}, {origin}");

    let walk = Walk::new(affinities(&points, scale)?)?;
    check_rows(&walk)?;
    let (pairs, modes) = find_modes(&walk, options.modes)?;
    let mut panels: Vec<Panel> = (1..=COLUMNS).map(|mode| mode_panel(&pairs, &modes, mode)).collect();
    panels.extend(spread_heat(&walk, &pairs, &modes, &points, scale, options.steps)?);
    picture::draw(&points, &panels, COLUMNS, &options.output)?;
    println!("\npicture    {}", options.output.display());
    Ok(())
}

/// The transitions out of each point must have the sum 1.
fn check_rows<K: KernelFormula>(walk: &Walk<SymbolicMatrix<'_, f64, K>>) -> Result<()> {
    let ones = Array2::ones((walk.degrees.len(), 1));
    let sums = walk.transitions()?.apply(ones.view())?;
    let largest = sums.iter().fold(0.0_f64, |largest, sum| largest.max((sum - 1.0).abs()));
    println!(
        "rows       have the sum 1 up to {largest:.1e}; affinities of a point to all: {:.1} on average",
        walk.degrees.mean().unwrap_or(0.0)
    );
    Ok(())
}

/// The leading eigenvalues, and the eigenvectors of the walk.
fn find_modes<K: KernelFormula>(
    walk: &Walk<SymbolicMatrix<'_, f64, K>>,
    count: usize,
) -> Result<(Eigenpairs<f64>, Array2<f64>)> {
    let start = Instant::now();
    let pairs = eigsh(&walk.symmetric(), count)?;
    let seconds = start.elapsed().as_secs_f64();
    let modes = walk.modes(&pairs.vectors);
    let entries = (walk.degrees.len() as f64).powi(2) * pairs.iterations as f64;
    println!(
        "\nmodes      {count}, by {} products with {count} vectors in {seconds:.2} s: {:.2} Gpair/s",
        pairs.iterations,
        entries / seconds * 1e-9
    );
    println!("           mode   eigenvalue   residual");
    for (mode, (value, residual)) in pairs.values.iter().zip(&pairs.residuals).enumerate() {
        println!("           {mode:<6} {value:<12.9} {residual:.1e}");
    }
    let (lowest, highest) = pairs.values.iter().fold((1.0_f64, 0.0_f64), |(l, h), &v| (l.min(v), h.max(v)));
    ensure!(lowest >= -1e-9 && highest <= 1.0 + 1e-9, "eigenvalues from {lowest} to {highest} are not from 0 to 1");
    let constant = modes.column(0).iter().fold(0.0_f64, |largest, mode| largest.max((mode.abs() - 1.0).abs()));
    println!(
        "checked    eigenvalues are from 0 to 1; the first is 1 up to {:.1e}, and its mode is constant up to {constant:.1e}",
        (pairs.values[0] - 1.0).abs()
    );
    Ok((pairs, modes))
}

fn mode_panel(pairs: &Eigenpairs<f64>, modes: &Array2<f64>, mode: usize) -> Panel {
    let values = modes.column(mode).to_owned();
    Panel {
        title: format!("Mode {mode}: eigenvalue {:.5}", pairs.values[mode]),
        scale: Scale::signed(&values),
        legend: "mode",
        values,
    }
}

/// Heat from the highest point, after an ever larger number of steps.
fn spread_heat<K: KernelFormula>(
    walk: &Walk<SymbolicMatrix<'_, f64, K>>,
    pairs: &Eigenpairs<f64>,
    modes: &Array2<f64>,
    points: &Array2<f64>,
    scale: f64,
    steps: usize,
) -> Result<Vec<Panel>> {
    let transitions = walk.transitions()?;
    let highest = points.column(1).iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(row, _)| row);
    let mut start = Array2::zeros((points.nrows(), 1));
    // So much that the mean is 1.
    start[[highest, 0]] = walk.degrees.sum() / walk.degrees[highest];

    println!("\nheat       from point {highest}, the highest; its mean is 1");
    println!("           steps     mean - 1   lowest    highest    without modes above {}", pairs.values.len() - 1);
    let (mut heat, mut done, mut panels) = (start.clone(), 0, Vec::new());
    let clock = Instant::now();
    for until in [steps / LATER / LATER, steps / LATER, steps] {
        heat = (&transitions).pow(until - done).apply(heat.view())?;
        done = until;
        let values = heat.column(0).to_owned();
        // What the leading modes tell: the other ones have died away after many steps.
        let amplitudes = Array1::from_shape_fn(modes.ncols(), |k| {
            modes[[highest, k]] * pairs.values[k].powi(until.min(i32::MAX as usize) as i32)
        });
        let difference = modes.dot(&amplitudes) - &values;
        let largest = |values: &Array1<f64>| values.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
        println!(
            "           {until:<9} {:<10.1e} {:<9.1e} {:<10.4} {:.1e} away",
            walk.mean(values.view()) - 1.0,
            values.iter().fold(f64::INFINITY, |lowest, &v| lowest.min(v)),
            largest(&values),
            largest(&difference)
        );
        panels.push(Panel {
            title: format!("Heat after {until} steps"),
            scale: Scale::of(&values),
            legend: "heat",
            values,
        });
    }
    let seconds = clock.elapsed().as_secs_f64();
    let entries = (points.nrows() as f64).powi(2) * steps as f64;
    println!("computed   {steps} steps in {seconds:.2} s: {:.2} Gpair/s", entries / seconds * 1e-9);
    if points.nrows() <= dense::MOST {
        let exact = dense::diffused(points, scale, start.column(0), steps);
        let difference = &heat.index_axis(Axis(1), 0) - &exact;
        let relative = (difference.dot(&difference) / exact.dot(&exact)).sqrt();
        println!("checked    all steps with a dense matrix: relative difference {relative:.1e}");
    }
    Ok(panels)
}
