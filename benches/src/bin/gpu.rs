//! The rows of the benchmark on an NVIDIA GPU, against PyKeOps with torch on the same one, in one run.

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use keops::{Device, GpuInfo, devices};
use keops_benches::clock::Clock;
use keops_benches::gpu_rows::{GpuNumber, GpuRow, OnDevice, ROWS};
use keops_benches::measure::{Rate, seconds};
use keops_benches::peer::{Library, Peer};
use keops_benches::reference::check;
use keops_benches::report::three_digits;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

/// The other side, as text: this program may have been carried to a machine without its sources.
const WORKER: &str = include_str!("../../python/pykeops_gpu.py");

/// A row is repeated until this many seconds have passed, so that the clock is seen often enough...
const SECONDS: f64 = 1.0;

/// ... but not more often than this.
const MOST: usize = 1000;

/// Measures keops on an NVIDIA GPU, and PyKeOps there: checks all answers, prints a table.
///
/// The data is on the GPU before the time starts. A run is one call: launch, computation, and the download of the results.
/// For PyKeOps it is the same, by its torch back end. `per clock and SM` is the rate divided by the median clock, as
/// nvidia-smi saw it during the runs, and by the number of multiprocessors.
#[derive(Debug, Parser)]
struct Options {
    /// The GPU
    #[arg(long, default_value = "cuda:0")]
    device: Device,
    /// Only the rows whose title holds this text
    #[arg(long)]
    only: Option<String>,
    /// Runs of each side, at least
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// Divides the numbers of rows and columns, for a quick try
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    shrink: u32,
    /// Leaves out PyKeOps
    #[arg(long)]
    no_pykeops: bool,
    /// The Python that has torch and pykeops
    #[arg(long, env = "PYTHON", default_value = "python3")]
    python: String,
    /// Writes the table to this file as well
    #[arg(long)]
    output: Option<PathBuf>,
}

