//! Batches: one launch for all entries, equal or not.

use keops::{Device, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::{Array2, Array3, Axis, s};

use crate::agree;

/// Entries, rows and columns: none, one, several blocks, several parts of the reduced axis, and many small problems.
const SIZES: [(usize, usize, usize); 7] =
    [(0, 3, 4), (2, 0, 3), (2, 3, 0), (1, 5, 6), (3, 600, 40), (2, 5, 3000), (300, 4, 3)];

/// Numbers of rows and columns of a ragged batch: none of one or the other, several blocks, several parts.
const RAGGED: ([usize; 6], [usize; 6]) = ([3, 0, 700, 1, 1, 40], [5, 4, 0, 2600, 1, 77]);

fn batch<T: Number>((entries, rows, dim): (usize, usize, usize), seed: u64) -> Array3<T> {
    let all = numbers::<T>(entries * rows, dim, seed);
    all.into_shape_with_order((entries, rows, dim)).expect("as many numbers")
}

fn sums<T: Number>(device: Device) {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b+J-2*I", x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1)).batched();
    for (k, m, n) in SIZES {
        let (x, y, b) = (&batch::<T>((k, m, 3), 1), &batch::<T>((k, n, 3), 2), &batch::<T>((k, n, 1), 3));
        let p = &Array2::from_shape_fn((k, 1), |(entry, _)| T::rounded(0.25 + (entry % 7) as f64));
        let e = &batch::<T>((k, m, 1), 4);
        agree!(gauss, device, T, call(x, y, b, p), grad_x(x, y, b, p, e), grad_y(x, y, b, p, e), grad_p(x, y, b, p, e));
        if k > 0 {
            // A batch of one is for all entries; strided views are packed.
            let (first, common) = (y.index_axis(Axis(0), 0), b.slice(s![..1, .., ..]));
            let reversed = x.slice(s![..;-1, ..;-1, ..]);
            agree!(gauss, device, T, call(reversed, first, common, p), grad_y(reversed, first, common, p, e));
        }
    }
}

fn other_reductions<T: Number>(device: Device) {
    let nearest =
        formula!(SqDist(x, y), x = Vi(2), y = Vj(2), reduction = KMin_ArgKMin(3), derivatives = false).batched();
    let soft = formula!("-SqDist(x,y)", x = Vi(2), y = Vj(2), b = Vj(2), reduction = SumSoftMaxWeight("b")).batched();
    let wide = formula!("Exp(-SqDist(x,y))*b", x = Vi(2), y = Vj(2), b = Vj(65), derivatives = false).batched();
    let mean = formula!("x*y", x = Vi(2), y = Vj(2), reduction = Mean, axis = 0, derivatives = false).batched();
    for (k, m, n) in SIZES {
        let (x, y) = (&batch::<T>((k, m, 2), 1), &batch::<T>((k, n, 2), 2));
        let (weights, many) = (&batch::<T>((k, n, 2), 3), &batch::<T>((k, n, 65), 4));
        let e = &batch::<T>((k, m, 2), 5);
        agree!(nearest, device, T, call(x, y));
        agree!(mean, device, T, call(x, y));
        if n > 0 {
            agree!(soft, device, T, call(x, y, weights), grad_y(x, y, weights, e));
        }
        if m * n < 20_000 {
            agree!(wide, device, T, call(x, y, many));
        }
    }
}

fn ragged<T: Number>(device: Device) {
    let (rows, columns) = (&RAGGED.0, &RAGGED.1);
    let (m, n) = (rows.iter().sum(), columns.iter().sum());
    let (x, y) = (&numbers::<T>(m, 2, 1), &numbers::<T>(n, 2, 2));
    let distance = formula!("p*(x|y)+I*J", x = Vi(2), y = Vj(2), p = Pm(1)).ragged(rows, columns);
    let furthest = formula!(SqDist(x, y), x = Vi(2), y = Vj(2), reduction = Max_ArgMax).ragged(rows, columns);
    let (p, e, f) = (&[T::rounded(0.5)], &numbers::<T>(m, 1, 3), &numbers::<T>(m, 1, 4));
    agree!(distance, device, T, call(x, y, p), grad_x(x, y, p, e), grad_y(x, y, p, e), grad_p(x, y, p, e));
    agree!(furthest, device, T, call(x, y), grad_y(x, y, f));
}

/// Runs a test in both precisions.
fn run(what: &str, double: fn(Device), single: fn(Device)) {
    let Some(device) = gpu::device(what) else { return };
    double(device);
    single(device);
}

#[test]
fn sums_of_batches() {
    run("sums of batches", sums::<f64>, sums::<f32>);
}

#[test]
fn other_reductions_of_batches() {
    run("other reductions of batches", other_reductions::<f64>, other_reductions::<f32>);
}

#[test]
fn ragged_batches() {
    run("ragged batches", ragged::<f64>, ragged::<f32>);
}
