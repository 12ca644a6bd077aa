//! Computations of many reductions against PyKeOps and GeomLoss, on the same data with the same number of threads, in one run.

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use keops_benches::environment::SOLVERS;
use keops_benches::solvers::{Comparison, Solvers, columns, sparse, systems, transport};
use std::path::PathBuf;

/// Compares solvers: checks that both sides agree, times them in turns, prints the ratios of the medians.
#[derive(Debug, Parser)]
struct Options {
    /// Only these
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Task>,
    /// Timed runs of each side
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// Divides the numbers of points, for a quick try
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    shrink: u32,
    /// Threads of both sides [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
    /// Writes the report to this file as well
    #[arg(long)]
    output: Option<PathBuf>,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Conjugate gradients in f64, against PyKeOps' KernelSolve
    SystemsF64,
    /// The same in f32
    SystemsF32,
    /// The Sinkhorn divergence, against GeomLoss
    Transport,
    /// A sum over 5 % of the blocks, against the dense one
    Sparse,
    /// The product with 100 columns, against PyKeOps' Genred
    Columns,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let cores = std::thread::available_parallelism()?.get();
    let threads = options.threads.unwrap_or(cores);
    ensure!((1..=cores).contains(&threads), "--threads {threads}: this machine has {cores} cores");
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;

    let mut text = String::new();
    let mut say = |line: &str| {
        println!("{line}");
        text.push_str(line);
        text.push('\n');
    };
    say("# Solvers on the CPU\n");
    say(&format!("* keops: {}", keops::cpu_description()));
    let versions = ["pykeops", "geomloss", "torch"]
        .map(|name| format!("{name} {}", SOLVERS.version(name).unwrap_or("of unknown version")));
    say(&format!("* other side, with the same number of threads: {}", versions.join(", ")));
    say(&format!("* medians of {} runs of each side, in turns; the answers were compared before", options.repetitions));
    say("* made by `cargo run --release -p keops-benches --bin solvers`\n");
    say(Comparison::HEAD);

    let mut solvers = None;
    let mut notes = Vec::new();
    for &task in Task::value_variants() {
        if !options.only.is_empty() && !options.only.contains(&task) {
            continue;
        }
        let comparison = compare(task, &options, threads, &mut solvers).with_context(|| format!("{task:?}"))?;
        say(&comparison.line());
        notes.push(format!("* {}: {}", comparison.what, comparison.note));
    }
    say("");
    notes.iter().for_each(|note| say(note));
    if let Some(path) = options.output {
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn compare(task: Task, options: &Options, threads: usize, solvers: &mut Option<Solvers>) -> Result<Comparison> {
    let repetitions = options.repetitions.into();
    let size = |size: usize| size / options.shrink as usize;
    match task {
        Task::SystemsF64 => systems::compare::<f64>(size(20_000), repetitions, started(solvers, threads)?),
        Task::SystemsF32 => systems::compare::<f32>(size(20_000), repetitions, started(solvers, threads)?),
        Task::Transport => transport::compare::<f32>(size(10_000), repetitions, started(solvers, threads)?),
        Task::Sparse => sparse::compare::<f32>(size(100_000), repetitions),
        Task::Columns => columns::compare::<f32>(size(20_000), repetitions, started(solvers, threads)?),
    }
}

/// The other side, which is started when it is first needed.
fn started(solvers: &mut Option<Solvers>, threads: usize) -> Result<&mut Solvers> {
    Ok(match solvers {
        Some(solvers) => solvers,
        none => none.insert(Solvers::start(threads)?),
    })
}
