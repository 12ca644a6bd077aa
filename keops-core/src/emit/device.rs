//! The crate that is compiled for GPUs: the kernels of all passes, and an entry point for each reduction and type.

use std::fmt::Write;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::api::device_type;
use super::extent::Extent;
use super::kernel::{kernel, kernel_name};
use super::sharing::Kernels;
use crate::check::Formula;
use crate::lower::Program;
use crate::methods::{MatrixPart, Plan, matrix_passes};
use crate::reduction::{Gradient, Reduction, SUM, find};

/// Counts the changes of what an entry point expects and does: kernels of another version are not found.
const VERSION: u32 = 3;

/// The code of a formula for devices.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// What tells it from the code of other formulas: 32 hexadecimal digits, made of the programs of all passes.
    pub id: String,
    /// The formula.
    pub formula: String,
    /// A crate, which names keops-device.
    pub source: String,
}

/// A reduction that a kernel is compiled for.
pub(super) struct Entry<'a> {
    kernel: usize,
    /// The name of the type in keops-device.
    name: &'static str,
    /// The reduction and the number K, where it depends on the scheme of a sum: it is compiled for other schemes on request.
    schemed: Option<(&'a Reduction, Option<usize>)>,
    /// The scheme of a plain sum, or nothing for that by blocks.
    suffix: &'static str,
    reduction: TokenStream,
    program: &'a Program,
}

/// Adds an entry, unless there is one whose entry points have the same names, and so do the same.
fn add<'a>(entries: &mut Vec<Entry<'a>>, entry: Entry<'a>) {
    let names = |entry: &Entry<'_>| (entry.kernel, entry.name, entry.suffix);
    if !entries.iter().any(|other| names(other) == names(&entry)) {
        entries.push(entry);
    }
}

/// The crate with these entry points.
pub(super) fn device(
    text: &str,
    count: Option<usize>,
    entries: &[Entry<'_>],
    kernels: &Kernels<'_>,
    extent: &Extent,
) -> DeviceCode {
    let types = kernels.distinct().enumerate().map(|(number, program)| kernel(number, program, None));
    let calls = entries.iter().flat_map(|entry| {
        extent.scalars().iter().map(|&scalar| {
            let usual = call(entry, (entry.suffix, &entry.reduction), scalar);
            let others = extent.sum_schemes.iter().filter_map(|scheme| {
                let (reduction, count) = entry.schemed?;
                let reduction = device_type(entry.name, reduction, count, &scheme.tokens());
                Some(call(entry, (&scheme.suffix(), &reduction), scalar))
            });
            let others = others.collect::<Vec<_>>();
            quote!(#usual #(#others)*)
        })
    });
    let source = quote! {
        #![no_std]
        #![feature(abi_ptx)]
        #![allow(internal_features, unused, clippy::all)]
        extern crate keops_device;
        extern crate keops_device as keops;
        use keops_device::reduction::scheme::{Block, Direct, F64, Kahan};
        #(#types)*
        #(#calls)*
    };
    DeviceCode { id: id(count, entries, kernels), formula: text.to_owned(), source: source.to_string() }
}

/// Which reductions of which passes the methods of the formula run, sums by blocks.
pub(super) fn entries<'a>(formula: &Formula, plan: &Plan, kernels: &Kernels<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let block = quote!(Block);
    let mut of_pass = |pass: usize, name, schemed, suffix, reduction: TokenStream| {
        let (kernel, program) = (kernels.of(pass), &kernels.programs[pass]);
        add(&mut entries, Entry { kernel, name, schemed, suffix, reduction, program });
    };
    for (number, program) in kernels.programs.iter().enumerate() {
        match formula.reduction.gradient {
            Gradient::Selected(positions) if plan.passes[number].selected => {
                of_pass(0, positions, None, "", device_type(positions, formula.reduction, formula.count, &block));
                // Of one term: no scheme is needed.
                of_pass(number, SUM.device_type, None, "_Direct", quote!(::keops::__private::Sum<Direct>));
            }
            _ => {
                let reduction = &program.reduction;
                let name = reduction.device_type;
                of_pass(
                    number,
                    name,
                    schemed(reduction, formula.count),
                    "",
                    device_type(name, reduction, formula.count, &block),
                );
            }
        }
    }
    entries
}

/// The reduction, if it adds by a scheme.
fn schemed(reduction: &Reduction, count: Option<usize>) -> Option<(&Reduction, Option<usize>)> {
    (reduction.adds() || reduction.is_scored()).then_some((reduction, count))
}

/// The reductions of the entries of a matrix for which there is code. Of the extrema others take one half; the K best run on
/// the CPU, as K is known at the call only.
const MATRIX_REDUCTIONS: [&str; 4] = ["Sum", "Count", "Min_ArgMin", "Max_ArgMax"];

/// The reductions of a matrix, sums by blocks.
pub(super) fn matrix_entries<'a>(kernels: &Kernels<'a>) -> Vec<Entry<'a>> {
    let block = quote!(Block);
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (number, (pass, program)) in matrix_passes().into_iter().zip(kernels.programs).enumerate() {
        let names: &[&str] = match pass.part {
            MatrixPart::Entries => &MATRIX_REDUCTIONS,
            MatrixPart::Scores => &["LogSumExp"],
            MatrixPart::Product(_) | MatrixPart::Gradients(_) => &["Sum"],
            // Single entries are computed on the CPU.
            MatrixPart::Pairs => &[],
        };
        for name in names.iter().copied().filter_map(find) {
            let (schemed, type_) = (schemed(name, None), device_type(name.device_type, name, None, &block));
            let (kernel, name) = (kernels.of(number), name.device_type);
            add(&mut entries, Entry { kernel, name, schemed, suffix: "", reduction: type_, program });
        }
    }
    entries
}

