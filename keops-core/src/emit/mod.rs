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
use proc_macro2::TokenStream;
use quote::quote;

use crate::check::Formula;
use crate::lower::Program;
use crate::methods::Plan;
use crate::parse::Invocation;

/// The expression that a macro call becomes: the programs of all passes, and the methods that run them.
pub fn formula(formula: &Formula, plan: &Plan, programs: &[Program]) -> TokenStream {
    let kernels = programs.iter().enumerate().map(|(number, program)| kernel::kernel(number, program));
    let api = api::api(formula, plan, programs);
    quote! {
        {
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
    kernel::kernel(0, program)
}

/// What stands in for a formula that has errors: a value with the methods that the formula would have, as far as the
/// call can be read, so that no second error follows from the first.
pub fn stub(invocation: &Invocation) -> TokenStream {
    api::stub(invocation)
}
