//! [`Builder`]: from the files of a package to the PTX of its formulas.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use keops_core::{DeviceCode, Extent, Precision, SumScheme};

use crate::cache::{Cache, write_if_changed};
use crate::compile::{Compiled, Compiler};
use crate::conditions::Conditions;
use crate::declarative::Macros;
use crate::libraries::Libraries;
use crate::scan::{calls, tokens};
use crate::sources::rust_files;
use crate::toolchain::{OVERRIDE, Search, search};

/// The environment variable that asks for a report.
const VERBOSE: &str = "KEOPS_BUILD_VERBOSE";

/// The files that the builders of this build script wrote.
static WRITTEN: Mutex<BTreeSet<OsString>> = Mutex::new(BTreeSet::new());

/// How many lines of a compiler's message are shown.
const MESSAGE_LINES: usize = 20;

/// Compiles the formulas of a package, in its build script.
///
/// ```no_run
/// keops_build::Builder::new().architecture("sm_90").source_folders(["src", "kernels"]).compile();
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    architecture: String,
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    extent: Extent,
}

impl Default for Builder {
    fn default() -> Self {
        let folders = ["src", "examples", "tests", "benches"].map(PathBuf::from).into();
        Builder { architecture: "sm_80".into(), folders, files: Vec::new(), extent: Extent::default() }
    }
}

impl Builder {
    /// All formulas in the folders that cargo looks into, for `sm_80`.
    ///
    /// ```no_run
    /// keops_build::Builder::new().compile();
    /// ```
    pub fn new() -> Self {
        Builder::default()
    }

    /// The oldest GPUs that shall run the formulas, as CUDA calls them. Newer ones run them too: the driver translates PTX
    /// for the GPU that it finds. The default, `sm_80`, is Ampere (2020).
    ///
    /// ```no_run
    /// // Turing (2018) as well.
    /// keops_build::Builder::new().architecture("sm_75").compile();
    /// ```
    #[must_use]
    pub fn architecture(mut self, architecture: impl Into<String>) -> Self {
        self.architecture = architecture.into();
        self
    }

    /// The folders to search, with all folders in them, instead of `src`, `examples`, `tests` and `benches`.
    ///
    /// ```no_run
    /// keops_build::Builder::new().source_folders(["src"]).compile();
    /// ```
    #[must_use]
    pub fn source_folders(mut self, folders: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.folders = folders.into_iter().map(Into::into).collect();
        self
    }

