//! The value that the user holds: a struct with one method argument per variable.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::check::{Formula, Variable};
use crate::graph::Axis;
use crate::lower::Program;
use crate::parse::Category;

/// Writes the type of the value, its methods, and the value.
pub(super) fn api(formula: &Formula, program: &Program) -> TokenStream {
    let reduction = format_ident!("{}", formula.reduction.device_type);
    let names: Vec<Ident> = formula.variables.iter().map(argument_name).collect();
    let types = formula.variables.iter().map(|variable| match variable.category {
        Category::Indexed(_) => quote!(impl ::keops::Rows<'a, T>),
        Category::Parameter => quote!(impl ::keops::Vector<'a, T>),
    });
    let inputs = formula.variables.iter().zip(&names).map(|(variable, name)| match variable.category {
        Category::Indexed(_) => quote!(Input::Rows(::keops::Rows::rows(#name))),
        Category::Parameter => quote!(Input::Vector(::keops::Vector::vector(#name))),
    });
    let declarations = formula.variables.iter().map(|variable| {
        let (name, dim) = (&variable.name, variable.dim);
        let category = match variable.category {
            Category::Indexed(Axis::I) => quote!(I),
            Category::Indexed(Axis::J) => quote!(J),
            Category::Parameter => quote!(Parameter),
        };
        quote!(Variable { name: #name, category: Category::#category, dim: #dim })
    });
    let kept = match program.kept_axis {
        Axis::I => quote!(I),
        Axis::J => quote!(J),
    };
    let text = &formula.text;
    let documentation = documentation(formula);
    quote! {
        use ::keops::__private::{Category, Scalar, Input, Options, Output, Signature, Variable, #reduction};

        const SIGNATURE: Signature = Signature {
            formula: #text,
            variables: &[#(#declarations),*],
            kept: Category::#kept,
        };

        #[derive(Clone, Copy, Debug)]
        struct Formula {
            options: Options,
        }

        #[allow(clippy::too_many_arguments, dead_code)]
        impl Formula {
            #[doc = #documentation]
            pub fn call<'a, T: Scalar>(
                &self,
                #(#names: #types),*
            ) -> ::core::result::Result<Output<#reduction, T>, ::keops::Error> {
                ::keops::__private::run::<FormulaKernel, #reduction, T>(&SIGNATURE, &[#(#inputs),*], &self.options)
            }

            /// Chooses where the reduction runs.
            pub fn on(mut self, device: ::keops::Device) -> Self {
                self.options.device = device;
                self
            }

            /// Chooses how sums are accumulated.
            pub fn sum_scheme(mut self, scheme: ::keops::SumScheme) -> Self {
                self.options.sum_scheme = scheme;
                self
            }
        }

        Formula { options: <Options as ::core::default::Default>::default() }
    }
}

fn argument_name(variable: &Variable) -> Ident {
    match syn::parse_str::<Ident>(&variable.name) {
        Ok(_) => Ident::new(&variable.name, Span::call_site()),
        // A word that Rust keeps for itself.
        Err(_) => Ident::new_raw(&variable.name, Span::call_site()),
    }
}

/// What an editor shows for the method `call`.
fn documentation(formula: &Formula) -> String {
    let (index, over, rows) = match formula.kept {
        Axis::I => ("i", "j", "M"),
        Axis::J => ("j", "i", "N"),
    };
    let mut text =
        format!("For each {index}, {} over {over} of `{}`.\n\nArguments:\n", formula.reduction.result, formula.text);
    for variable in &formula.variables {
        let shape = match variable.category {
            Category::Indexed(Axis::I) => format!("(M, {})", variable.dim),
            Category::Indexed(Axis::J) => format!("(N, {})", variable.dim),
            Category::Parameter => format!("({},)", variable.dim),
        };
        text.push_str(&format!("* `{}`: {shape}\n", variable.name));
    }
    text.push_str(&format!(
        "\nReturns an array of shape ({rows}, {}).\n\n# Errors\nWhen the shapes do not fit.",
        formula.term.dim
    ));
    text
}
