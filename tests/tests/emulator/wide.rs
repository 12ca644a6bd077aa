//! Results of many components, which are cut into chunks, long vectors, and indices as numbers.

use keops::{Device, Error, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::Array2;

use crate::agree;

/// Rows and columns: one pair, more than a block, parts.
const SIZES: [(usize, usize); 3] = [(1, 1), (130, 20), (2, 2049)];

/// The weighted sum of Gaussians, with weights of one dimension.
type Sum<T> = fn(Device, m: usize, n: usize) -> Result<Array2<T>, Error>;

macro_rules! sum {
    ($dim:literal, $formula:expr) => {
        ($dim, |device, m, n| {
            let (x, y, b) = (numbers::<T>(m, 3, 1), numbers::<T>(n, 3, 2), numbers::<T>(n, $dim, 3));
            $formula.on(device).call(&x, &y, &b)
        })
    };
}

/// Around one chunk of 160 numbers in single precision and of 80 in double, and several.
#[rustfmt::skip]
fn sums<T: Number>() -> [(usize, Sum<T>); 5] {
    [
        sum!(17, formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(17), derivatives = false)),
        sum!(64, formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(64), derivatives = false)),
        sum!(81, formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(81), derivatives = false)),
        sum!(100, formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(100), derivatives = false)),
        sum!(170, formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(170), derivatives = false)),
    ]
}

fn wide_sums<T: Number>(device: Device) {
    for (dim, sum) in sums::<T>() {
        for (m, n) in SIZES {
            let [got, expected] = [device, Device::Cpu].map(|device| sum(device, m, n));
            gpu::assert_agree(&format!("{m} x {n}, {dim} components"), got, expected, crate::tolerance::<T>());
        }
    }
}

fn other_wide_results<T: Number>(device: Device) {
    let positions = formula!("x*b", x = Vi(1), b = Vj(100), reduction = ArgMin, derivatives = false);
    let both = formula!("x*b", x = Vi(1), b = Vj(37), reduction = KMax_ArgKMax(3), axis = 0, derivatives = false);
    let attention =
        formula!("(x|y)", x = Vi(3), y = Vj(3), b = Vj(40), reduction = SumSoftMaxWeight("b"), derivatives = false);
    // The factor x of all terms is multiplied with what is summed, chunk by chunk.
    let scaled = formula!("x*y*Exp(-SqDist(x,y)/70)", x = Vi(70), y = Vj(70), derivatives = false);
    for (m, n) in SIZES {
        let (x, y) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2));
        let (x1, x37, x70) = (&numbers::<T>(m, 1, 3), &numbers::<T>(m, 1, 4), &numbers::<T>(m, 70, 5));
        let (b100, b37, b40, y70) =
            (&numbers::<T>(n, 100, 6), &numbers::<T>(n, 37, 7), &numbers::<T>(n, 40, 8), &numbers::<T>(n, 70, 9));
        agree!(positions, device, T, call(x1, b100));
        agree!(both, device, T, call(x37, b37));
        agree!(attention, device, T, call(x, y, b40));
        agree!(scaled, device, T, call(x70, y70));
    }
}

/// Passes that compute a value and a gradient have a segment for each.
fn several_segments<T: Number>(device: Device) {
    let wide = formula!("Exp(-SqDist(x,y))*Concat(x,b)", x = Vi(3), y = Vj(3), b = Vj(70));
    for (m, n) in SIZES {
        let (x, y, b) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2), &numbers::<T>(n, 70, 3));
        let e = &numbers::<T>(m, 73, 4);
        agree!(wide, device, T, value_and_grad_x(x, y, b, e), grad_b(x, y, b, e), value_and_grad_y(x, y, b, e));
    }
}

/// Chunks that are pieces of one part each, in double precision.
fn equal_segments<T: Number>(device: Device) {
    let pair = formula!(
        "Exp(-SqDist(x,y))*Concat(b,c-x*y)",
        x = Vi(48),
        y = Vj(48),
        b = Vj(48),
        c = Vj(48),
        derivatives = false
    );
    for (m, n) in SIZES {
        let (x, y) = (&numbers::<T>(m, 48, 1), &numbers::<T>(n, 48, 2));
        let (b, c) = (&numbers::<T>(n, 48, 3), &numbers::<T>(n, 48, 4));
        agree!(pair, device, T, call(x, y, b, c));
    }
}

fn long_vectors<T: Number>(device: Device) {
    let sum = formula!("Exp(-SqDist(x,y)/64)*b", x = Vi(64), y = Vj(64), b = Vj(1));
    let longer = formula!("Exp(-Norm2(x-y))", x = Vi(130), y = Vj(130), derivatives = false);
    let nearest = formula!("SqDist(x,y)", x = Vi(130), y = Vj(130), reduction = ArgKMin(2), derivatives = false);
    for (m, n) in SIZES {
        let (x, y, b) = (&numbers::<T>(m, 64, 1), &numbers::<T>(n, 64, 2), &numbers::<T>(n, 1, 3));
        let e = &numbers::<T>(m, 1, 4);
        agree!(sum, device, T, call(x, y, b), grad_x(x, y, b, e), value_and_grad_x(x, y, b, e), grad_y(x, y, b, e));
        let (x, y) = (&numbers::<T>(m, 130, 1), &numbers::<T>(n, 130, 2));
        agree!(longer, device, T, call(x, y));
        agree!(nearest, device, T, call(x, y));
    }
}

fn indices<T: Number>(device: Device) {
    let by_rows = formula!("Cos(x*y)*(I+2*J)", x = Vi(1), y = Vj(1), derivatives = false);
    let by_columns = formula!("Cos(x*y)*(I+2*J)", x = Vi(1), y = Vj(1), axis = 0, derivatives = false);
    let of_one_kind = formula!("y*p+J", y = Vj(2), p = Pm(2), derivatives = false);
    let p = &[T::rounded(0.5), T::rounded(-2.0)];
    for (m, n) in SIZES {
        let (x, y) = (&numbers::<T>(m, 1, 1), &numbers::<T>(n, 1, 2));
        agree!(by_rows, device, T, call(x, y));
        agree!(by_columns, device, T, call(x, y));
        agree!(of_one_kind, device, T, call(&numbers::<T>(n, 2, 3), p));
    }
}

/// Runs a test in both precisions.
fn run(what: &str, double: fn(Device), single: fn(Device)) {
    let Some(device) = gpu::device(what) else { return };
    // Kernels of the processor that are not optimised keep every intermediate value on the stack.
    let threads = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).num_threads(2).build();
    threads.expect("threads should start").install(|| {
        double(device);
        single(device);
    });
}

#[test]
fn sums_of_many_components() {
    run("sums of many components", wide_sums::<f64>, wide_sums::<f32>);
}

#[test]
fn other_results_of_many_components() {
    run("other results of many components", other_wide_results::<f64>, other_wide_results::<f32>);
}

#[test]
fn values_and_gradients_of_many_components() {
    run("values and gradients of many components", several_segments::<f64>, several_segments::<f32>);
}

#[test]
fn chunks_of_one_part_each() {
    run("chunks of one part each", equal_segments::<f64>, equal_segments::<f32>);
}

#[test]
fn vectors_of_many_entries() {
    run("long vectors", long_vectors::<f64>, long_vectors::<f32>);
}

#[test]
fn indices_as_numbers() {
    run("indices", indices::<f64>, indices::<f32>);
}
