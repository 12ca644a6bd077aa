//! Comparison of results with what a conformance case expects.

use keops_core::eval::Reduced;

/// Checks a result against the expected one: the same shape, the same infinities and NaN, and finite entries wrong by
/// at most `tolerance` times the largest finite entry (times 1 when that is 0).
///
/// # Errors
/// What differs, in words.
pub fn close(got: &Reduced, expected: &Reduced, tolerance: f64) -> Result<(), String> {
    if (got.rows, got.dim) != (expected.rows, expected.dim) {
        let shapes = (got.rows, got.dim, expected.rows, expected.dim);
        return Err(format!("shape {} x {}, expected {} x {}", shapes.0, shapes.1, shapes.2, shapes.3));
    }
    let largest = expected.values.iter().filter(|x| x.is_finite()).fold(0.0, |max: f64, x| max.max(x.abs()));
    let allowed = tolerance * if largest == 0.0 { 1.0 } else { largest };
    for (at, (&got, &wanted)) in got.values.iter().zip(&expected.values).enumerate() {
        let same = got == wanted || (got.is_nan() && wanted.is_nan());
        // False when either is NaN; an infinity is never near anything else.
        let near = got.is_finite() && (got - wanted).abs() <= allowed;
        if !same && !near {
            return Err(format!("entry {at}: {got:e}, expected {wanted:e}, allowed difference {allowed:e}"));
        }
    }
    Ok(())
}
