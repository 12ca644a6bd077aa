//! The Python environments of the peers: virtual environments under `target/`, made once and reused.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Pinned packages, and what to do where they cannot be installed.
#[derive(Debug)]
pub struct Requirements {
    /// The name of the environment's folder.
    folder: &'static str,
    /// The lines of a `requirements.txt`.
    packages: &'static str,
    /// How to go without them.
    without: &'static str,
}

/// What `compare` needs.
pub const PEERS: Requirements = Requirements {
    folder: "python",
    packages: include_str!("../python/requirements.txt"),
    without: "`--skip pykeops,jax,jax-whole,numpy,faiss,sklearn` goes without",
};

/// What `solvers` needs.
pub const SOLVERS: Requirements = Requirements {
    folder: "python-solvers",
    packages: include_str!("../python/requirements-solvers.txt"),
    without: "`--only sparse` goes without",
};

impl Requirements {
    /// The pinned version of a package.
    pub fn version(&self, package: &str) -> Option<&'static str> {
        self.packages.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("=="))
    }
}

/// A Python environment that holds the peers.
#[derive(Debug)]
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The folder of this package's scratch files: `keops-benches` in cargo's target folder.
    pub fn scratch() -> Result<PathBuf> {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target"), PathBuf::from);
        let folder = target.join("keops-benches");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Makes the environment, or reuses the one that was made from the same requirements.
    ///
    /// # Errors
    ///
    /// When there is no Python, no `venv` module, or pip fails; the message says what to install.
    pub fn set_up(requirements: &Requirements) -> Result<Self> {
        let folder = Self::scratch()?.join(requirements.folder);
        let environment = Self { folder };
        let stamp = environment.folder.join("requirements.installed");
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements.packages) {
            return Ok(environment);
        }
        eprintln!("Making the Python environment of the peers in {} ...", environment.folder.display());
        let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
        let hint = || {
            format!(
                "the peers need Python 3.11 or newer with its `venv` module (on Debian: apt install python3-venv); \
                 the variable PYTHON names another interpreter, and {}",
                requirements.without
            )
        };
        let mut make = Command::new(&python);
        run(make.args(["-m", "venv", "--clear"]).arg(&environment.folder)).with_context(hint)?;
        let file = environment.folder.join("requirements.txt");
        std::fs::write(&file, requirements.packages)?;
        let mut install = Command::new(environment.python());
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&file);
        run(&mut install).context("pip could not install the peers (is the package index reachable?)")?;
        std::fs::write(&stamp, requirements.packages)?;
        Ok(environment)
    }

    /// The interpreter.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin").join("python")
    }

    /// Where PyKeOps keeps what it compiles: here, so that nothing is left in the home folder.
    pub fn keops_cache(&self) -> PathBuf {
        self.folder.join("keops-cache")
    }
}

/// Runs a command; where it fails the error holds the end of what it wrote.
fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start `{name}`"))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let lines: Vec<&str> = text.lines().collect();
        bail!("`{name}` failed ({}):\n{}", output.status, lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    Ok(())
}
