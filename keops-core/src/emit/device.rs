//! The crate that is compiled for GPUs: the kernels of all passes, and an entry point for each reduction and type.

use std::fmt::Write;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::api::device_type;
use super::kernel::{kernel, kernel_name};
use crate::check::Formula;
use crate::lower::Program;
use crate::methods::{MatrixPart, Plan, matrix_passes};
use crate::reduction::{Gradient, SUM, find};

/// Counts the changes of what an entry point expects and does: kernels of another version are not found.
const VERSION: u32 = 2;

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

/// A reduction that a pass is compiled for.
pub(super) struct Entry<'a> {
    pass: usize,
    /// The name of the type in keops-device, and the type.
    name: &'static str,
    reduction: TokenStream,
    program: &'a Program,
}

/// The crate with these entry points.
pub(super) fn device(text: &str, count: Option<usize>, entries: &[Entry<'_>], programs: &[Program]) -> DeviceCode {
    let kernels = programs.iter().enumerate().map(|(number, program)| kernel(number, program, None));
    let calls = entries.iter().flat_map(|entry| [("f32", 0), ("f64", 1)].map(|(scalar, at)| call(entry, scalar, at)));
    let source = quote! {
        #![no_std]
        #![feature(abi_ptx)]
        #![allow(internal_features, unused, clippy::all)]
        extern crate keops_device;
        extern crate keops_device as keops;
        use keops_device::reduction::scheme::{Block, Direct};
        #(#kernels)*
        #(#calls)*
    };
    DeviceCode { id: id(count, entries, programs), formula: text.to_owned(), source: source.to_string() }
}

/// Which reductions of which passes the methods of the formula run, sums by blocks.
pub(super) fn entries<'a>(formula: &Formula, plan: &Plan, programs: &'a [Program]) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let block = quote!(Block);
    let mut add = |pass: usize, name, reduction: TokenStream| {
        if !entries.iter().any(|entry| (entry.pass, entry.name) == (pass, name)) {
            entries.push(Entry { pass, name, reduction, program: &programs[pass] });
        }
    };
    for (number, program) in programs.iter().enumerate() {
        match formula.reduction.gradient {
            Gradient::Selected(positions) if plan.passes[number].selected => {
                add(0, positions, device_type(positions, formula.reduction, formula.count, &block));
                add(number, SUM.device_type, quote!(::keops::__private::Sum<Direct>));
            }
            _ => {
                let reduction = &program.reduction;
                let name = reduction.device_type;
                add(number, name, device_type(name, reduction, formula.count, &block));
            }
        }
    }
    entries
}

/// The reductions of the entries of a matrix for which there is code; the others run on the CPU.
const MATRIX_REDUCTIONS: [&str; 5] = ["Sum", "Min", "Max", "ArgMin", "ArgMax"];

/// The reductions of a matrix, sums by blocks.
pub(super) fn matrix_entries(programs: &[Program]) -> Vec<Entry<'_>> {
    let block = quote!(Block);
    let mut entries = Vec::new();
    for (number, (pass, program)) in matrix_passes().into_iter().zip(programs).enumerate() {
        let names: &[&str] = match pass.part {
            MatrixPart::Entries => &MATRIX_REDUCTIONS,
            MatrixPart::Scores => &["LogSumExp"],
            MatrixPart::Product(_) | MatrixPart::Gradients(_) => &["Sum"],
            // Single entries are computed on the CPU.
            MatrixPart::Pairs => &[],
        };
        for name in names.iter().copied().filter_map(find) {
            let (name, reduction) = (name.device_type, device_type(name.device_type, name, None, &block));
            entries.push(Entry { pass: number, name, reduction, program });
        }
    }
    entries
}

/// The entry points of a reduction for one type of numbers.
fn call(entry: &Entry<'_>, scalar: &str, shape: usize) -> TokenStream {
    let Entry { pass, name, reduction, program } = entry;
    let kernel = kernel_name(*pass);
    let chunk = Literal::usize_unsuffixed(program.device_chunks[shape]);
    let shape = program.device_shapes[shape];
    let [rows, columns] = [shape.rows, shape.columns].map(Literal::usize_unsuffixed);
    let reduce = format_ident!("k{pass}_{name}_{scalar}");
    let finish = format_ident!("k{pass}_{name}_{scalar}_finish");
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
pub(super) fn id(count: Option<usize>, entries: &[Entry<'_>], programs: &[Program]) -> String {
    let mut text = format!("{VERSION} {programs:?}");
    for entry in entries {
        write!(text, " {} {} {:?}", entry.pass, entry.name, count).unwrap_or_else(|_| unreachable!("a string grows"));
    }
    let hash = text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}
