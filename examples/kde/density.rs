//! The formula, applied to a block of rows at a time so that a long computation can show how far it is.

use keops::Scalar;
use keops::prelude::*;
use keops_examples::progress::Progress;
use ndarray::{Array1, Array2, s};

/// Pairs per block: a block takes well below a second.
fn pairs(device: Device) -> usize {
    match device {
        Device::Cuda(_) | Device::AllCuda => 20_000_000_000,
        Device::Emulated => 1_000_000,
        _ => 100_000_000,
    }
}

/// For each row x_i the sum over j of exp(-g |x_i - y_j|^2).
pub(crate) fn sums<T: Scalar>(x: &Array2<T>, y: &Array2<T>, g: T, device: Device) -> Result<Array1<T>, Error> {
    let kernel = formula!("Exp(-SqDist(x,y) * g)", x = Vi(3), y = Vj(3), g = Pm(1), derivatives = false).on(device);
    let rows = (pairs(device) / y.nrows().max(1)).max(1024);
    let mut progress = Progress::new(x.nrows());
    let mut sums = Vec::with_capacity(x.nrows());
    for begin in (0..x.nrows()).step_by(rows) {
        let end = x.nrows().min(begin + rows);
        sums.extend(kernel.call(x.slice(s![begin..end, ..]), y, g)?);
        progress.reached(end);
    }
    Ok(Array1::from_vec(sums))
}

#[cfg(test)]
mod tests {
    use super::sums;
    use keops::Scalar;
    use keops::prelude::*;
    use ndarray::Array2;
    use std::io::Write;

    fn check<T: Scalar>(tolerance: f64) {
        let points = |count: usize, step: f64| {
            Array2::from_shape_fn((count, 3), |(i, k)| T::from_f64((step * (3 * i + k) as f64).sin()))
        };
        let (x, y, g) = (points(1500, 0.37), points(300, 0.73), T::from_f64(2.5));
        let on = |device| sums(&x, &y, g, device);
        let emulated = match on(Device::Emulated) {
            Err(error @ Error::NoDeviceCode { .. }) => {
                // Not to be captured by the test.
                let _ = writeln!(std::io::stderr(), "SKIPPED on the emulator: {error}");
                return;
            }
            emulated => emulated.expect("the shapes fit"),
        };
        for (emulated, truth) in emulated.iter().zip(on(Device::Cpu).expect("the shapes fit")) {
            let (emulated, truth) = (emulated.to_f64(), truth.to_f64());
            assert!((emulated / truth - 1.0).abs() < tolerance, "{emulated} for {truth}");
        }
    }

    #[test]
    fn sums_on_the_emulator_are_those_of_the_processor() {
        check::<f32>(2e-6);
        check::<f64>(1e-14);
    }
}
