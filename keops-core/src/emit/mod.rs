//! Emission: [`Program`] to Rust tokens.
//!
//! `kernel` writes the implementation of `Kernel` (keops-device), which is all that a device needs; `api` wraps it in
//! a value with the methods that the user calls, and `symbolic` in one that binds data. Emitted code names everything by absolute paths through
//! `::keops::__private`, so that nothing in the user's scope can change its meaning.

mod api;
mod arguments;
mod device;
mod documentation;
mod extent;
mod kernel;
mod sharing;
mod symbolic;

pub use device::DeviceCode;
pub use extent::{Extent, Precision, SumScheme};
use std::path::Path;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::check::Formula;
use crate::lower::Program;
use crate::methods::Plan;
use crate::parse::Invocation;
use sharing::Kernels;

/// The expression that a call of `formula!` becomes: the programs of all passes, and the methods that run them.
///
/// `device_folder` is where the build script has put the code for devices, if there is one.
pub fn formula(formula: &Formula, plan: &Plan, programs: &[Program], device_folder: Option<&Path>) -> TokenStream {
    let kernels = Kernels::new(programs);
    let id = || device::id(formula.count, &device::entries(formula, plan, &kernels), &kernels);
    with_kernels(&kernels, device_folder, id, &api::api(formula, plan, &kernels))
}

/// The expression that a call of `kernel!` becomes; the programs are those of [`crate::methods::matrix_passes`].
pub fn symbolic(formula: &Formula, programs: &[Program], device_folder: Option<&Path>) -> TokenStream {
    let kernels = Kernels::new(programs);
    let id = || device::id(None, &device::matrix_entries(&kernels), &kernels);
    with_kernels(&kernels, device_folder, id, &symbolic::symbolic(formula, &kernels, &TokenStream::new()))
}

/// The kernels of all passes, and `value`, which runs them.
fn with_kernels(
    kernels: &Kernels<'_>,
    device_folder: Option<&Path>,
    id: impl Fn() -> String,
    value: &TokenStream,
) -> TokenStream {
    let ptx = device_folder.and_then(|folder| {
        let file = folder.join(id()).with_extension("ptx");
        let text = std::fs::read_to_string(&file).ok()?;
        Some((file.to_string_lossy().into_owned(), text))
    });
    let constant = format_ident!("PTX");
    let name = ptx.as_ref().map(|_| &constant);
    let kernels = kernels.distinct().enumerate().map(|(number, program)| kernel::kernel(number, program, name));
    let ptx = ptx.as_ref().map(|(file, text)| {
        let entries = entries_of(text);
        quote!(
            const PTX: ::core::option::Option<&'static str> = ::core::option::Option::Some(::core::include_str!(#file));
            const ENTRIES: &[&str] = &[#(#entries),*];
        )
    });
    quote! {
        {
            #ptx
            #(#kernels)*
            #value
        }
    }
}

/// The entry points in the text of a module, without those that finish what others began.
fn entries_of(ptx: &str) -> impl Iterator<Item = &str> {
    let names = ptx.lines().filter_map(|line| line.trim_start().strip_prefix(".visible .entry ")?.split('(').next());
    names.map(str::trim).filter(|name| !name.ends_with("_finish"))
}

/// The code of a formula for devices.
pub fn device(formula: &Formula, plan: &Plan, programs: &[Program], extent: &Extent) -> DeviceCode {
    let kernels = Kernels::new(programs);
    device::device(&formula.text, formula.count, &device::entries(formula, plan, &kernels), &kernels, extent)
}

/// The code of a matrix for devices; the programs are those of [`crate::methods::matrix_passes`].
pub fn symbolic_device(formula: &Formula, programs: &[Program], extent: &Extent) -> DeviceCode {
    let kernels = Kernels::new(programs);
    device::device(&formula.text, None, &device::matrix_entries(&kernels), &kernels, extent)
}

/// The implementation of `Kernel` alone, for a type called `Kernel0`.
pub fn kernel_only(program: &Program) -> TokenStream {
    kernel::kernel(0, program, None)
}

/// What stands in for a formula that has errors: a value with the methods that the formula would have, as far as the
/// call can be read, so that no second error follows from the first.
pub fn stub(invocation: &Invocation) -> TokenStream {
    api::stub(invocation)
}

/// The same for `kernel!`: what would stand there for the formula 0 of the same variables, whose programs these are.
pub fn symbolic_stub(zero: &Formula, programs: &[Program], unread: usize) -> TokenStream {
    let kernels = Kernels::new(programs);
    let value = symbolic::symbolic(zero, &kernels, &arguments::unread_arguments(unread));
    with_kernels(&kernels, None, String::new, &value)
}
