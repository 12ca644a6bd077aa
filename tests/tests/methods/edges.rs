//! Empty arrays, infinite terms, and methods against each other.

use keops::formula;
use keops_tests::every_instruction_set;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::{Array1, Array2, Axis, array, concatenate};

fn zeros<T: Number>(rows: usize, dim: usize) -> Array2<T> {
    Array2::from_elem((rows, dim), T::rounded(0.0))
}

/// One number as a parameter.
fn vector<T: Number>(x: f64) -> Array1<T> {
    Array1::from_elem(1, T::rounded(x))
}

#[track_caller]
fn assert_close<'a, T: Number>(
    got: impl IntoIterator<Item = &'a T>,
    expected: impl IntoIterator<Item = &'a T>,
    units: f64,
) {
    let got: Vec<f64> = got.into_iter().map(|x| x.exact()).collect();
    let expected: Vec<f64> = expected.into_iter().map(|x| x.exact()).collect();
    assert_eq!(got.len(), expected.len(), "number of entries");
    for (got, expected) in got.iter().zip(&expected) {
        let near = (got - expected).abs() <= units * T::ROUNDING * (1.0 + expected.abs());
        assert!(near, "{got}, expected {expected}");
    }
}

/// Where all terms are -inf nothing depends on anything: gradients are 0 and not NaN.
fn rows_of_minus_infinity<T: Number>() {
    let f = formula!("b - p*SqDist(x,y)", x = Vi(2), y = Vj(2), b = Vj(1), p = Pm(1), reduction = LogSumExp);
    let (x, y, e) = (numbers::<T>(5, 2, 1), numbers::<T>(6, 2, 2), numbers::<T>(5, 1, 3));
    let p = vector::<T>(0.5);
    let nothing = Array2::from_elem((6, 1), T::rounded(f64::NEG_INFINITY));
    let (value, all) = f.value_and_vjp(&x, &y, &nothing, &p, &e).unwrap();
    assert!(value.iter().all(|value| value.exact() == f64::NEG_INFINITY));
    for gradient in [&all.x, &all.y, &all.b] {
        assert!(gradient.iter().all(|entry| entry.exact() == 0.0), "{gradient:?}");
    }
    assert_eq!(all.p[0].exact(), 0.0);
    assert!(f.jvp_x(&x, &y, &nothing, &p, &x).unwrap().iter().all(|entry| entry.exact() == 0.0));

    // A few of them change nothing for the others.
    let mut some = numbers::<T>(6, 1, 4);
    let kept = [0, 2, 3, 5];
    some[[1, 0]] = T::rounded(f64::NEG_INFINITY);
    some[[4, 0]] = T::rounded(f64::NEG_INFINITY);
    let with = f.vjp(&x, &y, &some, &p, &e).unwrap();
    let without = f.vjp(&x, &y.select(Axis(0), &kept), &some.select(Axis(0), &kept), &p, &e).unwrap();
    assert_close(&with.x, &without.x, 64.0);
    assert_close(&with.p, &without.p, 64.0);
    assert_close(&with.y.select(Axis(0), &kept), &without.y, 64.0);
    assert_close(&with.b.select(Axis(0), &kept), &without.b, 64.0);
    for gone in [1, 4] {
        assert!(with.y.row(gone).iter().chain(with.b.row(gone)).all(|entry| entry.exact() == 0.0));
    }
}

/// Exponentials of terms of size 1000 would overflow, their quotients do not.
fn large_terms<T: Number>() {
    let f = formula!("s + (x|y)", x = Vi(2), y = Vj(2), s = Pm(1), reduction = LogSumExp);
    let plain = formula!("(x|y)", x = Vi(2), y = Vj(2), reduction = LogSumExp);
    let (x, y, e) = (numbers::<T>(5, 2, 1), numbers::<T>(6, 2, 2), numbers::<T>(5, 1, 3));
    let expected = plain.vjp(&x, &y, &e).unwrap();
    for shift in [1000.0, -1000.0] {
        let got = f.vjp(&x, &y, &vector::<T>(shift), &e).unwrap();
        // A term is known up to 1000 units, and so are the logarithms of the weights.
        assert_close(&got.x, &expected.x, 8000.0);
        assert_close(&got.y, &expected.y, 8000.0);
        // The weights add up to 1.
        let total: f64 = e.iter().map(|e| e.exact()).sum();
        assert!((got.s[0].exact() - total).abs() < 8000.0 * T::ROUNDING);
    }
    let steep = formula!("1000*(x|y)", x = Vi(2), y = Vj(2), reduction = LogSumExp);
    let gradient = steep.grad_x(&x, &y, &e).unwrap();
    for (i, row) in gradient.outer_iter().enumerate() {
        let product = |j: usize| (0..2).map(|k| x[[i, k]].exact() * y[[j, k]].exact()).sum::<f64>();
        let largest = (0..6).map(product).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = (0..6).map(|j| (1000.0 * (product(j) - largest)).exp()).collect();
        for (k, got) in row.iter().enumerate() {
            let mean = (0..6).map(|j| weights[j] * y[[j, k]].exact()).sum::<f64>() / weights.iter().sum::<f64>();
            let expected = 1000.0 * e[[i, 0]].exact() * mean;
            let near = (got.exact() - expected).abs() <= 8000.0 * T::ROUNDING * (1000.0 + expected.abs());
            assert!(near, "{got:?}, expected {expected}");
        }
    }
}

