//! All reductions against plain loops, on data with ties, infinities, NaN and zeros of both signs, in orders that are
//! hard for a reduction, at sizes around the widths of registers, tiles and parts.

mod compare;
mod data;
mod kernels;
mod on_a_gpu;
mod reference;

use std::cell::Cell;
use std::str::FromStr;

use keops::Device;
use keops_core::eval::{self, Reduced};
use keops_tests::every_instruction_set;
use keops_tests::kernel::{Number, argument};
use ndarray::Array2;
use proc_macro2::TokenStream;

use compare::{Zeros, compare};
use data::{DIM, WEIGHTS, on_data};
use kernels::{Kernel, of_few, of_many, of_more, others};
use reference::{Precision, Row};

/// Data sets per size.
const CASES: u32 = 2;

/// Kept and reduced lengths: around 2, 4, 8, 16 lanes, several vectors of them, and a tile of 512.
fn sizes() -> Vec<(usize, usize)> {
    let around_lanes = [0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 63, 64, 65];
    let many_rows = around_lanes.iter().chain(&[129, 511, 513]).flat_map(|&m| [0, 1, 3, 18].map(|n| (m, n)));
    let many_terms = around_lanes.iter().chain(&[511, 512, 513]).flat_map(|&n| [1, 17].map(|m| (m, n)));
    many_rows.chain(many_terms).chain([(2, 1025), (3, 2900)]).collect()
}

/// Few rows and so many terms that they are cut into parts, of 4096 at least.
const LONG: [(usize, usize); 2] = [(2, 8192), (3, 8195)];

/// The sizes that matter to a K: all terms are kept, or not quite, or a buffer of 2 K terms has to be cleared, more than
/// once, or in several parts.
fn sizes_around(count: usize) -> Vec<(usize, usize)> {
    let terms = [count - 1, count, count + 1, 2 * count - 1, 2 * count, 2 * count + 1, 4 * count + 1];
    terms.into_iter().map(|n| (17, n)).chain([(2, 8192 + count)]).collect()
}

/// Compares kernels with the reference, on some data of each size.
fn run<T: Number>(what: &str, kernels: &[Kernel<T>], sizes: &[(usize, usize)]) {
    run_on(Device::Cpu, what, kernels, sizes, CASES);
}

/// The same on a device.
fn run_on<T: Number>(device: Device, what: &str, kernels: &[Kernel<T>], sizes: &[(usize, usize)], cases: u32) {
    let (precision, zeros) = match device {
        Device::Cpu => (Precision::of::<T>(), Zeros::Signed),
        _ => (Precision::of::<T>().on_a_gpu(), Zeros::Equal),
    };
    let (what, entries) = (format!("{what}, {}", std::any::type_name::<T>()), Cell::new(0));
    for &(m, n) in sizes {
        on_data(m, n, cases, |data| {
            let arguments: Vec<Array2<T>> =
                data.iter().zip([DIM, DIM, WEIGHTS]).map(|(data, dim)| argument(data, dim)).collect();
            let rows = Row::all(data);
            for kernel in kernels {
                let fail = |why: String| format!("{what}: {}: {why}", kernel.call);
                let got = (kernel.run)(&arguments, device.into()).map_err(|error| fail(error.to_string()))?;
                let compared = compare(&got, kernel, &rows, precision, zeros).map_err(fail)?;
                entries.set(entries.get() + compared);
            }
            Ok(())
        });
    }
    let (kernels, sets) = (kernels.len(), sizes.len() * cases as usize);
    println!("{what}: {kernels} kernels on {sets} data sets, {} entries", entries.get());
}

fn k_best<T: Number>(kernels: &[Kernel<T>]) {
    for kernel in kernels {
        let name = format!("{}({})", kernel.reduction, kernel.count);
        run(&name, std::slice::from_ref(kernel), &sizes_around(kernel.count));
    }
}

every_instruction_set! {
    fn one_result() {
        let sizes = [sizes(), LONG.to_vec()].concat();
        run("sums and extrema", &others::<f64>(), &sizes);
        run("sums and extrema", &others::<f32>(), &sizes);
    }

    fn few_best() {
        run("small K", &of_few::<f64>(), &sizes());
        run("small K", &of_few::<f32>(), &sizes());
        k_best(&of_few::<f64>());
        k_best(&of_few::<f32>());
    }

    fn many_best() {
        k_best(&of_more::<f64>());
        k_best(&of_many::<f64>());
        k_best(&of_more::<f32>());
        k_best(&of_many::<f32>());
    }
}

/// The loops of this test and the interpreter, which share nothing, mean the same.
#[test]
fn the_interpreter_agrees() {
    for kernel in others::<f64>().iter().chain(&of_few()).chain(&of_more()).chain(&of_many()) {
        let tokens = TokenStream::from_str(kernel.call).expect("a call should be tokens");
        let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{}", reports[0].text()));
        for (m, n) in [(3, 0), (2, 1), (2, 7), (1, 40), (5, 210)] {
            on_data(m, n, 4, |data| {
                let meant: Vec<Reduced> = eval::results(&formula, data);
                let compared = compare(&meant, kernel, &Row::all(data), Precision::of::<f64>(), Zeros::Signed);
                compared.map(drop).map_err(|why| format!("{}: {why}", kernel.call))
            });
        }
    }
}
