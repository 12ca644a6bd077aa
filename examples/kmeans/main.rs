//! Clusters of points, by Lloyd's algorithm (k-means), from a start by k-means++.
//!
//! Both steps of an iteration are formulas: the nearest centre of each point is the position of the smallest squared
//! distance (`Min_ArgMin` over j), and the mean of each cluster comes from a sum over the points with its label
//! (`Sum` over i of `(label == J) * ...`). The second visits all pairs, too, where a loop over the points would do;
//! it costs one to four times as much as the first.
//!
//! The points are the Stanford bunny, and a million synthetic points in the plane.

mod formulas;
mod lloyd;
mod mixture;
mod picture;
mod plain;
mod start;

use anyhow::{Result, ensure};
use clap::Parser;
use keops::Scalar;
use keops_examples::points::{BUNNY, read_csv};
use keops_examples::random::Random;
use keops_examples::{outcome, output};
use lloyd::Clusters;
use ndarray::Array2;
use picture::Panel;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Labels that are compared with plain loops.
const CHECKED: usize = 1000;
/// Rows of the table of an algorithm that takes longer, about.
const ROWS: usize = 10;

/// Divides points into clusters around their means and draws them.
#[derive(Debug, Parser)]
struct Options {
    /// Number of clusters of the points from the file
    #[arg(long, default_value_t = 50)]
    clusters: usize,
    /// CSV file of points x,y,z
    #[arg(long, default_value = BUNNY)]
    file: PathBuf,
    /// Number of synthetic points in the plane
    #[arg(long, default_value_t = 1_000_000)]
    points: usize,
    /// Number of their heaps, and of their clusters
    #[arg(long, default_value_t = 100)]
    heaps: usize,
    /// Number of iterations, at most
    #[arg(long, default_value_t = 100)]
    iterations: usize,
    /// Stop when an iteration lowers the inertia by a smaller part than this
    #[arg(long, default_value_t = 1e-4)]
    tolerance: f64,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "kmeans.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    ensure!((1..=100_000_000).contains(&options.points), "--points {}: between 1 and 100 million", options.points);
    for (name, count) in [("clusters", options.clusters), ("heaps", options.heaps)] {
        ensure!((1..=100_000).contains(&count), "--{name} {count}: between 1 and 100 000");
    }
    ensure!(options.iterations > 0, "--iterations 0: at least 1");
    ensure!(options.tolerance >= 0.0, "--tolerance {}: a number of at least 0 is needed", options.tolerance);
    output::check(&options.output)?;
    println!("device     {}", keops::cpu_description());
    let bunny = read_csv(&options.file, 3)?.mapv(T::from_f64);
    println!("\npoints     {} from {}", bunny.nrows(), options.file.display());
    if options.file == Path::new(BUNNY) {
        println!("           (the Stanford bunny, by courtesy of the Stanford Computer Graphics Laboratory)");
    }
    let parts = clustered(&bunny, options.clusters, options)?;

    let mut random = Random::seeded(options.seed);
    let plane = mixture::mixture(options.points, options.heaps, &mut random).mapv(T::from_f64);
    println!("\npoints     {} synthetic ones in the plane, in {} heaps", plane.nrows(), options.heaps);
    let heaps = clustered(&plane, options.heaps, options)?;

    picture::draw([Panel::of("Bunny", &bunny, &parts), Panel::of("Plane", &plane, &heaps)], &options.output)?;
    println!("\npicture    {}", options.output.display());
    Ok(())
}

/// The clusters of the points; what it took to find them is printed.
fn clustered<T: Scalar>(points: &Array2<T>, count: usize, options: &Options) -> Result<Clusters<T>> {
    let start = Instant::now();
    let centres = start::spread(points, count, &mut Random::seeded(options.seed))?;
    println!("start      {count} centres by k-means++ in {:.3} s", start.elapsed().as_secs_f64());
    let clusters = lloyd::cluster(points, centres, options.iterations, options.tolerance)?;
    let (means, _) = formulas::means(points, &clusters.labels, &clusters.centres)?;

    println!("           iteration   inertia");
    let last = clusters.inertia.len() - 1;
    for (iteration, inertia) in clusters.inertia.iter().enumerate() {
        // All of the first ones, in which most happens.
        if iteration <= ROWS / 2 || iteration.is_multiple_of(last / ROWS + 1) || iteration == last {
            println!("           {iteration:<11} {inertia:.6e}");
        }
    }
    let reason = match (clusters.settled, last < options.iterations) {
        (true, _) => "no point changed its cluster",
        (false, true) => "the inertia hardly fell",
        (false, false) => "no more were asked for",
    };
    let number = std::any::type_name::<T>();
    println!("computed   {last} iterations in {number}, {:.3} s; then {reason}", clusters.seconds.iter().sum::<f64>());
    for (name, times, seconds) in [("nearest", last + 1, clusters.seconds[0]), ("means", last, clusters.seconds[1])] {
        let points_per_second = points.nrows() as f64 * times as f64 / seconds;
        println!(
            "  {name:<8} {:.3} ms per iteration: {:.2} Gpair/s, {:.2} million points/s",
            1e3 * seconds / times as f64,
            points_per_second * count as f64 * 1e-9,
            points_per_second * 1e-6
        );
    }
    let plain = plain::difference(points, &clusters.centres, &clusters.labels, &means, CHECKED);
    println!("checked    {} labels against plain loops in f64: nearest up to {:.1e}", plain.rows, plain.label);
    println!("           all means against plain loops in f64: largest distance {:.1e}", plain.mean);
    Ok(clusters)
}
