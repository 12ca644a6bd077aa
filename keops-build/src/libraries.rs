//! Builds what every kernel is compiled against: keops-device and, where it is not installed, `core`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache::{Cache, Key, write_if_changed};
use crate::sources::rust_files;
use crate::toolchain::{TARGET, Toolchain, clean};

/// Makes functions of all sizes available to the crates that call them, so that none is called in the end: a kernel is
/// compiled by itself, and there is nobody to link it with other code.
const INLINE_ALL: &str = "-Zcross-crate-inline-threshold=always";

/// The libraries for a compiler and an architecture.
#[derive(Debug)]
pub(crate) struct Libraries {
    pub(crate) folder: PathBuf,
    /// What they are made of.
    pub(crate) key: Key,
}

impl Libraries {
    /// Those in the cache, or new ones.
    ///
    /// # Errors
    /// What cargo said.
    pub(crate) fn get(cache: &Cache, toolchain: &Toolchain, architecture: &str) -> Result<Self, String> {
        let device = Path::new(keops_device::MANIFEST_DIR);
        let core = format!("{:?}", toolchain.core);
        let flags = flags(toolchain, architecture);
        let compiler = [toolchain.version.as_str(), &core, &flags];
        let sources = sources(device).map_err(|error| failed(device, &error))?;
        let key = Key::of(compiler.into_iter().chain(sources.iter().map(String::as_str)));
        let folder = cache.path(&format!("libraries-{key}"));
        let libraries = Libraries { folder: folder.clone(), key };
        if folder.is_dir() {
            return Ok(libraries);
        }
        let _lock = cache.lock().map_err(|error| failed(&folder, &error))?;
        if folder.is_dir() {
            return Ok(libraries);
        }
        // This one does not depend on the sources: cargo builds again what has to be, and `core` has not.
        let build = Key::of(compiler.into_iter().chain([keops_device::MANIFEST_DIR]));
        let files = build_package(&cache.path(&format!("build-{build}")), device, toolchain, &flags)?;
        let temporary = cache.temporary();
        collect(&files, &temporary)
            .and_then(|()| fs::rename(&temporary, &folder))
            .map_err(|error| failed(&folder, &error))?;
        Ok(libraries)
    }
}

/// What rustc is told, besides by cargo.
fn flags(toolchain: &Toolchain, architecture: &str) -> String {
    // The lints of keops-device are for other targets, where more of its code is used. They are warnings, as there are some
    // that cargo reads.
    format!("{INLINE_ALL} -Ctarget-cpu={architecture} --cap-lints=warn {}", toolchain.panic_flags().join(" "))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Names and contents of the sources of keops-device.
fn sources(device: &Path) -> io::Result<Vec<String>> {
    let mut parts = Vec::new();
    for path in rust_files(&device.join("src")).into_iter().chain([device.join("Cargo.toml")]) {
        parts.push(path.strip_prefix(device).unwrap_or(&path).display().to_string());
        parts.push(fs::read_to_string(&path)?);
    }
    Ok(parts)
}

/// Has cargo build a package that does nothing but depend on keops-device. The result are the libraries of all of its
/// dependencies.
fn build_package(folder: &Path, device: &Path, toolchain: &Toolchain, flags: &str) -> Result<Vec<PathBuf>, String> {
    let manifest = format!(
        "[package]\nname = \"keops-device-build\"\nedition = \"2021\"\n\n[dependencies]\nkeops-device = {{ path = {device:?} }}\n\n\
         [workspace]\n\n[profile.release]\nopt-level = 3\npanic = \"abort\"\ncodegen-units = 1\ndebug = false\n\
         lto = false\nincremental = false\noverflow-checks = false\ndebug-assertions = false\n"
    );
    let manifest_path = folder.join("Cargo.toml");
    fs::create_dir_all(folder.join("src"))
        .and_then(|()| write_if_changed(&manifest_path, &manifest))
        .and_then(|()| write_if_changed(&folder.join("src/lib.rs"), "#![no_std]\n"))
        .map_err(|error| failed(folder, &error))?;
    let cargo = |offline: bool| {
        let mut command = clean(Command::new(&toolchain.cargo));
        // In the folder of the package that is being built, so that its configuration of registries holds.
        command.args(["build", "--release", "--target", TARGET, "--message-format=json-render-diagnostics"]);
        command.arg("--manifest-path").arg(&manifest_path).arg("--target-dir").arg(folder.join("target"));
        command.env("RUSTC", &toolchain.rustc);
        command.env("RUSTFLAGS", flags).args(toolchain.core_flags());
        if offline {
            command.arg("--offline");
        }
        command.output().map_err(|error| failed(&toolchain.cargo, &error))
    };
    // Everything has most often been downloaded for the package itself; then it need not be asked for again.
    let mut output = cargo(true)?;
    if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("offline") {
        output = cargo(false)?;
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let start = said.lines().position(|line| line.starts_with("error")).unwrap_or(0);
        return Err(said.lines().skip(start).collect::<Vec<_>>().join("\n"));
    }
    let files = libraries(&String::from_utf8_lossy(&output.stdout));
    if files.iter().any(|file| is_device(file)) {
        Ok(files)
    } else {
        Err("cargo does not say where it put keops-device".into())
    }
}

/// The libraries among the files that cargo's messages speak of.
fn libraries(messages: &str) -> Vec<PathBuf> {
    // Paths with quotation marks in them do not occur in folders that cargo made up; backslashes do.
    let artifacts = messages.lines().filter(|line| line.contains("\"reason\":\"compiler-artifact\""));
    let lists = artifacts.filter_map(|line| line.split_once("\"filenames\":[")?.1.split_once(']'));
    let names =
        lists.flat_map(|(list, _)| list.split(',')).map(|name| name.trim().trim_matches('"').replace("\\\\", "\\"));
    names.map(PathBuf::from).filter(|path| path.extension().is_some_and(|extension| extension == "rlib")).collect()
}

fn is_device(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libkeops_device-"))
}

/// Puts the libraries into a folder of their own. Most are links, as nobody writes to them; but cargo will write to that
/// of keops-device when its sources change.
fn collect(files: &[PathBuf], folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for file in files {
        let Some(name) = file.file_name() else { continue };
        if is_device(file) || fs::hard_link(file, folder.join(name)).is_err() {
            fs::copy(file, folder.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"core"},"filenames":["/t/libcore-1.rlib","/t/libcore-1.rmeta"]}"#,
            "\n",
            r#"{"reason":"build-script-executed","filenames":["/t/no.rlib"]}"#,
            "\n",
            r#"{"reason":"compiler-artifact","filenames":["C:\\t\\libkeops_device-2.rlib"],"executable":null}"#,
        );
        assert_eq!(libraries(messages), [Path::new("/t/libcore-1.rlib"), Path::new("C:\\t\\libkeops_device-2.rlib")]);
        assert!(is_device(Path::new("/t/libkeops_device-2.rlib")));
        assert!(!is_device(Path::new("/t/libkeops_device_build-2.rlib")));
    }

    #[test]
    fn the_sources_of_keops_device() {
        let parts = sources(Path::new(keops_device::MANIFEST_DIR)).expect("sources");
        assert!(parts.iter().any(|part| part.ends_with("lib.rs")));
        assert!(parts.iter().any(|part| part.contains("pub trait Kernel")));
    }
}
