//! Symbolic matrices as linear operators, and systems of equations with them.

use keops_device::reduction::scheme::Scheme;
use ndarray::{Array1, Array2, ArrayRef2, ArrayView2};

use super::{KernelFormula, Operand, SymbolicMatrix};
use crate::linalg::{ConjugateGradient, Entries, LinearOperator, SolveGradient, arithmetic};
use crate::results::Outcome;
use crate::selection::on_host;
use crate::{Error, Scalar};

/// ```
/// use keops::linalg::LinearOperator;
/// use keops::prelude::*;
/// use ndarray::{Array2, array};
///
/// let laplace = kernel!("Exp(-Norm2(x - y))", x = Vi(2), y = Vj(2));
/// let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(2), y = Vj(2));
/// let x = array![[0.0, 0.0], [1.0, 0.5], [0.2, 0.9]];
/// let (a, b) = (laplace.bind(&x, &x)?, gauss.bind(&x, &x)?);
/// let (da, db) = (a.to_dense()?, b.to_dense()?);
///
/// // Sums and multiples, and powers of the sum, none of which is ever stored.
/// let mix = 0.5_f64 * &a + &b;
/// let v = array![[1.0], [-1.0], [2.0]];
/// let matrix = 0.5_f64 * &da + &db;
/// let expected = matrix.dot(&matrix).dot(&matrix).dot(&v);
/// let got = mix.pow(3).apply(v.view())?;
/// assert!((&got - &expected).iter().all(|difference| difference.abs() < 1e-12));
///
/// // First a, then b.
/// let got = (&a).then(&b).apply(v.view())?;
/// assert!((&got - &db.dot(&da).dot(&v)).iter().all(|difference| difference.abs() < 1e-12));
/// # Ok::<(), Error>(())
/// ```
impl<T: Scalar, K: KernelFormula, A: Scheme> LinearOperator<T> for SymbolicMatrix<'_, T, K, A> {
    fn shape(&self) -> (usize, usize) {
        SymbolicMatrix::shape(self)
    }

    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.dot(v)
    }

    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.t().dot(v)
    }
}

impl<T: Scalar, K: KernelFormula, A: Scheme> Entries<T> for SymbolicMatrix<'_, T, K, A> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        SymbolicMatrix::diagonal(self)
    }

    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        SymbolicMatrix::column(self, j)
    }
}

arithmetic!(['a, T, K, A] SymbolicMatrix<'a, T, K, A>);

/// Systems of equations with a symmetric matrix whose eigenvalues are positive, as those of kernels on one set of points are.
impl<T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'_, T, K, A> {
    /// The solution x of `(K + ridge I) x = b`, by conjugate gradients; b is a vector or has one column per system.
    ///
    /// It has the default settings of [`ConjugateGradient`], whose own method `solve` takes others: tolerance, preconditioner,
    /// largest number of iterations, a function that is told of the progress. It also returns the residuals.
    ///
    /// ```
    /// use keops::linalg::{ConjugateGradient, Nystrom};
    /// use keops::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// // Kriging: the function through some values, at some other points.
    /// let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(1), y = Vj(1));
    /// let x = Array2::from_shape_fn((40, 1), |(i, _)| i as f64 / 10.0);
    /// let b = x.mapv(f64::sin);
    /// let k = gauss.bind(&x, &x)?;
    /// let a = k.solve(&b, 1e-6)?;
    /// let at = array![[1.05], [2.22]];
    /// let estimate = gauss.bind(&at, &x)?.dot(&a)?;
    /// assert!((estimate - at.mapv(f64::sin)).iter().all(|error| error.abs() < 1e-3));
    ///
    /// // The same with a preconditioner, to a smaller residual.
    /// let nystrom = Nystrom::new(&k, 12, 1e-6)?;
    /// let solution = ConjugateGradient::new().ridge(1e-6).tolerance(1e-10).preconditioner(&nystrom).solve(&k, &b)?;
    /// assert!(solution.iterations < 10);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When b does not fit, when the iteration does not converge, and when the matrix turns out not to be positive definite.
    pub fn solve<'b, B: Operand<'b, T>>(&self, b: B, ridge: f64) -> Result<B::Product, Error> {
        let b = b.columns();
        let home = b.device();
        let solution = ConjugateGradient::new().ridge(ridge).solve(self, &on_host(b)?.into_owned())?;
        B::product(Outcome::at(home, solution.x)?)
    }

    /// The gradient of a loss that depends on the solution x of `(K + ridge I) x = b`, where `e` is its gradient by x: by b and
    /// the ridge, and by all data that is bound, as [`vjp`](Self::vjp) returns it.
    ///
    /// It takes one more solution, by `solver`, which has the ridge (see [`ConjugateGradient::gradient`]).
    ///
    /// ```
    /// use keops::linalg::ConjugateGradient;
    /// use keops::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// // The sum of the squares of x, and its gradient by the width s of the kernel.
    /// let gauss = kernel!("Exp(-SqDist(p, q) / s**2)", p = Vi(1), q = Vj(1), s = Pm(1));
    /// let points = array![[0.0], [0.3], [1.0], [1.2]];
    /// let b = array![[1.0], [2.0], [0.0], [-1.0]];
    /// let mut solver = ConjugateGradient::new().ridge(1.0).tolerance(1e-12);
    /// let k = gauss.bind(&points, &points, 0.5)?;
    /// let x = solver.solve(&k, &b)?.x;
    /// let (_, by_data) = k.solve_vjp(&mut solver, &x, &(2.0_f64 * &x))?;
    ///
    /// let mut loss = |s: f64| Ok::<f64, Error>(solver.solve(&gauss.bind(&points, &points, s)?, &b)?.x.mapv(|x| x * x).sum());
    /// let difference = (loss(0.5001)? - loss(0.4999)?) / 0.0002;
    /// assert!((by_data.s[0] - difference).abs() < 1e-6);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    pub fn solve_vjp(
        &self,
        solver: &mut ConjugateGradient<'_, T>,
        x: &ArrayRef2<T>,
        e: &ArrayRef2<T>,
    ) -> Result<(SolveGradient<T>, K::Gradients<T>), Error> {
        let gradient = solver.gradient(self, x, e)?;
        let by_data = self.vjp(x.view(), gradient.cotangent.view())?;
        Ok((gradient, by_data))
    }
}
