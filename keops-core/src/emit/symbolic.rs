//! The value of `kernel!`: a type that names the passes over the matrix, and binds data to the formula.
//!
//! What can be done with the matrix then is ordinary Rust (`keops/src/symbolic`), generic over that type. Each pass is an
//! associated type, so that rustc generates machine code for those that a program uses.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::api::declaration;
use super::arguments::{argument, argument_name, array};
use super::documentation::shape;
use super::sharing::Kernels;
use crate::check::{Formula, Term, TermKind, Variable};
use crate::graph::Axis;
use crate::methods::{PRODUCT_WIDTH, gradient_variables};
use crate::parse::Category;

/// Passes of each axis.
const PASSES: [&str; 6] = ["Entries", "Scores", "Product", "Products", "Gradient", "Gradients"];

/// Writes the type, its passes, and its only value. `unread` are arguments of `bind` for declarations that could not be
/// read.
pub(super) fn symbolic(formula: &Formula, kernels: &Kernels<'_>, unread: &TokenStream) -> TokenStream {
    let variables = &formula.variables;
    let [rows, columns] = [Axis::I, Axis::J].map(|axis| passes(variables, kernels, axis));
    let pairs = kernels.name(2 * PASSES.len());
    let width = Literal::usize_unsuffixed(PRODUCT_WIDTH);
    let text = &formula.text;
    let count = Literal::usize_unsuffixed(variables.len());
    let numbers = (0..variables.len()).map(Literal::usize_unsuffixed);
    let declarations = variables.iter().map(declaration);
    let fields = variables.iter().map(|variable| {
        let (name, array) = (argument_name(variable), array(variable));
        quote!(pub #name: <::keops::Single as ::keops::Results>::#array<T>)
    });
    // A type without fields would not use its parameter.
    let marker = variables.is_empty().then(|| quote!(marker: ::core::marker::PhantomData<T>));
    let marker_value = variables.is_empty().then(|| quote!(marker: ::core::marker::PhantomData));
    let values = gradients(variables);
    let bind = bind(formula, unread);
    let bound = bound(&formula.term);
    quote! {
        /// The gradients by all bound data.
        #[derive(Clone, Debug)]
        #[allow(non_snake_case, missing_docs, unused, clippy::all)]
        struct Gradients<T: ::keops::Scalar> { #(#fields,)* #marker }

        #[derive(Clone, Copy, Debug)]
        struct Rows;
        #rows

        #[derive(Clone, Copy, Debug)]
        struct Columns;
        #columns

        #[derive(Clone, Copy, Debug)]
        struct Formula;

        impl ::keops::KernelFormula for Formula {
            type Rows = Rows;
            type Columns = Columns;
            type Pairs = #pairs;
            type Transposed = ::keops::__private::Transposed<Self>;
            type Gradients<T: ::keops::Scalar> = Gradients<T>;
            const TRANSPOSED: bool = false;
            const WIDTH: usize = #width;
            const SIGNATURE: ::keops::__private::Signature = ::keops::__private::Signature {
                formula: #text,
                variables: &[#(#declarations),*],
                inputs: #count,
                read: &[#(#numbers),*],
                kept: ::keops::__private::Category::I,
                mean: false,
            };
            const BOUND: ::keops::__private::Bound = #bound;

            #[allow(clippy::all, unused)]
            fn gradients<T: ::keops::Scalar>(
                rows: &::keops::ndarray::Array3<T>,
                columns: &::keops::ndarray::Array3<T>,
            ) -> Gradients<T> {
                Gradients { #(#values,)* #marker_value }
            }
        }

        #[allow(clippy::all, unused, non_snake_case)]
        impl Formula {
            #bind

            /// The code for GPUs of all passes, as PTX; none where no build script has compiled the formula.
            pub fn gpu_code(&self) -> ::core::option::Option<&'static str> {
                <#pairs as ::keops::__private::Kernel>::DEVICE.ptx
            }
        }

        Formula
    }
}

/// The formula as a tree of operators by their names, from which bounds of its values are computed.
fn bound(term: &Term) -> TokenStream {
    let unbounded = |name: &str| quote!(::keops::__private::Bound::Unbounded(#name));
    match &term.kind {
        TermKind::Variable(number) => {
            let number = Literal::usize_unsuffixed(*number);
            quote!(::keops::__private::Bound::Variable(#number))
        }
        TermKind::Number(value) => {
            let magnitude = Literal::f64_unsuffixed(value.abs());
            let sign = value.is_sign_negative().then(|| quote!(-));
            quote!(::keops::__private::Bound::Number(#sign #magnitude))
        }
        TermKind::Index(Axis::I) => unbounded("I"),
        TermKind::Index(Axis::J) => unbounded("J"),
        TermKind::Length(_) => unbounded("Mean"),
        TermKind::Derivative { operator, .. } => unbounded(operator.name),
        TermKind::Call { operator, lists, .. } if !lists.is_empty() => unbounded(operator.name()),
        TermKind::Call { operator, operands, integers, .. } => {
            let (name, operands) = (operator.name(), operands.iter().map(bound));
            let integers = integers.iter().map(|&integer| Literal::i64_unsuffixed(integer));
            quote!(::keops::__private::Bound::Call(#name, &[#(#operands),*], &[#(#integers),*]))
        }
    }
}

/// The passes that keep one axis.
fn passes(variables: &[Variable], kernels: &Kernels<'_>, kept: Axis) -> TokenStream {
    let (name, first) = match kept {
        Axis::I => (format_ident!("Rows"), 0),
        Axis::J => (format_ident!("Columns"), PASSES.len()),
    };
    let types = PASSES.iter().enumerate().map(|(number, pass)| {
        let (pass, kernel) = (format_ident!("{pass}"), kernels.name(first + number));
        quote!(type #pass = #kernel;)
    });
    let dim: usize = gradient_variables(variables, kept).into_iter().map(|number| variables[number].dim).sum();
    let dim = Literal::usize_unsuffixed(dim);
    quote! {
        impl ::keops::__private::AxisPasses for #name {
            #(#types)*
            const GRADIENT_DIM: usize = #dim;
        }
    }
}

/// The fields of the gradients, cut out of the results of both passes.
fn gradients(variables: &[Variable]) -> Vec<TokenStream> {
    let mut fields = vec![TokenStream::new(); variables.len()];
    for (axis, result) in [(Axis::I, quote!(rows)), (Axis::J, quote!(columns))] {
        let mut start = 0;
        for number in gradient_variables(variables, axis) {
            let variable = &variables[number];
            let end = start + variable.dim;
            let name = argument_name(variable);
            let part = match variable.category {
                Category::Indexed(_) => format_ident!("columns"),
                Category::Parameter => format_ident!("totals"),
            };
            let (from, to) = (Literal::usize_unsuffixed(start), Literal::usize_unsuffixed(end));
            fields[number] = quote! {
                #name: ::keops::__private::only(::keops::__private::#part(#result, #from..#to))
            };
            start = end;
        }
    }
    fields
}

/// The method that binds data.
fn bind(formula: &Formula, unread: &TokenStream) -> TokenStream {
    let variables = &formula.variables;
    let mut documentation =
        format!("The matrix of M x N entries `{}`, none of which is stored.\n\nArguments:\n", formula.text);
    for variable in variables {
        documentation.push_str(&format!("* `{}`: {}\n", variable.name, shape(variable)));
    }
    documentation.push_str("\n# Errors\nWhen the shapes do not fit.");
    let arguments = variables.iter().map(|variable| argument(variable, &quote!(::keops::Single)));
    let inputs = variables.iter().map(|variable| {
        let name = argument_name(variable);
        match variable.category {
            Category::Indexed(_) => {
                quote!(::core::convert::Into::into(::keops::Rows::<'a, T, ::keops::Single>::rows(#name)))
            }
            Category::Parameter => {
                quote!(::core::convert::Into::into(::keops::Vector::<'a, T, ::keops::Single>::vector(#name)))
            }
        }
    });
    quote! {
        #[doc = #documentation]
        pub fn bind<'a, T: ::keops::Scalar>(
            &self,
            #(#arguments,)*
            #unread
        ) -> ::core::result::Result<::keops::SymbolicMatrix<'a, T, Formula>, ::keops::Error> {
            ::keops::__private::bind(&[#(#inputs),*])
        }
    }
}
