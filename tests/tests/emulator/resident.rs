//! Results of calls on arrays of the device: they stay there, and are those of calls on arrays of the host.

use keops::{Device, DeviceArray, Error, formula, kernel};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::Array2;

use crate::agree_with;

/// Rows and columns: none, one, several blocks, and parts of the reduced axis of one or the other pass.
const SIZES: [(usize, usize); 5] = [(0, 4), (3, 0), (1, 1), (130, 40), (5, 2050)];

/// On the device.
fn upload<T: Number>(device: Device, array: &Array2<T>) -> DeviceArray<T> {
    DeviceArray::upload(array, device).expect("there is memory")
}

/// Calls methods with arrays of the device and with those of the host: `stays!(f, T, call(x, y), ...)`, where each argument
/// is a pair of both.
macro_rules! stays {
    ($formula:ident, $number:ty, $($method:ident($($argument:ident),*)),* $(,)?) => {$(
        agree_with!(
            concat!(stringify!($formula), ".", stringify!($method)),
            $formula.$method($(&$argument.1),*),
            $formula.on(Device::Cpu).$method($(&$argument.0),*),
            $number,
        );
    )*};
}

/// An array of the host, and its copy on the device.
fn both<T: Number>(device: Device, rows: usize, columns: usize, seed: u64) -> (Array2<T>, DeviceArray<T>) {
    let array = numbers(rows, columns, seed);
    let copy = upload(device, &array);
    (array, copy)
}

fn sums<T: Number>(device: Device) {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    for (m, n) in SIZES {
        let (x, y, b) = (both::<T>(device, m, 3, 1), both::<T>(device, n, 3, 2), both::<T>(device, n, 2, 3));
        let (e, p) = (both::<T>(device, m, 2, 4), both::<T>(device, 1, 1, 5));
        stays!(
            gauss,
            T,
            call(x, y, b, p),
            grad_x(x, y, b, p, e),
            grad_y(x, y, b, p, e),
            grad_p(x, y, b, p, e),
            value_and_grad_x(x, y, b, p, e),
            jvp_y(x, y, b, p, y),
            jvp_p(x, y, b, p, p),
        );
        let here = gauss.on(Device::Cpu).value_and_vjp(&x.0, &y.0, &b.0, &p.0, &e.0);
        let there = gauss.value_and_vjp(&x.1, &y.1, &b.1, &p.1, &e.1);
        let here = here.map(|(value, all)| (value, ((all.x, all.y), (all.b, all.p))));
        let there = there.map(|(value, all)| (value, ((all.x, all.y), (all.b, all.p))));
        agree_with!("gauss.value_and_vjp", there, here, T);
    }
}

fn forward_passes<T: Number>(device: Device) {
    let soft = formula!("b-p*SqDist(x,y)", x = Vi(2), y = Vj(2), b = Vj(1), p = Pm(1), reduction = LogSumExp, axis = 0);
    for (m, n) in SIZES {
        let (x, y, b) = (both::<T>(device, m, 2, 1), both::<T>(device, n, 2, 2), both::<T>(device, n, 1, 3));
        let (e, p) = (both::<T>(device, n, 1, 4), both::<T>(device, 1, 1, 5));
        stays!(soft, T, call(x, y, b, p), grad_x(x, y, b, p, e), value_and_grad_y(x, y, b, p, e), jvp_x(x, y, b, p, x),);
        // What was computed on the device is an argument there.
        let value = (|| {
            let there = soft.call(&x.1, &y.1, &b.1, &p.1)?;
            soft.grad_x_given(&x.1, &y.1, &b.1, &p.1, &there, &e.1)
        })();
        agree_with!("soft.grad_x_given", value, soft.on(Device::Cpu).grad_x(&x.0, &y.0, &b.0, &p.0, &e.0), T);
    }
}

fn selected_terms<T: Number>(device: Device) {
    let nearest = formula!("SqDist(x,y)+p*y", x = Vi(2), y = Vj(2), p = Pm(1), reduction = KMin(3));
    let largest = formula!("x*y-p*x", x = Vi(3), y = Vj(3), p = Pm(3), reduction = Max_ArgMax, axis = 0);
    for (m, n) in SIZES {
        let (x, y, e) = (both::<T>(device, m, 2, 1), both::<T>(device, n, 2, 2), both::<T>(device, m, 6, 3));
        let p = both::<T>(device, 1, 1, 4);
        stays!(nearest, T, call(x, y, p), grad_x(x, y, p, e), value_and_grad_y(x, y, p, e), jvp_x(x, y, p, x));
        let (x, y, p) = (both::<T>(device, m, 3, 1), both::<T>(device, n, 3, 2), both::<T>(device, 1, 3, 4));
        // Values and positions.
        stays!(largest, T, call(x, y, p));
    }
}

