//! The reductions `Mean` and `Count` against plain loops, and the derivatives of means.

use keops::formula;
use ndarray::{Array1, Array2, Axis, array};

/// Some numbers between -1 and 1, none of them special.
fn numbers(rows: usize, dim: usize, seed: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, dim), |(row, k)| (seed + 1.7 * row as f64 + 0.6 * k as f64).sin())
}

#[track_caller]
fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) {
    assert_eq!(found.dim(), expected.dim());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, expected {expected}");
    }
}

/// One row per kept index, by plain loops.
fn means(kept: usize, reduced: usize, dim: usize, term: impl Fn(usize, usize, usize) -> f64) -> Array2<f64> {
    let mean = |row, k| (0..reduced).map(|other| term(row, other, k)).sum::<f64>() / reduced as f64;
    Array2::from_shape_fn((kept, dim), |(row, k)| mean(row, k))
}

const P: f64 = 0.7;

/// `Exp(-p*SqDist(x,y))*b`, entry `k`.
fn gauss(x: &Array2<f64>, y: &Array2<f64>, b: &Array2<f64>, (i, j, k): (usize, usize, usize)) -> f64 {
    let difference = &x.row(i) - &y.row(j);
    (-P * difference.dot(&difference)).exp() * b[[j, k]]
}

#[test]
fn means_are_sums_divided_by_their_length() {
    let rows = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(2), y = Vj(2), b = Vj(3), p = Pm(1), reduction = Mean);
    let columns =
        formula!("Exp(-p*SqDist(x,y))*b", x = Vi(2), y = Vj(2), b = Vj(3), p = Pm(1), reduction = Mean, axis = 0);
    for (m, n) in [(1, 1), (5, 3), (70, 1300)] {
        let (x, y, b) = (numbers(m, 2, 1.0), numbers(n, 2, 2.0), numbers(n, 3, 3.0));
        let expected = means(m, n, 3, |i, j, k| gauss(&x, &y, &b, (i, j, k)));
        assert_close(&rows.call(&x, &y, &b, P).unwrap(), &expected, 1e-13);
        let expected = means(n, m, 3, |j, i, k| gauss(&x, &y, &b, (i, j, k)));
        assert_close(&columns.call(&x, &y, &b, P).unwrap(), &expected, 1e-13);

        let single = |array: &Array2<f64>| array.mapv(|number| number as f32);
        let found = rows.call(&single(&x), &single(&y), &single(&b), P as f32).unwrap();
        let expected = means(m, n, 3, |i, j, k| gauss(&x, &y, &b, (i, j, k)));
        assert_close(&found.mapv(f64::from), &expected, 1e-5);
    }
}

#[test]
fn means_of_other_forms() {
    let (x, y) = (numbers(4, 3, 1.0), numbers(6, 3, 2.0));
    // No product, a concatenation, a long vector, a constant, what does not depend on the reduced index, an index.
    let found = formula!("x-y", x = Vi(3), y = Vj(3), reduction = Mean).call(&x, &y).unwrap();
    assert_close(&found, &means(4, 6, 3, |i, j, k| x[[i, k]] - y[[j, k]]), 1e-14);
    let found = formula!("Concat(x*y,x)", x = Vi(3), y = Vj(3), reduction = Mean).call(&x, &y).unwrap();
    let term = |i: usize, j: usize, k: usize| if k < 3 { x[[i, k]] * y[[j, k]] } else { x[[i, k - 3]] };
    assert_close(&found, &means(4, 6, 6, term), 1e-14);
    let (long_x, long_y) = (numbers(4, 50, 1.0), numbers(6, 50, 2.0));
    let found = formula!("Abs(x-y)", x = Vi(50), y = Vj(50), reduction = Mean).call(&long_x, &long_y).unwrap();
    assert_close(&found, &means(4, 6, 50, |i, j, k| (long_x[[i, k]] - long_y[[j, k]]).abs()), 1e-14);
    let found = formula!("x-x+1", x = Vi(3), y = Vj(3), reduction = Mean).call(&x, &y).unwrap();
    assert_close(&found, &Array2::ones((4, 3)), 1e-15);
    let found = formula!("x", x = Vi(3), y = Vj(3), reduction = Mean).call(&x, &y).unwrap();
    assert_close(&found, &x, 1e-15);
    let found = formula!("I+0*y", x = Vi(3), y = Vj(1), reduction = Mean, axis = 0).call(&x, &[[1.0]]).unwrap();
    assert_close(&found, &array![[1.5]], 1e-15);
    // Along an axis without variable there is one index.
    let found = formula!("x", x = Vi(3), reduction = Mean).call(&x).unwrap();
    assert_close(&found, &x, 0.0);
    let found = formula!("Mean_Reduction(x-y,1)", x = Vi(3), y = Vj(3)).call(&x, &y).unwrap();
    assert_close(&found, &means(6, 4, 3, |j, i, k| x[[i, k]] - y[[j, k]]), 1e-14);
}

