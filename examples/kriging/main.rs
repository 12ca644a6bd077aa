//! Kriging, which is regression by Gaussian processes: smooth functions through scattered values.
//!
//! Between N points x_j with the values b_j, the function at a place x is
//!
//! ```text
//! f(x) = sum_j exp(-|x - x_j|^2 / (2 s^2)) a_j,    (K + ridge I) a = b,    K_ij = exp(-|x_i - x_j|^2 / (2 s^2)).
//! ```
//!
//! The system of equations is solved by conjugate gradients, which need nothing but products with K: `kernel!` makes them
//! in linear memory. A preconditioner from some of the columns of K leaves a handful of iterations.
//!
//! First the progression of diabetes is predicted from ten measures, with s and ridge from cross-validation; there the
//! result is compared with a dense factorization. Then 200 000 noisy values in the plane become a field, for which K
//! would have 40 thousand million entries.

mod dense;
mod diabetes;
mod field;
mod picture;
mod regression;
mod validation;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use diabetes::{DIABETES, Patients, Units};
use field::{Samples, franke, grid};
use keops::Scalar;
use keops_examples::random::Random;
use keops_examples::{outcome, output};
use ndarray::Array1;
use regression::{System, between_patients, between_points, root_mean_square};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use validation::{LENGTHS, Quality, RIDGES, Validation};

/// Rows of the large system that are compared with plain loops.
const CHECKED: usize = 100;

/// Predicts the progression of diabetes, and interpolates a field from noisy values, by kriging.
#[derive(Debug, Parser)]
struct Options {
    /// CSV file of patients: ten measures, and what is to be predicted
    #[arg(long, default_value = DIABETES)]
    file: PathBuf,
    /// Number of synthetic values in the plane
    #[arg(long, default_value_t = 200_000)]
    points: usize,
    /// Standard deviation of their noise
    #[arg(long, default_value_t = 0.1)]
    noise: f64,
    /// Length scale of the field; the unit square holds the points
    #[arg(long, default_value_t = 0.1)]
    length: f64,
    /// Variance of the noise, relative to that of the field
    #[arg(long, default_value_t = 0.1)]
    ridge: f64,
    /// Columns of the matrix that make the preconditioner
    #[arg(long, default_value_t = 200)]
    rank: usize,
    /// Size of the residual, relative to the values, at which the iteration ends
    #[arg(long, default_value_t = 1e-3)]
    tolerance: f64,
    /// The picture has this many places in each direction
    #[arg(long, default_value_t = 230)]
    grid: usize,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compute the field in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "kriging.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(run(&options))
}

fn run(options: &Options) -> Result<()> {
    let counts = [("points", options.points, 2_000_000), ("rank", options.rank, 5000), ("grid", options.grid, 5000)];
    for (name, count, most) in counts {
        ensure!((1..=most).contains(&count), "--{name} {count}: between 1 and {most}");
    }
    for (name, number) in [("length", options.length), ("ridge", options.ridge)] {
        ensure!(number.is_finite() && number > 0.0, "--{name} {number}: a positive number is needed");
    }
    ensure!(options.noise.is_finite() && options.noise >= 0.0, "--noise {}: at least 0", options.noise);
    ensure!((1e-15..0.5).contains(&options.tolerance), "--tolerance {}: between 1e-15 and 0.5", options.tolerance);
    output::check(&options.output)?;
    println!("device     {}", keops::cpu_description());
    predict(&options.file)?;
    if options.f64 { interpolate::<f64>(options) } else { interpolate::<f32>(options) }
}

/// The progression of diabetes.
fn predict(file: &Path) -> Result<()> {
    let patients = Patients::read(file)?;
    let [training, test] = patients.split();
    let (known, asked) = (training.progression.len(), test.progression.len());
    println!("\npatients   {known} to learn from and {asked} to predict, from {}", file.display());
    if file == Path::new(DIABETES) {
        println!("           (B. Efron, T. Hastie, I. Johnstone, R. Tibshirani: Least Angle Regression, 2004)");
    }

    let start = Instant::now();
    let validation = Validation::of(&training, &LENGTHS, &RIDGES)?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "validated  {} pairs, {} iterations, {seconds:.2} s; errors:",
        LENGTHS.len() * RIDGES.len(),
        validation.iterations
    );
    println!("           length ridge {}", RIDGES.map(|ridge| format!("{ridge:<7}")).join(""));
    for (length, errors) in LENGTHS.iter().zip(validation.errors.rows()) {
        let errors: Vec<String> = errors.iter().map(|error| format!("{error:<7.2}")).collect();
        println!("           {length:<12} {}", errors.join(""));
    }
    let (row, column) = validation.best();
    let (length, ridge) = (LENGTHS[row], RIDGES[column]);
    println!("chosen     length scale {length}, ridge {ridge}");

    let units = Units::of(&training.measures)?;
    let (x, at) = (units.apply(&training.measures), units.apply(&test.measures));
    let mean = training.progression.mean().context("there are no patients")?;
    let values = &training.progression - mean;
    let k = between_patients(&x, &x, length)?;
    let system = System { ridge, tolerance: 1e-12, rank: 60 };
    let start = Instant::now();
    let preconditioner = system.preconditioner(&k)?;
    let found = system.solve(&k, &values, &preconditioner)?;
    let milliseconds = 1e3 * start.elapsed().as_secs_f64();
    let a = found.x.column(0);
    println!(
        "solved     {} iterations, residual {:.1e}, {milliseconds:.1} ms",
        found.iterations, found.column_residuals[0]
    );
    let exact = dense::coefficients(&x, &values, length, ridge)?;
    let difference = root_mean_square(&(&a - &exact)) / root_mean_square(&exact);
    println!("checked    against a dense Cholesky factorization: relative difference {difference:.1e}\n");

    println!("           error    R^2");
    let kriged = between_patients(&at, &x, length)?.dot(&a)? + mean;
    let linear = dense::linear(&x, &training.progression, &at)?;
    for (name, prediction) in [("mean", Array1::from_elem(asked, mean)), ("linear", linear), ("kriging", kriged)] {
        let quality = Quality::of(&prediction, &test.progression);
        println!("{name:<10} {:<8.2} {:.3}", quality.error, quality.explained);
    }
    Ok(())
}

