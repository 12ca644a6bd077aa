//! Code for one type of numbers, as the build script of a package may choose.

use keops::{Error, SumScheme, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;

use crate::agree;

#[test]
fn what_was_not_compiled_is_said() {
    let Some(device) = gpu::device("one precision") else { return };
    let sum = formula!("Exp(-Square(x-y))*b", x = Vi(1), y = Vj(1), b = Vj(1), derivatives = false);
    let (x, y) = (&numbers::<f32>(20, 1, 1), &numbers::<f32>(30, 1, 2));
    agree!(sum, device, f32, call(x, y, y));

    let error = sum.on(device).sum_scheme(SumScheme::Kahan).call(x, y, y).unwrap_err();
    assert!(matches!(error, Error::NoDeviceScheme { scheme: "Kahan", .. }), "{error}");
    let advice = "keops_build::Builder::new().sum_schemes([keops_build::SumScheme::Kahan]).compile()";
    assert!(error.to_string().contains(advice), "{error}");
    let error = sum.on(device).accumulate_f64().call(x, y, y).unwrap_err();
    assert!(error.to_string().contains("SumScheme::F64"), "{error}");

    let (x, y) = (&numbers::<f64>(20, 1, 1), &numbers::<f64>(30, 1, 2));
    let error = sum.on(device).call(x, y, y).unwrap_err();
    assert!(matches!(error, Error::NoDevicePrecision { number: "f64", .. }), "{error}");
    assert!(error.to_string().contains("`Precision::Both`"), "{error}");
    // Elsewhere than on the device that was asked for there is code.
    sum.call(x, y, y).unwrap();
}
