//! Conjugate gradients against elimination, and what they report where there is no solution.

use std::ops::ControlFlow;

use ndarray::{Array2, array, concatenate};

use super::{Counted, FAILURE, assert_near, dense_solve, double, gaussian, random, single, symmetric};
use crate::linalg::{ConjugateGradient, Dense, Jacobi, LinearOperator, Preconditioner};
use crate::{Error, NoConvergence, Scalar};

fn solves<T: Scalar>(tolerance: f64, error: f64) {
    for (n, k) in [(1, 1), (7, 3), (40, 5), (5, 0), (0, 2)] {
        let eigenvalues: Vec<f64> = (0..n).map(|i| 1.0 + i as f64).collect();
        let (a, b) = (symmetric(&eigenvalues, 1), random(n, k, 2));
        let expected = dense_solve(&(&a + 0.5 * Array2::<f64>::eye(n)), &b);
        let mut solver = ConjugateGradient::<T>::new().ridge(0.5).tolerance(tolerance);
        let solution = solver.solve(&Dense(single::<T>(&a)), &single(&b)).unwrap();
        assert_near(&double(&solution.x), &expected, error);
        assert!(solution.converged && solution.iterations <= n + 5, "{}", solution.iterations);
        assert_eq!(solution.residuals.len(), solution.iterations + 1);
        assert!(solution.column_residuals.iter().all(|&residual| residual <= tolerance));
    }
}

#[test]
fn solutions_are_those_of_elimination() {
    solves::<f64>(1e-12, 1e-11);
    solves::<f32>(1e-5, 1e-4);
}

#[test]
fn products_take_the_columns_that_have_not_converged() {
    // Of an eigenvector one step is enough; of a sum of three, three; and of zeros none.
    let a = Counted::new(Array2::from_diag(&array![1.0, 2.0, 3.0, 4.0]), usize::MAX);
    let b = array![[1.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]];
    let mut seen = Vec::new();
    let mut solver = ConjugateGradient::new().tolerance(1e-12).on_iteration(|progress| {
        seen.push((progress.iteration, progress.columns));
        ControlFlow::Continue(())
    });
    let solution = solver.solve(&a, &b).unwrap();
    drop(solver);
    // Each time that a column seems to have converged one product more looks at its residual.
    assert_eq!(a.products(), [2, 1, 1, 1, 1]);
    assert_eq!(seen, [(1, 1), (2, 1), (3, 0)]);
    assert!(solution.x.column(1).iter().all(|&x| x == 0.0));
    assert_eq!(solution.residuals[0], 1.0);
    assert_near(&solution.x, &array![[1.0, 0.0, 1.0], [0.0, 0.0, 0.5], [0.0, 0.0, 1.0 / 3.0], [0.0; 3]], 1e-11);
}

#[test]
fn columns_do_not_depend_on_each_other() {
    let a = Dense(symmetric(&[1.0, 3.0, 10.0, 50.0, 200.0, 300.0], 3));
    let (small, large) = (1e-9 * random(6, 1, 4), 1e9 * random(6, 1, 5));
    let both = concatenate![ndarray::Axis(1), small, large];
    let mut solver = ConjugateGradient::new().tolerance(1e-10);
    let together = solver.solve(&a, &both).unwrap();
    let alone = solver.solve(&a, &small).unwrap();
    assert_near(&(1e9 * &together.x.slice(ndarray::s![.., ..1])), &(1e9 * alone.x), 1e-9);
}

#[test]
fn the_absolute_tolerance_is_that_of_kernel_solve() {
    let (a, b) = (Dense(gaussian(50, 0.3)), 100.0 * random(50, 1, 1));
    let solution = ConjugateGradient::new().ridge(0.1).absolute_tolerance(1e-3).solve(&a, &b).unwrap();
    let residual = (&a).shifted(0.1).apply(solution.x.view()).unwrap() - &b;
    let square = residual.mapv(|r: f64| r * r).sum();
    assert!(square <= 50.0 * 1e-6 && square > 50.0 * 1e-10, "{square}");
    // What is small enough already is solved by zero.
    let solution = ConjugateGradient::new().absolute_tolerance(1e3).solve(&a, &b).unwrap();
    assert_eq!((solution.iterations, solution.x), (0, Array2::zeros((50, 1))));
}