#[test]
fn means_and_counts_of_nothing() {
    let mean = formula!("x+y*p", x = Vi(2), y = Vj(2), p = Pm(1), reduction = Mean);
    let count = formula!("x+y", x = Vi(2), y = Vj(2), reduction = Count);
    let (x, none, e) = (numbers(3, 2, 1.0), Array2::<f64>::zeros((0, 2)), numbers(3, 2, 2.0));
    assert_eq!(mean.call(&x, &none, P).unwrap(), Array2::zeros((3, 2)));
    assert_eq!(mean.call(&none, &x, P).unwrap(), Array2::zeros((0, 2)));
    assert_eq!(count.call(&x, &none).unwrap(), Array2::<usize>::zeros((3, 2)));
    assert_eq!(count.call(&none, &x).unwrap(), Array2::<usize>::zeros((0, 2)));
    let all = mean.vjp(&x, &none, P, &e).unwrap();
    assert_eq!((all.x, all.y, all.p), (Array2::zeros((3, 2)), Array2::zeros((0, 2)), Array1::zeros(1)));
    let all = mean.vjp(&none, &x, P, &none).unwrap();
    assert_eq!((all.x, all.y, all.p), (Array2::zeros((0, 2)), Array2::zeros((3, 2)), Array1::zeros(1)));
    assert_eq!(mean.jvp_x(&x, &none, P, &x).unwrap(), Array2::zeros((3, 2)));
}

#[test]
fn counts_are_those_of_terms_that_are_not_zero() {
    let x = array![[0.0], [1.0], [f64::NAN], [-1.0]];
    let y = array![[0.0, -0.0], [2.0, -0.0], [f64::INFINITY, 5e-324], [-1.0, f64::NAN]];
    let expected = array![[0, 0], [3, 2], [4, 4], [3, 2]];
    // 0 times infinity and 0 times NaN are NaN, and count.
    let mut with_nan = expected;
    with_nan[[0, 0]] = 1;
    with_nan[[0, 1]] = 1;
    assert_eq!(formula!("x*y", x = Vi(1), y = Vj(2), reduction = Count).call(&x, &y).unwrap(), with_nan);
    let found = formula!("y", x = Vi(1), y = Vj(2), reduction = Count).call(&x, &y).unwrap();
    assert_eq!(found, array![[3, 2], [3, 2], [3, 2], [3, 2]]);
    let found = formula!("Count_Reduction(y,1)", x = Vi(1), y = Vj(2)).call(&x, &y).unwrap();
    assert_eq!(found, array![[0, 0], [4, 0], [4, 4], [4, 4]]);
    // A sign or a factor of the kept index stays with the terms.
    let found = formula!("-x*(y<1)", x = Vi(1), y = Vj(2), reduction = Count).call(&x, &y).unwrap();
    assert_eq!(found, array![[0, 0], [2, 3], [4, 4], [2, 3]]);
    let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
    // The smallest number is 0 in single precision.
    with_nan[[1, 1]] = 1;
    with_nan[[3, 1]] = 1;
    assert_eq!(formula!("x*y", x = Vi(1), y = Vj(2), reduction = Count).call(&x, &y).unwrap(), with_nan);
}

#[test]
fn counts_of_many_terms() {
    let neighbours = formula!("SqDist(x,y) < 0.5", x = Vi(2), y = Vj(2), reduction = Count);
    let columns = formula!("SqDist(x,y) < 0.5", x = Vi(2), y = Vj(2), reduction = Count, axis = 0);
    for (m, n) in [(3, 5000), (2000, 2), (300, 700)] {
        let (x, y) = (numbers(m, 2, 1.0), numbers(n, 2, 2.0));
        let near = |i: usize, j: usize| {
            let difference = &x.row(i) - &y.row(j);
            usize::from(difference.dot(&difference) < 0.5)
        };
        let expected = Array2::from_shape_fn((m, 1), |(i, _)| (0..n).map(|j| near(i, j)).sum());
        assert_eq!(neighbours.call(&x, &y).unwrap(), expected);
        let expected: Array2<usize> = Array2::from_shape_fn((n, 1), |(j, _)| (0..m).map(|i| near(i, j)).sum());
        assert_eq!(columns.call(&x, &y).unwrap(), expected);
        let (x, y) = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
        let found = columns.call(&x, &y).unwrap();
        assert!(found.iter().zip(&expected).all(|(found, expected)| found.abs_diff(*expected) <= 1 + expected / 1000));
    }
}

