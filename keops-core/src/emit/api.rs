//! The value that the user holds: a struct whose methods have one argument per variable.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::arguments::{argument_name, arguments, array, place, unread_arguments};
use super::documentation::documentation;
use super::sharing::Kernels;
use crate::check::{Formula, Variable, declared};
use crate::graph::Axis;
use crate::methods::{Form, Method, Output, Part, Plan};
use crate::parse::{Category, Invocation};
use crate::reduction::{self, Gradient, MEAN, Reduction, Results, SUM, Terms};

/// Writes the type of the value, its methods, and the value.
pub(super) fn api(formula: &Formula, plan: &Plan, kernels: &Kernels<'_>) -> TokenStream {
    let methods = plan.methods.iter().map(|method| {
        let documentation = documentation(formula, method);
        let body = body(formula, plan, kernels, method);
        method_tokens(&formula.variables, formula.reduction, method, &TokenStream::new(), &documentation, &body)
    });
    let mean = formula.reduction.name == MEAN.name;
    let signatures = plan.passes.iter().enumerate().map(|(number, pass)| {
        let (name, text) = (signature_name(number), &formula.text);
        let inputs = Literal::usize_unsuffixed(formula.variables.len());
        let variables = || formula.variables.iter().chain(&pass.further);
        let declarations = variables().map(declaration);
        let read: Vec<usize> =
            if pass.selected { (0..variables().count()).collect() } else { kernels.programs[number].inputs.concat() };
        let read = read.into_iter().map(Literal::usize_unsuffixed);
        let kept = category(Category::Indexed(pass.kept));
        quote! {
            const #name: ::keops::__private::Signature = ::keops::__private::Signature {
                formula: #text,
                variables: &[#(#declarations),*],
                inputs: #inputs,
                read: &[#(#read),*],
                kept: ::keops::__private::Category::#kept,
                mean: #mean,
            };
        }
    });
    let (kernel, methods) = (kernels.name(0), methods.collect());
    // All passes are in one text.
    let gpu_code = quote!(<#kernel as ::keops::__private::Kernel>::DEVICE.ptx);
    let value = value(&formula.variables, formula.reduction, plan, methods, &gpu_code);
    quote! {
        #value

        impl<A, L> Formula<'_, A, L> {
            #(#signatures)*
        }

        Formula::DEFAULT
    }
}

/// The value of a formula that has errors.
pub(super) fn stub(invocation: &Invocation) -> TokenStream {
    let chosen = invocation.reduction.as_ref().and_then(|option| reduction::find(&option.name));
    let chosen = chosen.unwrap_or(&SUM);
    let (variables, _) = declared(&invocation.variables);
    let variables: Vec<Variable> = variables.into_iter().flatten().collect();
    let unread = invocation.variables.len() - variables.len() + invocation.reports.len();
    let unread = unread_arguments(unread);
    let body = quote!(::core::unreachable!("the formula has errors"));
    let plan = Plan::new(&variables, 1, chosen, Axis::I, false);
    let methods = plan
        .methods
        .iter()
        .map(|method| method_tokens(&variables, chosen, method, &unread, "A formula with errors.", &body));
    let value = value(&variables, chosen, &plan, methods.collect(), &quote!(::core::option::Option::None));
    quote!({ #value Formula::DEFAULT })
}

/// The struct and its options, around the methods.
fn value(
    variables: &[Variable],
    reduction: &Reduction,
    plan: &Plan,
    methods: TokenStream,
    gpu_code: &TokenStream,
) -> TokenStream {
    let named = plan.methods.iter().any(|method| method.named) && reduction.gradient != Gradient::None;
    let gradients = named.then(|| {
        let fields = variables.iter().map(|variable| {
            let (name, array) = (argument_name(variable), array(variable));
            quote!(pub #name: R::#array<T>)
        });
        quote! {
            /// The gradients by all variables.
            #[derive(Clone, Debug)]
            #[allow(non_snake_case, missing_docs, unused, clippy::all)]
            struct Gradients<T: ::keops::Scalar, R: ::keops::Results> { #(#fields),* }
        }
    });
    quote! {
        #gradients

        #[derive(Clone, Copy, Debug)]
        struct Formula<'r, A, L> {
            options: ::keops::__private::Options<'r>,
            scheme: A,
            layout: L,
        }

        impl Formula<'_, ::keops::scheme::Block, ::keops::Single> {
            const DEFAULT: Self = Self {
                options: ::keops::__private::Options::DEFAULT,
                scheme: ::keops::scheme::Block,
                layout: ::keops::Single,
            };
        }

        #[allow(clippy::all, unused)]
        impl<'r, A: ::keops::scheme::Scheme> Formula<'r, A, ::keops::Single> {
            /// Takes batches: arrays (batch, rows, dimension), and (batch, dimension) for parameters. Results are of the
            /// same form. A batch of one stands for all entries.
            pub fn batched(self) -> Formula<'r, A, ::keops::Batched> {
                Formula { options: self.options, scheme: self.scheme, layout: ::keops::Batched }
            }

            /// Takes a batch of problems of different sizes, whose rows stand one after the other: entry k has the next
            /// `rows[k]` rows i and the next `columns[k]` rows j. Indices and positions count within the entry.
            pub fn ragged<'s>(self, rows: &'s [usize], columns: &'s [usize]) -> Formula<'s, A, ::keops::Single>
            where
                'r: 's,
            {
                let mut options: ::keops::__private::Options<'s> = self.options;
                options.ragged = ::core::option::Option::Some((rows, columns));
                Formula { options, scheme: self.scheme, layout: self.layout }
            }

            /// Runs over some blocks of the pairs only; over all of them for `None`.
            pub fn ranges<'s>(
                self,
                ranges: impl ::core::convert::Into<::core::option::Option<&'s ::keops::Ranges>>,
            ) -> Formula<'s, A, ::keops::Single>
            where
                'r: 's,
            {
                let mut options: ::keops::__private::Options<'s> = self.options;
                options.ranges = ::core::convert::Into::into(ranges);
                Formula { options, scheme: self.scheme, layout: self.layout }
            }
        }

        #[allow(clippy::all, unused, non_snake_case)]
        impl<'r, A: ::keops::scheme::Scheme, L: ::keops::Layout> Formula<'r, A, L> {
            #methods

            /// Chooses where the reduction runs.
            pub fn on(mut self, device: ::keops::Device) -> Self {
                self.options.device = device;
                self
            }

            /// Chooses how sums are accumulated: `SumScheme::Block` (the default), `Direct` or `Kahan`.
            pub fn sum_scheme<B: ::keops::scheme::Scheme>(self, scheme: B) -> Formula<'r, B, L> {
                Formula { options: self.options, scheme, layout: self.layout }
            }

            /// Accumulates sums in `f64`, instead of by a scheme in the type of the data.
            pub fn accumulate_f64(self) -> Formula<'r, ::keops::scheme::F64, L> {
                self.sum_scheme(::keops::scheme::F64)
            }

            /// The code for GPUs of all its methods, as PTX; none where no build script has compiled the formula.
            pub fn gpu_code(&self) -> ::core::option::Option<&'static str> {
                #gpu_code
            }
        }
    }
}

