//! The density of a cloud of points in space, estimated by a Gaussian kernel.
//!
//! Around N points y_j and with a bandwidth h, the density at a place x_i is
//!
//! ```text
//! p(x_i) = (2 pi h^2)^(-3/2) / N * sum_j exp(-|x_i - y_j|^2 / (2 h^2)).
//! ```
//!
//! The program computes it on a grid around the points and at the points themselves, compares some of the values
//! with a plain evaluation, and draws a slice and a projection. By default the points are the Stanford bunny.
//!
//! `--device` chooses between the processor, GPUs, and an emulator of a GPU.

mod bandwidth;
mod dense;
mod density;
mod grid;
mod picture;
mod place;

use anyhow::{Result, ensure};
use clap::Parser;
use grid::Grid;
use keops::{Device, Scalar};
use keops_examples::points::{BUNNY, read_csv};
use keops_examples::{outcome, output};
use ndarray::{Array1, Axis, concatenate};
use place::Place;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Places of the grid where none are asked for.
const GRID: usize = 250_000;
/// The same on the emulator.
const EMULATED_GRID: usize = 10_000;

/// Estimates the density of a cloud of points in space with a Gaussian kernel and draws it.
#[derive(Debug, Parser)]
struct Options {
    /// Standard deviation of the kernel [default: the one that predicts the points best]
    #[arg(long)]
    bandwidth: Option<f64>,
    /// Number of grid points, about [default: 250000; on the emulator 10000]
    #[arg(long)]
    grid: Option<usize>,
    /// CSV file of points x,y,z
    #[arg(long, default_value = BUNNY)]
    file: PathBuf,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// Where to compute: cpu, cuda:0 or another number, all-cuda, emulated, or auto: the first GPU if there is one
    #[arg(long, default_value_t = Device::Auto)]
    device: Device,
    /// The picture
    #[arg(long, default_value = "kde.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    let grid = options.grid.unwrap_or(if options.device == Device::Emulated { EMULATED_GRID } else { GRID });
    ensure!((1..=100_000_000).contains(&grid), "--grid {grid}: between 1 and 100 million");
    output::check(&options.output)?;
    let points = read_csv(&options.file, 3)?;
    println!("points     {} from {}", points.nrows(), options.file.display());
    if options.file == Path::new(BUNNY) {
        println!("           (the Stanford bunny, by courtesy of the Stanford Computer Graphics Laboratory)");
    }
    let place = Place::new::<T>(options.device)?;
    println!("device     {}", place.description);
    if place.device == Device::Emulated && options.grid.is_none() {
        println!("           (for tests, and slow: so the grid is coarser than the {GRID} places of other devices)");
    }

    let h = match options.bandwidth {
        Some(h) => h,
        None => bandwidth::by_likelihood(&points)?,
    };
    ensure!(h.is_finite() && h > 0.0, "--bandwidth {h}: a positive number is needed");
    let origin = if options.bandwidth.is_some() { "as asked for" } else { "by leave-one-out likelihood" };
    println!("bandwidth  {h:.4}, {origin}");

    let grid = Grid::around(&points, 3.0 * h, grid)?;
    let [nx, ny, nz] = grid.counts;
    println!("grid       {nx} x {ny} x {nz} = {} places, {:.4} apart", grid.len(), grid.spacing);

    // One call computes the densities on the grid and, behind them, at the points.
    let x = concatenate(Axis(0), &[grid.places().view(), points.view()])?.mapv(T::from_f64);
    let y = points.mapv(T::from_f64);
    let g = T::from_f64(0.5 / (h * h));
    let start = Instant::now();
    let sums = density::sums(&x, &y, g, place.device)?;
    let seconds = start.elapsed().as_secs_f64();
    let pairs = x.nrows() as f64 * y.nrows() as f64;
    println!(
        "computed   {} x {} pairs in {}, {seconds:.3} s: {}",
        x.nrows(),
        y.nrows(),
        std::any::type_name::<T>(),
        rate(pairs / seconds)
    );

    let (rows, difference) = dense::largest_difference(&x, &y, g, &sums, 1000);
    println!("checked    {rows} rows against a dense f64 evaluation: largest relative difference {difference:.1e}");

    let scale = (2.0 * std::f64::consts::PI * h * h).powf(-1.5) / points.nrows() as f64;
    let densities = sums.mapv(|sum| scale * sum.to_f64());
    let (on_grid, at_points) = densities.view().split_at(Axis(0), grid.len());
    describe(&grid, &on_grid.to_owned(), at_points.to_vec());
    picture::draw(&grid, &on_grid, &points, h, &options.output)?;
    println!("picture    {}", options.output.display());
    Ok(())
}

/// Pairs per second, as a text.
fn rate(rate: f64) -> String {
    if rate < 1e9 { format!("{:.1} Mpair/s", rate * 1e-6) } else { format!("{:.2} Gpair/s", rate * 1e-9) }
}

/// Prints the integral of the density over the grid, which should be nearly 1, and the densities at the points.
fn describe(grid: &Grid, on_grid: &Array1<f64>, mut at_points: Vec<f64>) {
    println!("integral   {:.4} over the grid", on_grid.sum() * grid.spacing.powi(3));
    at_points.sort_by(f64::total_cmp);
    let (lowest, highest) = (at_points[0], at_points[at_points.len() - 1]);
    let median = at_points[at_points.len() / 2];
    println!("at points  density from {lowest:.3e} to {highest:.3e}, median {median:.3e}");
}
