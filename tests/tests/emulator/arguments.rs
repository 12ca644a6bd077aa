//! Where arguments come from: views of any layout, arrays of the device, and both.

use keops::{Device, DeviceArray, Error, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::s;

use crate::agree;

fn views<T: Number>(device: Device) {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1), derivatives = false);
    let (wide, long) = (numbers::<T>(40, 9, 1), numbers::<T>(3, 300, 2));
    let b = numbers::<T>(1, 1, 3);
    let p = [T::rounded(0.75)];
    let (every_third, transposed, repeated) = (wide.slice(s![..;-2, 1..;3]), long.t(), b.broadcast((300, 1)));
    let repeated = repeated.expect("one row can stand for many");
    agree!(
        gauss,
        device,
        T,
        call(every_third, transposed, repeated, &p),
        call(transposed, every_third, wide.slice(s![..20, ..1]), &p)
    );
}

fn arrays_of_the_device<T: Number>(device: Device) -> Result<(), Error> {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1), derivatives = false);
    let (x, y, b) = (numbers::<T>(131, 3, 1), numbers::<T>(2050, 3, 2), numbers::<T>(2050, 1, 3));
    let p = [T::rounded(0.75)];
    let expected = gauss.on(Device::Cpu).call(&x, &y, &b, &p)?;
    let (x_there, y_there) = (DeviceArray::upload(&x, device)?, DeviceArray::upload(&y, device)?);
    let b_there = DeviceArray::upload(&b, device)?;
    let all = gauss.call(&x_there, &y_there, &b_there, &p);
    let some = gauss.on(device).call(&x, &y_there, &b, &p);
    let others = gauss.call(&x_there, &y, &b_there, &p);
    for (what, got) in [("all", all), ("some", some), ("others", others)] {
        gpu::assert_agree(what, got, Ok::<_, Error>(expected.clone()), crate::tolerance::<T>());
    }
    // They are still there.
    assert_eq!((x_there.download()?, y_there.download()?), (x, y));
    Ok(())
}

/// What a method does not read: the gradient by a factor of a product does not read that factor, here the only variable along its
/// axis.
fn arguments_that_are_not_read<T: Number>(device: Device) -> Result<(), Error> {
    let product = formula!("p*x*b", x = Vi(1), b = Vj(1), p = Pm(1));
    let (x, b, p) = (&numbers::<T>(45, 1, 1), &numbers::<T>(1030, 1, 2), &[T::rounded(0.5)]);
    let (e, h) = (&numbers::<T>(45, 1, 3), &numbers::<T>(1030, 1, 4));
    agree!(
        product,
        device,
        T,
        call(x, b, p),
        grad_x(x, b, p, e),
        grad_b(x, b, p, e),
        grad_p(x, b, p, e),
        jvp_x(x, b, p, e),
        jvp_b(x, b, p, h)
    );
    let gradient = product.on(device).grad_b(x, b, p, e)?;
    let expected: f64 = x.iter().zip(e).map(|(x, e)| 0.5 * x.exact() * e.exact()).sum();
    let is_expected = |found: &T| (found.exact() - expected).abs() <= crate::tolerance::<T>() * expected.abs().max(1.0);
    assert!(gradient.dim() == (1030, 1) && gradient.iter().all(is_expected), "{expected}: {gradient:?}");
    // Where the only array of a device is one of them, the result is there all the same.
    if device != Device::AllCuda {
        let there = product.grad_b(x, &DeviceArray::upload(b, device)?, p, e)?;
        assert_eq!((there.device(), there.download()?), (device, gradient));
    }
    // Their shapes are checked like others.
    let short = numbers::<T>(1029, 1, 2);
    assert!(product.on(device).jvp_b(x, &short, p, h).is_err_and(|error| error.to_string().contains("1029")));
    Ok(())
}

/// Formulas that a macro puts together have code too.
fn formulas_of_a_macro(device: Device) {
    macro_rules! distances {
        ($d:expr, $text:literal) => {
            formula!($text, x = Vi($d), y = Vj($d), reduction = Min, derivatives = false)
        };
    }
    macro_rules! check {
        ($($d:literal),*) => {$(
            let (near, squared) = (distances!($d, "Norm2(x-y)"), distances!($d, "SqDist(x,y)"));
            let (x, y) = (&numbers::<f64>(9, $d, 1), &numbers::<f64>(70, $d, 2));
            agree!(near, device, f64, call(x, y));
            agree!(squared, device, f64, call(x, y));
        )*};
    }
    check!(2, 5);
}

#[test]
fn what_is_not_read_changes_nothing() -> Result<(), Error> {
    if let Some(device) = gpu::device("arguments that are not read") {
        arguments_that_are_not_read::<f64>(device)?;
        arguments_that_are_not_read::<f32>(device)?;
    }
    Ok(())
}

#[test]
fn formulas_with_a_dimension_from_a_macro() {
    if let Some(device) = gpu::device("formulas that a macro puts together") {
        formulas_of_a_macro(device);
    }
}

#[test]
fn views_of_any_layout() {
    if let Some(device) = gpu::device("views") {
        views::<f64>(device);
        views::<f32>(device);
    }
}

#[test]
fn on_the_device_and_on_the_host() {
    if let Some(device) = gpu::device("arrays of the device") {
        arrays_of_the_device::<f64>(device).expect("f64");
        arrays_of_the_device::<f32>(device).expect("f32");
    }
}

/// Nothing depends on chance: what ran before, or where arrays lie.
#[test]
fn results_are_the_same_again() {
    if let Some(device) = gpu::device("repeated calls") {
        let sum = formula!("Sin(x*y)", x = Vi(1), y = Vj(1), derivatives = false);
        let (x, y) = (numbers::<f32>(3, 1, 1), numbers::<f32>(4099, 1, 2));
        let first = sum.on(device).call(&x, &y).expect("a result");
        let between = DeviceArray::<f32>::zeros(device, (1000, 3)).expect("an array");
        let second = sum.on(device).call(&x, &y).expect("a result");
        drop(between);
        let third = sum.on(device).call(&x, &y).expect("a result");
        assert!(first == second && second == third);
    }
}
