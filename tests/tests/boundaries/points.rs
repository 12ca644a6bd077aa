//! Data for the tests: reproducible points, and dense results in double precision.

use keops_tests::kernel::Number;
use ndarray::Array2;

/// Points with coordinates in [-1, 1), the same for the same seed.
pub(crate) fn points<T: Number>(rows: usize, dim: usize, seed: u64) -> Array2<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array2::from_shape_simple_fn((rows, dim), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::rounded((state >> 40) as f64 / 2f64.powi(23) - 1.0)
    })
}

/// The squared distance of row i of x and row j of y.
pub(crate) fn squared_distance<T: Number>(x: &Array2<T>, i: usize, y: &Array2<T>, j: usize) -> f64 {
    let (x, y) = (x.row(i), y.row(j));
    let mut sum = 0.0;
    for (a, b) in x.iter().zip(&y) {
        let difference = a.exact() - b.exact();
        sum += difference * difference;
    }
    sum
}

/// `sum_j f(i, j)` for each row i, in blocks of columns: the error does not grow with their number.
pub(crate) fn dense(rows: usize, columns: usize, f: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let block = |i: usize, start: usize| (start..columns.min(start + 256)).map(|j| f(i, j)).sum::<f64>();
    (0..rows).map(|i| (0..columns).step_by(256).map(|start| block(i, start)).sum()).collect()
}

/// Fails when a result of one column differs from what is expected by more than `tolerance`, relative to the entry
/// or to 1.
pub(crate) fn assert_close<T: Number>(got: &Array2<T>, expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.dim(), (expected.len(), 1), "shape of {what}");
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let got = got.exact();
        let near = got == *expected || (got - expected).abs() <= tolerance * expected.abs().max(1.0);
        assert!(near, "{what}, row {row}: {got:e}, expected {expected:e}");
    }
}

/// A tolerance for sums of positive terms.
pub(crate) fn tolerance<T: Number>() -> f64 {
    64.0 * T::ROUNDING
}
