//! Cotangents and tangents as arguments: their names, shapes and layouts.

use keops::{Error, formula};
use ndarray::{Array2, array, s};

fn x() -> Array2<f64> {
    array![[0.5, -1.0], [0.0, 0.25], [1.5, 1.0]]
}

fn y() -> Array2<f64> {
    array![[1.0, 0.5], [-0.5, 2.0]]
}

/// The message, which must name a variable.
#[track_caller]
fn complaint<T>(outcome: Result<T, Error>, variable: &str) -> String {
    let message = outcome.err().expect("an error was expected").to_string();
    assert!(message.contains(&format!("variable `{variable}`")), "{message}");
    message
}

#[test]
fn a_cotangent_has_the_shape_of_the_result() {
    let f = formula!("x*(x|y)", x = Vi(2), y = Vj(2));
    let (x, y) = (x(), y());
    assert!(f.grad_x(&x, &y, &x).is_ok());
    let message = complaint(f.grad_x(&x, &y, &Array2::zeros((3, 1))), "e");
    assert!(message.contains("expected dimension 2, found 1"), "{message}");
    let message = complaint(f.grad_y(&x, &y, &Array2::zeros((2, 2))), "e");
    assert!(message.contains("expected 3 rows, as `x` has, found 2 rows"), "{message}");
    complaint(f.vjp(&x, &y, &Array2::zeros((2, 2))), "e");
    complaint(f.value_and_grad_x(&x, &y, &Array2::zeros((4, 2))), "e");
    complaint(f.value_and_vjp(&x, &y, &Array2::zeros((3, 3))), "e");
    let by_columns = formula!("x*(x|y)", x = Vi(2), y = Vj(2), axis = 0);
    assert!(by_columns.grad_x(&x, &y, &y).is_ok());
    let message = complaint(by_columns.grad_x(&x, &y, &x), "e");
    assert!(message.contains("expected 2 rows, as `y` has, found 3 rows"), "{message}");
}

#[test]
fn a_tangent_has_the_shape_of_its_variable() {
    let f = formula!("p*(x|y)", x = Vi(2), y = Vj(2), p = Pm(1));
    let (x, y) = (x(), y());
    assert!(f.jvp_x(&x, &y, 1.0, &x).is_ok());
    complaint(f.jvp_x(&x, &y, 1.0, &y), "dx");
    complaint(f.jvp_y(&x, &y, 1.0, &Array2::zeros((2, 3))), "dy");
    complaint(f.jvp_p(&x, &y, 1.0, &[1.0, 2.0]), "dp");
}

#[test]
fn a_given_value_has_the_shape_of_the_result() {
    let f = formula!("(x|y)", x = Vi(2), y = Vj(2), reduction = LogSumExp);
    let (x, y, e) = (x(), y(), array![[1.0], [2.0], [3.0]]);
    let value = f.call(&x, &y).unwrap();
    assert!(f.grad_x_given(&x, &y, &value, &e).is_ok());
    complaint(f.grad_x_given(&x, &y, &x, &e), "value");
    complaint(f.grad_y_given(&x, &y, value.slice(s![..2, ..]), &e), "value");
    complaint(f.vjp_given(&x, &y, &value, value.slice(s![..2, ..])), "e");
}

#[test]
fn without_a_variable_along_an_axis_there_is_one_row() {
    let f = formula!("y*p", y = Vj(2), p = Pm(2));
    let (y, p) = (y(), array![2.0, 3.0]);
    let all = f.vjp(&y, &p, &[[1.0, 10.0]]).unwrap();
    assert_eq!((all.y, all.p), (array![[2.0, 30.0], [2.0, 30.0]], array![0.5, 25.0]));
    let message = complaint(f.grad_y(&y, &p, &y), "e");
    assert!(message.contains("expected 1 row") && message.contains("found 2 rows"), "{message}");
    complaint(f.grad_p(&y, &p, &y), "e");
    complaint(f.vjp(&y, &p, &Array2::zeros((0, 2))), "e");
    let f = formula!("x*p", x = Vi(2), p = Pm(2), axis = 0);
    assert_eq!(f.grad_x(&x(), &p, &[[1.0, 10.0]]).unwrap(), array![[2.0, 30.0], [2.0, 30.0], [2.0, 30.0]]);
    complaint(f.grad_x(&x(), &p, &x()), "e");
}