/// No rows or no columns: zeros of the right shape.
fn empty_arrays<T: Number>() {
    let sum = formula!("Exp(-p*SqDist(x,y))*x", x = Vi(2), y = Vj(2), p = Pm(1));
    let by_columns = formula!("Exp(-p*SqDist(x,y))*x", x = Vi(2), y = Vj(2), p = Pm(1), axis = 0);
    let soft = formula!("-p*SqDist(x,y)", x = Vi(2), y = Vj(2), p = Pm(1), reduction = LogSumExp);
    let p = vector::<T>(0.5);
    for (rows, columns) in [(0, 3), (3, 0), (0, 0)] {
        let (x, y) = (numbers::<T>(rows, 2, 1), numbers::<T>(columns, 2, 2));
        let (e, f) = (numbers::<T>(rows, 2, 3), numbers::<T>(columns, 2, 3));
        let e1 = numbers::<T>(rows, 1, 3);
        let (zero_x, zero_y) = (zeros::<T>(rows, 2), zeros::<T>(columns, 2));
        macro_rules! check {
            ($formula:expr, $e:expr, $value:expr, $change:expr) => {
                let all = $formula.vjp(&x, &y, &p, $e).unwrap();
                assert_eq!((&all.x, &all.y, &all.p), (&zero_x, &zero_y, &vector(0.0)));
                assert_eq!($formula.grad_x(&x, &y, &p, $e).unwrap(), zero_x);
                assert_eq!($formula.grad_y(&x, &y, &p, $e).unwrap(), zero_y);
                assert_eq!($formula.grad_p(&x, &y, &p, $e).unwrap(), vector(0.0));
                let (value, gradient) = $formula.value_and_grad_x(&x, &y, &p, $e).unwrap();
                assert_eq!((value, gradient), ($value, zero_x.clone()));
                assert_eq!($formula.jvp_x(&x, &y, &p, &x).unwrap(), $change);
                assert_eq!($formula.jvp_y(&x, &y, &p, &y).unwrap(), $change);
                assert_eq!($formula.jvp_p(&x, &y, &p, &p).unwrap(), $change);
            };
        }
        check!(sum, &e, zero_x.clone(), zero_x);
        check!(by_columns, &f, zero_y.clone(), zero_y);
        let minus_infinity = Array2::from_elem((rows, 1), T::rounded(f64::NEG_INFINITY));
        check!(soft, &e1, minus_infinity.clone(), zeros::<T>(rows, 1));
        assert_eq!(soft.grad_x_given(&x, &y, &p, &minus_infinity, &e1).unwrap(), zero_x);
        assert_eq!(soft.vjp_given(&x, &y, &p, &minus_infinity, &e1).unwrap().y, zero_y);
    }
}

