//! The other libraries: each is a process of `python/worker.py`, asked line by line.

use crate::data::{Answer, Arrays, Number, Stored};
use crate::environment::{Environment, PEERS};
use crate::kind::Kind;
use crate::rows::Row;
use crate::worker::Worker;
use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::json;
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::process::Command;

const WORKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/worker.py");

/// A library that we are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Library {
    /// PyKeOps on the CPU.
    Pykeops,
    /// JAX, jitted, distances as a matrix product, in tiles of rows; the fastest tile size is looked for.
    Jax,
    /// JAX, jitted, the same expression with the whole matrix in memory.
    JaxWhole,
    /// NumPy, as the first JAX.
    Numpy,
    /// faiss: exact search in a flat index, which was built before the time is taken.
    Faiss,
    /// scikit-learn: the assignment step of its k-means.
    Sklearn,
}

impl Library {
    /// The name in reports.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pykeops => "PyKeOps",
            Self::Jax => "JAX, tiled",
            Self::JaxWhole => "JAX, whole",
            Self::Numpy => "NumPy, tiled",
            Self::Faiss => "faiss",
            Self::Sklearn => "scikit-learn",
        }
    }

    /// The name with the pinned version, such as `PyKeOps 2.3`.
    pub fn versioned(self) -> String {
        let (name, package) = match self {
            Self::Pykeops => ("PyKeOps", "pykeops"),
            Self::Jax | Self::JaxWhole => ("JAX", "jax"),
            Self::Numpy => ("NumPy", "numpy"),
            Self::Faiss => ("faiss", "faiss-cpu"),
            Self::Sklearn => ("scikit-learn", "scikit-learn"),
        };
        format!("{name} {}", PEERS.version(package).unwrap_or("?"))
    }

    fn argument(self) -> &'static str {
        match self {
            Self::Pykeops => "pykeops",
            Self::Jax => "jax",
            Self::JaxWhole => "jax-whole",
            Self::Numpy => "numpy",
            Self::Faiss => "faiss",
            Self::Sklearn => "sklearn",
        }
    }
}

/// Why a library has no such row.
#[derive(Debug)]
pub struct Lacks(String);

impl Display for Lacks {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Lacks {}

/// A running peer.
#[derive(Debug)]
pub struct Peer {
    /// Which one.
    pub library: Library,
    worker: Worker,
    folder: PathBuf,
}

impl Peer {
    /// Starts the process.
    pub fn start(library: Library, environment: &Environment, threads: usize) -> Result<Self> {
        let mut command = Command::new(environment.python());
        command.args([WORKER, library.argument(), &threads.to_string()]);
        command.env("KEOPS_CACHE_FOLDER", environment.keops_cache());
        Self::spawn(library, command, Environment::scratch()?)
    }

    /// Starts a process that answers as `python/worker.py` does; what the library prints goes to a log file in the
    /// folder, and so do the answers.
    pub fn spawn(library: Library, command: Command, folder: PathBuf) -> Result<Self> {
        let worker = Worker::spawn(library.title(), command, folder.join(format!("{}.log", library.argument())))?;
        Ok(Self { library, worker, folder })
    }

    /// Lets the peer load a row and run it once; returns how many of the rows x_i it computed with, from the first
    /// on, and its answers.
    ///
    /// # Errors
    ///
    /// [`Lacks`] where this library has no row, and whatever else goes wrong.
    pub fn prepare<T: Number>(
        &mut self,
        row: &Row,
        arrays: &Arrays<T>,
        stored: &[Stored],
    ) -> Result<(usize, Vec<Answer>)> {
        let path = |kind: Kind| self.folder.join(format!("{}-{}.bin", self.library.argument(), kind.name()));
        let results: Vec<(Kind, PathBuf)> = row.results.iter().map(|&kind| (kind, path(kind))).collect();
        let request = json!({
            "do": "prepare",
            "type": T::NUMPY,
            "variables": stored,
            "reduction": row.reduction,
            "results": results.iter().map(|(kind, path)| json!({
                "kind": kind.name(),
                "formula": kind.formula(row.formula),
                "index": kind.index().name(),
                "columns": kind.shape(arrays, 0).1,
                "path": path,
            })).collect::<Vec<_>>(),
        });
        let reply = self.worker.ask(&request)?;
        if let Some(lacks) = reply["lacks"].as_str() {
            return Err(Lacks(lacks.to_owned()).into());
        }
        let rows = reply["rows"].as_u64().context("a reply without `rows`")? as usize;
        let read = |(kind, path): &(Kind, PathBuf)| {
            let shape = kind.shape(arrays, rows);
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            if kind.holds_indices() { Answer::indices(shape, &bytes) } else { T::answer(shape, &bytes) }
        };
        Ok((rows, results.iter().map(read).collect::<Result<_>>()?))
    }

    /// Lets the peer compute the prepared row once and returns the seconds, measured by the peer itself.
    pub fn run(&mut self) -> Result<f64> {
        self.worker.run()
    }
}