/// The entry points of a reduction, whose name has a suffix, for one type of numbers.
fn call(entry: &Entry<'_>, (suffix, reduction): (&str, &TokenStream), (scalar, shape): (&str, usize)) -> TokenStream {
    let Entry { kernel: number, name, program, .. } = entry;
    let kernel = kernel_name(*number);
    let chunk = Literal::usize_unsuffixed(program.device_chunks[shape]);
    let shape = program.device_shapes[shape];
    let [rows, columns] = [shape.rows, shape.columns].map(Literal::usize_unsuffixed);
    let reduce = format_ident!("k{number}_{name}{suffix}_{scalar}");
    let finish = format_ident!("k{number}_{name}{suffix}_{scalar}_finish");
    let scalar = format_ident!("{scalar}");
    let variables = |letter: &str, dims: &[usize]| -> Vec<TokenStream> {
        dims.iter()
            .enumerate()
            .map(|(number, &dim)| {
                let (name, dim) = (format_ident!("{letter}{number}"), Literal::usize_unsuffixed(dim));
                quote!(#name: #dim)
            })
            .collect()
    };
    let (kept, reduced) = (variables("x", &program.dims[1]), variables("y", &program.dims[2]));
    quote! {
        keops_device::entries! {
            #kernel, chunk #chunk, #reduction, #scalar, rows #rows, columns #columns, #reduce, #finish,
            kept [#(#kept),*], reduced [#(#reduced),*]
        }
    }
}

/// What tells the code of a formula for devices from that of others: a hash of the programs, which unlike tokens have one way to be written: 128-bit FNV-1a.
pub(super) fn id(count: Option<usize>, entries: &[Entry<'_>], kernels: &Kernels<'_>) -> String {
    let mut text = format!("{VERSION} {:?}", kernels.distinct().collect::<Vec<_>>());
    for entry in entries {
        write!(text, " {} {} {:?}", entry.kernel, entry.name, count).unwrap_or_else(|_| unreachable!("a string grows"));
    }
    let hash = text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}