    /// One more file to search, such as one that the build script has written before.
    ///
    /// ```no_run
    /// let path = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("kernels.rs");
    /// std::fs::write(&path, "pub fn zero() { let _ = keops::formula!(\"x - y\", x = Vi(1), y = Vj(1)); }").unwrap();
    /// keops_build::Builder::new().file(path).compile();
    /// ```
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// The types of numbers that formulas are compiled for. The default is [`Precision::Both`]; one alone takes half the time.
    /// Formulas in the other type run on the CPU, and are an error where they are sent to a GPU.
    ///
    /// ```no_run
    /// keops_build::Builder::new().precision(keops_build::Precision::F32).compile();
    /// ```
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.extent.precision = precision;
        self
    }

    /// The schemes by which sums can be accumulated on GPUs, besides the default of block sums. Each is more code for each pass
    /// that adds, and takes time to compile; so without this `.sum_scheme(..)` and `.accumulate_f64()` of a formula run on
    /// the CPU, and are an error where they are sent to a GPU. The scheme of `.accumulate_f64()` is [`SumScheme::F64`].
    ///
    /// ```no_run
    /// use keops_build::SumScheme;
    ///
    /// keops_build::Builder::new().sum_schemes([SumScheme::Kahan, SumScheme::F64]).compile();
    /// ```
    #[must_use]
    pub fn sum_schemes(mut self, schemes: impl IntoIterator<Item = SumScheme>) -> Self {
        self.extent.sum_schemes.clear();
        for scheme in schemes {
            if !self.extent.sum_schemes.contains(&scheme) {
                self.extent.sum_schemes.push(scheme);
            }
        }
        self
    }

    /// Compiles, and tells cargo on which files and variables the result depends. What goes wrong with a formula is shown
    /// as a warning; the formula runs on the CPU then.
    ///
    /// A build script may have several builders, each with its files and options. Of a formula that two of them find, that of
    /// the last holds.
    ///
    /// # Panics
    /// If this is no build script, or its output folder cannot be written to.
    ///
    /// ```no_run
    /// use keops_build::{Builder, SumScheme};
    ///
    /// Builder::new().source_folders(["src/points"]).compile();
    /// Builder::new().source_folders(["src/statistics"]).sum_schemes([SumScheme::Kahan]).compile();
    /// ```
    pub fn compile(self) {
        let variable = |name: &str| env::var_os(name);
        let (Some(package), Some(out_dir)) = (variable("CARGO_MANIFEST_DIR"), variable("OUT_DIR")) else {
            panic!("keops_build::compile() is for build scripts, to which cargo says in OUT_DIR where to write");
        };
        let surroundings = Surroundings {
            package: package.into(),
            out_dir: out_dir.into(),
            target: variable("TARGET").and_then(|target| target.into_string().ok()).unwrap_or_default(),
            requested: variable(OVERRIDE),
            rustc: variable("RUSTC").unwrap_or_else(|| "rustc".into()),
            cargo: variable("CARGO").unwrap_or_else(|| "cargo".into()),
            threads: env::var("NUM_JOBS").ok().and_then(|jobs| jobs.parse().ok()).unwrap_or(1),
            verbose: variable(VERBOSE).is_some_and(|value| value == "1"),
            conditions: Conditions::new(
                env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
            ),
        };
        let mut lines = vec![format!("rerun-if-env-changed={OVERRIDE}"), format!("rerun-if-env-changed={VERBOSE}")];
        let mut written = WRITTEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let result = self.run(&surroundings, &mut lines, &mut written);
        for line in lines {
            println!("cargo:{line}");
        }
        if let Err(error) = result {
            panic!("keops-build cannot write its output: {error}");
        }
    }

    /// Compiles; `lines` are for cargo. Files other than those that were `written` before, and now, are removed.
    fn run(
        &self,
        surroundings: &Surroundings,
        lines: &mut Vec<String>,
        written: &mut BTreeSet<OsString>,
    ) -> io::Result<()> {
        let start = Instant::now();
        let formulas = self.formulas(surroundings, lines);
        let folder = surroundings.out_dir.join("keops");
        fs::create_dir_all(&folder)?;
        let mut count = Count::default();
        let mut with_code = 0;
        if !formulas.is_empty() {
            for (id, ptx) in self.compile_all(&formulas, surroundings, &mut count, lines)? {
                let name = format!("{id}.ptx");
                write_if_changed(&folder.join(&name), &ptx)?;
                written.insert(OsString::from(name));
                with_code += 1;
            }
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if !written.contains(&entry.file_name()) {
                fs::remove_file(entry.path())?;
            }
        }
        if surroundings.verbose {
            let Count { compiled, cached, library_seconds } = count;
            let seconds = start.elapsed().as_secs_f64();
            lines.push(format!(
                "warning=keops: {} formulas, {compiled} compiled, {cached} from the cache, {} without code for GPUs, in \
                 {seconds:.1} s, {library_seconds:.1} s of it for libraries",
                formulas.len(),
                formulas.len() - with_code,
            ));
        }
        Ok(())
    }

    /// The formulas of the package, each once.
    fn formulas(&self, surroundings: &Surroundings, lines: &mut Vec<String>) -> BTreeMap<String, DeviceCode> {
        let mut files = Vec::new();
        let folders = self.folders.iter().map(|folder| surroundings.package.join(folder));
        // Of what is not there, cargo would think that it has changed.
        for folder in folders.filter(|folder| folder.is_dir()) {
            lines.push(format!("rerun-if-changed={}", folder.display()));
            files.extend(rust_files(&folder));
        }
        files.extend(self.files.iter().map(|file| surroundings.package.join(file)));
        let (mut sources, mut macros) = (Vec::new(), Macros::default());
        for file in files {
            // What the build script has written is newer than its run, and would seem to have changed.
            if !file.starts_with(&surroundings.out_dir) {
                lines.push(format!("rerun-if-changed={}", file.display()));
            }
            let text = fs::read_to_string(&file).unwrap_or_default();
            if let Some(source) = tokens(&text) {
                macros.collect(&source);
                sources.push(source);
            }
        }
        let calls = sources.into_iter().flat_map(|source| calls(source, &macros, &surroundings.conditions));
        // The macro reports what is wrong with a call.
        let codes = calls.filter_map(|(called, tokens)| called.device_code(tokens, &self.extent));
        codes.map(|code| (code.id.clone(), code)).collect()
    }

    /// The PTX of those formulas that could be compiled, by their identifiers.
    fn compile_all(
        &self,
        formulas: &BTreeMap<String, DeviceCode>,
        surroundings: &Surroundings,
        count: &mut Count,
        lines: &mut Vec<String>,
    ) -> io::Result<Vec<(String, String)>> {
        let toolchain = match search(surroundings.requested.as_deref(), &surroundings.rustc, &surroundings.cargo) {
            Search::Found(toolchain) => toolchain,
            Search::Off => return Ok(Vec::new()),
            Search::Missing(problem, files) => {
                lines.push(format!("warning=keops: {problem}"));
                lines.extend(files.iter().map(|file| format!("rerun-if-changed={}", file.display())));
                return Ok(Vec::new());
            }
        };
        lines.push(format!("rerun-if-changed={}", toolchain.rustc.display()));
        // Cargo knows of those sources only that are compiled for the host.
        lines.push(format!("rerun-if-changed={}/src", keops_device::MANIFEST_DIR));
        let cache = Cache::beside(&surroundings.out_dir, &surroundings.target)?;
        let start = Instant::now();
        let libraries = match Libraries::get(&cache, &toolchain, &self.architecture) {
            Ok(libraries) => libraries,
            Err(message) => {
                let rustc = toolchain.rustc.display();
                warn(
                    lines,
                    &format!("formulas will run on the CPU, as keops-device was not compiled by {rustc}"),
                    &message,
                );
                return Ok(Vec::new());
            }
        };
        count.library_seconds = start.elapsed().as_secs_f64();
        let architecture = &self.architecture;
        let compiler = Compiler { cache: &cache, toolchain: &toolchain, libraries: &libraries, architecture };
        let codes: Vec<&DeviceCode> = formulas.values().collect();
        let mut finished = Vec::new();
        let all = in_parallel(&codes, surroundings.threads, |code| compiler.compile(&code.source));
        for (code, Compiled { result, from_cache }) in codes.iter().zip(all) {
            *(if from_cache { &mut count.cached } else { &mut count.compiled }) += 1;
            match result {
                Ok(ptx) => finished.push((code.id.clone(), ptx)),
                Err(message) => warn(lines, &format!("no code for GPUs of the formula `{}`", code.formula), &message),
            }
        }
        Ok(finished)
    }
}

