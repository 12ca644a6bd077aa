//! Registration: a cloud of points is moved and bent until it lies on another one.
//!
//! The target is a cloud, by default the Stanford bunny; the source is made from it: fewer points, bent and rotated.
//! Which point belongs to which is not used: a distance of clouds is minimised (`distance`), first over rigid motions
//! (`rigid`), then over smooth deformations (`deformation`), each from coarse to fine (`alignment`). Every sum over
//! pairs and every gradient of one is a formula.
//!
//! As the true place of each point is known, the program can say how far from it the point comes to lie. Most of what
//! remains is along the surface: the distance hardly changes when points slide past each other.
//!
//! The points of the source are some of those of the target. Two scans would have points of their own, and where one
//! of them is denser than the other, this distance takes that for a difference in shape.

mod alignment;
mod deformation;
mod descent;
mod distance;
mod motion;
mod picture;
mod rigid;
mod task;

use alignment::{Effort, align};
use anyhow::{Result, ensure};
use clap::Parser;
use deformation::Deformation;
use keops::Scalar;
use keops_examples::points::{BUNNY, read_csv};
use keops_examples::{outcome, output};
use picture::Panel;
use rigid::Rigid;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use task::Task;

/// The scales of the distance, as parts of the size, for rigid motions and for deformations. The last one is about the
/// distance of neighbours on the bunny.
const RIGID: [f64; 2] = [0.2, 0.1];
const SMOOTH: [f64; 3] = [0.1, 0.05, 0.025];
/// How far a control point moves the points around it, as a part of the size.
const WIDTH: f64 = 0.1;
/// The cost of a deformation. Ten times more or less makes hardly a difference.
const STIFFNESS: f64 = 1e-4;

/// Moves and bends a cloud of points until it lies on another one, and draws both.
#[derive(Debug, Parser)]
struct Options {
    /// Rotation of the source, in degrees; from about 100 on, the bunny ends back to front
    #[arg(long, default_value_t = 40.0)]
    angle: f64,
    /// Amplitude of the waves that bend the source, as a part of the target's size
    #[arg(long, default_value_t = 0.05)]
    waves: f64,
    /// Number of control points of the deformation
    #[arg(long, default_value_t = 300)]
    control: usize,
    /// CSV file of points x,y,z: the target
    #[arg(long, default_value = BUNNY)]
    file: PathBuf,
    /// Compute in f64 instead of f32
    #[arg(long)]
    f64: bool,
    /// The picture
    #[arg(long, default_value = "registration.png")]
    output: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    outcome::exit_code(if options.f64 { run::<f64>(&options) } else { run::<f32>(&options) })
}

fn run<T: Scalar>(options: &Options) -> Result<()> {
    ensure!(options.control > 0, "--control 0: at least 1");
    output::check(&options.output)?;
    let task = Task::from(read_csv(&options.file, 3)?, options.angle, options.waves)?;
    println!("target     {} points from {}", task.target.nrows(), options.file.display());
    if options.file == Path::new(BUNNY) {
        println!("           (the Stanford bunny, by courtesy of the Stanford Computer Graphics Laboratory)");
    }
    let (angle, waves) = (options.angle, 100.0 * options.waves);
    println!("source     {} of them, bent by {waves} % of the size, rotated by {angle}°", task.source.nrows());
    println!("size       {:.3}, the diagonal of the target", task.size);
    println!("device     {}\n", keops::cpu_description());

    println!("{}", descent::HEADER);
    let mut effort = Effort::default();
    let rigid = Rigid::of(&task.source, task.size);
    let scales = RIGID.map(|scale| scale * task.size);
    let turned = align::<T>("rigid", &rigid, &task.target, &scales, &mut effort)?;
    let smooth = Deformation::<T>::of(turned.clone(), options.control, WIDTH * task.size, STIFFNESS);
    let scales = SMOOTH.map(|scale| scale * task.size);
    let bent = align::<T>("smooth", &smooth, &task.target, &scales, &mut effort)?;

    describe(&effort, std::any::type_name::<T>());
    let error =
        |points| format!("{:.3} ({:.2} % of the size)", task.error(points), 100.0 * task.error(points) / task.size);
    println!("error      {} before, root mean square", error(&task.source));
    println!("           {} after the rigid motion", error(&turned));
    println!("           {} after the deformation", error(&bent));
    let panels = [
        Panel { title: format!("Before: root-mean-square error {}", error(&task.source)), source: &task.source },
        Panel { title: format!("After: root-mean-square error {}", error(&bent)), source: &bent },
    ];
    let caption = format!("Registration: {} points moved and bent onto {}", task.source.nrows(), task.target.nrows());
    picture::draw(&caption, &task.target, &panels, &options.output)?;
    println!("picture    {}", options.output.display());
    Ok(())
}

/// Prints what the optimisation took. Nearly all pairs are visited for a value together with a gradient.
fn describe(effort: &Effort, number: &str) {
    let Effort { iterations, evaluations, pairs, seconds } = *effort;
    println!("\ncomputed   {iterations} iterations, {evaluations} evaluations, in {number}, {seconds:.3} s:");
    println!(
        "           {:.0} iterations/s, {:.2} Gpair/s with values and gradients",
        iterations as f64 / seconds,
        pairs as f64 / seconds * 1e-9
    );
}
