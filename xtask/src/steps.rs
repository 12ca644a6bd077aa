//! Steps that are run one after the other, with their times.

use std::process::Command;
use std::time::Instant;

use crate::setup;

/// A step of a chore.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Work {
    /// Runs cargo with these arguments and environment variables.
    Cargo(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// Calls a function, which says what went wrong.
    Function(fn() -> Result<(), String>),
}

/// Tests that find no code for GPUs fail where this is set, and pass otherwise.
const REQUIRE_GPU_CODE: &str = "KEOPS_REQUIRE_GPU_CODE";

/// Runs the steps in order, up to the first that fails.
pub(crate) fn run(steps: &[Step]) -> Result<(), String> {
    let mut times = Vec::new();
    for Step { name, work } in steps {
        let start = Instant::now();
        let result = match work {
            Work::Cargo(arguments, environment) => {
                println!("== {name}: cargo {}", arguments.join(" "));
                cargo(arguments, environment)
            }
            Work::Function(function) => {
                println!("== {name}");
                function()
            }
        };
        result.map_err(|problem| format!("== {name} failed: {problem}"))?;
        times.push((name, start.elapsed()));
    }
    println!("== all {} steps passed", times.len());
    for (name, time) in times {
        println!("   {:>6.1} s  {name}", time.as_secs_f64());
    }
    Ok(())
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let program = cargo_program();
    let mut command = Command::new(&program);
    command.args(arguments).envs(environment.iter().copied());
    if setup::in_ci() {
        command.env(REQUIRE_GPU_CODE, "1");
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(format!("cannot run {program}: {error}")),
    }
}

/// The cargo that runs this program.
pub(crate) fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
