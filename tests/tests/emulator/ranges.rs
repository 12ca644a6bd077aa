//! Block-sparse reductions: intervals of rows that are cut into blocks, intervals of columns that share tiles.

use keops::{Device, DeviceArray, Ranges, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::Array2;

use crate::agree;

/// Ranges of all kinds.
fn ranges() -> Vec<Ranges> {
    // Clusters, some without neighbours, and indices in no cluster.
    let rows: Vec<[usize; 2]> = (0..7).map(|k| [100 * k + 3, 100 * k + 60 + 5 * k]).collect();
    let columns: Vec<[usize; 2]> = (0..9).map(|k| [50 * k, 50 * k + 20 + 3 * k]).collect();
    let mask = Array2::from_shape_fn((7, 9), |(i, j)| (5 * i + 3 * j) % 7 < 3 && i != 4);
    let clusters = Ranges::from_mask((700, 450), &rows[..], &columns[..], &mask);
    // Intervals of a few columns.
    let short = Ranges::from_entry_mask(&Array2::from_shape_fn((600, 700), |(i, j)| (i / 300 * 31 + j * 17) % 5 < 2));
    // Few rows and many columns, in two intervals in the wrong order: several parts.
    let parts = Ranges::from_arrays(
        (40, 7000),
        &[[2, 20], [25, 40]],
        &[2, 3],
        &[[4000, 7000], [10, 3000], [0, 7000]],
        &[[0, 10], [10, 3000], [4000, 7000]],
        &[1, 3, 5],
        &[[25, 40], [2, 20], [25, 40], [2, 20], [25, 40]],
    );
    // Intervals that overlap: more terms than columns.
    let overlapping = Ranges::from_arrays(
        (600, 400),
        &[[2, 20], [25, 560]],
        &[3, 5],
        &[[300, 400], [10, 350], [10, 12], [0, 400], [0, 399]],
        &[[0, 100], [300, 400]],
        &[1, 2],
        &[[2, 30], [0, 600]],
    );
    [clusters, Ok(short), parts, overlapping].into_iter().map(|ranges| ranges.expect("ranges")).collect()
}

fn sums<T: Number>(device: Device) {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b+J-2*I", x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1));
    let p = &[T::rounded(0.7)];
    for ranges in &ranges() {
        let (m, n) = ranges.shape();
        let (x, y, b) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2), &numbers::<T>(n, 1, 3));
        let e = &numbers::<T>(m, 1, 4);
        let gauss = gauss.ranges(ranges);
        agree!(gauss, device, T, call(x, y, b, p), grad_x(x, y, b, p, e), grad_y(x, y, b, p, e), grad_p(x, y, b, p, e));
        let upload = |rows| DeviceArray::upload(rows, device).expect("memory");
        let (on_device, other) = (upload(x), upload(y));
        let (got, expected) = (gauss.call(&on_device, &other, b, p), gauss.on(Device::Cpu).call(x, y, b, p));
        gpu::assert_agree("device arrays", got, expected, crate::tolerance::<T>());
    }
}

fn other_reductions<T: Number>(device: Device) {
    let nearest = formula!(SqDist(x, y), x = Vi(2), y = Vj(2), reduction = KMin_ArgKMin(3), derivatives = false);
    let furthest = formula!(SqDist(x, y), x = Vi(2), y = Vj(2), reduction = Max_ArgMax, axis = 0);
    let soft = formula!("-SqDist(x,y)", x = Vi(2), y = Vj(2), b = Vj(2), reduction = SumSoftMaxWeight("b"));
    let wide = formula!("Exp(-SqDist(x,y))*b", x = Vi(2), y = Vj(2), b = Vj(65), derivatives = false);
    for ranges in &ranges() {
        let (m, n) = ranges.shape();
        let (x, y, b) = (&numbers::<T>(m, 2, 1), &numbers::<T>(n, 2, 2), &numbers::<T>(n, 2, 3));
        let (nearest, furthest) = (nearest.ranges(ranges), furthest.ranges(ranges));
        let (soft, wide) = (soft.ranges(ranges), wide.ranges(ranges));
        agree!(nearest, device, T, call(x, y));
        agree!(furthest, device, T, call(x, y), grad_x(x, y, &numbers::<T>(n, 1, 4)));
        agree!(soft, device, T, call(x, y, b), grad_x(x, y, b, &numbers::<T>(m, 2, 5)));
        if m < 100 {
            agree!(wide, device, T, call(x, y, &numbers::<T>(n, 65, 6)));
        }
    }
}

#[test]
fn sums_over_ranges() {
    let Some(device) = gpu::device("sums over ranges") else { return };
    sums::<f64>(device);
    sums::<f32>(device);
}

#[test]
fn other_reductions_over_ranges() {
    let Some(device) = gpu::device("other reductions over ranges") else { return };
    other_reductions::<f64>(device);
    other_reductions::<f32>(device);
}
