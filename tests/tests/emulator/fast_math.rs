//! `fast_math = true`: values and derivatives on a device against the processor.

use keops::{Device, Error, formula, kernel};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::{Array1, Axis};

use crate::agree;

fn vector<T: Number>(numbers: &[f64]) -> Array1<T> {
    numbers.iter().map(|&number| T::rounded(number)).collect()
}

fn sums<T: Number>(device: Device) {
    let gauss = formula!("Exp(-SqDist(x,y)/(2*p**2))*b", x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1), fast_math = true);
    // Quotients and roots, also at equal points.
    let laplace = formula!("Exp(-Norm2(x-y))*b/(1+SqDist(x,y))", x = Vi(3), y = Vj(3), b = Vj(1), fast_math = true);
    let p = &vector::<T>(&[-0.75]);
    for (m, n) in [(1, 1), (130, 40), (5, 2050)] {
        let (x, y, b) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2), &numbers::<T>(n, 1, 3));
        let e = &numbers::<T>(m, 1, 4);
        agree!(
            gauss,
            device,
            T,
            call(x, y, b, p),
            grad_x(x, y, b, p, e),
            grad_y(x, y, b, p, e),
            grad_b(x, y, b, p, e),
            grad_p(x, y, b, p, e),
            jvp_x(x, y, b, p, x),
        );
        let ones = &numbers::<T>(m, 1, 5);
        agree!(laplace, device, T, call(x, y, b), grad_x(x, y, b, e), call(x, x, ones), grad_x(x, x, ones, e));
    }
}

fn scores<T: Number>(device: Device) {
    let soft = formula!("b-SqDist(x,y)/2", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp, fast_math = true);
    let (x, y, b) = (&numbers::<T>(130, 3, 1), &numbers::<T>(200, 3, 2), &numbers::<T>(200, 1, 3));
    let e = &numbers::<T>(130, 1, 4);
    agree!(soft, device, T, call(x, y, b), grad_x(x, y, b, e));
}

fn matrix<T: Number>(device: Device) {
    let gauss = kernel!("Exp(-SqDist(x,y)/(2*p**2))", x = Vi(3), y = Vj(3), p = Pm(1), fast_math = true);
    let (x, y) = (&numbers::<T>(130, 3, 1), &numbers::<T>(40, 3, 2));
    let (v, e) = (&numbers::<T>(40, 2, 3), &numbers::<T>(130, 2, 4));
    let bind = |device| -> Result<_, Error> { Ok(gauss.bind(x, y, T::rounded(0.75))?.on(device)) };
    let product = |device| bind(device)?.dot(v);
    let sums = |device| Ok(bind(device)?.sum(Axis(0))?.insert_axis(Axis(1)));
    let gradients = |device| {
        let all = bind(device)?.vjp(v, e)?;
        Ok(((all.x, all.y), all.p))
    };
    gpu::assert_agree("product", product(device), product(Device::Cpu), crate::tolerance::<T>());
    gpu::assert_agree("sums", sums(device), sums(Device::Cpu), crate::tolerance::<T>());
    gpu::assert_agree("gradients", gradients(device), gradients(Device::Cpu), crate::tolerance::<T>());
}

#[test]
fn scaled_data() {
    if let Some(device) = gpu::device("fast math") {
        sums::<f64>(device);
        sums::<f32>(device);
        scores::<f64>(device);
        scores::<f32>(device);
        matrix::<f64>(device);
        matrix::<f32>(device);
    }
}
