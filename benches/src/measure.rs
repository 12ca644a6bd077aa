//! Timing: medians of interleaved runs.

use crate::data::{Arrays, Number};
use crate::environment::Environment;
use crate::peer::{Library, Peer};
use crate::reference::check;
use crate::rows::Row;
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
    /// The rate of each peer, or why it has none.
    pub peers: Vec<(Library, Result<Rate, String>)>,
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
/// A peer that fails or disagrees has no rate.
///
/// # Errors
///
/// When our own answer is wrong or a run of ours fails.
pub fn measure<T: Number>(row: &'static Row, peers: &mut [Peer], repetitions: usize) -> Result<Measured> {
    let (rows, columns) = T::sizes(row);
    let arrays = Arrays::<T>::draw(row.dim, row.width, (rows, columns));
    let compute = T::ours(row);
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
        if peers.is_empty() {
            ours.push(seconds(|| compute(&arrays))?);
        }
        for (peer, run) in peers.iter_mut().zip(&mut runs) {
            std::thread::sleep(PAUSE);
            ours.push(seconds(|| compute(&arrays))?);
            if let Ok((_, seconds)) = run {
                std::thread::sleep(PAUSE);
                match peer.run() {
                    Ok(time) => seconds.push(time),
                    Err(error) => *run = Err(error),
                }
            }
        }
    }
    Ok(Measured {
        title: row.title,
        number: T::NAME,
        ours: Rate::new(rows * columns, ours),
        peers: peers
            .iter()
            .zip(runs)
            .map(|(peer, run)| {
                let rate = run.map(|(pairs, seconds)| Rate::new(pairs, seconds));
                (peer.library, rate.map_err(|error| format!("{error:#}")))
            })
            .collect(),
    })
}
