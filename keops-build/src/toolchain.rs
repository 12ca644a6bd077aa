//! Finds a compiler for NVIDIA GPUs.
//!
//! Every rustc can write PTX; what most installations lack is the library `core` for that target: either compiled
//! (`rustup target add`) or as source (`rustup component add rust-src`, Debian's `rust-web-src`), from which it is built.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of NVIDIA GPUs.
pub(crate) const TARGET: &str = "nvptx64-nvidia-cuda";

/// The environment variable that names a rustc, or is `off`.
pub(crate) const OVERRIDE: &str = "KEOPS_DEVICE_RUSTC";

/// The oldest release that compiles keops-device: 1.85.
const OLDEST: u32 = 85;

/// The first release that has traps for panics as a compiler flag, 1.92, and not as a feature of `core`.
const IMMEDIATE_ABORT: u32 = 92;

/// Where the rustc of Debian is, whose packages of compiler and sources do not depend on rustup.
const DEBIAN: &str = "/usr/bin/rustc";

/// What tells of packages that were installed on Debian.
const DEBIAN_PACKAGES: &str = "/var/lib/dpkg/status";

/// How a compiler comes by `core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Core {
    /// It is installed.
    Installed,
    /// It is built from source.
    Source,
}

/// A compiler for the target.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    pub(crate) rustc: PathBuf,
    pub(crate) cargo: PathBuf,
    /// What `rustc -vV` says.
    pub(crate) version: String,
    /// The 95 of 1.95.
    release: u32,
    pub(crate) core: Core,
}

/// What the search came to.
#[derive(Debug)]
pub(crate) enum Search {
    /// The user wants no code for devices.
    Off,
    Found(Toolchain),
    /// What to tell the user, and the files that change when it is installed.
    Missing(String, Vec<PathBuf>),
}

/// Looks for a compiler: the one that `requested` names and no other; else the compiler of the build, those of rustup, that
/// of Debian.
pub(crate) fn search(requested: Option<&OsStr>, of_the_build: &OsStr, cargo: &OsStr) -> Search {
    let examine = |rustc: &Path| Toolchain::examine(rustc, cargo);
    match requested {
        Some(choice) if choice == "off" => Search::Off,
        Some(path) if !path.is_empty() => match examine(Path::new(path)) {
            Some(toolchain) => Search::Found(toolchain),
            None => {
                let path = Path::new(path);
                let problem = format!("{OVERRIDE} names {}, which has no `core` for {TARGET}", path.display());
                Search::Missing(problem, changing_files(&[path.to_owned()]))
            }
        },
        _ => {
            let mut tried = vec![PathBuf::from(of_the_build)];
            if let Some(toolchain) = examine(&tried[0]) {
                return Search::Found(toolchain);
            }
            for rustc in of_rustup().into_iter().chain([PathBuf::from(DEBIAN)]) {
                if let Some(toolchain) = examine(&rustc) {
                    return Search::Found(toolchain);
                }
                tried.push(rustc);
            }
            Search::Missing(advice(), changing_files(&tried))
        }
    }
}

fn advice() -> String {
    format!(
        "no compiler for NVIDIA GPUs was found, so formulas will run on the CPU. To have them compiled for GPUs, install \
         `rustup target add {TARGET}` (or `rustup component add rust-src`), or on Debian the packages rustc-web and \
         rust-web-src; {OVERRIDE} names another rustc, or is `off`"
    )
}

