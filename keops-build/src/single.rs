//! One formula outside of build scripts, for tools that look at its PTX.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use keops_core::{Extent, Macro};

use crate::cache::Cache;
use crate::compile::Compiler;
use crate::libraries::Libraries;
use crate::toolchain::{OVERRIDE, Search, Toolchain, search};

/// The compiler that build scripts would use, and its version; `None` where there is none, or where it is switched off.
///
/// ```
/// match keops_build::find_device_compiler() {
///     Some(compiler) => println!("{compiler}"), // for example "/usr/bin/rustc (rustc 1.96.0)"
///     None => println!("formulas run on the CPU"),
/// }
/// ```
pub fn find_device_compiler() -> Option<String> {
    let toolchain = toolchain().ok()?;
    let version = toolchain.version.lines().next().unwrap_or_default();
    Some(format!("{} ({version})", toolchain.rustc.display()))
}

/// The PTX of one call of `formula!`, given what stands in its brackets, for an architecture such as `sm_80`. What is built
/// for it is kept in the cache of the target folder, like that of build scripts.
///
/// # Errors
/// What is wrong with the call, the compiler, or the PTX.
///
/// ```no_run
/// let call = r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#;
/// let ptx = keops_build::ptx_of_call(call, "sm_80", "target".as_ref()).unwrap();
/// assert!(keops_build::check_ptx(&ptx).unwrap().entries.contains(&"k0_Sum_f32".to_owned()));
/// ```
pub fn ptx_of_call(call: &str, architecture: &str, target_folder: &Path) -> Result<String, String> {
    with_compiler(Macro::Formula, call, (architecture, target_folder), |compiler, source| {
        compiler.compile(source).result
    })
}

/// The PTX of one call of `formula!` or `kernel!`, compiled whether it is in the cache or not: for those who measure the time.
/// The libraries come from the cache.
///
/// # Errors
/// As [`ptx_of_call`].
///
/// ```no_run
/// let call = r#""Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)"#;
/// keops_build::ptx_anew(keops_core::Macro::Kernel, call, "sm_80", "target".as_ref()).unwrap();
/// ```
pub fn ptx_anew(called: Macro, call: &str, architecture: &str, target_folder: &Path) -> Result<String, String> {
    with_compiler(called, call, (architecture, target_folder), |compiler, source| compiler.compile_anew(source))
}

/// What is made of the crate for a call.
fn with_compiler(
    called: Macro,
    call: &str,
    (architecture, target_folder): (&str, &Path),
    compile: impl Fn(&Compiler<'_>, &str) -> Result<String, String>,
) -> Result<String, String> {
    let tokens = call.parse().map_err(|error| format!("`{call}`: {error}"))?;
    let code = called.device_code(tokens, &Extent::default()).ok_or_else(|| format!("`{call}` is no formula"))?;
    let toolchain = toolchain()?;
    let cache = Cache::in_target_folder(target_folder)
        .map_err(|error| format!("the cache in {}: {error}", target_folder.display()))?;
    let libraries = Libraries::get(&cache, &toolchain, architecture)?;
    let compiler = Compiler { cache: &cache, toolchain: &toolchain, libraries: &libraries, architecture };
    compile(&compiler, &code.source)
}

/// The compiler, as a build script finds it; outside of one, `rustc` and `cargo` are those that a shell finds.
fn toolchain() -> Result<Toolchain, String> {
    let [rustc, cargo] = [("RUSTC", "rustc"), ("CARGO", "cargo")]
        .map(|(variable, name)| env::var_os(variable).unwrap_or_else(|| OsString::from(name)));
    match search(env::var_os(OVERRIDE).as_deref(), &rustc, &cargo) {
        Search::Found(toolchain) => Ok(toolchain),
        Search::Off => Err(format!("{OVERRIDE} is `off`")),
        Search::Missing(problem, _) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn no_formula_is_an_error() {
        let folder = Folder::new("single");
        let problem = |call| ptx_of_call(call, "sm_80", folder.path()).expect_err("no formula");
        assert_eq!(problem("\"x +\", x = Vi(1)"), "`\"x +\", x = Vi(1)` is no formula");
        assert!(problem("(").starts_with("`(`: "));
    }
}