/// Where a build script runs.
#[derive(Debug)]
struct Surroundings {
    package: PathBuf,
    out_dir: PathBuf,
    target: String,
    requested: Option<OsString>,
    rustc: OsString,
    cargo: OsString,
    threads: usize,
    verbose: bool,
    conditions: Conditions,
}

#[derive(Debug, Default)]
struct Count {
    compiled: usize,
    cached: usize,
    library_seconds: f64,
}

/// The results of a function for all elements, in their order.
fn in_parallel<X: Sync, Y: Send>(all: &[X], threads: usize, of: impl Fn(&X) -> Y + Sync) -> Vec<Y> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(all.len()));
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, all.len().max(1)) {
            scope.spawn(|| {
                while let Some((at, x)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?)))
                {
                    let y = of(x);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, y));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, y)| y).collect()
}

/// A warning, and under it what a compiler said.
fn warn(lines: &mut Vec<String>, about: &str, message: &str) {
    lines.push(format!("warning=keops: {}", one_line(about)));
    let said = message.lines().filter(|line| !line.trim().is_empty());
    lines.extend(said.take(MESSAGE_LINES).map(|line| format!("warning=  {}", one_line(line))));
}

/// A formula may be written over several lines, and a compiler may quote all of a source.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(400).collect()
}

#[cfg(test)]
mod tests;
