//! The other libraries: each is a process of `python/worker.py`, asked line by line.

use crate::data::{Answer, Arrays, Number, Stored};
use crate::environment::Environment;
use crate::kind::Kind;
use crate::rows::Row;
use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use serde::Deserialize;
use serde_json::{Value, json};
use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

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
        format!("{name} {}", Environment::version(package).unwrap_or("?"))
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
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    folder: PathBuf,
}

/// What the worker answers; every field but those of the request at hand is empty.
#[derive(Debug, Deserialize)]
struct Reply {
    rows: Option<usize>,
    seconds: Option<f64>,
    error: Option<String>,
    lacks: Option<String>,
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
    pub fn spawn(library: Library, mut command: Command, folder: PathBuf) -> Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log(&folder, library))?)
            .spawn()
            .with_context(|| format!("cannot start the worker of {}", library.title()))?;
        let requests = process.stdin.take();
        let replies = process.stdout.take().context("the worker has no output")?;
        Ok(Self { library, process, requests, replies: BufReader::new(replies), folder })
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
        let rows = self.ask(&request)?.rows.context("a reply without `rows`")?;
        let read = |(kind, path): &(Kind, PathBuf)| {
            let shape = kind.shape(arrays, rows);
            let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            if kind.holds_indices() { Answer::indices(shape, &bytes) } else { T::answer(shape, &bytes) }
        };
        Ok((rows, results.iter().map(read).collect::<Result<_>>()?))
    }

    /// Lets the peer compute the prepared row once and returns the seconds, measured by the peer itself.
    pub fn run(&mut self) -> Result<f64> {
        self.ask(&json!({"do": "run"}))?.seconds.context("a reply without `seconds`")
    }

    fn ask(&mut self, request: &Value) -> Result<Reply> {
        let log = log(&self.folder, self.library);
        let gone = || anyhow!("the worker of {} has ended; see {}", self.library.title(), log.display());
        let requests = self.requests.as_mut().ok_or_else(gone)?;
        writeln!(requests, "{request}").map_err(|_| gone())?;
        let mut line = String::new();
        if self.replies.read_line(&mut line)? == 0 {
            return Err(gone());
        }
        let reply: Reply = serde_json::from_str(&line).with_context(|| format!("not a reply: {line}"))?;
        if let Some(lacks) = reply.lacks {
            return Err(Lacks(lacks).into());
        }
        if let Some(error) = reply.error {
            bail!("{}: {error} (see {})", self.library.title(), log.display());
        }
        Ok(reply)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The worker ends with its input. Nothing is left to do where that fails.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}

fn log(folder: &Path, library: Library) -> PathBuf {
    folder.join(format!("{}.log", library.argument()))
}
