//! For build scripts: compiles the formulas of a package for NVIDIA GPUs.
//!
//! A package whose formulas shall run on GPUs has `keops-build` among its `[build-dependencies]`, and this `build.rs`:
//!
//! ```no_run
//! keops_build::compile();
//! ```
//!
//! Each `formula!` and `kernel!` in the folders `src`, `examples`, `tests` and `benches` then becomes a small crate, which is
//! compiled to PTX. The macro embeds what it finds; where it finds nothing, the formula runs on the CPU. So a package that
//! is built where there is no compiler for GPUs still works, and cargo shows one warning.
//!
//! # The compiler
//!
//! Every rustc can write PTX, given the library `core` for the target `nvptx64-nvidia-cuda`. One of these will do:
//!
//! * `rustup target add nvptx64-nvidia-cuda`;
//! * `rustup component add rust-src`: `core` is built from its sources, once, in half a minute;
//! * on Debian, the packages `rustc-web` and `rust-web-src`.
//!
//! They are looked for in the toolchain of the build, then in all others of rustup, then in `/usr/bin`. No CUDA toolkit is
//! needed.
//!
//! # Environment variables
//!
//! | variable | meaning |
//! |---|---|
//! | `KEOPS_DEVICE_RUSTC` | the path of the rustc to use, 1.85 or later; `off`: no formula is compiled for GPUs, without a warning |
//! | `KEOPS_BUILD_VERBOSE` | `1`: a line (as cargo shows of build scripts: a warning) that tells what was compiled, in which time |
//!
//! # What is found
//!
//! The files are searched for calls, also inside of other macros. What macros of the package, defined by `macro_rules!`, make of
//! their arguments is searched too, so a dimension may be an argument:
//!
//! ```ignore
//! macro_rules! distances {
//!     ($d:literal) => { keops::formula!("SqDist(x, y)", x = Vi($d), y = Vj($d), derivatives = false) };
//! }
//! let (near, far) = (distances!(3), distances!(64));
//! ```
//!
//! A call that is excluded by a `#[cfg]` of features or target is not compiled. One that another package's macro puts
//! together is not found, and runs on the CPU. So does one in a file that lies elsewhere, unless [`Builder::file`] names it.
//!
//! # How it works
//!
//! | module | |
//! |---|---|
//! | `sources`, `scan`, `declarative`, `conditions` | the files of the package, the calls in them and in what macros make, those that are compiled |
//! | `toolchain` | a compiler |
//! | `libraries` | keops-device, and `core`, for the target |
//! | `compile` | one formula |
//! | `cache` | what was compiled before; all packages of a workspace share it |
//! | `panics` | what is left of panics in the text of the PTX |
//! | `spaces` | shared memory in it |
//! | `check` | what must hold of it |
//! | `single` | one formula, for tools |

mod builder;
mod cache;
mod check;
mod compile;
mod conditions;
mod declarative;
mod libraries;
mod panics;
mod scan;
mod single;
mod sources;
mod spaces;
mod statement;
#[cfg(test)]
mod testing;
mod toolchain;

pub use builder::Builder;
pub use check::{Facts, check_ptx};
pub use keops_core::{Precision, SumScheme};
pub use single::{find_device_compiler, ptx_anew, ptx_of_call};
pub use spaces::name_shared_memory;

/// Compiles the formulas of the package, for all GPUs since Ampere (2020). The same as [`Builder::new`]`().`[`compile`](Builder::compile)`()`.
///
/// # Panics
/// As [`Builder::compile`].
///
/// ```no_run
/// keops_build::compile();
/// ```
pub fn compile() {
    Builder::new().compile();
}
