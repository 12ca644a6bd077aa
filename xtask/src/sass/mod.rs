//! `cargo xtask sass`: what the inner loops of kernels execute for a pair (i, j), from the code that ptxas makes of them, and
//! the rate that this allows. It needs no GPU.
//!
//! A loop that has branches for rare cases, such as a new maximum in a log-sum-exp, is shown twice: along the shortest way from
//! its head back to it, and along the longest.

mod bound;
mod formulas;
mod instruction;
mod listing;
mod loops;
mod uniform;

use std::fs;
use std::path::{Path, PathBuf};

use crate::ptxas::{self, Usage};
use crate::{parallel, workspace};
use bound::Cost;
use formulas::{Entry, FORMULAS};
use instruction::Class;
use listing::Block;

/// What the PTX is written for, as by build scripts; only its assembly depends on the architecture asked for.
const PTX_ARCHITECTURE: &str = "sm_80";

/// What was asked for.
#[derive(Debug)]
struct Options {
    architecture: String,
    only: Option<String>,
    listing: Option<PathBuf>,
}

impl Options {
    fn new(arguments: &[&str]) -> Result<Self, String> {
        let mut options = Options { architecture: "sm_90".into(), only: None, listing: None };
        for pair in arguments.chunks(2) {
            match *pair {
                ["--arch", architecture] => options.architecture = architecture.into(),
                ["--only", text] => options.only = Some(text.into()),
                ["--listing", folder] => options.listing = Some(folder.into()),
                _ => return Err(format!("cargo xtask sass: what is `{}`?\n{}", pair.join(" "), crate::USAGE)),
            }
        }
        Ok(options)
    }
}

/// The programs and folders at hand.
#[derive(Debug)]
struct Tools {
    ptxas: PathBuf,
    nvdisasm: PathBuf,
    target_folder: PathBuf,
    /// Where PTX, machine code and its listing are written to.
    folder: PathBuf,
}

/// One kernel.
#[derive(Debug)]
struct Kernel {
    number: &'static str,
    usage: Usage,
    /// Along the shortest and the longest way; nothing where there is no loop.
    ways: Option<[Cost; 2]>,
    pairs: usize,
    /// How many blocks share the components of a wide result.
    chunks: usize,
}