impl Toolchain {
    /// The compiler, if it is one, is not too old, and has `core` in one of the two forms.
    fn examine(rustc: &Path, fallback_cargo: &OsStr) -> Option<Self> {
        let sysroot = PathBuf::from(output(rustc, &["--print", "sysroot"])?.trim_end());
        let core = core_in(&sysroot)?;
        let version = output(rustc, &["-vV"])?;
        let release = release(&version).filter(|&release| release >= OLDEST)?;
        // Behind the name may be a proxy of rustup, which looks at more than its name.
        let program = |name: &str| {
            let path = sysroot.join("bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
            path.is_file().then_some(path)
        };
        Some(Toolchain {
            rustc: program("rustc").unwrap_or_else(|| rustc.to_owned()),
            cargo: program("cargo").unwrap_or_else(|| fallback_cargo.into()),
            version,
            release,
            core,
        })
    }

    /// The flags by which a panic becomes a trap. Else what is left of it, in kernels that do not panic but whose indices
    /// the compiler cannot vouch for, would be a call of a function that nobody defines. A `core` that is installed has been
    /// compiled to panic in earnest.
    pub(crate) fn panic_flags(&self) -> &'static [&'static str] {
        let is_known = self.core == Core::Source && self.release >= IMMEDIATE_ABORT;
        if is_known { &["-Zunstable-options", "-Cpanic=immediate-abort"] } else { &["-Cpanic=abort"] }
    }

    /// What to tell cargo of `core`.
    pub(crate) fn core_flags(&self) -> &'static [&'static str] {
        match self.core {
            Core::Installed => &[],
            Core::Source if self.release >= IMMEDIATE_ABORT => &["-Zbuild-std=core"],
            Core::Source => &["-Zbuild-std=core", "-Zbuild-std-features=panic_immediate_abort"],
        }
    }
}

fn core_in(sysroot: &Path) -> Option<Core> {
    let libraries = sysroot.join("lib/rustlib");
    if libraries.join(TARGET).join("lib").is_dir() {
        Some(Core::Installed)
    } else {
        libraries.join("src/rust/library/core/src/lib.rs").is_file().then_some(Core::Source)
    }
}

/// The 95 of `release: 1.95.0`.
fn release(version: &str) -> Option<u32> {
    let release = version.lines().find_map(|line| line.strip_prefix("release: 1."))?;
    release.split('.').next()?.parse().ok()
}

/// The compilers of all toolchains of rustup, if there is one.
fn of_rustup() -> Vec<PathBuf> {
    let toolchains = output(Path::new("rustup"), &["toolchain", "list"]).unwrap_or_default();
    toolchain_names(&toolchains)
        .filter_map(|name| output(Path::new("rustup"), &["which", "--toolchain", name, "rustc"]))
        .map(|path| PathBuf::from(path.trim_end()))
        .collect()
}

/// The names in the lines of `stable-x86_64-unknown-linux-gnu (active, default)`.
fn toolchain_names(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "no")
}

/// The files, of those there are, that change when one of the compilers gets what it lacks.
fn changing_files(compilers: &[PathBuf]) -> Vec<PathBuf> {
    let sysroots = compilers.iter().filter_map(|rustc| output(rustc, &["--print", "sysroot"]));
    let components = sysroots.map(|sysroot| Path::new(sysroot.trim_end()).join("lib/rustlib/components"));
    let mut files: Vec<PathBuf> = components.chain([DEBIAN_PACKAGES.into()]).filter(|file| file.is_file()).collect();
    files.sort();
    files.dedup();
    files
}

fn output(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = clean(Command::new(program)).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

/// Removes from the environment of a command what cargo says to build scripts, which is about the package being built and
/// its compiler. The way to what cargo downloaded stays.
pub(crate) fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if is_of_the_outer_build(&name) {
            command.env_remove(name);
        }
    }
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        if let Some(folders) = std::env::var_os(name) {
            let others = std::env::split_paths(&folders).filter(|folder| !holds_a_compiler(folder));
            // They were joined before, so they can be joined.
            command.env(name, std::env::join_paths(others).unwrap_or_default());
        }
    }
    // Empty ones also overrule the configuration. Without the last, rustup would install what it lacks.
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
    command.env("RUSTUP_AUTO_INSTALL", "0");
    command
}

/// Whether the folder has the library that a rustc consists of. Cargo shows build scripts the way to that of its own
/// compiler, and another one of the same version would take it for its own, and with it the sysroot.
fn holds_a_compiler(folder: &Path) -> bool {
    let mut entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| entry.file_name().to_string_lossy().starts_with("librustc_driver"))
}

