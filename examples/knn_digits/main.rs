//! Handwritten digits, read by their nearest neighbours.
//!
//! An image of a digit is a point with 64 coordinates, one per pixel. Each image of a test set is compared with all
//! images of a training set; the K nearest of them vote on what it shows. One formula finds the nearest 31, nearest
//! first, and so the nearest K for every smaller K. Nothing is learnt.
//!
//! Rows 3, 7, 11, ... of the file, counted from 0, are the test set, all others the training set. Of digits with the
//! same number of votes the smallest wins, as in scikit-learn's `KNeighborsClassifier`.

mod digits;
mod neighbours;
mod picture;

use anyhow::{Result, ensure};
use clap::Parser;
use digits::{DIGITS, Digits, PIXELS};
use keops::Scalar;
use keops_examples::{outcome, output};
use neighbours::{MOST, misread, nearest, nearest_by_sorting, read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Calls that are timed: one takes about a millisecond.
const TIMED: usize = 21;
/// The rows of the table.
const TABLE: [usize; 9] = [1, 2, 3, 5, 7, 9, 15, 21, 31];

/// Reads handwritten digits by their nearest neighbours, and draws which ones it gets wrong.
#[derive(Debug, Parser)]
struct Options {
    /// Number of neighbours that vote in the picture
    #[arg(long, default_value_t = 5)]
    neighbours: usize,
    /// CSV file of images: 64 pixels from 0 to 16, and the digit
    #[arg(long, default_value = DIGITS)]
    file: PathBuf,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "knn_digits.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

/// The median of the times of some calls.
fn median_seconds<R>(mut call: impl FnMut() -> Result<R, keops::Error>) -> Result<f64> {
    let mut seconds = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let start = Instant::now();
        call()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[TIMED / 2])
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    let voters = options.neighbours;
    ensure!((1..=MOST).contains(&voters), "--neighbours {voters}: between 1 and {MOST}");
    output::check(&options.output)?;
    let [training, test] = Digits::read(&options.file)?.split();
    let (known, asked) = (training.labels.len(), test.labels.len());
    ensure!(known >= MOST, "{known} images for training are fewer than {MOST}");
    println!("images     {asked} to read and {known} to compare with, from {}", options.file.display());
    if options.file == Path::new(DIGITS) {
        println!("           (UCI Machine Learning Repository: E. Alpaydin, C. Kaynak 1998, CC BY 4.0)");
    }
    println!("device     {}", keops::cpu_description());

    let (x, y) = (test.images.mapv(T::from_f64), training.images.mapv(T::from_f64));
    let found = nearest(&x, &y)?;
    let seconds = median_seconds(|| nearest(&x, &y))?;
    println!(
        "computed   {asked} x {known} pairs of {PIXELS} pixels in {}, {:.2} ms: {:.2} Gpair/s, {:.0} images/s",
        std::any::type_name::<T>(),
        1e3 * seconds,
        asked as f64 * known as f64 / seconds * 1e-9,
        asked as f64 / seconds
    );
    let exact = nearest_by_sorting(&test.images, &training.images);
    let different = found.iter().zip(&exact).filter(|(found, exact)| found != exact).count();
    println!("checked    {} neighbours against exact sorting: {different} differ\n", found.len());

    println!("K     right   accuracy");
    let wrong: Vec<Vec<usize>> = (1..=MOST).map(|k| misread(&read(&found, k, &training), &test.labels)).collect();
    let accuracy: Vec<f64> = wrong.iter().map(|wrong| 100.0 * (1.0 - wrong.len() as f64 / asked as f64)).collect();
    for k in TABLE {
        println!("{k:<5} {:<7} {:.2} %", asked - wrong[k - 1].len(), accuracy[k - 1]);
    }
    let read = read(&found, voters, &training);
    picture::draw(&picture::Shown { training, test, found, voters, read, accuracy }, &options.output)?;
    println!("\npicture    {}", options.output.display());
    Ok(())
}