/// Prints the table.
pub(crate) fn run(arguments: &[&str]) -> Result<(), String> {
    let options = Options::new(arguments)?;
    let target_folder = workspace::target_folder()?;
    let tool = |name| ptxas::find(name, &target_folder).ok_or(format!("no {name}; `cargo xtask setup` installs it"));
    let folder = options.listing.clone().unwrap_or_else(|| target_folder.join("keops-sass"));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let tools =
        Tools { ptxas: tool("ptxas")?, nvdisasm: tool("nvdisasm")?, target_folder: target_folder.clone(), folder };
    let only = options.only.as_deref().unwrap_or_default();
    let chosen: Vec<&Entry> = FORMULAS.iter().filter(|entry| entry.title.contains(only)).collect();
    print!("{}", head(&options.architecture));
    let mut problems = Vec::new();
    let all = parallel::map(&chosen, |entry| kernels(entry, &options.architecture, &tools));
    for (entry, kernels) in chosen.iter().zip(all) {
        match kernels {
            Ok(kernels) => kernels.iter().for_each(|kernel| print!("{}", lines(entry.title, kernel))),
            Err(problem) => problems.push(format!("{}: {problem}", entry.title)),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The kernels of a formula's value, for both types.
fn kernels(entry: &Entry, architecture: &str, tools: &Tools) -> Result<Vec<Kernel>, String> {
    let ptx = keops_build::ptx_of_call(entry.call, PTX_ARCHITECTURE, &tools.target_folder)?;
    let name: String = entry.title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let path = |extension: &str| tools.folder.join(format!("{name}.{extension}"));
    let write = |path: &Path, text: &str| fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()));
    write(&path("ptx"), &ptx)?;
    let usages = ptxas::usages(&ptxas::assemble(&tools.ptxas, architecture, &path("ptx"), &path("cubin"))?);
    let text = ptxas::run(&tools.nvdisasm, &["-c".as_ref(), path("cubin").as_os_str()])?;
    write(&path("sass"), &text)?;

    let tokens = entry.call.parse().map_err(|error| format!("{error}"))?;
    let formula = keops_core::check(tokens).map_err(|_| "no formula")?;
    let program = keops_core::lowered(&formula);
    let mut kernels = Vec::new();
    let mut listed = listing::kernels(&text);
    for (number, at) in [("f32", 0), ("f64", 1)] {
        let ending = format!("_{number}");
        let Some(usage) = usages.iter().find(|usage| usage.entry.ends_with(&ending)) else {
            return Err(format!("no kernel for {number}"));
        };
        let shape = program.device_shapes[at];
        let pairs = shape.rows * shape.columns;
        let chunks = match program.device_chunks[at] {
            0 => 1,
            chunk => program.dim.div_ceil(chunk),
        };
        let mut blocks = listed.remove(&usage.entry).ok_or(format!("nvdisasm does not show `{}`", usage.entry))?;
        let ways = costs(&mut blocks, pairs as f64 / chunks as f64, architecture);
        kernels.push(Kernel { number, usage: usage.clone(), ways, pairs, chunks });
    }
    Ok(kernels)
}

/// The costs of the main loop, per pair.
fn costs(blocks: &mut [Block], pairs: f64, architecture: &str) -> Option<[Cost; 2]> {
    uniform::discount(blocks);
    let main = loops::main_loop(blocks)?;
    Some(main.ways(blocks).map(|way| bound::cost(&way, pairs, architecture)))
}

/// The first lines of the table.
fn head(architecture: &str) -> String {
    let classes: String = Class::ALL.iter().map(|(_, name)| format!("{name:>8}")).collect();
    format!(
        "Instructions per pair of the main loop on {architecture}, along the shortest way through it, and the longest where it \
         differs; pairs per clock and\nmultiprocessor that they allow, and what limits them. Registers, spills (bytes stored + \
         loaded), stack and shared memory (bytes) by ptxas.\n\n\
         {:<23} {:>4} {:>5} {:>8} {:>5} {:>6} {:>6} {:>4} {:>8}{classes} {:>8} {}\n",
        "formula", "type", "regs", "spills", "stack", "shared", "pairs", "way", "all", "bound", "limit",
    )
}

/// The lines of a kernel.
fn lines(title: &str, kernel: &Kernel) -> String {
    let Kernel { number, usage, ways, pairs, chunks } = kernel;
    let Usage { registers, stack, spill_stores, spill_loads, shared, .. } = usage;
    let spills = format!("{spill_stores}+{spill_loads}");
    let pairs = if *chunks > 1 { format!("{pairs}/{chunks}") } else { pairs.to_string() };
    let start = format!("{title:<23} {number:>4} {registers:>5} {spills:>8} {stack:>5} {shared:>6} {pairs:>6}");
    let Some([shortest, longest]) = ways else { return format!("{start} no loop\n") };
    let mut text = line(&start, "min", shortest);
    if longest.instructions > shortest.instructions {
        text += &line(&" ".repeat(start.len()), "max", longest);
    }
    text
}

fn line(start: &str, way: &str, cost: &Cost) -> String {
    let number = |&value: &f64| if value == 0.0 { "-".to_owned() } else { format!("{value:.2}") };
    let classes: String = cost.classes.iter().map(|value| format!("{:>8}", number(value))).collect();
    let Cost { instructions, bound, limit, .. } = cost;
    format!("{start} {way:>4} {instructions:>8.2}{classes} {bound:>8.3} {limit}\n")
}

#[cfg(test)]
mod tests;
