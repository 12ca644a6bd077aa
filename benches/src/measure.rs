//! Timing: medians of interleaved runs.

use crate::data::{Arrays, Number};
use crate::environment::Environment;
use crate::peer::{Lacks, Library, Peer};
use crate::reference::check;
use crate::rows::{Row, Run};
use anyhow::{Context, Result};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A pause before each run, in which the threads of the library that ran before go to sleep.
const PAUSE: Duration = Duration::from_millis(20);

/// The runs of one row by one library.
#[derive(Clone, Debug)]
pub struct Rate {
    /// Billions of pairs (i, j) per second, by the median run.
    pub gpairs: f64,
    /// The slowest run over the fastest one.
    pub spread: f64,
}

impl Rate {
    /// From the number of pairs of a run and the seconds of each run.
    pub fn new(pairs: usize, mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        Self { gpairs: pairs as f64 / median * 1e-9, spread: seconds[seconds.len() - 1] / seconds[0] }
    }
}

/// One row in one type: what each library made of it.
#[derive(Debug)]
pub struct Measured {
    /// The row's title.
    pub title: &'static str,
    /// `f32` or `f64`.
    pub number: &'static str,
    /// Our rate.
    pub ours: Rate,
    /// What became of each peer.
    pub peers: Vec<(Library, Outcome)>,
}

/// What a peer made of a row.
#[derive(Debug)]
pub enum Outcome {
    /// It agreed with us and was timed.
    Rate(Rate),
    /// It has no such row, for this reason.
    Lacks(String),
    /// It failed or disagreed, with this message.
    Failed(String),
}

impl Outcome {
    /// The rate, if there is one.
    pub fn rate(&self) -> Option<&Rate> {
        if let Self::Rate(rate) = self { Some(rate) } else { None }
    }

    fn new(run: Result<(usize, Vec<f64>)>) -> Self {
        match run {
            Ok((pairs, seconds)) => Self::Rate(Rate::new(pairs, seconds)),
            Err(error) if error.is::<Lacks>() => Self::Lacks(error.to_string()),
            Err(error) => Self::Failed(format!("{error:#}")),
        }
    }
}

/// The seconds that a call takes.
///
/// # Errors
///
/// Those of the call.
pub fn seconds<R, E>(call: impl FnOnce() -> Result<R, E>) -> Result<f64, E> {
    let start = Instant::now();
    black_box(call()?);
    Ok(start.elapsed().as_secs_f64())
}

/// Checks, then times one row: ours, the first peer, ours, the second peer, and so on, `repetitions` times round.
///
/// A peer that fails or disagrees has no rate; a row that is not computed in this type is `None`.
///
/// # Errors
///
/// When our own answer is wrong or a run of ours fails.
pub fn measure<T: Number>(row: &'static Row, peers: &mut [Peer], repetitions: usize) -> Result<Option<Measured>> {
    let Some(&Run { sizes: (rows, columns), compute }) = T::run(row) else { return Ok(None) };
    let arrays: Arrays<T> = row.draw((rows, columns));
    check(row.results, &arrays, rows, &compute(&arrays)?).context("our answer is wrong")?;

    let stored = arrays.write(&row.variables(), &Environment::scratch()?)?;
    let mut runs: Vec<Result<(usize, Vec<f64>)>> = peers
        .iter_mut()
        .map(|peer| {
            let (rows, answers) = peer.prepare(row, &arrays, &stored)?;
            check(row.results, &arrays, rows, &answers)
                .with_context(|| format!("{} disagrees", peer.library.title()))?;
            Ok((rows * columns, Vec::new()))
        })
        .collect();

    let mut ours = Vec::new();
    for _ in 0..repetitions {
        if runs.iter().all(Result::is_err) {
            ours.push(seconds(|| compute(&arrays))?);
        }
        for (peer, run) in peers.iter_mut().zip(&mut runs) {
            let Ok((_, times)) = run else { continue };
            std::thread::sleep(PAUSE);
            ours.push(seconds(|| compute(&arrays))?);
            std::thread::sleep(PAUSE);
            match peer.run() {
                Ok(time) => times.push(time),
                Err(error) => *run = Err(error),
            }
        }
    }
    Ok(Some(Measured {
        title: row.title,
        number: T::NAME,
        ours: Rate::new(rows * columns, ours),
        peers: peers.iter().zip(runs).map(|(peer, run)| (peer.library, Outcome::new(run))).collect(),
    }))
}