/// Compares all methods of a mean with those of the sum, divided by the length.
macro_rules! compare_with_sum {
    ($axis:literal, $kept:expr, $reduced:expr) => {{
        let mean = formula!(
            "Exp(-p*SqDist(x,y))*b",
            x = Vi(2),
            y = Vj(2),
            b = Vj(3),
            p = Pm(1),
            reduction = Mean,
            axis = $axis
        );
        let sum = formula!("Exp(-p*SqDist(x,y))*b", x = Vi(2), y = Vj(2), b = Vj(3), p = Pm(1), axis = $axis);
        let (x, y, b) = (numbers(5, 2, 1.0), numbers(8, 2, 2.0), numbers(8, 3, 3.0));
        let (dx, dy) = (numbers(5, 2, 4.0), numbers(8, 2, 5.0));
        let e = numbers($kept, 3, 6.0);
        let shared = &e / $reduced as f64;
        let (value, all) = mean.value_and_vjp(&x, &y, &b, P, &e).unwrap();
        let expected = sum.vjp(&x, &y, &b, P, &shared).unwrap();
        assert_close(&value, &(sum.call(&x, &y, &b, P).unwrap() / $reduced as f64), 1e-14);
        assert_close(&all.x, &expected.x, 1e-14);
        assert_close(&all.y, &expected.y, 1e-14);
        assert_close(&all.b, &expected.b, 1e-14);
        assert_close(&all.p.insert_axis(Axis(0)), &expected.p.insert_axis(Axis(0)), 1e-14);
        assert_close(&mean.grad_y(&x, &y, &b, P, &e).unwrap(), &expected.y, 1e-14);
        let (value, gradient) = mean.value_and_grad_x(&x, &y, &b, P, &e).unwrap();
        assert_close(&value, &mean.call(&x, &y, &b, P).unwrap(), 1e-14);
        assert_close(&gradient, &expected.x, 1e-14);
        for (found, expected) in [
            (mean.jvp_x(&x, &y, &b, P, &dx), sum.jvp_x(&x, &y, &b, P, &dx)),
            (mean.jvp_y(&x, &y, &b, P, &dy), sum.jvp_y(&x, &y, &b, P, &dy)),
            (mean.jvp_p(&x, &y, &b, P, 0.3), sum.jvp_p(&x, &y, &b, P, 0.3)),
        ] {
            assert_close(&found.unwrap(), &(expected.unwrap() / $reduced as f64), 1e-14);
        }
        // By differences.
        let h = 1e-5;
        let along = |h: f64| mean.call(&(&x + h * &dx), &(&y + h * &dy), &b, P + 0.3 * h).unwrap();
        let change = mean.jvp_x(&x, &y, &b, P, &dx).unwrap()
            + mean.jvp_y(&x, &y, &b, P, &dy).unwrap()
            + mean.jvp_p(&x, &y, &b, P, 0.3).unwrap();
        assert_close(&((along(h) - along(-h)) / (2.0 * h)), &change, 1e-9);
    }};
}

#[test]
fn derivatives_of_means() {
    compare_with_sum!(1, 5, 8);
    compare_with_sum!(0, 8, 5);
}

#[test]
fn derivatives_inside_and_outside_of_means() {
    let (x, y, e, w) = (numbers(5, 2, 1.0), numbers(8, 2, 2.0), numbers(5, 1, 3.0), numbers(8, 1, 4.0));
    macro_rules! compare {
        ($mean:literal, $sum:literal, $length:literal $(, $option:ident = $value:tt)*) => {
            let mean = formula!($mean, x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1), w = Vj(1) $(, $option = $value)*);
            let sum = formula!($sum, x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1), w = Vj(1));
            let expected = sum.call(&x, &y, P, &e, &w).unwrap() / f64::from($length);
            assert_close(&mean.call(&x, &y, P, &e, &w).unwrap(), &expected, 1e-14);
        };
    }
    compare!("Grad(Exp(-p*SqDist(x,y)),x,e)", "Grad(Exp(-p*SqDist(x,y)),x,e)", 8, reduction = Mean);
    compare!(
        "Diff(Exp(-p*SqDist(x,y)),x,y)",
        "Sum_Reduction(Diff(Exp(-p*SqDist(x,y)),x,y),1)",
        5,
        reduction = Mean,
        axis = 0
    );
    // The gradient of a mean divides by the length of the axis that the mean itself runs over.
    compare!("Grad(Mean_Reduction(Exp(-p*SqDist(x,y)),0),x,e)", "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),0),x,e)", 8);
    compare!("Grad(Mean_Reduction(Exp(-p*SqDist(x,y)),0),y,e)", "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),0),y,e)", 8);
    compare!("Grad(Mean_Reduction(Exp(-p*SqDist(x,y)),0),p,e)", "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),0),p,e)", 8);
    compare!("Grad(Mean_Reduction(Exp(-p*SqDist(x,y)),1),x,w)", "Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),1),x,w)", 5);
    compare!("Diff(Mean_Reduction(Exp(-p*SqDist(x,y)),1),y,y)", "Diff(Sum_Reduction(Exp(-p*SqDist(x,y)),1),y,y)", 5);

    // Derivatives of these in turn.
    let mean = formula!("Grad(Mean_Reduction(Exp(-p*SqDist(x,y)),0),y,e)", x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1));
    let sum = formula!("Grad(Sum_Reduction(Exp(-p*SqDist(x,y)),0),y,e)", x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1));
    let (found, expected) = (mean.grad_x(&x, &y, P, &e, &y).unwrap(), sum.grad_x(&x, &y, P, &e, &y).unwrap());
    assert_close(&found, &(expected / 8.0), 1e-14);
}
