//! The value that the user holds: a struct with one method argument per variable.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::check::{Formula, Variable, declared};
use crate::graph::Axis;
use crate::parse::{Category, Invocation};
use crate::reduction::{self, REDUCTIONS, Reduction};

/// Writes the type of the value, its methods, and the value.
pub(super) fn api(formula: &Formula) -> TokenStream {
    let reduction = format_ident!("{}", formula.reduction.device_type);
    let inputs = formula.variables.iter().map(|variable| {
        let name = argument_name(variable);
        match variable.category {
            Category::Indexed(_) => quote!(::keops::__private::Input::Rows(::keops::Rows::rows(#name))),
            Category::Parameter => quote!(::keops::__private::Input::Vector(::keops::Vector::vector(#name))),
        }
    });
    let declarations = formula.variables.iter().map(|variable| {
        let (name, dim) = (&variable.name, variable.dim);
        let category = match variable.category {
            Category::Indexed(Axis::I) => quote!(I),
            Category::Indexed(Axis::J) => quote!(J),
            Category::Parameter => quote!(Parameter),
        };
        quote!(::keops::__private::Variable {
            name: #name,
            category: ::keops::__private::Category::#category,
            dim: #dim,
        })
    });
    let kept = match formula.kept {
        Axis::I => quote!(I),
        Axis::J => quote!(J),
    };
    let text = &formula.text;
    let arguments = arguments(&formula.variables);
    let body = quote! {
        ::keops::__private::run::<FormulaKernel, ::keops::__private::#reduction, T>(
            &Self::SIGNATURE,
            &[#(#inputs),*],
            &self.options,
        )
    };
    let value = value(&documentation(formula), formula.reduction, &arguments, &body);
    quote! {
        #value

        impl Formula {
            const SIGNATURE: ::keops::__private::Signature = ::keops::__private::Signature {
                formula: #text,
                variables: &[#(#declarations),*],
                kept: ::keops::__private::Category::#kept,
            };
        }

        Formula { options: ::core::default::Default::default() }
    }
}

/// The value of a formula that has errors.
pub(super) fn stub(invocation: &Invocation) -> TokenStream {
    let chosen = invocation.reduction.as_ref().and_then(|option| reduction::find(&option.name));
    let (variables, _) = declared(&invocation.variables);
    let variables: Vec<Variable> = variables.into_iter().flatten().collect();
    let unread = invocation.variables.len() - variables.len() + invocation.reports.len();
    let mut arguments = arguments(&variables);
    for number in 0..unread {
        let name = format_ident!("unread_{number}");
        arguments.push(quote!(#name: impl ::core::marker::Sized));
    }
    let body = quote!(::core::unreachable!("the formula has errors"));
    let value = value("A formula with errors.", chosen.unwrap_or(&REDUCTIONS[0]), &arguments, &body);
    quote!({ #value Formula { options: ::core::default::Default::default() } })
}

/// The arguments of the methods, one per variable.
fn arguments(variables: &[Variable]) -> Vec<TokenStream> {
    let argument = |variable: &Variable| {
        let name = argument_name(variable);
        match variable.category {
            Category::Indexed(_) => quote!(#name: impl ::keops::Rows<'a, T>),
            Category::Parameter => quote!(#name: impl ::keops::Vector<'a, T>),
        }
    };
    variables.iter().map(argument).collect()
}

fn value(documentation: &str, reduction: &Reduction, arguments: &[TokenStream], body: &TokenStream) -> TokenStream {
    let reduction = format_ident!("{}", reduction.device_type);
    quote! {
        #[derive(Clone, Copy, Debug)]
        struct Formula {
            options: ::keops::__private::Options,
        }

        #[allow(clippy::all, unused)]
        impl Formula {
            #[doc = #documentation]
            pub fn call<'a, T: ::keops::Scalar>(
                &self,
                #(#arguments),*
            ) -> ::core::result::Result<
                ::keops::__private::Output<::keops::__private::#reduction, T>,
                ::keops::Error,
            > {
                #body
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
