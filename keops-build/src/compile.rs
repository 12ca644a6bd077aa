//! Compiles one formula.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cache::{Cache, Key, write_whole};
use crate::check::check_ptx;
use crate::libraries::Libraries;
use crate::panics::trap_panics;
use crate::spaces::name_shared_memory;
use crate::toolchain::{TARGET, Toolchain, clean};

/// What rustc is told, besides the architecture and where the libraries are.
const FLAGS: [&str; 10] = [
    "--crate-name=keops_formula",
    "--crate-type=lib",
    "--edition=2024",
    // No linker is needed for the text of one code unit.
    "--emit=asm",
    "-Ccodegen-units=1",
    "-Copt-level=3",
    "-Coverflow-checks=off",
    // A thread has no vectors; to look for some takes time.
    "-Cno-vectorize-slp",
    "--cap-lints=allow",
    // The source is one long line, which is not worth showing.
    "--error-format=short",
];

/// What LLVM is told. Loops over the entries of vectors are unrolled as a whole, as only then are the vectors registers.
const LLVM_ARGUMENTS: [&str; 1] = ["-unroll-threshold=4000"];

/// What is done with the text afterwards, by those who do it: when they change, nothing in the cache is of use.
const RULES: [&str; 4] =
    [include_str!("statement.rs"), include_str!("panics.rs"), include_str!("spaces.rs"), include_str!("check.rs")];

/// How many problems of a kernel are shown.
const PROBLEMS: usize = 4;

/// A compiler with all that it needs.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) toolchain: &'a Toolchain,
    pub(crate) libraries: &'a Libraries,
    pub(crate) architecture: &'a str,
}

/// What became of a formula.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// The PTX, or what is wrong with it.
    pub(crate) result: Result<String, String>,
    pub(crate) from_cache: bool,
}

impl Compiler<'_> {
    /// The PTX of a crate, with its shared memory named, and checked.
    pub(crate) fn compile(&self, source: &str) -> Compiled {
        let libraries = self.libraries.key.to_string();
        let parts = [libraries.as_str(), self.architecture, source];
        let key = Key::of(parts.into_iter().chain(FLAGS).chain(LLVM_ARGUMENTS).chain(RULES));
        let [good, bad] = ["ptx", "problems"].map(|kind| self.cache.path(&format!("formulas/{key}.{kind}")));
        if let Ok(ptx) = fs::read_to_string(&good) {
            return Compiled { result: Ok(ptx), from_cache: true };
        }
        if let Ok(problems) = fs::read_to_string(&bad) {
            return Compiled { result: Err(problems), from_cache: true };
        }
        let temporary = self.cache.temporary();
        // An error of the compiler may be one of the machine, such as too little memory; it is not remembered.
        let result = self.checked(source, &temporary).and_then(|result| {
            let (path, text) = match &result {
                Ok(ptx) => (good, ptx),
                Err(problems) => (bad, problems),
            };
            // Not to have it in the cache costs time only.
            let _ = write_whole(&path, &temporary, text);
            result
        });
        Compiled { result, from_cache: false }
    }

    /// The same, whatever is in the cache.
    pub(crate) fn compile_anew(&self, source: &str) -> Result<String, String> {
        self.checked(source, &self.cache.temporary())?
    }

    /// The PTX, or what is wrong with it; an error is one of the compiler.
    fn checked(&self, source: &str, temporary: &Path) -> Result<Result<String, String>, String> {
        let compiled = self.run(source, temporary);
        for extension in ["rs", "s"] {
            // What is left in the cache does no harm.
            let _ = fs::remove_file(temporary.with_extension(extension));
        }
        let ptx = name_shared_memory(&trap_panics(&compiled?));
        Ok(check_ptx(&ptx).map(|_| ptx).map_err(|problems| first_of(&problems)))
    }

    /// What the compiler makes of a crate, or what it says.
    fn run(&self, source: &str, temporary: &Path) -> Result<String, String> {
        let [input, output] = ["rs", "s"].map(|extension| temporary.with_extension(extension));
        fs::write(&input, source).map_err(|error| format!("{}: {error}", input.display()))?;
        let mut command = clean(Command::new(&self.toolchain.rustc));
        command.args(FLAGS).args(self.toolchain.panic_flags()).arg("--target").arg(TARGET);
        command.arg(format!("-Ctarget-cpu={}", self.architecture));
        command.arg(format!("-Cllvm-args={}", LLVM_ARGUMENTS.join(" ")));
        command.arg("-L").arg(&self.libraries.folder).arg("-o").arg(&output).arg(&input);
        let run = command.output().map_err(|error| format!("{}: {error}", self.toolchain.rustc.display()))?;
        if run.status.success() {
            fs::read_to_string(&output).map_err(|error| format!("{}: {error}", output.display()))
        } else {
            // The name of a file that is gone says nothing.
            Err(String::from_utf8_lossy(&run.stderr).replace(&format!("{}:", input.display()), ""))
        }
    }
}

/// Some problems of a kernel; there may be hundreds of a kind.
fn first_of(problems: &[String]) -> String {
    let shown = &problems[..problems.len().min(PROBLEMS)];
    let more = problems.len() - shown.len();
    let shown = shown.join("\n");
    if more > 0 { format!("{shown}\nand {more} more like these") } else { shown }
}
