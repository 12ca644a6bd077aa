//! Arguments of methods, one for each variable, and what their types say of the results.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::check::Variable;
use crate::parse::Category;

/// The arguments for some variables, and the types of those that are rows, as parameters of a method.
pub(super) fn arguments<'v>(variables: impl Iterator<Item = &'v Variable>) -> (Vec<TokenStream>, TokenStream) {
    let mut types = TokenStream::new();
    let argument = |(number, variable): (usize, &Variable)| match variable.category {
        Category::Parameter => argument(variable, &quote!(L)),
        Category::Indexed(_) => {
            let (name, rows) = (argument_name(variable), rows_type(number));
            types.extend(quote!(#rows: ::keops::Rows<'a, T, L>,));
            quote!(#name: #rows)
        }
    };
    let arguments = variables.enumerate().map(argument).collect();
    (arguments, types)
}

/// The type that says as what results are returned: the layout, but for what the types of the arguments make of it.
pub(super) fn place<'v>(variables: impl Iterator<Item = &'v Variable>) -> TokenStream {
    let rows = variables.enumerate().filter(|(_, variable)| matches!(variable.category, Category::Indexed(_)));
    rows.fold(quote!(L), |place, (number, _)| {
        let rows = rows_type(number);
        quote!(<#rows as ::keops::Place>::Results<#place>)
    })
}

/// The type of an argument that is rows.
fn rows_type(number: usize) -> Ident {
    format_ident!("Rows{number}")
}

pub(super) fn argument(variable: &Variable, layout: &TokenStream) -> TokenStream {
    let name = argument_name(variable);
    match variable.category {
        Category::Indexed(_) => quote!(#name: impl ::keops::Rows<'a, T, #layout>),
        Category::Parameter => quote!(#name: impl ::keops::Vector<'a, T, #layout>),
    }
}

/// The type of an array of the shape of a variable.
pub(super) fn array(variable: &Variable) -> TokenStream {
    match variable.category {
        Category::Indexed(_) => quote!(Matrix),
        Category::Parameter => quote!(Vector),
    }
}

pub(super) fn argument_name(variable: &Variable) -> Ident {
    match syn::parse_str::<Ident>(&variable.name) {
        Ok(_) => Ident::new(&variable.name, Span::call_site()),
        // A word that Rust keeps for itself.
        Err(_) => Ident::new_raw(&variable.name, Span::call_site()),
    }
}

/// Arguments for so many declarations that could not be read.
pub(super) fn unread_arguments(count: usize) -> TokenStream {
    (0..count)
        .map(|number| {
            let name = format_ident!("unread_{number}");
            quote!(#name: impl ::core::marker::Sized,)
        })
        .collect()
}
