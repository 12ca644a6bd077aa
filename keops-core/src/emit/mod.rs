//! Emission: [`Program`] to Rust tokens.
//!
//! `kernel` writes the implementation of `Kernel` (keops-device), which is all that a device needs; `api` wraps it in
//! a value with the methods that the user calls. Emitted code names everything by absolute paths through
//! `::keops::__private`, so that nothing in the user's scope can change its meaning.

mod api;
mod device;
mod documentation;
mod kernel;

pub use device::DeviceCode;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::check::Formula;
use crate::lower::Program;
use crate::methods::Plan;
use crate::parse::Invocation;

/// The expression that a macro call becomes: the programs of all passes, and the methods that run them.
///
/// `device_folder` is where the build script has put the code for devices, if there is one.
pub fn formula(formula: &Formula, plan: &Plan, programs: &[Program], device_folder: Option<&Path>) -> TokenStream {
    let ptx = device_folder.and_then(|folder| {
        let file = folder.join(device::device_id(formula, plan, programs)).with_extension("ptx");
        file.exists().then(|| file.to_string_lossy().into_owned())
    });
    let constant = format_ident!("PTX");
    let name = ptx.as_ref().map(|_| &constant);
    let kernels = programs.iter().enumerate().map(|(number, program)| kernel::kernel(number, program, name));
    let ptx = ptx.map(|file| {
        quote!(
            const PTX: ::core::option::Option<&'static str> = ::core::option::Option::Some(::core::include_str!(#file));
        )
    });
    let api = api::api(formula, plan, programs);
    quote! {
        {
            #ptx
            #(#kernels)*
            #api
        }
    }
}

/// The code of a formula for devices.
pub fn device(formula: &Formula, plan: &Plan, programs: &[Program]) -> DeviceCode {
    device::device(formula, plan, programs)
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
