//! NVIDIA's assembler and disassembler, and what the assembler says of kernels.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder, in cargo's target folder, that the tools are installed to.
pub(crate) const FOLDER: &str = "keops-tools";

/// What one kernel takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) entry: String,
    pub(crate) registers: u32,
    /// Bytes of local memory per thread: what the kernel asked for, and what registers are spilled to.
    pub(crate) stack: u32,
    pub(crate) spill_stores: u32,
    pub(crate) spill_loads: u32,
    /// Bytes of static shared memory per block.
    pub(crate) shared: u32,
}

impl Usage {
    pub(crate) fn spills(&self) -> bool {
        self.spill_stores + self.spill_loads > 0
    }
}

/// The path of a tool: on the PATH, or installed by `cargo xtask setup`.
pub(crate) fn find(tool: &str, target_folder: &Path) -> Option<PathBuf> {
    let name = format!("{tool}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file());
    on_path.or_else(|| find_in(&target_folder.join(FOLDER).join("nvidia"), OsStr::new(&name)))
}

/// The first file of a name below a folder; the packages of PyPI have moved theirs between versions.
fn find_in(folder: &Path, name: &OsStr) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    let file = entries.iter().find(|path| path.file_name() == Some(name) && path.is_file()).cloned();
    file.or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|folder| find_in(folder, name)))
}

/// What a tool writes to both of its outputs.
///
/// # Errors
/// What it says, if it fails.
pub(crate) fn run(tool: &Path, arguments: &[&OsStr]) -> Result<String, String> {
    let output = Command::new(tool).args(arguments).output().map_err(|error| format!("{}: {error}", tool.display()))?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if output.status.success() { Ok(text) } else { Err(format!("{} failed: {}", tool.display(), text.trim_end())) }
}

/// Assembles a file of PTX, and returns what ptxas says.
pub(crate) fn assemble(ptxas: &Path, architecture: &str, ptx: &Path, cubin: &Path) -> Result<String, String> {
    let architecture = format!("-arch={architecture}");
    run(ptxas, &["-v".as_ref(), architecture.as_ref(), "-o".as_ref(), cubin.as_os_str(), ptx.as_os_str()])
}

/// What the messages of `ptxas -v` say of each kernel.
pub(crate) fn usages(messages: &str) -> Vec<Usage> {
    let mut usages: Vec<Usage> = Vec::new();
    for line in messages.lines() {
        if let Some((_, rest)) = line.split_once("Compiling entry function '") {
            let entry = rest.split('\'').next().unwrap_or_default().to_owned();
            usages.push(Usage { entry, ..Usage::default() });
        }
        let Some(usage) = usages.last_mut() else { continue };
        for part in line.split(',') {
            let Some((number, what)) = number(part) else { continue };
            let field = match what {
                "registers" => &mut usage.registers,
                "bytes stack frame" => &mut usage.stack,
                "bytes spill stores" => &mut usage.spill_stores,
                "bytes spill loads" => &mut usage.spill_loads,
                "bytes smem" => &mut usage.shared,
                _ => continue,
            };
            *field = number;
        }
    }
    usages
}

/// The 48 and the rest of `ptxas info    : Used 48 registers`.
fn number(part: &str) -> Option<(u32, &str)> {
    let part = part.rsplit_once("Used ").map_or(part, |(_, rest)| rest).trim();
    let (number, what) = part.split_once(' ')?;
    Some((number.parse().ok()?, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_ptxas() {
        let messages = "\
ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'k0_Sum_f64' for 'sm_90'
ptxas info    : Function properties for k0_Sum_f64
    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
ptxas info    : Used 80 registers, used 1 barriers, 8192 bytes smem
ptxas info    : Compile time = 86.248 ms
ptxas info    : Compiling entry function 'k0_Sum_f64_finish' for 'sm_90'
ptxas info    : Function properties for k0_Sum_f64_finish
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 32 registers, used 0 barriers
";
        let [first, second] = usages(messages).try_into().expect("two kernels");
        let expected = Usage {
            entry: "k0_Sum_f64".into(),
            registers: 80,
            stack: 16,
            spill_stores: 8,
            spill_loads: 12,
            shared: 8192,
        };
        assert_eq!(first, expected);
        assert!(first.spills() && !second.spills());
        assert_eq!((second.entry.as_str(), second.registers, second.shared), ("k0_Sum_f64_finish", 32, 0));
    }
}