/// What several methods compute is the same, and so is a gradient that is written as a formula.
fn consistency<T: Number>() {
    let f = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    let (x, y, b, e) = (numbers::<T>(33, 3, 1), numbers::<T>(40, 3, 2), numbers::<T>(40, 2, 3), numbers::<T>(33, 2, 4));
    let p = vector::<T>(0.5);
    let value = f.call(&x, &y, &b, &p).unwrap();
    let all = f.vjp(&x, &y, &b, &p, &e).unwrap();
    let (value_too, all_too) = f.value_and_vjp(&x, &y, &b, &p, &e).unwrap();
    let units = 256.0;
    assert_close(&value_too, &value, units);
    let (value_too, gradient) = f.value_and_grad_x(&x, &y, &b, &p, &e).unwrap();
    assert_close(&value_too, &value, units);
    let by_x = [all_too.x, gradient, f.grad_x(&x, &y, &b, &p, &e).unwrap()];
    by_x.iter().for_each(|gradient| assert_close(gradient, &all.x, units));
    let by_y = [all_too.y, f.grad_y(&x, &y, &b, &p, &e).unwrap(), f.value_and_grad_y(&x, &y, &b, &p, &e).unwrap().1];
    by_y.iter().for_each(|gradient| assert_close(gradient, &all.y, units));
    let by_b = [all_too.b, f.grad_b(&x, &y, &b, &p, &e).unwrap()];
    by_b.iter().for_each(|gradient| assert_close(gradient, &all.b, units));
    let by_p = [all_too.p, f.grad_p(&x, &y, &b, &p, &e).unwrap(), f.value_and_grad_p(&x, &y, &b, &p, &e).unwrap().1];
    by_p.iter().for_each(|gradient| assert_close(gradient, &all.p, units));

    let by_y = formula!(
        "Grad(Sum_Reduction(Exp(-p*SqDist(x,y))*b,0),y,e)",
        x = Vi(3),
        y = Vj(3),
        b = Vj(2),
        p = Pm(1),
        e = Vi(2)
    );
    assert_close(&by_y.call(&x, &y, &b, &p, &e).unwrap(), &all.y, units);
    let by_p = formula!(
        "Grad(Sum_Reduction(Exp(-p*SqDist(x,y))*b,0),p,e)",
        x = Vi(3),
        y = Vj(3),
        b = Vj(2),
        p = Pm(1),
        e = Vi(2)
    );
    assert_close(&by_p.call(&x, &y, &b, &p, &e).unwrap(), &all.p, units);

    let g = formula!("(x|y)/p", x = Vi(3), y = Vj(3), p = Pm(1), reduction = LogSumExp);
    let e = numbers::<T>(33, 1, 5);
    let value = g.call(&x, &y, &p).unwrap();
    let all = g.vjp(&x, &y, &p, &e).unwrap();
    // These run the same passes: the results are the same to the last bit.
    let (value_too, all_too) = g.value_and_vjp(&x, &y, &p, &e).unwrap();
    let given = g.vjp_given(&x, &y, &p, &value, &e).unwrap();
    assert_eq!(value_too, value);
    assert_eq!((&all_too.x, &all_too.y, &all_too.p), (&all.x, &all.y, &all.p));
    assert_eq!((&given.x, &given.y, &given.p), (&all.x, &all.y, &all.p));
    assert_eq!(g.value_and_grad_x(&x, &y, &p, &e).unwrap().0, value);
    let by_x = [g.grad_x(&x, &y, &p, &e).unwrap(), g.grad_x_given(&x, &y, &p, &value, &e).unwrap()];
    by_x.iter().for_each(|gradient| assert_close(gradient, &all.x, units));
    assert_close(&g.grad_p_given(&x, &y, &p, &value, &e).unwrap(), &all.p, units);
}

every_instruction_set! {
    fn infinite_and_large_terms() {
        rows_of_minus_infinity::<f64>();
        rows_of_minus_infinity::<f32>();
        large_terms::<f64>();
        large_terms::<f32>();
    }

    fn nothing_to_sum() {
        empty_arrays::<f64>();
        empty_arrays::<f32>();
    }

    fn of_the_same_formula() {
        consistency::<f64>();
        consistency::<f32>();
    }
}

/// A step along a gradient, and a change of one row, by hand.
#[test]
fn an_example() {
    let f = formula!("w*(x|y)", x = Vi(2), y = Vj(2), w = Pm(1));
    let (x, y) = (array![[1.0, 2.0], [3.0, 4.0]], array![[5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]);
    let e = array![[1.0], [10.0]];
    let all = f.vjp(&x, &y, 2.0, &e).unwrap();
    assert_eq!(all.x, array![[42.0, 48.0], [420.0, 480.0]]);
    assert_eq!(all.y, concatenate![Axis(0), array![[62.0, 84.0]], array![[62.0, 84.0]], array![[62.0, 84.0]]]);
    assert_eq!(all.w, array![21.0 + 48.0 + 10.0 * (63.0 + 96.0)]);
    assert_eq!(f.jvp_x(&x, &y, 2.0, &[[1.0, 0.0], [0.0, 1.0]]).unwrap(), array![[42.0], [48.0]]);
    assert_eq!(f.jvp_w(&x, &y, 2.0, 1.0).unwrap(), array![[69.0], [159.0]]);
}
