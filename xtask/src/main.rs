//! Chores of the workspace: `cargo xtask test` is what CI runs.

use std::process::{Command, ExitCode};
use std::time::Instant;

/// A step of a chore: what it is called, and the arguments of `cargo`.
struct Step {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Environment variables of the step.
    environment: &'static [(&'static str, &'static str)],
}

/// What is built once has no use for the files that make a second build faster: they take memory and time.
const ONCE: &[(&str, &str)] = &[("CARGO_INCREMENTAL", "0")];

const TEST: [Step; 4] = [
    Step { name: "format", arguments: &["fmt", "--all", "--check"], environment: &[] },
    Step {
        name: "lints",
        arguments: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        environment: ONCE,
    },
    Step { name: "tests and doctests", arguments: &["test", "--workspace"], environment: ONCE },
    Step {
        name: "documentation",
        arguments: &["doc", "--workspace", "--no-deps", "--document-private-items"],
        environment: &[("CARGO_INCREMENTAL", "0"), ("RUSTDOCFLAGS", "-D warnings")],
    },
];

const USAGE: &str = "\
usage: cargo xtask <chore>

chores:
  test    checks the format, runs clippy, all tests and doctests, and builds the documentation";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => run(&TEST),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the steps in order, up to the first that fails.
fn run(steps: &[Step]) -> ExitCode {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut times = Vec::new();
    for step in steps {
        println!("== {}: cargo {}", step.name, step.arguments.join(" "));
        let start = Instant::now();
        let status = Command::new(&cargo).args(step.arguments).envs(step.environment.iter().copied()).status();
        match status {
            Ok(status) if status.success() => times.push((step.name, start.elapsed())),
            Ok(status) => {
                eprintln!("== {} failed: {status}", step.name);
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("== {}: cannot run {cargo}: {error}", step.name);
                return ExitCode::FAILURE;
            }
        }
    }
    println!("== all {} steps passed", times.len());
    for (name, time) in times {
        println!("   {:>6.1} s  {name}", time.as_secs_f64());
    }
    ExitCode::SUCCESS
}
