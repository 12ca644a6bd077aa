//! The methods of formulas that compute derivatives.

use keops::{Device, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::Array1;

use crate::agree;

/// Rows and columns: none, one, several blocks, and parts of the reduced axis of one or the other pass.
const SIZES: [(usize, usize); 5] = [(0, 4), (3, 0), (1, 1), (130, 40), (5, 2050)];

fn vector<T: Number>(numbers: &[f64]) -> Array1<T> {
    numbers.iter().map(|&number| T::rounded(number)).collect()
}

fn of_a_sum<T: Number>(device: Device) {
    let gauss = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    let p = &vector::<T>(&[0.5]);
    for (m, n) in SIZES {
        let (x, y, b) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2), &numbers::<T>(n, 2, 3));
        let e = &numbers::<T>(m, 2, 4);
        agree!(
            gauss,
            device,
            T,
            call(x, y, b, p),
            grad_x(x, y, b, p, e),
            grad_y(x, y, b, p, e),
            grad_b(x, y, b, p, e),
            grad_p(x, y, b, p, e),
            value_and_grad_x(x, y, b, p, e),
            value_and_grad_y(x, y, b, p, e),
            value_and_grad_p(x, y, b, p, e),
            jvp_x(x, y, b, p, x),
            jvp_y(x, y, b, p, y),
            jvp_b(x, y, b, p, b),
            jvp_p(x, y, b, p, p),
        );
        let all = |device| {
            let (value, all) = gauss.on(device).value_and_vjp(x, y, b, p, e)?;
            Ok((value, ((all.x, all.y), (all.b, all.p))))
        };
        gpu::assert_agree("gauss.value_and_vjp", all(device), all(Device::Cpu), crate::tolerance::<T>());
    }
}

fn of_a_log_sum_exp<T: Number>(device: Device) {
    let soft = formula!("b-p*SqDist(x,y)", x = Vi(2), y = Vj(2), b = Vj(1), p = Pm(1), reduction = LogSumExp, axis = 0);
    let p = &vector::<T>(&[2.0]);
    for (m, n) in SIZES {
        let (x, y, b) = (&numbers::<T>(m, 2, 1), &numbers::<T>(n, 2, 2), &numbers::<T>(n, 1, 3));
        let e = &numbers::<T>(n, 1, 4);
        let value = &soft.on(Device::Cpu).call(x, y, b, p).expect("the processor computes it");
        agree!(
            soft,
            device,
            T,
            call(x, y, b, p),
            value_and_grad_x(x, y, b, p, e),
            grad_y(x, y, b, p, e),
            grad_p(x, y, b, p, e),
            jvp_x(x, y, b, p, x),
            grad_x_given(x, y, b, p, value, e),
            grad_b_given(x, y, b, p, value, e),
        );
        let given =
            |device| soft.on(device).vjp_given(x, y, b, p, value, e).map(|all| ((all.x, all.y), (all.b, all.p)));
        gpu::assert_agree("soft.vjp_given", given(device), given(Device::Cpu), crate::tolerance::<T>());
    }
}

fn of_a_weighted_mean<T: Number>(device: Device) {
    let attention = formula!("(x|y)", x = Vi(2), y = Vj(2), b = Vj(2), reduction = SumSoftMaxWeight("y*b"));
    for (m, n) in SIZES {
        let (x, y, b) = (&numbers::<T>(m, 2, 1), &numbers::<T>(n, 2, 2), &numbers::<T>(n, 2, 3));
        let e = &numbers::<T>(m, 2, 4);
        agree!(
            attention,
            device,
            T,
            call(x, y, b),
            grad_x(x, y, b, e),
            grad_y(x, y, b, e),
            value_and_grad_b(x, y, b, e),
            jvp_y(x, y, b, y),
        );
    }
}

fn of_what_is_selected<T: Number>(device: Device) {
    let nearest = formula!("SqDist(x,y)+p*y", x = Vi(2), y = Vj(2), p = Pm(1), reduction = KMin(3));
    let largest = formula!("x*y-p*x", x = Vi(3), y = Vj(3), p = Pm(3), reduction = Max_ArgMax, axis = 0);
    let (p, q) = (&vector::<T>(&[0.25]), &vector::<T>(&[0.5, -0.5, 1.0]));
    for (m, n) in SIZES {
        let (x, y, e) = (&numbers::<T>(m, 2, 1), &numbers::<T>(n, 2, 2), &numbers::<T>(m, 6, 3));
        agree!(
            nearest,
            device,
            T,
            call(x, y, p),
            grad_x(x, y, p, e),
            value_and_grad_y(x, y, p, e),
            grad_p(x, y, p, e),
            jvp_x(x, y, p, x),
        );
        let (x, y, e) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2), &numbers::<T>(n, 3, 3));
        agree!(largest, device, T, call(x, y, q), grad_x(x, y, q, e), grad_y(x, y, q, e), jvp_p(x, y, q, q));
    }
}

#[test]
fn sums() {
    if let Some(device) = gpu::device("derivatives of sums") {
        of_a_sum::<f64>(device);
        of_a_sum::<f32>(device);
    }
}

#[test]
fn logarithms_of_sums() {
    if let Some(device) = gpu::device("derivatives of logarithms of sums") {
        of_a_log_sum_exp::<f64>(device);
    }
}

#[test]
fn weighted_means() {
    if let Some(device) = gpu::device("derivatives of weighted means") {
        of_a_weighted_mean::<f64>(device);
    }
}

#[test]
fn selected_terms() {
    if let Some(device) = gpu::device("derivatives of selected terms") {
        of_what_is_selected::<f64>(device);
    }
}
