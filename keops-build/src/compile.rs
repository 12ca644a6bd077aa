//! Compiles one formula.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cache::{Cache, Key, write_whole};
use crate::libraries::Libraries;
use crate::toolchain::{TARGET, Toolchain, clean};

/// What rustc is told, besides the architecture and where the libraries are.
const FLAGS: [&str; 9] = [
    "--crate-name=keops_formula",
    "--crate-type=lib",
    "--edition=2024",
    // No linker is needed for the text of one code unit.
    "--emit=asm",
    "-Ccodegen-units=1",
    "-Copt-level=3",
    "-Coverflow-checks=off",
    "--cap-lints=allow",
    // The source is one long line, which is not worth showing.
    "--error-format=short",
];

/// What LLVM is told.
const LLVM_ARGUMENTS: [&str; 0] = [];

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
    pub(crate) ptx: String,
    pub(crate) from_cache: bool,
}

impl Compiler<'_> {
    /// The PTX of a crate, as the compiler wrote it.
    ///
    /// # Errors
    /// What the compiler said.
    pub(crate) fn compile(&self, source: &str) -> Result<Compiled, String> {
        let libraries = self.libraries.key.to_string();
        let parts = [libraries.as_str(), self.architecture, source];
        let key = Key::of(parts.into_iter().chain(FLAGS).chain(LLVM_ARGUMENTS));
        let path = self.cache.path(&format!("formulas/{key}.ptx"));
        if let Ok(ptx) = fs::read_to_string(&path) {
            return Ok(Compiled { ptx, from_cache: true });
        }
        let temporary = self.cache.temporary();
        let result = self.run(source, &temporary, &path);
        for extension in ["rs", "s"] {
            // What is left in the cache does no harm.
            let _ = fs::remove_file(temporary.with_extension(extension));
        }
        result
    }

    fn run(&self, source: &str, temporary: &Path, path: &Path) -> Result<Compiled, String> {
        let [input, output] = ["rs", "s"].map(|extension| temporary.with_extension(extension));
        fs::write(&input, source).map_err(|error| format!("{}: {error}", input.display()))?;
        let mut command = clean(Command::new(&self.toolchain.rustc));
        command
            .args(FLAGS)
            .args(self.toolchain.panic_flags())
            .arg("--target")
            .arg(TARGET)
            .arg(format!("-Ctarget-cpu={}", self.architecture));
        if !LLVM_ARGUMENTS.is_empty() {
            command.arg(format!("-Cllvm-args={}", LLVM_ARGUMENTS.join(" ")));
        }
        command.arg("-L").arg(&self.libraries.folder).arg("-o").arg(&output).arg(&input);
        let run = command.output().map_err(|error| format!("{}: {error}", self.toolchain.rustc.display()))?;
        if !run.status.success() {
            // The name of a file that is gone says nothing.
            return Err(String::from_utf8_lossy(&run.stderr).replace(&format!("{}:", input.display()), ""));
        }
        let ptx = fs::read_to_string(&output).map_err(|error| format!("{}: {error}", output.display()))?;
        // Not to have it in the cache costs time only.
        let _ = write_whole(path, temporary, &ptx);
        Ok(Compiled { ptx, from_cache: false })
    }
}
