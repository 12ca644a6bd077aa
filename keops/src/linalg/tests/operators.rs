//! Combinations of operators against those of matrices.

use ndarray::{Array1, Array2, array, s};

use super::{assert_near, columns, random};
use crate::Error;
use crate::linalg::{Dense, Diagonal, Entries, LinearOperator};

/// Products, transposed products and the dense form, all against a matrix.
#[track_caller]
fn check(operator: &dyn LinearOperator<f64>, matrix: &Array2<f64>) {
    assert_eq!(operator.shape(), matrix.dim());
    for k in [0, 1, 3] {
        let (v, w) = (random(matrix.ncols(), k, 1), random(matrix.nrows(), k, 2));
        assert_near(&operator.apply(v.view()).unwrap(), &matrix.dot(&v), 1e-12);
        assert_near(&operator.apply_transposed(w.view()).unwrap(), &matrix.t().dot(&w), 1e-12);
    }
    assert_near(&operator.to_dense().unwrap(), matrix, 1e-12);
    let (rows, columns) = matrix.dim();
    let wrong = |result: Result<Array2<f64>, Error>| matches!(result, Err(Error::OperandRows { .. }));
    assert!(wrong(operator.apply(Array2::zeros((columns + 1, 1)).view())));
    assert!(wrong(operator.apply_transposed(Array2::zeros((rows + 1, 1)).view())));
}

#[track_caller]
fn check_entries(operator: &impl Entries<f64>, matrix: &Array2<f64>) {
    check(operator, matrix);
    assert_near(&columns(operator), matrix, 1e-12);
    assert_eq!(operator.diagonal().unwrap(), columns(operator).diag());
    let error = operator.column(matrix.ncols()).unwrap_err();
    assert!(matches!(error, Error::NoSuchColumn { .. }), "{error}");
}

#[test]
fn combinations_are_those_of_matrices() {
    let (a, b, square) = (random(4, 6, 3), random(4, 6, 4), random(6, 6, 5));
    let (left, right) = (random(4, 1, 6).column(0).to_owned(), random(6, 1, 7).column(0).to_owned());
    let (da, db, ds) = (Dense(a.view()), Dense(b.view()), Dense(square.view()));
    let diagonal = |numbers: &Array1<f64>| Array2::from_diag(numbers);
    check_entries(&da, &a);
    check_entries(&da.scaled(3.0), &(3.0 * &a));
    check_entries(&(3.0 * da), &(3.0 * &a));
    check_entries(&da.plus(db), &(&a + &b));
    check_entries(&(da + db.scaled(-1.0)), &(&a - &b));
    check_entries(&da.transpose(), &a.t().to_owned());
    check_entries(&ds.shifted(0.5), &(&square + 0.5 * Array2::<f64>::eye(6)));
    check_entries(&Diagonal::new(left.clone()), &diagonal(&left));
    let both = da.diagonally_scaled(left.clone(), right.clone());
    check_entries(&both, &diagonal(&left).dot(&a).dot(&diagonal(&right)));
    check_entries(&Box::new(&both), &diagonal(&left).dot(&a).dot(&diagonal(&right)));
    check(&ds.then(da), &a.dot(&square));
    check(&da.then(db.transpose()), &b.t().dot(&a));
    check(&ds.pow(0), &Array2::eye(6));
    check(&ds.pow(3), &square.dot(&square).dot(&square));
    let sum = ds.pow(2) + ds;
    check(&(2.0_f64 * &sum).then(da).transpose(), &(2.0 * (square.dot(&square) + &square)).t().dot(&a.t()));
    let sums = a.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    check_entries(&da.row_stochastic().unwrap(), &(&a / &sums));
}

#[test]
fn dense_forms_come_in_blocks() {
    let (tall, wide) = (random(300, 290, 1), random(290, 300, 2));
    // The sum has no dense form of its own.
    let zeros = |a: &Array2<f64>| Dense(Array2::<f64>::zeros(a.dim()));
    assert_near(&Dense(tall.view()).plus(zeros(&tall)).to_dense().unwrap(), &tall, 1e-15);
    assert_near(&Dense(wide.view()).plus(zeros(&wide)).to_dense().unwrap(), &wide, 1e-15);
    assert_eq!(Dense(tall.slice(s![..0, ..])).scaled(1.0).to_dense().unwrap().dim(), (0, 290));
}

#[test]
fn shapes_that_do_not_fit_are_reported() {
    let (a, b) = (Dense(Array2::<f64>::zeros((2, 3))), Dense(Array2::<f64>::zeros((3, 3))));
    let v = Array2::zeros((3, 1));
    let text = |operator: &dyn LinearOperator<f64>| operator.apply(v.view()).unwrap_err().to_string();
    assert_eq!(text(&(&a).plus(&b)), "sum of operators: a 2 x 3 operator does not fit a 3 x 3 operator");
    assert_eq!(text(&(&a).then(&b)), "composition of operators: a 2 x 3 operator does not fit a 3 x 3 operator");
    assert_eq!(text(&(&a).pow(2)), "power: expected a square operator, found one of 2 x 3");
    assert_eq!(text(&(&a).shifted(1.0)), "shift: expected a square operator, found one of 2 x 3");
    let diagonal = (&a).diagonally_scaled(array![1.0], array![1.0, 1.0, 1.0]);
    assert_eq!(text(&diagonal), "diagonal on the left of a 2 x 3 operator: expected 2 rows, found 1");
    let error = Dense(array![[1.0, 2.0], [1.0, -1.0]]).row_stochastic().unwrap_err();
    assert_eq!(error.to_string(), "row 1 sums to 0: it cannot be divided by that");
}
