//! All PTX that the build scripts of the workspace wrote: it is checked, and assembled for several architectures. What ptxas
//! said is kept in the target folder under a name made of all that it depends on.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::ptxas::{self, Usage};
use crate::{parallel, setup, workspace};

/// The architectures that every kernel must be assembled for: the oldest that we compile for, Hopper, and a new one.
const ARCHITECTURES: [&str; 3] = ["sm_80", "sm_90", "sm_120"];

/// The one that a large package must be content with in [`Extent::Quick`]: the one that kernels were tuned for.
const FIRST: &str = "sm_90";

/// So many files of a package are assembled for all architectures even in a hurry; a file takes half a second on a core.
const FEW: usize = 60;

/// Local memory is for arrays of more numbers: long vectors, states of many components, long lists of the best. Shorter arrays
/// belong in registers.
const SHORT: usize = 16;

/// How many kernels are named in a message.
const NAMED: usize = 8;

/// For how many architectures large packages are assembled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// For one, if they are large.
    Quick,
    /// For all.
    Full,
}

/// A file of PTX.
#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
    architectures: &'static [&'static str],
}

/// A file for an architecture.
#[derive(Debug)]
struct Assembled {
    architecture: &'static str,
    usages: Vec<Usage>,
    is_cached: bool,
}

/// Checks and assembles everything. A kernel that spills registers is an error, whatever it computes, and so is one whose local
/// memory is so small that it can hold none of the arrays that are meant to be there. The largest of the others are shown.
pub(crate) fn check(extent: Extent) -> Result<(), String> {
    let start = Instant::now();
    let target_folder = workspace::target_folder()?;
    let Some(ptxas) = ptxas::find("ptxas", &target_folder) else {
        return setup::skip("no code for GPUs was assembled, as there is no ptxas (see `cargo xtask setup`)");
    };
    let files = files(extent)?;
    if files.is_empty() {
        return setup::skip("the build scripts of the workspace wrote no code for GPUs");
    }
    let mut problems = Vec::new();
    let mut local: Vec<(usize, String)> = Vec::new();
    let mut kernels = 0;
    for file in &files {
        match keops_build::check_ptx(&file.text) {
            Ok(facts) => {
                kernels += facts.entries.len();
                problems.extend(facts.local.iter().filter(|(entry, bytes)| is_accidental(entry, *bytes)).map(
                    |(entry, bytes)| format!("{}: `{entry}` has {bytes} bytes of local memory", file.path.display()),
                ));
                local.extend(facts.local.into_iter().map(|(entry, bytes)| (bytes, format!("{} {entry}", name(file)))));
            }
            Err(wrong) => problems.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", file.path.display()))),
        }
    }
    let cache = Cache::new(&target_folder, &ptxas)?;
    let jobs: Vec<(&File, &'static str)> = files
        .iter()
        .flat_map(|file| file.architectures.iter().map(move |&architecture| (file, architecture)))
        .collect();
    let mut assembled = Vec::new();
    for ((file, architecture), result) in jobs.iter().zip(parallel::map(&jobs, |(file, at)| cache.assemble(file, at))) {
        match result {
            Ok(result) => assembled.push((*file, result)),
            Err(message) => problems.push(format!("{} for {architecture}: {message}", file.path.display())),
        }
    }
    problems.extend(spills(&assembled));
    summarise(&files, kernels, &assembled, &mut local);
    println!("   {:.1} s", start.elapsed().as_secs_f64());
    if problems.is_empty() { Ok(()) } else { Err(first_of(&problems, "\n")) }
}

/// Whether local memory is too small for an array that is meant to be there.
fn is_accidental(entry: &str, bytes: usize) -> bool {
    let number = if entry.trim_end_matches("_finish").ends_with("f64") { size_of::<f64>() } else { size_of::<f32>() };
    bytes <= SHORT * number
}

/// The kernels that spill registers.
fn spills(assembled: &[(&File, Assembled)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, Assembled { architecture, usages, .. }) in assembled {
        for Usage { entry, registers, spill_stores, spill_loads, .. } in usages.iter().filter(|usage| usage.spills()) {
            problems.push(format!(
                "{}: `{entry}` spills for {architecture}: {registers} registers, {spill_stores} bytes stored, {spill_loads} \
                 loaded",
                file.path.display(),
            ));
        }
    }
    problems
}

fn summarise(files: &[File], kernels: usize, assembled: &[(&File, Assembled)], local: &mut [(usize, String)]) {
    let quick = files.iter().filter(|file| file.architectures.len() < ARCHITECTURES.len()).count();
    if quick > 0 {
        println!(
            "   {quick} files only for {FIRST}; `cargo xtask ptx` assembles them for {}",
            ARCHITECTURES.join(", ")
        );
    }
    let cached = assembled.iter().filter(|(_, result)| result.is_cached).count();
    let registers = assembled.iter().flat_map(|(_, result)| result.usages.iter().map(|usage| usage.registers)).max();
    let mut in_files: Vec<&str> = local.iter().filter_map(|(_, kernel)| kernel.split(' ').next()).collect();
    in_files.sort_unstable();
    in_files.dedup();
    println!(
        "   {} files, {kernels} kernels, {} times assembled ({cached} of them before): at most {} registers, {} \
         files with local memory",
        files.len(),
        assembled.len(),
        registers.unwrap_or(0),
        in_files.len(),
    );
    local.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    if !local.is_empty() {
        let kernels: Vec<String> = local.iter().map(|(bytes, kernel)| format!("{kernel} ({bytes} bytes)")).collect();
        println!("   local memory per thread: {}", first_of(&kernels, ", "));
    }
}

/// Some of the texts; there may be hundreds.
fn first_of(texts: &[String], between: &str) -> String {
    let shown = texts[..texts.len().min(NAMED)].join(between);
    let more = texts.len().saturating_sub(NAMED);
    if more > 0 { format!("{shown}{between}and {more} more") } else { shown }
}

fn name(file: &File) -> &str {
    file.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// All PTX of the workspace. A formula that several packages have is one file.
fn files(extent: Extent) -> Result<Vec<File>, String> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let mut packages: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for script in workspace::scripts()? {
        let entries = fs::read_dir(script.folder.join(keops_core::DEVICE_FOLDER)).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "ptx"));
        packages.entry(script.package).or_default().extend(paths);
    }
    // The smaller packages first: what they share with larger ones is assembled for all architectures.
    let mut packages: Vec<(String, Vec<PathBuf>)> = packages.into_iter().collect();
    packages.sort_by_key(|(_, paths)| paths.len());
    for (package, mut paths) in packages {
        paths.sort();
        let is_large = extent == Extent::Quick && paths.len() > FEW;
        let architectures: &[&str] = if is_large { &[FIRST] } else { &ARCHITECTURES };
        println!("   {package}: {} files, for {}", paths.len(), architectures.join(", "));
        for path in paths {
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let file = File { path, text, architectures };
            files.entry(name(&file).to_owned()).or_insert(file);
        }
    }
    Ok(files.into_values().collect())
}