/// What is the same for all rows.
struct Bench {
    device: Device,
    gpu: Option<GpuInfo>,
    shrink: usize,
    repetitions: usize,
    folder: PathBuf,
    peer: Option<Peer>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let gpu = gpu(options.device)?;
    let folder = std::env::temp_dir().join(format!("keops-gpu-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut text = String::new();
    let mut say = |line: String| {
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    };
    say(gpu.as_ref().map_or(options.device.to_string(), GpuInfo::to_string));
    let peer = if options.no_pykeops { None } else { start(&options.python, &folder, options.device, &mut say)? };
    let (device, shrink, repetitions) = (options.device, options.shrink as usize, options.repetitions.into());
    let mut bench = Bench { device, gpu, shrink, repetitions, folder, peer };
    say("\nBillions of pairs per second; `per clock` is pairs per clock and multiprocessor, and the clock in GHz.\n"
        .into());
    say("| row | type | M | N | keops | slowest / fastest | per clock | clock | PyKeOps | per clock | ratio |".into());
    say("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|".into());
    let mut notes = Vec::new();
    for row in ROWS.iter().filter(|row| options.only.as_ref().is_none_or(|only| row.row.title.contains(only.as_str())))
    {
        for line in [bench.line::<f32>(row, &mut notes)?, bench.line::<f64>(row, &mut notes)?].into_iter().flatten() {
            say(line);
        }
    }
    notes.into_iter().for_each(|note| say(format!("\n{note}")));
    std::fs::remove_dir_all(&bench.folder).with_context(|| format!("cannot remove {}", bench.folder.display()))?;
    if let Some(path) = options.output {
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// What is known of the device.
fn gpu(device: Device) -> Result<Option<GpuInfo>> {
    let Device::Cuda(ordinal) = device else {
        ensure!(!matches!(device, Device::Cpu | Device::Auto | Device::AllCuda), "`{device}` is not a single GPU");
        return Ok(None);
    };
    let gpus = devices().context("no NVIDIA GPU to measure on")?;
    match gpus.into_iter().find(|gpu| gpu.ordinal == ordinal) {
        Some(gpu) => Ok(Some(gpu)),
        None => bail!("there is no {device} on this machine"),
    }
}

/// Starts PyKeOps, if it is there.
fn start(python: &str, folder: &std::path::Path, device: Device, say: &mut impl FnMut(String)) -> Result<Option<Peer>> {
    const VERSIONS: &str = "import torch, pykeops; print(f'PyKeOps {pykeops.__version__}, torch {torch.__version__}'); \
                            assert torch.cuda.is_available(), 'torch sees no GPU'";
    let output = Command::new(python).args(["-c", VERSIONS]).output();
    let output = output.with_context(|| format!("cannot run {python}; `--no-pykeops` goes without"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let reason = error.lines().last().unwrap_or("it says nothing");
        say(format!("SKIPPED: PyKeOps on the GPU: {python}: {reason}"));
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stdout);
    say(format!("against {}", said.lines().last().unwrap_or_default()));
    let worker = folder.join("pykeops_gpu.py");
    std::fs::write(&worker, WORKER)?;
    let mut command = Command::new(python);
    command.arg(worker).arg(device.to_string());
    Ok(Some(Peer::spawn(Library::Pykeops, command, folder.to_owned())?))
}

impl Bench {
    /// Checks and times a row in one type; none where it has no such row.
    fn line<T: GpuNumber>(&mut self, row: &GpuRow, notes: &mut Vec<String>) -> Result<Option<String>> {
        let Some(compute) = T::compute(row) else { return Ok(None) };
        let (GpuRow { row, .. }, (rows, columns)) = (row, row.sizes);
        let sizes @ (rows, columns) = ((rows / self.shrink).max(1), (columns / self.shrink).max(64));
        let arrays = row.draw::<T>(sizes);
        let what = || format!("row {:?} in {}", row.title, T::NAME);
        let on_device = OnDevice::upload(&arrays, self.device).with_context(what)?;
        check(row.results, &arrays, rows, &compute(&on_device).with_context(what)?).with_context(what)?;
        let clock = self.gpu.as_ref().map(|gpu| Clock::watch(gpu.ordinal));
        let times = repeat(self.repetitions, || Ok(seconds(|| compute(&on_device))?))?;
        let hertz = clock.and_then(Clock::stop);
        // PyKeOps needs memory, too.
        drop(on_device);
        let ours = Rate::new(rows * columns, times);

        let mut theirs = None;
        if let Some(peer) = &mut self.peer {
            let stored = arrays.write(&row.variables(), &self.folder)?;
            let clock = self.gpu.as_ref().map(|gpu| Clock::watch(gpu.ordinal));
            let run = peer.prepare(row, &arrays, &stored).and_then(|(_, answers)| {
                check(row.results, &arrays, rows, &answers).context("it disagrees")?;
                repeat(self.repetitions, || peer.run())
            });
            let hertz = clock.and_then(Clock::stop);
            match run {
                Ok(times) => theirs = Some((Rate::new(rows * columns, times), hertz)),
                Err(error) => notes.push(format!("{}: PyKeOps: {error:#}", what())),
            }
        }

        let per_clock = |rate: &Rate, hertz: Option<f64>| {
            let clocks = self.gpu.as_ref().zip(hertz).map(|(gpu, hertz)| f64::from(gpu.multiprocessors) * hertz);
            clocks.map_or("-".into(), |clocks| three_digits(rate.gpairs * 1e9 / clocks))
        };
        let ghz = hertz.map_or("-".into(), |hertz| three_digits(hertz * 1e-9));
        let mut line = format!("| {} | {} | {rows} | {columns} |", row.title, T::NAME);
        let (rate, spread) = (three_digits(ours.gpairs), three_digits(ours.spread));
        write!(line, " {rate} | {spread} | {} | {ghz} |", per_clock(&ours, hertz))?;
        match &theirs {
            Some((rate, hertz)) => {
                let ratio = three_digits(ours.gpairs / rate.gpairs);
                write!(line, " {} | {} | {ratio} |", three_digits(rate.gpairs), per_clock(rate, *hertz))?;
            }
            None => line.push_str(" - | - | - |"),
        }
        Ok(Some(line))
    }
}

/// The seconds of so many runs, and of more while they are short.
fn repeat(least: usize, mut run: impl FnMut() -> Result<f64>) -> Result<Vec<f64>> {
    let mut times: Vec<f64> = Vec::new();
    while times.len() < least || times.len() < MOST && times.iter().sum::<f64>() < SECONDS {
        times.push(run()?);
    }
    Ok(times)
}
