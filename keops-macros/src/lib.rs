//! The procedural macros of keops. Thin: all logic is in `keops-core`, where it can be tested.

use proc_macro::TokenStream;

/// Compiles a formula into a reduction over all pairs (i, j). See the documentation of the crate `keops`.
#[proc_macro]
pub fn formula(tokens: TokenStream) -> TokenStream {
    keops_core::expand(tokens.into()).into()
}

/// Compiles a scalar formula into a matrix that is never stored. See the documentation of the crate `keops`.
#[proc_macro]
pub fn kernel(tokens: TokenStream) -> TokenStream {
    keops_core::expand_kernel(tokens.into()).into()
}
