//! Whole computations that consist of many reductions, against what does the same elsewhere: the comparison `solvers`.
//!
//! * [`systems`]: conjugate gradients with a Gaussian kernel, against PyKeOps' KernelSolve;
//! * [`transport`]: the debiased Sinkhorn divergence, against GeomLoss;
//! * [`sparse`]: a sum over 5 % of the blocks, against our own dense one;
//! * [`columns`]: the product with a matrix of 100 columns, against PyKeOps' Genred.

pub mod columns;
pub mod sparse;
pub mod systems;
pub mod transport;

use crate::data::{Number, store};
use crate::environment::{Environment, SOLVERS};
use crate::report::three_digits;
use crate::worker::Worker;
use anyhow::{Context, Result, ensure};
use ndarray::Array2;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const WORKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/solvers.py");

/// A pause before each run, in which the threads of the library that ran before go to sleep.
const PAUSE: Duration = Duration::from_millis(20);

/// The other side: a process of `python/solvers.py`.
#[derive(Debug)]
pub struct Solvers {
    worker: Worker,
    folder: PathBuf,
}

impl Solvers {
    /// Makes the Python environment where that is needed, and starts the process.
    ///
    /// # Errors
    ///
    /// When the environment cannot be made.
    pub fn start(threads: usize) -> Result<Self> {
        let environment = Environment::set_up(&SOLVERS)?;
        let mut command = Command::new(environment.python());
        command.args([WORKER, &threads.to_string()]);
        command.env("KEOPS_CACHE_FOLDER", environment.keops_cache());
        let folder = Environment::scratch()?;
        Ok(Self { worker: Worker::spawn("PyKeOps and GeomLoss", command, folder.join("solvers.log"))?, folder })
    }

    /// Lets the process load arrays and compute a task once; returns its result, of this shape, and its reply.
    fn prepare<T: Number>(
        &mut self,
        task: &str,
        arrays: &[(&str, &Array2<T>)],
        mut settings: Value,
        shape: (usize, usize),
    ) -> Result<(Array2<f64>, Value)> {
        let path = self.folder.join(format!("solvers-{task}.bin"));
        for (key, value) in [("do", json!("prepare")), ("task", task.into()), ("type", T::NUMPY.into())] {
            settings[key] = value;
        }
        settings["path"] = json!(path);
        for (name, array) in arrays {
            let file = store(array, self.folder.join(format!("solvers-{task}-{name}.bin")))?;
            settings["arrays"][name] = json!([file, array.dim()]);
        }
        let reply = self.worker.ask(&settings)?;
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let answer = T::answer(shape, &bytes)?;
        Ok((Array2::from_shape_fn(shape, |(row, column)| answer.get(row, column)), reply))
    }

    fn run(&mut self) -> Result<f64> {
        self.worker.run()
    }
}

/// What was compared, and the seconds of both sides.
#[derive(Debug)]
pub struct Comparison {
    /// What was computed.
    pub what: String,
    /// Who is on the other side.
    pub other: &'static str,
    /// The ratio that is wanted.
    pub wanted: f64,
    /// The seconds of our runs.
    pub ours: Vec<f64>,
    /// The seconds of the others' runs.
    pub theirs: Vec<f64>,
    /// How it was checked, and what else there is to say.
    pub note: String,
}

impl Comparison {
    /// The head of the table, two lines.
    pub const HEAD: &'static str =
        "| what | keops | other side | | ratio | wanted | slowest / fastest |\n|---|--:|---|--:|--:|--:|--:|";

    /// How many times as fast we are, by the medians.
    pub fn ratio(&self) -> f64 {
        median(&self.theirs) / median(&self.ours)
    }

    /// A line of the table.
    pub fn line(&self) -> String {
        format!(
            "| {} | {} s | {} | {} s | {} | {} | {}, {} |",
            self.what,
            three_digits(median(&self.ours)),
            self.other,
            three_digits(median(&self.theirs)),
            three_digits(self.ratio()),
            self.wanted,
            three_digits(spread(&self.ours)),
            three_digits(spread(&self.theirs)),
        )
    }
}

fn median(seconds: &[f64]) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { 0.5 * (sorted[middle - 1] + sorted[middle]) } else { sorted[middle] }
}

/// The slowest run over the fastest.
fn spread(seconds: &[f64]) -> f64 {
    let fastest = seconds.iter().copied().fold(f64::INFINITY, f64::min);
    seconds.iter().copied().fold(0.0, f64::max) / fastest
}

/// Lets both sides run in turns: the seconds of ours and of theirs.
fn in_turns(
    repetitions: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut theirs: impl FnMut() -> Result<f64>,
) -> Result<[Vec<f64>; 2]> {
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..repetitions {
        std::thread::sleep(PAUSE);
        seconds[0].push(ours()?);
        std::thread::sleep(PAUSE);
        seconds[1].push(theirs()?);
    }
    Ok(seconds)
}

/// The largest difference of two arrays, relative to the largest entry of the second.
///
/// # Errors
///
/// When it is above the tolerance, or no number.
fn agreement<T: Number>(ours: &Array2<T>, theirs: &Array2<f64>, tolerance: f64) -> Result<f64> {
    ensure!(ours.dim() == theirs.dim(), "shapes {:?} and {:?}", ours.dim(), theirs.dim());
    let largest = theirs.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let differences = ours.iter().zip(theirs).map(|(ours, theirs)| (ours.exact() - theirs).abs() / largest);
    ensure!(differences.clone().all(|difference| !difference.is_nan()), "an answer is not a number");
    let difference = differences.fold(0.0, f64::max);
    ensure!(difference <= tolerance, "the answers differ by {difference:.1e}, relative to the largest entry");
    Ok(difference)
}

/// Points uniform in the unit cube.
fn cube<T: Number>(count: usize, random: &mut fastrand::Rng) -> Array2<T> {
    Array2::from_shape_simple_fn((count, 3), || T::round(random.f64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn ratios_are_those_of_medians() {
        let comparison = Comparison {
            what: "sum".into(),
            other: "them",
            wanted: 2.0,
            ours: vec![0.5, 9.0, 0.25],
            theirs: vec![2.0, 1.0, 8.0, 2.0],
            note: String::new(),
        };
        assert_eq!(comparison.ratio(), 4.0);
        assert_eq!(comparison.line(), "| sum | 0.500 s | them | 2.00 s | 4.00 | 2 | 36.0, 8.00 |");
    }

    #[test]
    fn answers_that_differ_are_errors() {
        let theirs = array![[1.0, -4.0]];
        assert_eq!(agreement(&array![[1.5, -4.0]], &theirs, 0.2).expect("0.125 is less"), 0.125);
        assert!(agreement(&array![[1.5, -4.0]], &theirs, 0.1).is_err());
        assert!(agreement(&array![[f64::NAN, -4.0]], &theirs, 0.1).is_err());
        assert!(agreement(&array![[1.0]], &theirs, 0.1).is_err());
    }
}
