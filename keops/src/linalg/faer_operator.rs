//! Operators for the iterative methods of faer.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ::faer::dyn_stack::{MemStack, StackReq};
use ::faer::matrix_free::{BiLinOp, LinOp};
use ::faer::traits::ComplexField;
use ::faer::{MatMut, MatRef, Par};
use ndarray::{Array2, ArrayView2};

use super::LinearOperator;
use super::operator::check_result;
use crate::{Error, Scalar};

/// An operator as the crate [faer](https://docs.rs/faer) wants it: a [`LinOp`] and [`BiLinOp`].
///
/// It opens the methods of `faer::matrix_free`: the eigensolvers and singular values of Krylov and Schur, LSMR,
/// stabilized biconjugate gradients. (For eigenvalues of symmetric operators there is [`eigsh`](super::eigsh), which
/// multiplies with several vectors at once and survives invariant subspaces.)
///
/// What is wrong with a product cannot be returned to faer. It is kept for [`FaerOperator::error`], and the result of the
/// product is NaN. Most loops of faer do not end where they meet a NaN; within [`FaerOperator::run`] an error ends them.
///
/// LSMR solves symmetric indefinite systems, and least-squares problems with any operator:
///
/// ```
/// use faer::dyn_stack::{MemBuffer, MemStack};
/// use faer::matrix_free::IdentityPrecond;
/// use faer::matrix_free::lsmr::{lsmr, lsmr_scratch, LsmrParams};
/// use faer::{Mat, Par};
/// use keops::linalg::{Dense, FaerOperator};
/// use ndarray::array;
///
/// let a = Dense(array![[1.0, 2.0], [2.0, -1.0]]); // with the eigenvalues ±√5
/// let b = Mat::from_fn(2, 1, |i, _| [5.0, 0.0][i]);
/// let mut x = Mat::zeros(2, 1);
///
/// let mut operator = FaerOperator::new(&a);
/// let identity = IdentityPrecond { dim: 2 };
/// let mut memory = MemBuffer::new(lsmr_scratch::<f64>(identity, &operator, 1, Par::Seq));
/// let settings = LsmrParams { max_iters: 100, ..Default::default() };
/// let info = operator.run(|operator| {
///     lsmr(x.as_mut(), identity, operator, b.as_ref(), settings, |_| {}, Par::Seq, MemStack::new(&mut memory))
/// })?;
/// assert!(info.is_ok());
/// assert!((x[(0, 0)] - 1.0_f64).abs() < 1e-10 && (x[(1, 0)] - 2.0).abs() < 1e-10);
/// # Ok::<(), keops::Error>(())
/// ```
pub struct FaerOperator<'a, A: ?Sized> {
    a: &'a A,
    error: Mutex<Option<Error>>,
    /// Whether errors unwind to `run`.
    running: AtomicBool,
}

/// What unwinds to [`FaerOperator::run`].
struct Interrupted;

impl<'a, A: ?Sized> FaerOperator<'a, A> {
    /// Wraps an operator.
    pub fn new(a: &'a A) -> Self {
        FaerOperator { a, error: Mutex::new(None), running: AtomicBool::new(false) }
    }

    /// The first error of a product since the last call of this function.
    pub fn error(&self) -> Option<Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Runs a method of faer, which ends where a product fails or holds a number that is not finite.
    ///
    /// The end is a panic without a message that is caught here; in programs with `panic = "abort"` it would
    /// end the program.
    ///
    /// ```
    /// use faer::matrix_free::LinOp;
    /// use keops::linalg::{Dense, FaerOperator};
    /// use ndarray::array;
    ///
    /// let a = Dense(array![[f64::NAN]]);
    /// let endless = FaerOperator::new(&a).run(|operator| -> Vec<f64> {
    ///     loop {
    ///         let mut memory = [];
    ///         let (mut out, v) = (faer::Mat::zeros(1, 1), faer::Mat::<f64>::ones(1, 1));
    ///         operator.apply(out.as_mut(), v.as_ref(), faer::Par::Seq, faer::dyn_stack::MemStack::new(&mut memory));
    ///     }
    /// });
    /// assert!(matches!(endless, Err(keops::Error::NotFinite { .. })));
    /// ```
    ///
    /// # Errors
    /// That of the product, or [`Error::NotFinite`].
    pub fn run<R>(&mut self, method: impl FnOnce(&Self) -> R) -> Result<R, Error> {
        // An earlier one is not the method's.
        self.error();
        self.running.store(true, Ordering::Relaxed);
        let result = catch_unwind(AssertUnwindSafe(|| method(self)));
        self.running.store(false, Ordering::Relaxed);
        match (result, self.error()) {
            (_, Some(error)) => Err(error),
            (Ok(result), None) => Ok(result),
            (Err(panic), None) => resume_unwind(panic),
        }
    }

    fn product<T: Scalar + ComplexField>(
        &self,
        mut out: MatMut<'_, T>,
        v: MatRef<'_, T>,
        product: impl FnOnce(&'a A, ArrayView2<'_, T>) -> Result<Array2<T>, Error>,
    ) {
        let dim = (out.nrows(), out.ncols());
        let v = Array2::from_shape_fn((v.nrows(), v.ncols()), |(i, j)| v[(i, j)]);
        let running = self.running.load(Ordering::Relaxed);
        let result = product(self.a, v.view()).and_then(|result| {
            check_result("result of a product", dim, dim, &result)?;
            let finite = !running || result.iter().all(|x| x.to_f64().is_finite());
            if finite { Ok(result) } else { Err(Error::NotFinite { place: "a product", iterations: 0 }) }
        });
        match result {
            Ok(result) => {
                for ((i, j), &x) in result.indexed_iter() {
                    out[(i, j)] = x;
                }
            }
            Err(error) => {
                self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                if running {
                    resume_unwind(Box::new(Interrupted));
                }
                out.fill(T::from_f64(f64::NAN));
            }
        }
    }
}

impl<A: ?Sized> fmt::Debug for FaerOperator<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaerOperator").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<T: Scalar + ComplexField, A: LinearOperator<T> + Sync + ?Sized> LinOp<T> for FaerOperator<'_, A> {
    fn apply_scratch(&self, _: usize, _: Par) -> StackReq {
        StackReq::EMPTY
    }
    fn nrows(&self) -> usize {
        self.a.shape().0
    }
    fn ncols(&self) -> usize {
        self.a.shape().1
    }
    fn apply(&self, out: MatMut<'_, T>, rhs: MatRef<'_, T>, _: Par, _: &mut MemStack) {
        self.product(out, rhs, |a, v| a.apply(v));
    }
    fn conj_apply(&self, out: MatMut<'_, T>, rhs: MatRef<'_, T>, _: Par, _: &mut MemStack) {
        self.product(out, rhs, |a, v| a.apply(v));
    }
}

impl<T: Scalar + ComplexField, A: LinearOperator<T> + Sync + ?Sized> BiLinOp<T> for FaerOperator<'_, A> {
    fn transpose_apply_scratch(&self, _: usize, _: Par) -> StackReq {
        StackReq::EMPTY
    }
    fn transpose_apply(&self, out: MatMut<'_, T>, rhs: MatRef<'_, T>, _: Par, _: &mut MemStack) {
        self.product(out, rhs, |a, v| a.apply_transposed(v));
    }
    fn adjoint_apply(&self, out: MatMut<'_, T>, rhs: MatRef<'_, T>, _: Par, _: &mut MemStack) {
        self.product(out, rhs, |a, v| a.apply_transposed(v));
    }
}