#[test]
fn failures_say_what_and_where() {
    let b = Array2::ones((3, 1));
    let solve = |a: Array2<f64>| ConjugateGradient::new().solve(&Dense(a), &b).unwrap_err();
    // The first direction is fine: (1, 1, 1) has the value 1.
    let error = solve(Array2::from_diag(&array![4.0, 1.0, -2.0]));
    assert!(matches!(error, Error::NotPositiveDefinite { iterations: 1, value, .. } if value < 0.0), "{error}");
    assert!(matches!(solve(Array2::zeros((3, 3))), Error::NotPositiveDefinite { iterations: 0, .. }));
    let error = solve(Array2::from_diag(&array![4.0, f64::NAN, 1.0]));
    assert_eq!(error.to_string(), "the product with the operator holds a number that is not finite (iteration 0)");
    let a = Dense(symmetric(&[1.0, 10.0, 100.0], 1));
    let error = ConjugateGradient::new().max_iterations(2).solve(&a, &b).unwrap_err();
    assert!(
        matches!(error, Error::NotConverged { iterations: 2, residual, reason: NoConvergence::IterationLimit } if residual > 1e-6)
    );
    let error = ConjugateGradient::new().solve(&a, &array![[1.0], [f64::INFINITY], [0.0]]).unwrap_err();
    assert_eq!(error.to_string(), "the right-hand side holds a number that is not finite (iteration 0)");
    let error = ConjugateGradient::new().solve(&a, &Array2::ones((4, 1))).unwrap_err();
    assert_eq!(error.to_string(), "right-hand side of a 3 x 3 operator: expected 3 rows, found 4");
    let error = ConjugateGradient::new().ridge(-1.0).solve(&a, &b).unwrap_err();
    assert_eq!(error.to_string(), "ridge: expected a number that is not negative, found -1");
    let error = ConjugateGradient::new().solve(&Dense(Array2::ones((3, 2))), &b).unwrap_err();
    assert_eq!(error.to_string(), "conjugate gradients: expected a square operator, found one of 3 x 2");
    let counted = Counted::new(a.0.clone(), 1);
    assert_eq!(ConjugateGradient::new().solve(&counted, &b), Err(FAILURE));
    let jacobi = Jacobi::new(&Dense(array![[1.0]]), 0.0).unwrap();
    let error = ConjugateGradient::new().preconditioner(&jacobi).solve(&a, &b).unwrap_err();
    assert_eq!(error.to_string(), "preconditioner of a 3 x 3 operator: expected 3 rows, found 1");
}

#[test]
fn stagnation_is_reported() {
    // In f32, of a matrix of condition 1e5, no residual of 1e-9 can be had.
    let eigenvalues: Vec<f64> = (0..30).map(|i| 10_f64.powf(-5.0 * f64::from(i) / 29.0)).collect();
    let a = Dense(single::<f32>(&symmetric(&eigenvalues, 2)));
    let b = single(&random(30, 1, 3));
    let error = ConjugateGradient::new().tolerance(1e-9).solve(&a, &b).unwrap_err();
    let Error::NotConverged { residual, reason: NoConvergence::Stagnation, .. } = error else { panic!("{error}") };
    assert!(residual > 1e-9 && residual < 1e-2, "{residual}");
    let error =
        ConjugateGradient::new().tolerance(0.0).solve(&Dense(gaussian(20, 0.5)), &random(20, 1, 1)).unwrap_err();
    assert!(matches!(error, Error::NotConverged { reason: NoConvergence::Stagnation, .. }), "{error}");
}

#[test]
fn results_of_wrong_shapes_are_reported() {
    /// Its results have a row or a column too many.
    struct Wrong;
    impl Preconditioner<f64> for Wrong {
        fn size(&self) -> Option<usize> {
            None
        }
        fn apply(&self, r: ndarray::ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
            Ok(Array2::ones((r.nrows(), r.ncols() + 1)))
        }
    }
    impl LinearOperator<f64> for Wrong {
        fn shape(&self) -> (usize, usize) {
            (2, 2)
        }
        fn apply(&self, v: ndarray::ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
            Ok(Array2::ones((v.nrows() + 1, v.ncols())))
        }
        fn apply_transposed(&self, v: ndarray::ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
            LinearOperator::apply(self, v)
        }
    }
    let b = Array2::ones((2, 1));
    let error = ConjugateGradient::new().preconditioner(&Wrong).solve(&Dense(Array2::eye(2)), &b).unwrap_err();
    assert_eq!(error.to_string(), "result of a preconditioner: expected 1 columns, found 2");
    let error = ConjugateGradient::new().solve(&Wrong, &b).unwrap_err();
    assert_eq!(error.to_string(), "result of a product of a 2 x 2 operator: expected 2 rows, found 3");
}

