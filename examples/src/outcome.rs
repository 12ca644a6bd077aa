//! How a program ends.

use anyhow::Result;
use std::process::ExitCode;

/// Prints the error, if any, with its causes in one line. (An error returned by `main` is printed for programmers, with
/// a line per cause.)
pub fn exit_code(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
