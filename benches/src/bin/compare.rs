//! Every row of the table against PyKeOps, JAX, NumPy, faiss and scikit-learn, on the same data with the same number of
//! threads.

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use keops_benches::environment::{Environment, PEERS};
use keops_benches::measure::measure;
use keops_benches::peer::{Library, Peer};
use keops_benches::rows::ROWS;
use keops_benches::{chart, report};
use std::path::PathBuf;

/// Compares keops with other libraries on the CPU: checks that the answers agree, times interleaved runs, prints a
/// table and, when nothing was left out, writes it as Markdown and as a chart.
///
/// The peers are PyKeOps, JAX (in tiles of rows, and with the whole matrix), NumPy, faiss for the nearest points in f32
/// (only the search is timed, not the building of its index) and scikit-learn for the nearest of 1 000 centroids. The
/// cell of a peer that has no such row stays empty; one that fails or disagrees shows a dash, and a note says why.
#[derive(Debug, Parser)]
struct Options {
    /// Peers to leave out
    #[arg(long, value_enum, value_delimiter = ',')]
    skip: Vec<Library>,
    /// Only the rows whose title holds this text, or one of several texts if given several times
    #[arg(long)]
    only: Vec<String>,
    /// Only this type
    #[arg(long = "type", value_enum)]
    number: Option<NumberName>,
    /// Threads of both sides [default: all cores]
    #[arg(long)]
    threads: Option<usize>,
    /// Timed runs of each peer (keops runs once per run of a peer)
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// Folder for compare-cpu.md and compare-cpu.png [default: benches/results, if nothing is left out]
    #[arg(long)]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum NumberName {
    F32,
    F64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let cores = std::thread::available_parallelism()?.get();
    let threads = options.threads.unwrap_or(cores);
    ensure!((1..=cores).contains(&threads), "--threads {threads}: this machine has {cores} cores");
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;

    let libraries: Vec<Library> =
        Library::value_variants().iter().copied().filter(|library| !options.skip.contains(library)).collect();
    let mut peers = Vec::new();
    if !libraries.is_empty() {
        let environment = Environment::set_up(&PEERS)?;
        for &library in &libraries {
            peers.push(Peer::start(library, &environment, threads)?);
        }
    }

    let machine = keops::cpu_description();
    println!("keops: {machine}; billions of pairs per second\n\n{}", report::head(&libraries));
    let mut measured = Vec::new();
    let chosen = |title: &str| options.only.is_empty() || options.only.iter().any(|text| title.contains(text));
    for row in ROWS.iter().filter(|row| chosen(row.title)) {
        for number in [NumberName::F32, NumberName::F64] {
            if options.number.is_some_and(|only| only != number) {
                continue;
            }
            let repetitions = options.repetitions.into();
            let line = match number {
                NumberName::F32 => measure::<f32>(row, &mut peers, repetitions),
                NumberName::F64 => measure::<f64>(row, &mut peers, repetitions),
            }
            .with_context(|| format!("row {:?}", row.title))?;
            let Some(line) = line else { continue };
            println!("{}", report::line(&line));
            measured.push(line);
        }
    }
    ensure!(!measured.is_empty(), "no row of this type has a title that holds one of {:?}", options.only);
    report::notes(&measured).iter().for_each(|note| println!("note: {note}"));

    let complete = options.skip.is_empty() && options.only.is_empty() && options.number.is_none();
    let default = complete.then(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/results")));
    if let Some(folder) = options.output.or(default) {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let text = report::markdown(&measured, &libraries, &machine, options.repetitions.into());
        std::fs::write(folder.join("compare-cpu.md"), text)?;
        chart::draw(&measured, &libraries, &folder.join("compare-cpu.png"))?;
        println!("\nwritten: compare-cpu.md and compare-cpu.png in {}", folder.display());
    }
    Ok(())
}
