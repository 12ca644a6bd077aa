//! How much code for devices a formula gets.

use quote::{format_ident, quote};

use proc_macro2::TokenStream;

/// The types of numbers that there is code for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Precision {
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// Both.
    #[default]
    Both,
}

/// A way to accumulate sums, besides that by blocks, of which there is always code. The names are those of the types in
/// keops-device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SumScheme {
    /// Term by term into one number.
    Direct,
    /// Every term with compensation.
    Kahan,
    /// In `f64`, whatever the type of the terms.
    F64,
}

impl SumScheme {
    /// The type in keops-device.
    pub(super) fn tokens(self) -> TokenStream {
        let name = format_ident!("{self:?}");
        quote!(#name)
    }

    /// What follows the name of a reduction in that of an entry point.
    pub(super) fn suffix(self) -> String {
        format!("_{self:?}")
    }
}

/// How much code for devices a formula gets: each kernel is compiled for these types of numbers, and each sum for
/// these schemes too. What identifies the code does not depend on it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extent {
    /// The types of numbers.
    pub precision: Precision,
    /// The schemes of sums besides that by blocks.
    pub sum_schemes: Vec<SumScheme>,
}

impl Extent {
    /// The types, with their number in the shapes of a program.
    pub(super) fn scalars(&self) -> &'static [(&'static str, usize)] {
        match self.precision {
            Precision::F32 => &[("f32", 0)],
            Precision::F64 => &[("f64", 1)],
            Precision::Both => &[("f32", 0), ("f64", 1)],
        }
    }
}