#[test]
fn stopping_is_no_error() {
    let (a, b) = (Dense(gaussian(60, 0.5)), random(60, 2, 1));
    let mut solver = ConjugateGradient::new().ridge(1e-3).on_iteration(|progress| {
        if progress.iteration == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let solution = solver.solve(&a, &b).unwrap();
    assert!(!solution.converged && solution.iterations == 5);
    let residual = (&a).shifted(1e-3).apply(solution.x.view()).unwrap() - &b;
    for (c, found) in solution.column_residuals.iter().enumerate() {
        let norm = |v: &Array2<f64>| v.column(c).dot(&v.column(c)).sqrt();
        assert!((found - norm(&residual) / norm(&b)).abs() < 1e-9);
    }
}

#[test]
fn a_preconditioner_that_is_not_positive_is_reported() {
    struct Negative;
    impl Preconditioner<f64> for Negative {
        fn size(&self) -> Option<usize> {
            None
        }
        fn apply(&self, r: ndarray::ArrayView2<'_, f64>) -> Result<Array2<f64>, Error> {
            Ok(-1.0 * &r)
        }
    }
    let a = Dense(Array2::eye(2));
    let error = ConjugateGradient::new().preconditioner(&Negative).solve(&a, &Array2::ones((2, 1))).unwrap_err();
    assert!(matches!(error, Error::NotPositiveDefinite { place: "the preconditioner", .. }), "{error}");
}

#[test]
fn gradients_are_limits_of_differences() {
    let (a, b, weight) = (symmetric(&[1.0, 2.0, 4.0, 9.0], 1), random(4, 2, 2), random(4, 2, 3));
    let mut solver = ConjugateGradient::new().tolerance(1e-14);
    let solve = |a: &Array2<f64>, b: &Array2<f64>, ridge: f64| dense_solve(&(a + ridge * Array2::<f64>::eye(4)), b);
    // The loss is a sum of sines of the solution.
    let loss = |a: &Array2<f64>, b: &Array2<f64>, ridge: f64| (solve(a, b, ridge) * &weight).mapv(f64::sin).sum();
    solver = solver.ridge(0.7);
    let x = solver.solve(&Dense(a.view()), &b).unwrap().x;
    let cotangent = (&x * &weight).mapv(f64::cos) * &weight;
    let gradient = solver.gradient(&Dense(a.view()), &x, &cotangent).unwrap();
    // The product A v, with the cotangent c, has the gradient c v^T by A.
    let by_a = gradient.cotangent.dot(&x.t());
    let step = 1e-5;
    let shifted = |m: &Array2<f64>, at: [usize; 2], by: f64| {
        let mut m = m.clone();
        m[at] += by;
        m
    };
    for i in 0..4 {
        for c in 0..2 {
            let slope = loss(&a, &shifted(&b, [i, c], step), 0.7) - loss(&a, &shifted(&b, [i, c], -step), 0.7);
            assert!((slope / (2.0 * step) - gradient.b[[i, c]]).abs() < 1e-8);
        }
        for j in 0..4 {
            let slope = loss(&shifted(&a, [i, j], step), &b, 0.7) - loss(&shifted(&a, [i, j], -step), &b, 0.7);
            assert!((slope / (2.0 * step) - by_a[[i, j]]).abs() < 1e-8);
        }
    }
    let slope = loss(&a, &b, 0.7 + step) - loss(&a, &b, 0.7 - step);
    assert!((slope / (2.0 * step) - gradient.ridge).abs() < 1e-8);
    let error = solver.gradient(&Dense(a.view()), &x, &Array2::ones((4, 3))).unwrap_err();
    assert_eq!(error.to_string(), "cotangent of a solution: expected 2 columns, found 3");
}
