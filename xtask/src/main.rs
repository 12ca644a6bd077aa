//! Chores of the workspace: `cargo xtask test` is what CI runs.
//!
//! | module | |
//! |---|---|
//! | `steps` | steps that are run one after the other, with their times |
//! | `setup` | what the tests need besides Rust |
//! | `workspace` | what cargo knows: the target folder, what was built |
//! | `ptxas` | the assembler for GPUs, and what it says of kernels |
//! | `ptx` | all PTX of the workspace, assembled |
//! | `cost` | what it costs to compile a formula for GPUs |
//! | `sass` | what the inner loops of kernels execute |
//! | `gpu` | tests and benchmarks on a machine with a GPU |

mod cost;
mod gpu;
mod parallel;
mod ptx;
mod ptxas;
mod sass;
mod setup;
mod steps;
mod workspace;

use std::process::ExitCode;

use steps::{Step, Work};

/// What is built once has no use for the files that make a second build faster: they take memory and time.
const ONCE: &[(&str, &str)] = &[("CARGO_INCREMENTAL", "0")];

const SETUP: Step = Step { name: "setup", work: Work::Function(setup::set_up) };

const TEST: [Step; 6] = [
    SETUP,
    Step { name: "format", work: Work::Cargo(&["fmt", "--all", "--check"], &[]) },
    Step {
        name: "lints",
        work: Work::Cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], ONCE),
    },
    Step { name: "tests and doctests", work: Work::Cargo(&["test", "--workspace"], ONCE) },
    Step { name: "code for GPUs", work: Work::Function(|| ptx::check(ptx::Extent::Quick)) },
    Step {
        name: "documentation",
        work: Work::Cargo(
            &["doc", "--workspace", "--no-deps", "--document-private-items"],
            &[("CARGO_INCREMENTAL", "0"), ("RUSTDOCFLAGS", "-D warnings")],
        ),
    },
];

const USAGE: &str = "\
usage: cargo xtask <chore>

chores:
  test    installs what is missing, checks the format, runs clippy, all tests and doctests, assembles the code for GPUs,
          and builds the documentation
  setup   installs what the tests need besides Rust: a compiler and an assembler for NVIDIA GPUs
  ptx     assembles all code for GPUs in the workspace, for all architectures
          --quick        large packages for one only, as `test` does
  sass    what kernels for GPUs execute per pair, and the rate that it allows
          --arch sm_90   the architecture
          --only TEXT    only formulas whose title holds the text
          --listing DIR  keeps PTX and SASS in a folder
  cost    the time to compile some formulas for GPUs
          --only TEXT    only formulas whose title holds the text
  gpu     tests and benchmarks on the GPU of this machine; the record goes to benches/results
          --build DIR    only builds them, with a script run.sh that runs them on another machine
          --run DIR      only runs what was built";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["test"] => steps::run(&TEST),
        ["setup"] => steps::run(&[SETUP]),
        ["ptx"] => ptx::check(ptx::Extent::Full),
        ["ptx", "--quick"] => ptx::check(ptx::Extent::Quick),
        ["sass", options @ ..] => sass::run(options),
        ["cost", options @ ..] => cost::run(options),
        ["gpu", options @ ..] => gpu::run(options),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