/// The field in the plane.
fn interpolate<T: Scalar>(options: &Options) -> Result<()> {
    let (count, length) = (options.points, options.length);
    let samples = Samples::of_franke(count, options.noise, &mut Random::seeded(options.seed));
    println!("\nvalues     {count} of Franke's function in the unit square, with noise of {}", options.noise);
    let entries = count as f64 * count as f64;
    let bytes = entries * size_of::<T>() as f64 * 1e-9;
    println!("memory     {bytes:.1} GB would be the matrix, which is not stored");

    let (x, values) = (samples.points.mapv(T::from_f64), samples.values.mapv(T::from_f64));
    let k = between_points(&x, &x, length)?;
    let system = System { ridge: options.ridge, tolerance: options.tolerance, rank: options.rank };
    let start = Instant::now();
    let preconditioner = system.preconditioner(&k)?;
    println!("prepared   a preconditioner of rank {}, {:.1} s", preconditioner.rank(), start.elapsed().as_secs_f64());
    let start = Instant::now();
    let found = system.solve(&k, &values, &preconditioner)?;
    let seconds = start.elapsed().as_secs_f64();
    // One more product computes the last residual anew.
    let products = (found.iterations + 1) as f64;
    println!(
        "solved     {} iterations in {}, residual {:.1e}, {seconds:.1} s: {:.2} Gpair/s",
        found.iterations,
        std::any::type_name::<T>(),
        found.column_residuals[0],
        products * entries / seconds * 1e-9
    );
    let a = found.x.column(0);
    let (rows, residual) = plain_residual(&samples, &a.mapv(T::to_f64), options);
    println!("checked    {rows} equations by plain loops in f64: residual {residual:.1e}");

    let places = grid(options.grid);
    let start = Instant::now();
    let field = between_points(&places.mapv(T::from_f64), &x, length)?.dot(&a)?.mapv(T::to_f64);
    let seconds = start.elapsed().as_secs_f64();
    let error = &field - &Array1::from_iter(places.rows().into_iter().map(franke));
    println!(
        "field      {} x {0} places, {seconds:.2} s; {:.1e} away from the function, where the values are {} away",
        options.grid,
        root_mean_square(&error),
        options.noise
    );
    let shape = (options.grid, options.grid);
    let (field, error) = (field.into_shape_with_order(shape)?, error.into_shape_with_order(shape)?);
    let shown = picture::Shown { points: &samples.points, values: &samples.values, field, error };
    picture::draw(&shown, &options.output)?;
    println!("picture    {}", options.output.display());
    Ok(())
}

/// The number of equations that were checked, spread evenly over all, and the root mean square of their residuals, relative
/// to that of the values.
fn plain_residual(samples: &Samples, a: &Array1<f64>, options: &Options) -> (usize, f64) {
    let Samples { points, values } = samples;
    let rows = CHECKED.min(values.len());
    let residuals = Array1::from_shape_fn(rows, |k| {
        let i = k * values.len() / rows;
        let entry = |j: usize| dense::gaussian(points.row(i), points.row(j), options.length);
        let product: f64 = (0..values.len()).map(|j| entry(j) * a[j]).sum();
        product + options.ridge * a[i] - values[i]
    });
    (rows, root_mean_square(&residuals) / root_mean_square(values))
}

#[cfg(test)]
mod tests {
    use super::{Options, plain_residual};
    use crate::field::{Samples, franke};
    use crate::regression::{System, between_points};
    use clap::Parser;
    use keops_examples::random::Random;
    use ndarray::Array2;

    #[test]
    fn the_field_is_that_of_the_function() {
        let options = Options::parse_from(["kriging", "--noise", "0.001", "--ridge", "0.0001", "--length", "0.2"]);
        let samples = Samples::of_franke(600, options.noise, &mut Random::seeded(1));
        let k = between_points(&samples.points, &samples.points, options.length).expect("the shapes fit");
        let system = System { ridge: options.ridge, tolerance: 1e-6, rank: 100 };
        let preconditioner = system.preconditioner(&k).expect("it is positive definite");
        let found = system.solve(&k, &samples.values, &preconditioner).expect("it converges");
        let a = found.x.column(0).to_owned();
        let (rows, residual) = plain_residual(&samples, &a, &options);
        assert!(rows == 100 && residual < 1e-5, "{residual}");

        let places =
            Array2::from_shape_fn((9, 2), |(row, k)| 0.3 + 0.2 * (if k == 0 { row / 3 } else { row % 3 }) as f64);
        let field = between_points(&places, &samples.points, options.length).expect("the shapes fit").dot(&a);
        for (place, value) in places.rows().into_iter().zip(field.expect("the shapes fit")) {
            assert!((value - franke(place)).abs() < 0.01, "{value} at {place}");
        }
    }
}