fn is_of_the_outer_build(name: &OsString) -> bool {
    const KEPT: [&str; 5] = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_"];
    const BEGINNINGS: [&str; 7] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CLIPPY_", "MAKEFLAGS", "MFLAGS"];
    const NAMES: [&str; 6] = ["TARGET", "HOST", "PROFILE", "OPT_LEVEL", "DEBUG", "OUT_DIR"];
    let Some(name) = name.to_str() else { return false };
    let removed = NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    removed && !KEPT.iter().any(|kept| name.starts_with(kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn core_may_be_installed_or_source() {
        let folder = Folder::new("sysroot");
        assert_eq!(core_in(folder.path()), None);
        folder.write("lib/rustlib/x86_64-unknown-linux-gnu/lib/libcore.rlib", "");
        assert_eq!(core_in(folder.path()), None);
        folder.write("lib/rustlib/src/rust/library/core/src/lib.rs", "");
        assert_eq!(core_in(folder.path()), Some(Core::Source));
        folder.write("lib/rustlib/nvptx64-nvidia-cuda/lib/libcore.rlib", "");
        assert_eq!(core_in(folder.path()), Some(Core::Installed));
    }

    #[test]
    fn releases_and_names() {
        assert_eq!(release("rustc 1.95.0 (5 2026)\nbinary: rustc\nrelease: 1.95.0\nLLVM version: 22"), Some(95));
        assert_eq!(release("rustc 1.97.0-nightly\nrelease: 1.97.0-nightly\n"), Some(97));
        assert_eq!(release("clang 17"), None);
        let list = "stable-x86_64-unknown-linux-gnu (active, default)\nnightly-x86_64-unknown-linux-gnu\n";
        let names: Vec<_> = toolchain_names(list).collect();
        assert_eq!(names, ["stable-x86_64-unknown-linux-gnu", "nightly-x86_64-unknown-linux-gnu"]);
        assert_eq!(toolchain_names("no installed toolchains\n").count(), 0);
    }

    #[test]
    fn off_is_silent_and_a_wrong_path_is_not() {
        let rustc = OsStr::new("rustc");
        assert!(matches!(search(Some(OsStr::new("off")), rustc, OsStr::new("cargo")), Search::Off));
        match search(Some(OsStr::new("/no/such/rustc")), rustc, OsStr::new("cargo")) {
            Search::Missing(problem, _) => assert!(problem.contains("/no/such/rustc"), "{problem}"),
            other => unreachable!("{other:?}"),
        }
    }

    /// A compiler is a program that answers two questions.
    #[cfg(unix)]
    #[test]
    fn compilers_are_examined() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new("compiler");
        let make = |release: &str| {
            let script = format!(
                "#!/bin/sh\ncase $1 in --print) echo {};; -vV) echo 'release: {release}';; esac\n",
                folder.path().display()
            );
            let rustc = folder.write("bin/rustc", &script);
            std::fs::set_permissions(&rustc, std::fs::Permissions::from_mode(0o755)).expect("the permission to run");
            rustc
        };
        let rustc = make("1.96.0");
        let search = || search(Some(rustc.as_os_str()), OsStr::new("rustc"), OsStr::new("outer-cargo"));
        assert!(matches!(search(), Search::Missing(..)));
        folder.write("lib/rustlib/src/rust/library/core/src/lib.rs", "");
        let Search::Found(found) = search() else { unreachable!("a compiler with sources") };
        assert_eq!((found.core, found.rustc.clone()), (Core::Source, rustc.clone()));
        assert_eq!(found.cargo, Path::new("outer-cargo"));
        make("1.84.1");
        assert!(matches!(search(), Search::Missing(..)));
    }

    #[test]
    fn the_outer_build_is_forgotten() {
        let forgotten = |name: &str| is_of_the_outer_build(&name.into());
        for name in [
            "RUSTC",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO",
            "TARGET",
            "CARGO_BUILD_TARGET",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_MAKEFLAGS",
            "OUT_DIR",
            "CARGO_MANIFEST_DIR",
        ] {
            assert!(forgotten(name), "{name}");
        }
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "CARGO_NET_OFFLINE", "TARGETS", "DEBUGINFOD_URLS", "HOSTNAME"]
        {
            assert!(!forgotten(name), "{name}");
        }
    }
}
