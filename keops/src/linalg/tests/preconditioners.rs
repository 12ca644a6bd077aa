//! Preconditioners: what they approximate, and how many iterations they save.

use ndarray::{Array1, Array2, array};

use super::{Counted, FAILURE, assert_near, dense_solve, gaussian, random, single, symmetric};
use crate::linalg::{ConjugateGradient, Dense, Entries, Jacobi, LinearOperator, Nystrom, Preconditioner};
use crate::{Error, Scalar};

fn iterations<T: Scalar>(a: &Dense<Array2<T>>, ridge: f64, preconditioner: Option<&dyn Preconditioner<T>>) -> usize {
    let b = single(&random(a.0.nrows(), 2, 9));
    let mut solver = ConjugateGradient::new().ridge(ridge).max_iterations(5000);
    if let Some(preconditioner) = preconditioner {
        solver = solver.preconditioner(preconditioner);
    }
    solver.solve(a, &b).unwrap().iterations
}

#[test]
fn the_diagonal_helps_where_it_varies() {
    let scale = Array1::from_shape_fn(60, |i| 10_f64.powf(i as f64 / 15.0));
    let inner = Dense(symmetric(&Array1::linspace(1.0, 2.0, 60).to_vec(), 1));
    let a = Dense(inner.diagonally_scaled(scale.clone(), scale).to_dense().unwrap());
    let jacobi = Jacobi::new(&a, 0.0).unwrap();
    let (alone, helped) = (iterations(&a, 0.0, None), iterations(&a, 0.0, Some(&jacobi)));
    assert!(helped < 20 && alone > 5 * helped, "{alone}, {helped}");
}

fn nystrom_helps<T: Scalar>(ridge: f64) {
    let a = Dense(single::<T>(&gaussian(200, 0.7)));
    let nystrom = Nystrom::new(&a, 40, ridge).unwrap();
    assert_eq!(nystrom.rank(), 40);
    let (alone, helped) = (iterations(&a, ridge, None), iterations(&a, ridge, Some(&nystrom)));
    assert!(helped < 30 && alone > 5 * helped, "{alone}, {helped}");
}

#[test]
fn low_rank_helps_with_kernels() {
    nystrom_helps::<f64>(1e-4);
    nystrom_helps::<f32>(1e-1);
}

#[test]
fn of_full_rank_it_is_the_inverse() {
    let a = symmetric(&[1.0, 2.0, 4.0, 9.0, 11.0], 1);
    let r = random(5, 3, 1);
    let nystrom = Nystrom::new(&Dense(a.view()), 5, 0.5).unwrap();
    assert_near(&nystrom.apply(r.view()).unwrap(), &dense_solve(&(&a + 0.5 * Array2::<f64>::eye(5)), &r), 1e-13);
    let error = Preconditioner::<f64>::apply(&nystrom, random(4, 1, 1).view()).unwrap_err();
    assert_eq!(error.to_string(), "Nyström preconditioner of a 5 x 5 operator: expected 5 rows, found 4");
}

#[test]
fn the_rank_ends_where_nothing_is_left() {
    let factor = random(30, 3, 1);
    let a = Dense(factor.dot(&factor.t()));
    let nystrom = Nystrom::new(&a, 20, 0.0).unwrap();
    assert_eq!(nystrom.rank(), 3);
    // Without a ridge, that of rounding errors: the answer in the range of A is right.
    let x = a.apply(random(30, 1, 2).view()).unwrap();
    let again = Preconditioner::<f64>::apply(&nystrom, a.apply(x.view()).unwrap().view()).unwrap();
    assert_near(&again, &x, 1e-2);
    assert_eq!(Nystrom::new(&a, 0, 1.0).unwrap().rank(), 0);
}

#[test]
fn matrices_that_are_not_positive_are_reported() {
    let negative = Dense(Array2::from_diag(&array![1.0, -2.0]));
    let error = Nystrom::new(&negative, 1, 0.1).unwrap_err();
    assert!(matches!(error, Error::NotPositiveDefinite { place: "the diagonal", value: -2.0, .. }));
    assert!(matches!(Jacobi::new(&negative, 0.1), Err(Error::NotPositiveDefinite { .. })));
    // A positive diagonal hides the eigenvalue -1.
    let error = Nystrom::new(&Dense(array![[1.0, 2.0], [2.0, 1.0]]), 1, 0.1).unwrap_err();
    assert!(matches!(error, Error::NotPositiveDefinite { value: -3.0, .. }), "{error}");
    assert!(matches!(Nystrom::new(&Dense(array![[f64::NAN]]), 1, 0.1), Err(Error::NotFinite { .. })));
    assert!(matches!(Nystrom::new(&Dense(array![[1.0, f64::NAN], [0.0, 1.0]]), 2, 0.1), Err(Error::NotFinite { .. })));
    assert!(matches!(Jacobi::new(&Dense(array![[0.0]]), 0.0), Err(Error::NotFinite { .. })));
    assert!(matches!(Nystrom::new(&Dense(array![[0.0]]), 1, 0.0), Err(Error::NotPositiveDefinite { .. })));
    assert!(matches!(Nystrom::new(&Dense(array![[1.0]]), 1, f64::NAN), Err(Error::Setting { .. })));
    assert!(matches!(Nystrom::new(&Dense(array![[1.0, 1.0]]), 1, 1.0), Err(Error::NotSquare { .. })));
}

impl Entries<f64> for Counted {
    fn diagonal(&self) -> Result<Array1<f64>, Error> {
        self.a.diagonal()
    }
    fn column(&self, _: usize) -> Result<Array1<f64>, Error> {
        Err(FAILURE)
    }
}

#[test]
fn errors_of_columns_are_passed_on() {
    assert_eq!(Nystrom::new(&Counted::new(Array2::eye(3), 0), 2, 1.0).unwrap_err(), FAILURE);
}
