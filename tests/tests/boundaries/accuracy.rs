//! Long sums in single precision.

use keops::{SumScheme, formula};
use ndarray::Array2;

use crate::points::points;

/// Terms of a long sum.
const TERMS: usize = 1_000_000;

/// The relative error of the sum of `b` for one row, which has its columns cut into parts, and for many rows, which
/// has not.
fn error(rows: usize, scheme: SumScheme) -> f64 {
    let b = points::<f32>(TERMS, 1, 9).mapv(f32::abs);
    let expected: f64 = b.iter().map(|&b| f64::from(b)).sum();
    let x = Array2::<f32>::ones((rows, 1));
    let sums = formula!("x * b", x = Vi(1), b = Vj(1)).sum_scheme(scheme).call(&x, &b).unwrap();
    sums.iter().map(|&sum| (f64::from(sum) - expected).abs() / expected).fold(0.0, f64::max)
}

#[test]
fn a_million_terms_in_single_precision() {
    for rows in [1, 200] {
        let (block, direct) = (error(rows, SumScheme::Block), error(rows, SumScheme::Direct));
        println!(
            "sum of {TERMS} terms in f32, {rows} rows: relative error {block:.1e} by blocks, {direct:.1e} directly"
        );
        assert!(block <= 1e-6, "{block}");
        // If this were as good, block sums would be in vain.
        assert!(direct < 1e-2, "{direct}");
    }
}