fn some_arguments<T: Number>(device: Device) -> Result<(), Error> {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    let (x, y, b) = (both::<T>(device, 131, 3, 1), both::<T>(device, 50, 3, 2), both::<T>(device, 50, 2, 3));
    let p = [T::rounded(0.75)];
    let expected = gauss.on(Device::Cpu).call(&x.0, &y.0, &b.0, &p)?;
    // One array of the device is enough.
    let result: DeviceArray<T> = gauss.call(&x.1, &y.0, &b.0, &p)?;
    assert_eq!((result.shape(), result.device()), ((131, 2), device));
    agree_with!("x", Ok::<_, Error>(result), Ok::<_, Error>(expected.clone()), T);
    let result: DeviceArray<T> = gauss.on(device).call(&x.0, &y.0, &b.1, &p)?;
    agree_with!("b", Ok::<_, Error>(result), Ok::<_, Error>(expected), T);
    // Without a variable there, a parameter of the device changes nothing: results are those of the host.
    let p = both::<T>(device, 1, 1, 4);
    let result: Array2<T> = gauss.on(Device::Cpu).call(&x.0, &y.0, &b.0, &p.1)?;
    assert_eq!(result, gauss.on(Device::Cpu).call(&x.0, &y.0, &b.0, &p.0)?);
    let error = gauss.call(&x.0, &y.0, &b.0, &x.1).unwrap_err();
    assert!(matches!(error, Error::Dimension { variable: "p", expected: 1, found: 393, .. }), "{error}");
    Ok(())
}

/// A chain of calls, none of which waits for another.
fn chain<T: Number>(device: Device) -> Result<(), Error> {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    let (x, v) = (both::<T>(device, 300, 3, 1), both::<T>(device, 300, 2, 2));
    let p = [T::rounded(0.1)];
    let (mut here, mut there) = (v.0.clone(), v.1.try_clone()?);
    for _ in 0..4 {
        here = gauss.on(Device::Cpu).call(&x.0, &x.0, &here, &p)?;
        there = gauss.call(&x.1, &x.1, &there, &p)?;
    }
    agree_with!("chain", Ok::<_, Error>(there), Ok::<_, Error>(here), T);
    Ok(())
}

fn products<T: Number>(device: Device) -> Result<(), Error> {
    let gauss = kernel!("Exp(-p*SqDist(x,y))", x = Vi(3), y = Vj(3), p = Pm(1));
    let p = T::rounded(0.5);
    for (m, n) in SIZES {
        let (x, y) = (both::<T>(device, m, 3, 1), both::<T>(device, n, 3, 2));
        let (here, there) = (gauss.bind(&x.0, &y.0, p)?.on(Device::Cpu), gauss.bind(&x.1, &y.1, p)?);
        for width in [1, 2, 16, 20] {
            let v = both::<T>(device, n, width, 3);
            agree_with!("product", there.dot(&v.1), here.dot(&v.0), T);
            // The product is of the kind of v.
            let product: Array2<T> = there.dot(&v.0)?;
            agree_with!("product with a matrix of the host", Ok::<_, Error>(product), here.dot(&v.0), T);
            let e = both::<T>(device, m, width, 4);
            agree_with!("transposed product", there.t().dot(&e.1), here.t().dot(&e.0), T);
        }
    }
    Ok(())
}

#[test]
fn results_of_sums_stay() {
    if let Some(device) = gpu::device("results of sums on the device") {
        sums::<f32>(device);
        sums::<f64>(device);
    }
}

#[test]
fn results_of_forward_passes_stay() {
    if let Some(device) = gpu::device("results of forward passes on the device") {
        forward_passes::<f64>(device);
    }
}

#[test]
fn what_is_selected_stays() {
    if let Some(device) = gpu::device("what is selected on the device") {
        selected_terms::<f64>(device);
    }
}

#[test]
fn one_array_of_the_device_is_enough() {
    if let Some(device) = gpu::device("one array of the device") {
        some_arguments::<f32>(device).expect("f32");
    }
}

#[test]
fn calls_in_a_chain() {
    if let Some(device) = gpu::device("a chain of calls on the device") {
        chain::<f64>(device).expect("f64");
    }
}

#[test]
fn products_stay() {
    if let Some(device) = gpu::device("products on the device") {
        products::<f32>(device).expect("f32");
    }
}
