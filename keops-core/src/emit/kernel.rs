//! The implementation of `Kernel`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use crate::graph::{Function, Number};
use crate::lower::{Address, Array, Code, ENTRY, Instruction, Operand, Program, Shape, Statement};
use crate::ops::Meaning;

/// Whether a longer loop is unrolled on a GPU is for the type of numbers to say.
const MAX_UNROLLED: usize = 64;

/// The type that implements `Kernel`, of kernel number `number`.
pub(super) fn kernel_name(number: usize) -> Ident {
    format_ident!("Kernel{number}")
}

/// Writes that type and its implementation of `Kernel`. With `ptx`, the name of a constant, it says what it was compiled to
/// for devices.
pub(super) fn kernel(number: usize, program: &Program, ptx: Option<&Ident>) -> TokenStream {
    let name = kernel_name(number);
    let [raw_params, raw_kept, raw_reduced] = program.raw.map(Literal::usize_unsuffixed);
    let lengths = [program.params.results, program.kept.results, program.reduced.results];
    let [params, kept, reduced] = lengths.map(Literal::usize_unsuffixed);
    let [folds, shared, dim] = [program.folds.len(), program.pair.results, program.dim].map(Literal::usize_unsuffixed);
    let counts = program.folds.iter().map(|fold| Literal::usize_unsuffixed(fold.count));
    let products = program.terms.iter().any(|term| term.term.1.is_some());
    let term_type = if products { quote!(Product) } else { quote!(Single) };
    let segments = program.terms.iter().map(|term| Literal::usize_unsuffixed(term.count));
    let factor_count = Literal::usize_unsuffixed(program.factors.results);
    let factors_code = stage(&program.factors);
    let tables = program.tables.iter().enumerate().map(|(number, table)| {
        let (name, len) = (table_name(number), Literal::usize_unsuffixed(table.len()));
        let numbers = table.iter().map(|number| number_literal(*number));
        quote!(const #name: [f64; #len] = [#(#numbers),*];)
    });

    let params_code = stage(&program.params);
    let kept_code = stage(&program.kept);
    let reduced_code = stage(&program.reduced);
    let pair_code = stage(&program.pair);
    let fold_arms: Vec<TokenStream> = program
        .folds
        .iter()
        .enumerate()
        .map(|(number, fold)| {
            let statements = fold.statements.iter().map(statement);
            let sum = match &fold.term {
                (a, None) => {
                    let a = operand(a);
                    quote!(sum + #a)
                }
                (a, Some(b)) => {
                    let (a, b) = (operand(a), operand(b));
                    quote!(S::mul_add(#a, #b, sum))
                }
            };
            let number = Literal::usize_unsuffixed(number);
            quote!(#number => { #(#statements)* #sum })
        })
        .collect();
    let fold_method = (!fold_arms.is_empty()).then(|| {
        quote! {
                #[inline(always)]
                fn fold<S: Real>(
                    fold: usize,
                    entry: usize,
                    params: &[S::Scalar; #params],
                    kept: &[S; #kept],
                    reduced: &[S::Scalar; #reduced],
                    sum: S,
                ) -> S {
                    match fold {
                        #(#fold_arms)*
                        _ => sum,
                    }
                }
        }
    });
    let last = program.terms.len() - 1;
    let term_arms = program.terms.iter().enumerate().map(|(number, term)| {
        let statements = term.statements.iter().map(statement);
        let value = match &term.term {
            (a, None) if products => {
                let a = operand(a);
                quote!(Product(#a, S::constant(1.0)))
            }
            (a, None) => {
                let a = operand(a);
                quote!(Single(#a))
            }
            (a, Some(b)) => {
                let (a, b) = (operand(a), operand(b));
                quote!(Product(#a, #b))
            }
        };
        let is_last = number == last;
        let number = Literal::usize_unsuffixed(number);
        let pattern = if is_last { quote!(_) } else { quote!(#number) };
        quote!(#pattern => { #(#statements)* #value })
    });
    let accumulation = if program.has_many_components() { quote!(InMemory) } else { quote!(InRegisters) };
    let device = ptx.map(|ptx| {
        let number = Literal::usize_unsuffixed(number);
        let rows = program.device_shapes.map(|shape| Literal::usize_unsuffixed(shape.rows));
        let chunks = program.device_chunks.map(Literal::usize_unsuffixed);
        quote! {
            const DEVICE: ::keops::__private::DeviceKernel = ::keops::__private::DeviceKernel {
                ptx: #ptx,
                entries: ENTRIES,
                number: #number,
                rows: [#(#rows),*],
                chunks: [#(#chunks),*],
            };
        }
    });
    let wide = visit(program.wide_shape);
    let narrow = visit(program.narrow_shape);

    quote! {
        #[derive(Clone, Copy, Debug)]
        struct #name;

        const _: () = {
        use ::keops::__private::{InMemory, InRegisters, Kernel, Math, Product, Real, ShapeVisitor, Single};

        #(#tables)*

        #[allow(clippy::all, unused)]
        impl Kernel for #name {
            type RawParams<S: Real> = [S; #raw_params];
            type RawKept<S: Real> = [S; #raw_kept];
            type RawReduced<S: Real> = [S; #raw_reduced];
            type Params<S: Real> = [S; #params];
            type Kept<S: Real> = [S; #kept];
            type Reduced<S: Real> = [S; #reduced];
            type Folds<S: Real> = [S; #folds];
            type Shared<S: Real> = [S; #shared];
            type Term<S: Real> = #term_type<S>;
            type Factors<S: Real> = [S; #factor_count];
            type Components<X: ::core::marker::Copy + ::core::marker::Send + ::core::marker::Sync + 'static> = [X; #dim];

            #device
            const FOLDS: &'static [usize] = &[#(#counts),*];
            const SEGMENTS: &'static [usize] = &[#(#segments),*];

            type Accumulation = #accumulation;

            #[inline(always)]
            fn with_wide_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
                #wide
            }

            #[inline(always)]
            fn with_narrow_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
                #narrow
            }

            #[inline(always)]
            fn params<S: Real>(raw: &[S; #raw_params]) -> [S; #params] {
                #params_code
            }

            #[inline(always)]
            fn kept<S: Real>(params: &[S::Scalar; #params], raw: &[S; #raw_kept], index: S) -> [S; #kept] {
                #kept_code
            }

            #[inline(always)]
            fn reduced<S: Real>(params: &[S::Scalar; #params], raw: &[S; #raw_reduced], index: S) -> [S; #reduced] {
                #reduced_code
            }

            #fold_method

            #[inline(always)]
            fn pair<S: Real>(
                params: &[S::Scalar; #params],
                kept: &[S; #kept],
                reduced: &[S::Scalar; #reduced],
                folds: &[S; #folds],
            ) -> [S; #shared] {
                #pair_code
            }

            #[inline(always)]
            fn term<S: Real>(
                segment: usize,
                entry: usize,
                params: &[S::Scalar; #params],
                kept: &[S; #kept],
                reduced: &[S::Scalar; #reduced],
                shared: &[S; #shared],
            ) -> #term_type<S> {
                match segment {
                    #(#term_arms)*
                }
            }

            #[inline(always)]
            fn factors<S: Real>(params: &[S::Scalar; #params], raw: &[S; #raw_kept], index: S) -> [S; #factor_count] {
                #factors_code
            }
        }
        };
    }
}

fn visit(shape: Shape) -> TokenStream {
    let (rows, columns) = (Literal::usize_unsuffixed(shape.rows), Literal::usize_unsuffixed(shape.columns));
    quote!(visitor.visit::<#rows, #columns>())
}

/// The body of a stage.
fn stage(code: &Code) -> TokenStream {
    let Code { statements, results } = code;
    // Without loops the result is written as one array; the numbers never touch memory.
    let direct: Option<Vec<TokenStream>> = (0..*results)
        .map(|entry| {
            let stores = |s: &&Statement| matches!(s, Statement::Store { array: Array::Result, .. });
            statements.iter().filter(stores).find_map(|s| match s {
                Statement::Store { at, value, .. } if at.strides.is_empty() && at.offset == entry => {
                    Some(operand(value))
                }
                _ => None,
            })
        })
        .collect();
    if let Some(direct) = direct {
        let rest =
            statements.iter().filter(|s| !matches!(s, Statement::Store { array: Array::Result, .. })).map(statement);
        return quote!(#(#rest)* [#(#direct),*]);
    }
    let all = statements.iter().map(statement);
    let results = Literal::usize_unsuffixed(*results);
    quote! {
        let mut result = [S::constant(0.0); #results];
        #(#all)*
        result
    }
}

fn statement(statement_: &Statement) -> TokenStream {
    match statement_ {
        Statement::Let { target, instruction: i, operands } => {
            let (target, value) = (local(*target), instruction(*i, operands));
            quote!(let #target = #value;)
        }
        Statement::Variable { target, start } => {
            let (target, start) = (local(*target), operand(start));
            quote!(let mut #target = #start;)
        }
        Statement::Assign { target, instruction: i, operands } => {
            let (target, value) = (local(*target), instruction(*i, operands));
            quote!(#target = #value;)
        }
        Statement::Temporary { array, len } => {
            let name = array_name(Array::Temporary(*array));
            let len = Literal::usize_unsuffixed(*len);
            quote!(let mut #name = [S::constant(0.0); #len];)
        }
        Statement::Loop { variable, start, end, body } => {
            let variable = loop_variable(*variable);
            let is_long = *end > MAX_UNROLLED;
            let (start, end) = (Literal::usize_unsuffixed(*start), Literal::usize_unsuffixed(*end));
            let body = body.iter().map(statement);
            if is_long {
                quote!(for #variable in #start..S::rounds(#end) { let #variable = S::below(#variable, #end); #(#body)* })
            } else {
                quote!(for #variable in #start..#end { #(#body)* })
            }
        }
        Statement::Store { array, at, value } => {
            let (array, at, value) = (array_name(*array), address(at), operand(value));
            quote!(#array[#at] = #value;)
        }
        Statement::Copies { to, from: (array, base), pairs } => {
            let to_array = array_name(Array::Temporary(*to));
            let len = Literal::usize_unsuffixed(pairs.len());
            let pairs = pairs.iter().map(|(to, from)| {
                let (to, from) = (Literal::usize_unsuffixed(*to), Literal::usize_unsuffixed(*from));
                quote!((#to, #from))
            });
            let base = Address { offset: *base, strides: Vec::new() };
            let value = load(*array, &quote!(from), &base);
            quote! {
                {
                    const PAIRS: [(usize, usize); #len] = [#(#pairs),*];
                    for (to, from) in PAIRS {
                        #to_array[to] = #value;
                    }
                }
            }
        }
    }
}

fn instruction(instruction: Instruction, operands: &[Operand]) -> TokenStream {
    let x: Vec<TokenStream> = operands.iter().map(operand).collect();
    match (instruction, x.as_slice()) {
        (Instruction::MulAdd, [a, b, c]) => quote!(S::mul_add(#a, #b, #c)),
        (Instruction::Negate, [a]) => quote!(-#a),
        (Instruction::Max, [a, b]) => quote!(S::max(#a, #b)),
        (Instruction::Min, [a, b]) => quote!(S::min(#a, #b)),
        (Instruction::SelectLess, [a, b, c, d]) => quote!(S::select(S::lt(#a, #b), #c, #d)),
        (Instruction::Apply(function), x) => apply(function, x),
        (Instruction::Approximate(function), [a, rest @ ..]) => {
            let name = format_ident!("{}_approx", method(function));
            quote!(S::#name(#a #(, #rest)*))
        }
        (instruction, x) => unreachable!("{instruction:?} does not take {} operands", x.len()),
    }
}

/// The method of `Real` or `Math` that computes an elementwise function.
fn method(function: Function) -> &'static str {
    let Meaning::Elementwise { method, .. } = function.operator.meaning else {
        unreachable!("only elementwise operators are mapped");
    };
    method
}

fn apply(function: Function, x: &[TokenStream]) -> TokenStream {
    match (method(function), x) {
        ("add", [a, b]) => quote!(#a + #b),
        ("sub", [a, b]) => quote!(#a - #b),
        ("mul", [a, b]) => quote!(#a * #b),
        ("div", [a, b]) => quote!(#a / #b),
        ("neg", [a]) => quote!(-#a),
        ("square", [a]) => quote!(#a * #a),
        // Methods of both traits of numbers: which one is meant is for rustc to find.
        (method, [a, rest @ ..]) => {
            let name = Ident::new(method, Span::call_site());
            if function.operator.parameters.is_empty() {
                quote!(S::#name(#a #(, #rest)*))
            } else {
                let parameter = Literal::i64_unsuffixed(function.parameter);
                quote!(S::#name(#a, #parameter))
            }
        }
        (method, []) => unreachable!("`{method}` without operand"),
    }
}

fn operand(operand: &Operand) -> TokenStream {
    match operand {
        Operand::Local(number) => {
            let name = local(*number);
            quote!(#name)
        }
        Operand::Constant(number) => {
            let number = number_literal(*number);
            quote!(S::constant(#number))
        }
        Operand::Index => quote!(index),
        Operand::Load(array, at) => {
            let index = address(at);
            load(*array, &index, &Address::default())
        }
    }
}

/// The entry `index + base` of an array, as a value of type `S`.
fn load(array: Array, index: &TokenStream, base: &Address) -> TokenStream {
    let name = array_name(array);
    let entry = match base.offset {
        0 => quote!(#name[#index]),
        offset => {
            let offset = Literal::usize_unsuffixed(offset);
            quote!(#name[#offset + #index])
        }
    };
    match array {
        // One number for all lanes.
        Array::Params | Array::Reduced => quote!(S::splat(#entry)),
        Array::Table(_) => quote!(S::constant(#entry)),
        _ => entry,
    }
}

fn address(at: &Address) -> TokenStream {
    let mut parts = Vec::new();
    if at.offset != 0 || at.strides.is_empty() {
        let offset = Literal::usize_unsuffixed(at.offset);
        parts.push(quote!(#offset));
    }
    for (variable, stride) in &at.strides {
        let variable = loop_variable(*variable);
        parts.push(match stride {
            1 => quote!(#variable),
            stride => {
                let stride = Literal::usize_unsuffixed(*stride);
                quote!(#stride * #variable)
            }
        });
    }
    quote!(#(#parts)+*)
}

fn number_literal(number: Number) -> TokenStream {
    let value = number.0;
    if value.is_nan() {
        quote!(f64::NAN)
    } else if value.is_infinite() {
        if value > 0.0 { quote!(f64::INFINITY) } else { quote!(f64::NEG_INFINITY) }
    } else {
        let magnitude = Literal::f64_unsuffixed(value.abs());
        if value.is_sign_negative() { quote!(-#magnitude) } else { quote!(#magnitude) }
    }
}

fn local(number: usize) -> Ident {
    format_ident!("v{number}")
}

fn loop_variable(number: usize) -> Ident {
    if number == ENTRY { format_ident!("entry") } else { format_ident!("k{number}") }
}

fn table_name(number: usize) -> Ident {
    format_ident!("TABLE_{number}")
}

fn array_name(array: Array) -> Ident {
    match array {
        Array::Raw => format_ident!("raw"),
        Array::Params => format_ident!("params"),
        Array::Kept => format_ident!("kept"),
        Array::Reduced => format_ident!("reduced"),
        Array::Folds => format_ident!("folds"),
        Array::Shared => format_ident!("shared"),
        Array::Result => format_ident!("result"),
        Array::Temporary(number) => format_ident!("t{number}"),
        Array::Table(number) => table_name(number),
    }
}