#[test]
fn names_that_are_taken() {
    let (x, y) = (x(), y());
    let plain = formula!("Exp(x|y)", x = Vi(2), y = Vj(2));
    let e = array![[1.0], [-2.0], [3.0]];
    let expected = plain.vjp(&x, &y, &e).unwrap();
    // A variable called as the cotangent, as the value, and as a tangent.
    let f = formula!("Exp(e|value)", e = Vi(2), value = Vj(2));
    let got = f.vjp(&x, &y, &e).unwrap();
    assert_eq!((&got.e, &got.value), (&expected.x, &expected.y));
    assert_eq!(f.grad_e(&x, &y, &e).unwrap(), plain.grad_x(&x, &y, &e).unwrap());
    assert_eq!(f.value_and_grad_value(&x, &y, &e).unwrap(), plain.value_and_grad_y(&x, &y, &e).unwrap());
    complaint(f.grad_e(&x, &y, &y), "e_");
    let f = formula!("Exp(x|dx)", x = Vi(2), dx = Vj(2));
    assert_eq!(f.jvp_x(&x, &y, &x).unwrap(), plain.jvp_x(&x, &y, &x).unwrap());
    assert_eq!(f.jvp_dx(&x, &y, &y).unwrap(), plain.jvp_y(&x, &y, &y).unwrap());
    complaint(f.jvp_x(&x, &y, &y), "dx_");
    let plain = formula!("(x|y)", x = Vi(2), y = Vj(2), reduction = LogSumExp);
    let f = formula!("(e|value)", e = Vi(2), value = Vj(2), reduction = LogSumExp);
    let value = plain.call(&x, &y).unwrap();
    assert_eq!(f.grad_e_given(&x, &y, &value, &e).unwrap(), plain.grad_x_given(&x, &y, &value, &e).unwrap());
    complaint(f.vjp_given(&x, &y, &x, &e), "value_");
    // A word of Rust, and a name with letters that are not Latin.
    let f = formula!("Exp(type|λ)", type = Vi(2), λ = Vj(2));
    let got = f.vjp(&x, &y, &e).unwrap();
    assert_eq!((&got.r#type, &got.λ), (&expected.x, &expected.y));
    assert_eq!(f.grad_type(&x, &y, &e).unwrap(), expected.x);
    assert_eq!(f.grad_λ(&x, &y, &e).unwrap(), expected.y);
}

#[test]
fn cotangents_are_any_views() {
    let f = formula!("x*(x|y)", x = Vi(2), y = Vj(2));
    let (x, y) = (x(), y());
    let e = array![[1.0, -2.0], [3.0, 0.5], [-1.0, 4.0]];
    let expected = f.vjp(&x, &y, &e).unwrap();
    let wide = Array2::from_shape_fn((6, 5), |(i, k)| if i % 2 == 0 && k % 3 == 1 { e[[i / 2, k / 3]] } else { 99.0 });
    let transposed = e.t().as_standard_layout().into_owned();
    let reversed = e.slice(s![..;-1, ..]).as_standard_layout().into_owned();
    for view in [wide.slice(s![..;2, 1..;3]), transposed.t(), reversed.slice(s![..;-1, ..])] {
        assert_eq!(view, e);
        let got = f.vjp(&x, &y, view).unwrap();
        assert_eq!((&got.x, &got.y), (&expected.x, &expected.y));
        assert_eq!(f.value_and_grad_x(&x, &y, view).unwrap().1, f.value_and_grad_x(&x, &y, &e).unwrap().1);
        assert_eq!(f.jvp_x(&x, &y, view).unwrap(), f.jvp_x(&x, &y, &e).unwrap());
    }
    // The same row again and again.
    let row = array![[1.0, -2.0]];
    let repeated = row.broadcast((3, 2)).unwrap();
    assert_eq!(f.grad_y(&x, &y, repeated).unwrap(), f.grad_y(&x, &y, &repeated.to_owned()).unwrap());
    assert_eq!(f.grad_y(&x, &y, &[[1.0, -2.0]; 3]).unwrap(), f.grad_y(&x, &y, &repeated.to_owned()).unwrap());
}

/// A formula without variables has a value only.
#[test]
fn no_variables() {
    assert_eq!(formula!("IntCst(3)",).call::<f64>().unwrap(), array![[3.0]]);
}
