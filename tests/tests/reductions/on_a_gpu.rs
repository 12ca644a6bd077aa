//! The same on GPUs: sizes around a block, its rows, a tile of columns, and the parts of the reduced axis.

use keops_tests::gpu;
use keops_tests::kernel::Number;

use crate::kernels::{Kernel, of_few, of_more, others};
use crate::run_on;

/// Kept and reduced lengths. A block has 128 threads; a tile of y has 256 columns, one of y and b 256 or 200, and two
/// parts have 1024 at least.
const SIZES: [(usize, usize); 13] = [
    (0, 3),
    (1, 0),
    (130, 1),
    (127, 3),
    (128, 18),
    (129, 2),
    (511, 1),
    (513, 2),
    (3, 199),
    (2, 200),
    (3, 255),
    (2, 256),
    (1, 257),
];

/// Cut into two parts.
const PARTS: [(usize, usize); 2] = [(2, 2048), (3, 2309)];

fn run<T: Number>(what: &str, kernels: &[Kernel<T>], sizes: &[(usize, usize)]) {
    if let Some(device) = gpu::device(what) {
        run_on(device, &format!("{what} on {device}"), kernels, sizes, 1);
    }
}

#[test]
fn one_result_in_double_precision() {
    run("sums and extrema", &others::<f64>(), &[&SIZES[..], &PARTS].concat());
}

#[test]
fn one_result_in_single_precision() {
    run("sums and extrema", &others::<f32>(), &[&SIZES[..], &PARTS[1..]].concat());
}

#[test]
fn few_best() {
    run("small K", &of_few::<f64>(), &[&SIZES[..], &PARTS[1..]].concat());
    run("small K", &of_few::<f32>(), &SIZES);
}

#[test]
fn more_best() {
    run("larger K", &of_more::<f64>(), &[&SIZES[..], &PARTS[1..]].concat());
    run("larger K", &of_more::<f32>(), &SIZES[6..]);
}
