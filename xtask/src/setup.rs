//! What the tests need besides Rust: a compiler for NVIDIA GPUs, and their assembler. Both are installed where they are
//! missing. Without them the tests pass, as the library works without them; in CI they fail.

use std::path::Path;
use std::process::Command;

use crate::{ptxas, workspace};

/// Set to `1` where nothing may be left out.
const CI: &str = "KEOPS_CI";

/// Where the tools of NVIDIA come from, pinned: other versions use other numbers of registers.
const PACKAGES: [&str; 2] = ["nvidia-cuda-nvcc==13.5.37", "nvidia-cuda-nvdisasm==13.5.37"];

/// Whether nothing may be left out.
pub(crate) fn in_ci() -> bool {
    std::env::var_os(CI).is_some_and(|value| value == "1")
}

/// Says aloud that something is left out, which in CI is an error.
pub(crate) fn skip(what: &str) -> Result<(), String> {
    if in_ci() {
        return Err(format!("{what}, and {CI} is 1"));
    }
    println!("\n   *** SKIPPED: {what} ***\n");
    Ok(())
}

/// Installs what is missing.
pub(crate) fn set_up() -> Result<(), String> {
    for missing in [compiler(), tools()].into_iter().filter_map(Result::err) {
        skip(&missing)?;
    }
    Ok(())
}

/// A compiler that build scripts find.
fn compiler() -> Result<(), String> {
    if std::env::var_os("KEOPS_DEVICE_RUSTC").is_some_and(|choice| choice == "off") {
        return Err("no code for GPUs, as KEOPS_DEVICE_RUSTC is off".into());
    }
    let installations: [(&str, &[&str]); 3] = [
        ("rustup", &["component", "add", "rust-src"]),
        ("rustup", &["target", "add", "nvptx64-nvidia-cuda"]),
        ("apt-get", &["install", "-y", "-q", "rustc-web", "rust-web-src"]),
    ];
    let found = || keops_build::find_device_compiler();
    let mut compiler = found();
    for (program, arguments) in installations {
        if compiler.is_some() {
            break;
        }
        if program == "apt-get" && !(is_root() && run(program, &["update", "-q"])) {
            continue;
        }
        if run(program, arguments) {
            compiler = found();
        }
    }
    let compiler = compiler.ok_or("no compiler for GPUs, and none could be installed: nothing is compiled for GPUs")?;
    println!("   compiler for GPUs: {compiler}");
    Ok(())
}

/// ptxas and nvdisasm.
fn tools() -> Result<(), String> {
    let target_folder = workspace::target_folder()?;
    let found = || ["ptxas", "nvdisasm"].map(|tool| ptxas::find(tool, &target_folder));
    let mut tools = found();
    if tools.contains(&None) {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let folder = target_folder.join(ptxas::FOLDER).display().to_string();
        let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"];
        run(&python, &[&options[..], &["--target", &folder], &PACKAGES].concat());
        tools = found();
    }
    let [Some(ptxas), Some(nvdisasm)] = tools else {
        return Err(format!("no ptxas or nvdisasm, and pip could not install {}", PACKAGES.join(" and ")));
    };
    println!("   assembler for GPUs: {} and {}", ptxas.display(), nvdisasm.display());
    Ok(())
}

/// Runs a program that installs something; where it is not there or fails, the next one is tried.
fn run(program: &str, arguments: &[&str]) -> bool {
    println!("   {program} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .status();
    match status {
        Ok(status) if status.success() => true,
        Ok(status) => {
            println!("   {program}: {status}");
            false
        }
        Err(error) => {
            println!("   {program}: {error}");
            false
        }
    }
}

/// Whether this is Debian or one of its descendants, and packages may be installed.
fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    Path::new("/etc/debian_version").exists() && user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
