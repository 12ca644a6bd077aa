//! `cargo xtask gpu`: the tests and the benchmark on an NVIDIA GPU.
//!
//! The programs are built into a folder with a script that runs them, so that they can be carried to a machine that has a GPU
//! and no Rust. The script writes the record.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{self, cargo, executables_in};

/// What runs everything, where there is no Rust.
const SCRIPT: &str = include_str!("run.sh");

/// What makes programs small enough to be carried, and hundreds of formulas fast to compile: the processor's code is not what
/// is tested.
const SETTINGS: [&str; 6] = [
    "--config",
    "profile.release.strip=\"symbols\"",
    "--config",
    "profile.release.debug=false",
    "--config",
    "profile.release.package.keops-tests.opt-level=0",
];

/// A package, and what cargo is told to build of it.
const BUILDS: [&[&str]; 3] = [
    &["test", "-p", "keops", "--features", "emulator", "--lib", "--test", "device_arrays"],
    &["test", "-p", "keops-tests", "--test", "emulator", "--test", "conformance", "--test", "reductions"],
    &["build", "-p", "keops-benches", "--bin", "gpu"],
];

/// The programs of tests, with the tests of them that use a device.
const TESTS: [(&str, &str); 5] = [
    ("keops", "gpu::"),
    ("device_arrays", ""),
    ("emulator", ""),
    ("conformance", "on_a_gpu"),
    ("reductions", "on_a_gpu"),
];

/// What runs under compute-sanitizer, which takes its time.
const SANITIZED: [(&str, &str); 2] = [("keops", "gpu::"), ("emulator", "arguments::")];

/// The program that measures.
const BENCHMARK: &str = "gpu";

/// Builds, or runs what was built, or both.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [] => {
            gpus()?;
            let folder = workspace::target_folder()?.join("keops-gpu");
            build(&folder)?;
            start(&folder)
        }
        ["--build", folder] => build(Path::new(folder)),
        ["--run", folder] => start(Path::new(folder)),
        _ => Err(format!("cargo xtask gpu: what is `{}`?\n{}", arguments.join(" "), crate::USAGE)),
    }
}

/// That there is a GPU, before anything is built.
fn gpus() -> Result<(), String> {
    let output = Command::new("nvidia-smi").arg("-L").output();
    let problem = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => format!("nvidia-smi says: {}", String::from_utf8_lossy(&output.stdout).trim_end()),
        Err(error) => format!("cannot run nvidia-smi: {error}"),
    };
    Err(format!(
        "no NVIDIA GPU on this machine: {problem}\n`cargo xtask gpu --build DIR` builds what can be run on another one"
    ))
}

/// Builds the programs, and puts them with the script into a folder.
fn build(folder: &Path) -> Result<(), String> {
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let tests = folder.join("tests");
    fs::create_dir_all(&tests).map_err(|error| failed(&tests, error))?;
    let mut programs: Vec<(String, PathBuf)> = Vec::new();
    for arguments in BUILDS {
        let mut all = arguments.to_vec();
        all.extend(["--release", "--message-format=json-render-diagnostics"]);
        all.extend(SETTINGS);
        if arguments[0] == "test" {
            all.push("--no-run");
        }
        println!("== cargo {}", arguments.join(" "));
        programs.extend(executables_in(&cargo(&all, &[])?));
    }
    let copies = TESTS.iter().map(|(name, _)| (*name, tests.join(name)));
    for (name, copy) in copies.chain([(BENCHMARK, folder.join(BENCHMARK))]) {
        let program = programs.iter().rfind(|(other, _)| other == name).map(|(_, path)| path);
        let program = program.ok_or(format!("cargo built no program `{name}`"))?;
        fs::copy(program, &copy).map_err(|error| failed(&copy, error))?;
    }
    let lines =
        |tests: &[(&str, &str)]| tests.iter().map(|(name, filter)| format!("{name} {filter}\n")).collect::<String>();
    let texts = [
        ("tests.txt", lines(&TESTS)),
        ("sanitized.txt", lines(&SANITIZED)),
        ("built.md", built()),
        ("run.sh", SCRIPT.to_owned()),
    ];
    for (name, text) in texts {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    println!("== built; on a machine with a GPU: bash {}", folder.join("run.sh").display());
    Ok(())
}

/// What the programs were built from.
fn built() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(workspace::root()).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        if text.is_empty() { format!("no {program}") } else { text }
    };
    let commit = said("git", &["describe", "--always", "--dirty"]);
    let device = keops_build::find_device_compiler().unwrap_or_else(|| "nothing".into());
    format!("Built from commit {commit} by {}; kernels by {device}.\n", said("rustc", &["--version"]))
}

/// Runs the script, and keeps its record.
fn start(folder: &Path) -> Result<(), String> {
    let status = Command::new("bash").arg(folder.join("run.sh")).status();
    let status = status.map_err(|error| format!("cannot run {}: {error}", folder.join("run.sh").display()))?;
    if let Ok(record) = fs::read_to_string(folder.join("record.md")) {
        let path = workspace::root().join("benches/results").join(format!("gpu-{}.md", date(&record)));
        fs::write(&path, record).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("== the record: {}", path.display());
    }
    if status.success() { Ok(()) } else { Err(format!("== {} failed: {status}", folder.join("run.sh").display())) }
}

/// The date at the end of the first line of a record.
fn date(record: &str) -> &str {
    record.lines().next().and_then(|line| line.rsplit(' ').next()).unwrap_or("undated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_dated() {
        assert_eq!(date("# keops on a GPU, 2026-11-22\n\nNVIDIA H200\n"), "2026-11-22");
    }

    /// The script is text for another machine, so its mistakes would show late.
    #[test]
    fn the_script_is_bash_and_says_where_there_is_no_gpu() {
        let script = workspace::root().join("xtask/src/gpu/run.sh");
        let bash = |arguments: &[&str]| Command::new("bash").args(arguments).arg(&script).output().expect("bash");
        assert!(bash(&["-n"]).status.success());
        if gpus().is_err() {
            let output = bash(&[]);
            assert!(!output.status.success());
            assert!(String::from_utf8_lossy(&output.stderr).starts_with("no NVIDIA GPU on this machine"));
        }
    }
}