/// What ptxas said before.
#[derive(Debug)]
struct Cache {
    folder: PathBuf,
    ptxas: PathBuf,
    version: String,
}

impl Cache {
    fn new(target_folder: &Path, ptxas: &Path) -> Result<Self, String> {
        let folder = target_folder.join("keops-ptxas");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let version = ptxas::run(ptxas, &["--version".as_ref()])?;
        Ok(Cache { folder, ptxas: ptxas.to_owned(), version })
    }

    /// What the kernels of a file take on an architecture.
    fn assemble(&self, file: &File, architecture: &'static str) -> Result<Assembled, String> {
        // Whoever changes the standard library assembles everything again.
        let mut hash = DefaultHasher::new();
        (&file.text, &self.version, architecture).hash(&mut hash);
        let path = self.folder.join(format!("{}-{architecture}-{:016x}.txt", name(file), hash.finish()));
        if let Ok(messages) = fs::read_to_string(&path) {
            return Ok(Assembled { architecture, usages: ptxas::usages(&messages), is_cached: true });
        }
        let cubin = path.with_extension("cubin");
        let messages = ptxas::assemble(&self.ptxas, architecture, &file.path, &cubin)?;
        // What is left in the target folder does no harm, and not to have the messages next time costs time only.
        let _ = fs::remove_file(&cubin);
        let temporary = path.with_extension("new");
        let _ = fs::write(&temporary, &messages).and_then(|()| fs::rename(&temporary, &path));
        Ok(Assembled { architecture, usages: ptxas::usages(&messages), is_cached: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_memory_is_for_long_arrays() {
        assert!(is_accidental("k0_Sum_f32", 64) && is_accidental("k0_Sum_f64_finish", 128));
        assert!(!is_accidental("k0_Sum_f32", 68) && !is_accidental("k0_Sum_f64", 136));
    }

    #[test]
    fn every_kernel_that_spills_is_a_problem() {
        let file = File { path: "a.ptx".into(), text: String::new(), architectures: &[FIRST] };
        let usage = |entry: &str, spill_stores| Usage { entry: entry.into(), spill_stores, ..Usage::default() };
        let usages = vec![usage("k0_Sum_f32", 0), usage("k1_Sum_f64", 8)];
        let problems = spills(&[(&file, Assembled { architecture: FIRST, usages, is_cached: false })]);
        assert_eq!(problems, ["a.ptx: `k1_Sum_f64` spills for sm_90: 0 registers, 8 bytes stored, 0 loaded"]);
    }
}
