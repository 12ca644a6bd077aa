//! A process that answers line by line: a JSON object per request, a JSON object per reply.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running process.
#[derive(Debug)]
pub struct Worker {
    name: String,
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Worker {
    /// Starts a process. Its standard error goes to the log file; errors call it by its name.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn spawn(name: &str, mut command: Command, log: PathBuf) -> Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).with_context(|| format!("cannot write {}", log.display()))?)
            .spawn()
            .with_context(|| format!("cannot start the worker of {name}"))?;
        let requests = process.stdin.take();
        let replies = process.stdout.take().context("the worker has no output")?;
        Ok(Self { name: name.to_owned(), process, requests, replies: BufReader::new(replies), log })
    }

    /// The reply to a request.
    ///
    /// # Errors
    ///
    /// When the process has ended, and when its reply has the key `error`.
    pub fn ask(&mut self, request: &Value) -> Result<Value> {
        let gone = || anyhow!("the worker of {} has ended; see {}", self.name, self.log.display());
        let requests = self.requests.as_mut().ok_or_else(gone)?;
        writeln!(requests, "{request}").map_err(|_| gone())?;
        let mut line = String::new();
        if self.replies.read_line(&mut line)? == 0 {
            return Err(gone());
        }
        let reply: Value = serde_json::from_str(&line).with_context(|| format!("not a reply: {line}"))?;
        if let Some(error) = reply["error"].as_str() {
            bail!("{}: {error} (see {})", self.name, self.log.display());
        }
        Ok(reply)
    }

    /// Lets the process compute what it has prepared, and returns the seconds, measured by the process itself.
    ///
    /// # Errors
    ///
    /// Those of [`Worker::ask`].
    pub fn run(&mut self) -> Result<f64> {
        self.ask(&serde_json::json!({"do": "run"}))?["seconds"].as_f64().context("a reply without `seconds`")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The worker ends with its input. Nothing is left to do where that fails.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
