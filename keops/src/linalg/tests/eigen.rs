//! Eigenvalues against those that matrices were made of; the methods of faer on operators.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::matrix_free::eigen::{partial_self_adjoint_eigen, partial_self_adjoint_eigen_scratch};
use faer::matrix_free::{BiLinOp, LinOp};
use faer::{Col, Mat, Par, Side};
use ndarray::{Array1, Array2, array};

use super::{Counted, FAILURE, assert_near, double, gaussian, random, single, symmetric};
use crate::linalg::{Dense, FaerOperator, LinearOperator, SymmetricEigen, Which, eigsh};
use crate::{Error, Scalar};

/// The eigenvalues of a dense matrix, in ascending order.
fn dense_eigenvalues(a: &Array2<f64>) -> Vec<f64> {
    Mat::from_fn(a.nrows(), a.nrows(), |i, j| a[[i, j]]).self_adjoint_eigenvalues(Side::Lower).unwrap()
}

#[track_caller]
fn check<T: Scalar>(a: &Array2<f64>, k: usize, which: Which, expected: &[f64], tolerance: f64) {
    let pairs = SymmetricEigen::new(k).which(which).solve(&Dense(single::<T>(a))).unwrap();
    let scale = expected.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
    let (values, vectors) = (pairs.values.mapv(|x| x.to_f64()), double(&pairs.vectors));
    let expected = Array1::from_vec(expected.to_vec());
    assert_near(
        &values.clone().insert_axis(ndarray::Axis(1)),
        &expected.insert_axis(ndarray::Axis(1)),
        tolerance * scale,
    );
    assert_near(&vectors.t().dot(&vectors), &Array2::eye(k), 10.0 * tolerance);
    assert_near(&a.dot(&vectors), &(&vectors * &values), 10.0 * tolerance * scale);
    assert!(pairs.residuals.iter().all(|&residual| residual <= 10.0 * tolerance * scale));
}

#[test]
fn eigenvalues_are_those_of_the_matrix() {
    let mut eigenvalues: Vec<f64> = (0..120).map(|i| 0.9_f64.powi(i)).collect();
    eigenvalues[3] = -2.0;
    let a = symmetric(&eigenvalues, 1);
    check::<f64>(&a, 3, Which::LargestMagnitude, &[-2.0, 1.0, 0.9], 1e-10);
    check::<f32>(&a, 3, Which::LargestMagnitude, &[-2.0, 1.0, 0.9], 1e-5);
    check::<f64>(&a, 4, Which::Largest, &[1.0, 0.9, 0.81, 0.9_f64.powi(4)], 1e-10);
    check::<f64>(&a, 1, Which::Smallest, &[-2.0], 1e-10);
}

#[test]
fn eigenvalues_of_a_kernel() {
    let k = gaussian(150, 0.5);
    let mut expected = dense_eigenvalues(&k);
    expected.reverse();
    check::<f64>(&k, 12, Which::LargestMagnitude, &expected[..12], 1e-10);
    check::<f32>(&k, 5, Which::LargestMagnitude, &expected[..5], 1e-5);
}

#[test]
fn restarts_reach_close_eigenvalues() {
    // The gaps of 0.01 in 4 take far more products than the space has vectors.
    let eigenvalues: Vec<f64> = (0..400).map(|i| 0.01 * f64::from(i)).collect();
    check::<f64>(&symmetric(&eigenvalues, 1), 2, Which::Largest, &[3.99, 3.98], 1e-10);
}

#[test]
fn invariant_spaces_and_multiple_eigenvalues() {
    check::<f64>(&Array2::eye(30), 4, Which::LargestMagnitude, &[1.0; 4], 1e-12);
    check::<f64>(&Array2::zeros((9, 9)), 2, Which::Largest, &[0.0; 2], 1e-12);
    check::<f64>(&array![[3.0]], 1, Which::Smallest, &[3.0], 1e-12);
    let mut eigenvalues = vec![0.0; 50];
    eigenvalues[10..13].fill(5.0);
    eigenvalues[20] = 2.0;
    check::<f64>(&symmetric(&eigenvalues, 2), 4, Which::Largest, &[5.0, 5.0, 5.0, 2.0], 1e-10);
    check::<f64>(&symmetric(&eigenvalues, 2), 6, Which::Largest, &[5.0, 5.0, 5.0, 2.0, 0.0, 0.0], 1e-10);
    let few = [4.0, 3.0, -2.0, 1.0, 0.5];
    check::<f64>(&symmetric(&few, 3), 5, Which::LargestMagnitude, &few, 1e-10);
}