/// One method. `unread` are arguments for declarations that could not be read. A derivative of what has none asks for
/// a bound that no type satisfies.
fn method_tokens(
    variables: &[Variable],
    reduction: &Reduction,
    method: &Method,
    unread: &TokenStream,
    documentation: &str,
    body: &TokenStream,
) -> TokenStream {
    let name = format_ident!("{}", method.name);
    let (arguments, types) = arguments(variables.iter().chain(&method.further));
    let place = place(variables.iter().chain(&method.further));
    let results = quote!(<#place as ::keops::Results>);
    let impossible = reduction.gradient == Gradient::None && !method.derivatives.is_empty();
    let (bound, body) = if impossible {
        let bound = quote!(where T: ::keops::__private::Derivative);
        (bound, quote!(::core::unreachable!("the reduction has no derivative")))
    } else {
        (TokenStream::new(), body.clone())
    };
    let (values, positions) = (quote!(#results::Matrix<T>), quote!(#results::Positions));
    let value = match reduction.results {
        Results::Values => values,
        Results::Positions => positions,
        Results::ValuesAndPositions => quote!((#values, #positions)),
    };
    let derivatives = match method.derivatives.as_slice() {
        [] => None,
        _ if impossible => Some(quote!(())),
        _ if method.named => Some(quote!(Gradients<T, #place>)),
        [(_, Output { form: Form::Vector, .. }), ..] => Some(quote!(#results::Vector<T>)),
        _ => Some(quote!(#results::Matrix<T>)),
    };
    let result = match (&method.value, derivatives) {
        (Some(_), Some(derivatives)) => quote!((#value, #derivatives)),
        (Some(_), None) => value,
        (None, derivatives) => quote!(#derivatives),
    };
    quote! {
        #[doc = #documentation]
        pub fn #name<'a, T: ::keops::Scalar, #types>(
            &self,
            #(#arguments,)*
            #unread
        ) -> ::core::result::Result<#result, ::keops::Error> #bound {
            #body
        }
    }
}

/// Runs the passes and returns their parts.
fn body(formula: &Formula, plan: &Plan, kernels: &Kernels<'_>, method: &Method) -> TokenStream {
    let outputs: Vec<&Output> =
        method.value.iter().chain(method.derivatives.iter().map(|(_, output)| output)).collect();
    let mut passes: Vec<usize> = outputs.iter().map(|output| output.pass).collect();
    passes.extend(method.forward);
    passes.sort_unstable_by_key(|pass| (Some(*pass) != method.forward, *pass));
    passes.dedup();
    let last = method.further.last();
    let inputs = formula.variables.iter().chain(&method.further).map(|variable| {
        let name = argument_name(variable);
        match variable.category {
            Category::Indexed(_) => quote! {
                let #name: ::keops::__private::Input<'a, T> =
                    ::core::convert::Into::into(::keops::Rows::<'a, T, L>::rows(#name));
            },
            Category::Parameter => quote! {
                let #name: ::keops::__private::Input<'a, T> =
                    ::core::convert::Into::into(::keops::Vector::<'a, T, L>::vector(#name));
            },
        }
    });
    let scheme = quote!(A);
    let runs = passes.iter().map(|&number| {
        let (result, kernel, signature) = (pass_name(number), kernels.name(number), signature_name(number));
        let reduction = &kernels.programs[number].reduction;
        let reduction = device_type(reduction.device_type, reduction, formula.count, &scheme);
        let arguments = formula.variables.iter().map(|variable| {
            let name = argument_name(variable);
            quote!(#name.clone())
        });
        let further = plan.passes[number].further.iter().map(|variable| {
            // What is not the last argument is the value: an argument too, or the result of the forward pass.
            if let Some(forward) = method.forward
                && last.is_some_and(|last| last.name != variable.name)
            {
                let value = pass_name(forward);
                return match variable.category {
                    Category::Indexed(_) => quote!(#value.whole()),
                    Category::Parameter => quote!(#value.first_rows()?),
                };
            }
            let name = argument_name(variable);
            quote!(#name.clone())
        });
        if let (true, Gradient::Selected(positions)) = (plan.passes[number].selected, formula.reduction.gradient) {
            let (value, of_value) = (kernels.name(0), signature_name(0));
            let positions = device_type(positions, formula.reduction, formula.count, &scheme);
            let cotangent = !matches!(plan.passes[number].parts.as_slice(), [Part::Change(_)]);
            return quote! {
                let #result = ::keops::__private::selected::<#value, #positions, #kernel, T>(
                    &Self::#of_value,
                    &Self::#signature,
                    &[#(#arguments,)* #(#further),*],
                    &self.options,
                    #cotangent,
                )?;
            };
        }
        quote! {
            let #result = ::keops::__private::run::<#kernel, #reduction, T>(
                &Self::#signature,
                &[#(#arguments,)* #(#further),*],
                &self.options,
            )?;
        }
    });
    let whole = |output: &Output| {
        let alone = outputs.iter().filter(|other| other.pass == output.pass).count() == 1;
        let program = &kernels.programs[output.pass];
        let weights = formula.weights.as_ref().map(|weights| weights.dim);
        alone && output.columns == (0..program.reduction.dim(program.dim, weights, formula.count))
    };
    let part = |output: &Output| {
        let pass = pass_name(output.pass);
        let (start, end) =
            (Literal::usize_unsuffixed(output.columns.start), Literal::usize_unsuffixed(output.columns.end));
        let selected = plan.passes[output.pass].selected;
        match output.form {
            Form::Scattered => quote!(#pass.scattered(#start..#end)?),
            Form::Components => quote!(#pass.components(#end)?),
            Form::Rows if selected => quote!(#pass.rows(#start..#end)?),
            Form::Rows if whole(output) => quote!(#pass),
            Form::Rows => quote!(#pass.columns(#start..#end)?),
            Form::Row => quote!(#pass.row(#start..#end)?),
            Form::Vector => quote!(#pass.totals(#start..#end)?),
        }
    };
    let place = place(formula.variables.iter().chain(&method.further));
    let results = quote!(<#place as ::keops::Results>);
    let value = method.value.as_ref().map(|output| {
        let (pass, part) = (pass_name(output.pass), part(output));
        match formula.reduction.results {
            Results::Values => quote!(#results::values(#part)?),
            Results::Positions => quote!(#results::positions(#part)?),
            Results::ValuesAndPositions => quote!(#results::both(#pass)?),
        }
    });
    let derivative = |number: usize, output: &Output| {
        let (name, part) = (argument_name(&formula.variables[number]), part(output));
        match (&plan.passes[output.pass].parts[..], output.form) {
            // What changes with a variable has the form of the value.
            ([Part::Change(_)], _) => quote!(#results::values(#part)?),
            (_, Form::Vector) => quote!(#results::vector(::keops::__private::summed(#part, &#name))),
            _ => quote!(#results::values(#part.summed(&#name))?),
        }
    };
    let derivatives = match method.derivatives.as_slice() {
        [] => None,
        several if method.named => {
            let fields = several.iter().map(|(number, output)| {
                let (name, derivative) = (argument_name(&formula.variables[*number]), derivative(*number, output));
                quote!(#name: #derivative)
            });
            Some(quote!(Gradients { #(#fields),* }))
        }
        [(number, one), ..] => Some(derivative(*number, one)),
    };
    let result = match (value, derivatives) {
        (Some(value), Some(derivatives)) => quote!((#value, #derivatives)),
        (value, derivatives) => quote!(#value #derivatives),
    };
    quote! {
        #(#inputs)*
        #(#runs)*
        ::core::result::Result::Ok(#result)
    }
}

/// The type that carries a reduction out; sums are accumulated by `scheme`.
pub(super) fn device_type(
    name: &str,
    reduction: &Reduction,
    count: Option<usize>,
    scheme: &TokenStream,
) -> TokenStream {
    let name = format_ident!("{name}");
    match count {
        Some(count) if reduction.terms == Terms::Counted => {
            let count = Literal::usize_unsuffixed(count);
            quote!(::keops::__private::#name<#count>)
        }
        _ if reduction.adds() || reduction.is_scored() => quote!(::keops::__private::#name<#scheme>),
        _ => quote!(::keops::__private::#name),
    }
}

pub(super) fn declaration(variable: &Variable) -> TokenStream {
    let (name, dim, category) = (&variable.name, Literal::usize_unsuffixed(variable.dim), category(variable.category));
    quote!(::keops::__private::Variable {
        name: #name,
        category: ::keops::__private::Category::#category,
        dim: #dim,
    })
}

fn category(category: Category) -> TokenStream {
    match category {
        Category::Indexed(Axis::I) => quote!(I),
        Category::Indexed(Axis::J) => quote!(J),
        Category::Parameter => quote!(Parameter),
    }
}

fn signature_name(pass: usize) -> Ident {
    format_ident!("SIGNATURE_{pass}")
}

/// The local that holds the result of a pass. No variable of the user has such a name.
fn pass_name(pass: usize) -> Ident {
    format_ident!("__pass_{pass}")
}
