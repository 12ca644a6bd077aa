//! Comparison of results with what is expected of them.

use keops_core::eval::Reduced;

use crate::kernels::Kernel;
use crate::reference::{Expected, Precision, Row};

/// What is compared of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zeros {
    /// The sign: the first of several zeros is the one that counts.
    Signed,
    /// Nothing: the instruction for the smaller of two numbers takes -0 for less than 0.
    Equal,
}

/// Compares the results of a kernel with what the reference says of each row. Returns the number of entries
/// of which something is known.
pub(crate) fn compare<T>(
    got: &[Reduced],
    kernel: &Kernel<T>,
    rows: &[Row<'_>],
    precision: Precision,
    zeros: Zeros,
) -> Result<usize, String> {
    if got.iter().any(|got| got.rows != rows.len()) {
        return Err(format!("{:?} rows, expected {}", got.iter().map(|got| got.rows).collect::<Vec<_>>(), rows.len()));
    }
    let mut compared = 0;
    for (number, row) in rows.iter().enumerate() {
        let expected = row.results(kernel, precision);
        if got.len() != expected.len() {
            return Err(format!("{} results, expected {}", got.len(), expected.len()));
        }
        for (got, expected) in got.iter().zip(&expected) {
            if got.dim != expected.len() {
                return Err(format!("{} entries per row, expected {}", got.dim, expected.len()));
            }
            for (entry, (&got, &expected)) in got.values[number * got.dim..].iter().zip(expected).enumerate() {
                if !fits(got, expected, zeros) {
                    return Err(format!("row {number}, entry {entry}: {got:?}, expected {expected:?}"));
                }
                compared += usize::from(!matches!(expected, Expected::Anything));
            }
        }
    }
    Ok(compared)
}

fn fits(got: f64, expected: Expected, zeros: Zeros) -> bool {
    match expected {
        Expected::Exactly(0.0) if zeros == Zeros::Equal => got == 0.0,
        Expected::Exactly(value) => got.to_bits() == value.to_bits(),
        Expected::Near(value, error) => {
            let near = got.is_finite() && (got - value).abs() <= error;
            got == value || near || (got.is_nan() && value.is_nan())
        }
        Expected::Anything => true,
    }
}
