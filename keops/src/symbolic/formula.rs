//! What the code of `kernel!` implements: the passes over the matrix, as types.

use std::fmt;

use keops_device::kernel::Kernel;
use ndarray::Array3;

use crate::Scalar;
use crate::bound::Bound;
use crate::problem::Signature;

/// The formula of a [`SymbolicMatrix`](crate::SymbolicMatrix), compiled. Implemented by the values of
/// [`kernel!`](crate::kernel!), and by nothing else.
///
/// Functions and structs that take any symbolic matrix are generic over it:
///
/// ```
/// use keops::{KernelFormula, Scalar, prelude::*};
/// use ndarray::Array1;
///
/// /// The largest eigenvalue in magnitude of a symmetric matrix, by power iteration.
/// fn largest<K: KernelFormula>(k: &SymbolicMatrix<'_, f64, K>, steps: usize) -> Result<f64, Error> {
///     let mut v = Array1::ones(k.ncols());
///     let mut norm = 0.0;
///     for _ in 0..steps {
///         v = k.dot(&v)?;
///         norm = v.dot(&v).sqrt();
///         v /= norm;
///     }
///     Ok(norm)
/// }
/// let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(1), y = Vj(1));
/// let x = [[0.0], [10.0]];
/// assert!((largest(&gauss.bind(&x, &x)?, 3)? - 1.0).abs() < 1e-12);
/// # Ok::<(), Error>(())
/// ```
pub trait KernelFormula: fmt::Debug + Copy + Send + Sync + 'static {
    /// The passes whose results have one row per row of the matrix.
    #[doc(hidden)]
    type Rows: AxisPasses;
    /// The passes whose results have one row per column.
    #[doc(hidden)]
    type Columns: AxisPasses;
    /// The entries at a list of pairs: inputs are all variables in the order of their declaration, with one row per pair,
    /// then the row and the column index.
    #[doc(hidden)]
    type Pairs: Kernel;
    /// The formula of the transposed matrix.
    type Transposed: KernelFormula<Transposed = Self>;
    /// The gradients by all bound data: a struct with one array per variable.
    type Gradients<T: Scalar>;
    /// Whether the rows of the matrix are the index j of the formula.
    #[doc(hidden)]
    const TRANSPOSED: bool;
    /// Columns that the passes `Products` and `Gradients` take.
    #[doc(hidden)]
    const WIDTH: usize;
    /// The variables; the index i is kept.
    #[doc(hidden)]
    const SIGNATURE: Signature;
    /// The formula as a tree, for bounds.
    #[doc(hidden)]
    const BOUND: Bound;
    /// The gradients from the results of the passes `Gradient` along the rows and the columns of this matrix.
    #[doc(hidden)]
    fn gradients<T: Scalar>(rows: &Array3<T>, columns: &Array3<T>) -> Self::Gradients<T>;
}

/// The passes that keep one axis.
#[doc(hidden)]
pub trait AxisPasses: 'static {
    /// The entries, to be reduced one by one.
    type Entries: Kernel;
    /// The entries as scores of a log-sum-exp.
    type Scores: Kernel;
    /// The product with a column.
    type Product: Kernel;
    /// The product with several columns.
    type Products: Kernel;
    /// Gradients by the variables along the axis, for weights of one column on both axes.
    type Gradient: Kernel;
    /// The same for weights of several columns.
    type Gradients: Kernel;
    /// Entries of the gradients per index.
    const GRADIENT_DIM: usize;
}

/// The formula of the transposed matrix.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Transposed<K>(K);

impl<K: KernelFormula<Transposed = Transposed<K>>> KernelFormula for Transposed<K> {
    type Rows = K::Columns;
    type Columns = K::Rows;
    type Pairs = K::Pairs;
    type Transposed = K;
    type Gradients<T: Scalar> = K::Gradients<T>;
    const TRANSPOSED: bool = !K::TRANSPOSED;
    const WIDTH: usize = K::WIDTH;
    const SIGNATURE: Signature = K::SIGNATURE;
    const BOUND: Bound = K::BOUND;

    fn gradients<T: Scalar>(rows: &Array3<T>, columns: &Array3<T>) -> Self::Gradients<T> {
        K::gradients(columns, rows)
    }
}