#[test]
fn errors_of_eigenvalues() {
    let error = eigsh(&Dense(random(40, 40, 1)), 2).unwrap_err();
    assert!(matches!(error, Error::NotSymmetric { .. }), "{error}");
    assert!(matches!(eigsh(&Dense(random(4, 3, 1)), 2), Err(Error::NotSquare { .. })));
    let error = eigsh(&Dense(Array2::<f64>::eye(3)), 4).unwrap_err();
    assert_eq!(error.to_string(), "number of eigenvalues: expected at least 1 and at most the number of rows, found 4");
    assert!(matches!(eigsh(&Dense(Array2::from_elem((3, 3), f64::NAN)), 1), Err(Error::NotFinite { .. })));
    assert_eq!(eigsh(&Counted::new(gaussian(50, 0.2), 2), 2), Err(FAILURE));
    let hard = SymmetricEigen::new(1).tolerance(0.0).max_iterations(5).solve(&Dense(gaussian(50, 0.2)));
    assert!(matches!(hard, Err(Error::NotConverged { iterations: 5, .. })));
}

#[test]
fn the_eigensolver_of_faer_runs_on_operators() {
    let (k, n) = (gaussian(150, 0.5), 150);
    let solve = |a: &Counted| {
        let mut operator = FaerOperator::new(a);
        let (mut vectors, mut values) = (Mat::<f64>::zeros(n, 3), vec![0.0; 3]);
        let request = partial_self_adjoint_eigen_scratch::<f64>(&operator, 3, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(request);
        let start = Col::from_fn(n, |i| 1.0 + i as f64);
        let info = operator.run(|operator| {
            partial_self_adjoint_eigen(
                vectors.as_mut(),
                &mut values,
                operator,
                start.as_ref(),
                1e-10,
                Par::Seq,
                MemStack::new(&mut memory),
                Default::default(),
            )
        })?;
        assert_eq!(info.n_converged_eigen, 3);
        Ok(values)
    };
    let mut expected = dense_eigenvalues(&k);
    expected.reverse();
    let values = solve(&Counted::new(k.clone(), usize::MAX)).unwrap();
    assert!(values.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-10), "{values:?}");
    // Without `run` this would not end.
    assert_eq!(solve(&Counted::new(k, 10)), Err(FAILURE));
}

#[test]
fn products_of_faer_are_those_of_the_operator() {
    let a = random(3, 4, 1);
    let wide = Dense(a.view()).scaled(2.0);
    let operator = FaerOperator::new(&wide);
    assert_eq!((LinOp::<f64>::nrows(&operator), LinOp::<f64>::ncols(&operator)), (3, 4));
    let mut memory = [];
    let stack = MemStack::new(&mut memory);
    let v = random(4, 2, 2);
    let columns = |v: &Array2<f64>| Mat::from_fn(v.nrows(), v.ncols(), |i, j| v[[i, j]]);
    let back = |m: &Mat<f64>| Array2::from_shape_fn((m.nrows(), m.ncols()), |at| m[at]);
    let mut out = Mat::zeros(3, 2);
    operator.apply(out.as_mut(), columns(&v).as_ref(), Par::Seq, stack);
    assert_near(&back(&out), &wide.apply(v.view()).unwrap(), 0.0);
    let w = random(3, 2, 3);
    let mut out = Mat::zeros(4, 2);
    operator.transpose_apply(out.as_mut(), columns(&w).as_ref(), Par::Seq, stack);
    assert_near(&back(&out), &wide.apply_transposed(w.view()).unwrap(), 0.0);
    assert_eq!(operator.error(), None);
    // An error is kept.
    let failing = Counted::new(Array2::eye(2), 0);
    let operator = FaerOperator::new(&failing);
    let mut out = Mat::zeros(2, 1);
    operator.apply(out.as_mut(), columns(&random(2, 1, 1)).as_ref(), Par::Seq, stack);
    assert!(out[(0, 0)].is_nan() && out[(1, 0)].is_nan());
    assert_eq!(operator.error(), Some(FAILURE));
    assert_eq!(operator.error(), None);
}
