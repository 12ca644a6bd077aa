//! Symbolic matrices: a formula bound to data.

mod entries;
mod formula;
mod operand;
mod operator;
mod products;
mod reductions;
mod tolerance;

use std::fmt;
use std::marker::PhantomData;

use keops_device::reduction::scheme::{Block, F64, Scheme};
use ndarray::Axis;

use crate::input::Input;
use crate::options::Options;
use crate::problem::{Category, Indexed, Problem};
use crate::{Device, Error, Ranges, Scalar};
use products::Further;

pub use formula::{AxisPasses, KernelFormula, Transposed};
pub use operand::Operand;
pub use tolerance::Truncated;

/// A matrix of M x N entries `F(x_i, y_j)` that are computed when they are needed, and never stored.
///
/// [`kernel!`](crate::kernel!) compiles the formula F, and its method `bind` takes the data: one argument per variable, as
/// `call` of a [`formula!`](crate::formula!) does. The shapes are checked there. A formula without variables `Vi` has one
/// row, one without `Vj` one column.
///
/// | | methods |
/// |---|---|
/// | products | [`dot`](Self::dot), [`vjp`](Self::vjp) for their gradients, [`t`](Self::t) for the transpose |
/// | reductions along an axis | [`sum`](Self::sum), [`mean`](Self::mean), [`logsumexp`](Self::logsumexp), [`min`](Self::min), [`argmin`](Self::argmin), [`kmin`](Self::kmin), [`argkmin`](Self::argkmin) ... |
/// | entries | [`get`](Self::get), [`row`](Self::row), [`column`](Self::column), [`diagonal`](Self::diagonal), [`to_dense`](Self::to_dense) |
/// | systems | [`solve`](Self::solve), [`solve_vjp`](Self::solve_vjp), and as a [`LinearOperator`](crate::linalg::LinearOperator) whatever [`linalg`](crate::linalg) has: sums, multiples, compositions, powers, preconditioners, eigenvalues |
/// | approximation | [`tolerance`](Self::tolerance) |
/// | options | [`on`](Self::on), [`ranges`](Self::ranges), [`sum_scheme`](Self::sum_scheme), [`accumulate_f64`](Self::accumulate_f64) |
///
/// As in NumPy, the axis of a reduction is the one that goes away: `Axis(1)` reduces over the columns, and gives one
/// result per row.
///
/// Products and reductions take a time of M N and a memory of M + N. They run in parallel on the [`Device`] that is
/// chosen by [`on`](Self::on). On a GPU, where a build script has compiled the call of `kernel!`, these are products,
/// their gradients, and all reductions but the K best, which run on the CPU.
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{Array2, Axis, array};
///
/// let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(1), y = Vj(1));
/// let (x, y) = (array![[0.0], [1.0], [3.0]], array![[0.0], [1.0]]);
/// let k = gauss.bind(&x, &y)?;
/// assert_eq!(k.shape(), (3, 2));
/// assert_eq!(k.get(1, 0)?, (-1.0_f64).exp());
///
/// // The product with a vector is a vector, that with a matrix is a matrix of as many columns.
/// let v = array![1.0, 2.0];
/// assert_eq!(k.dot(&v)?.len(), 3);
/// assert_eq!(k.t().dot(&Array2::ones((3, 40)))?.dim(), (2, 40));
///
/// // The matrix itself, which a test may look at.
/// let dense = k.to_dense()?;
/// assert!((&k.dot(&v)? - &dense.dot(&v)).iter().all(|difference| difference.abs() < 1e-12));
/// assert_eq!(k.argmin(Axis(1))?, array![1, 0, 0]);
/// # Ok::<(), keops::Error>(())
/// ```
pub struct SymbolicMatrix<'a, T, K, A = Block> {
    /// Entries of all parameters, and the lengths of both axes, as in [`Problem`].
    params: Vec<T>,
    /// The indexed variables and their categories, in the order of their declaration.
    variables: Vec<(Category, Indexed<'a, T>)>,
    /// The lengths of the indices i and j.
    lengths: [usize; 2],
    options: Options<'a>,
    /// Whether the ranges are those of the transposed formula.
    ranges_transposed: bool,
    marker: PhantomData<(K, A)>,
}

impl<T: Scalar, K, A> Clone for SymbolicMatrix<'_, T, K, A> {
    /// A matrix of the same data, which is not copied.
    fn clone(&self) -> Self {
        Self { params: self.params.clone(), variables: self.variables.clone(), ..*self }
    }
}

impl<T: Scalar, K: KernelFormula, A: Scheme> fmt::Debug for SymbolicMatrix<'_, T, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, columns), scalar) = (self.shape(), std::any::type_name::<T>());
        let transposed = if K::TRANSPOSED { ", transposed" } else { "" };
        write!(f, "SymbolicMatrix({rows} x {columns} of {scalar}: `{}`{transposed})", K::SIGNATURE.formula)
    }
}

/// Binds data to a formula: what the method `bind` of the value of `kernel!` does.
pub fn bind<'a, T: Scalar, K: KernelFormula>(inputs: &[Input<'a, T>]) -> Result<SymbolicMatrix<'a, T, K>, Error> {
    let signature = K::SIGNATURE;
    let problem = Problem::new(&signature, inputs)?;
    if problem.kept_len > T::MAX_INDEX {
        let (formula, largest, found) = (signature.formula, T::MAX_INDEX, problem.kept_len);
        return Err(Error::TooManyIndices { formula, largest, found });
    }
    let variables = signature.variables.iter().zip(inputs).filter_map(|(variable, input)| match input {
        Input::Rows(matrix) => Some((variable.category, Indexed { variable: variable.name, matrix: *matrix })),
        _ => None,
    });
    Ok(SymbolicMatrix {
        params: problem.params,
        variables: variables.collect(),
        lengths: [problem.kept_len, problem.reduced_len],
        options: Options::DEFAULT,
        ranges_transposed: false,
        marker: PhantomData,
    })
}

impl<'a, T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'a, T, K, A> {
    /// The numbers of rows and of columns.
    ///
    /// ```
    /// use keops::prelude::*;
    ///
    /// let k = kernel!("SqDist(x, y)", x = Vi(2), y = Vj(2)).bind(&[[0.0; 2]; 5], &[[1.0; 2]; 3])?;
    /// assert_eq!((k.shape(), k.t().shape()), ((5, 3), (3, 5)));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        let [i, j] = self.lengths;
        if K::TRANSPOSED { (j, i) } else { (i, j) }
    }

    /// The number of rows.
    pub fn nrows(&self) -> usize {
        self.shape().0
    }

    /// The number of columns.
    pub fn ncols(&self) -> usize {
        self.shape().1
    }

    /// The transpose: the same data, read the other way round.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::array;
    ///
    /// let k = kernel!("x * y * y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[3.0]])?;
    /// assert_eq!(k.t().to_dense()?, array![[9.0, 18.0]]);
    /// assert_eq!(k.t().t().dot(&[1.0])?, array![9.0, 18.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn t(&self) -> SymbolicMatrix<'a, T, K::Transposed, A> {
        self.clone().typed()
    }

    /// Chooses where products and reductions run.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let k = kernel!("SqDist(x, y)", x = Vi(1), y = Vj(1)).bind(&[[0.0], [2.0]], &[[1.0]])?.on(Device::Cpu);
    /// assert_eq!(k.sum(Axis(0))?, array![2.0]);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn on(mut self, device: Device) -> Self {
        self.options.device = device;
        self
    }

    /// Chooses how sums are accumulated: `SumScheme::Block` (the default), `Direct` or `Kahan`.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Array2, Axis, array};
    ///
    /// let mut y = Array2::<f32>::from_elem((10_001, 1), 1e-4);
    /// y[[0, 0]] = 10_000.0;
    /// let k = kernel!("x * y", x = Vi(1), y = Vj(1)).bind(&[[1.0]], &y)?;
    /// assert_eq!(k.sum_scheme(SumScheme::Kahan).sum(Axis(1))?, array![10_001.0]);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn sum_scheme<B: Scheme>(self, scheme: B) -> SymbolicMatrix<'a, T, K, B> {
        let _ = scheme;
        self.typed()
    }

    /// Accumulates sums in `f64`, instead of by a scheme in the type of the data.
    #[must_use]
    pub fn accumulate_f64(self) -> SymbolicMatrix<'a, T, K, F64> {
        self.typed()
    }

    /// Restricts the matrix to some blocks of its entries: all others count as 0 in products, and do not take part in
    /// reductions. An entry that is listed several times counts as often.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let k = kernel!("x * y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[3.0], [4.0], [5.0]])?;
    /// let ranges = Ranges::block_diagonal(&[1, 1], &[2, 1])?;
    /// let k = k.ranges(&ranges)?;
    /// assert_eq!(k.to_dense()?, array![[3.0, 4.0, 0.0], [0.0, 0.0, 10.0]]);
    /// assert_eq!(k.dot(&array![1.0, 1.0, 1.0])?, array![7.0, 10.0]);
    /// assert_eq!(k.t().min(Axis(1))?, array![3.0, 4.0, 10.0]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When the ranges are not of the shape of the matrix.
    pub fn ranges(mut self, ranges: &'a Ranges) -> Result<Self, Error> {
        let (expected, found) = (self.shape(), ranges.shape());
        if expected != found {
            return Err(Error::RangesShape { formula: K::SIGNATURE.formula, expected, found });
        }
        self.options.ranges = Some(ranges);
        self.ranges_transposed = K::TRANSPOSED;
        Ok(self)
    }

    /// How often an entry counts.
    fn multiplicity(&self, row: usize, column: usize) -> usize {
        let swap = self.ranges_transposed != K::TRANSPOSED;
        let (i, j) = if swap { (column, row) } else { (row, column) };
        self.options.ranges.map_or(1, |ranges| ranges.count(i, j))
    }

    /// The same data under another formula or scheme.
    fn typed<L, B>(self) -> SymbolicMatrix<'a, T, L, B> {
        let Self { params, variables, lengths, options, ranges_transposed, .. } = self;
        SymbolicMatrix { params, variables, lengths, options, ranges_transposed, marker: PhantomData }
    }

    /// The index of the formula that runs along the rows of the matrix, or along the columns if `columns`, and its name.
    fn index(columns: bool) -> (Category, &'static str) {
        if K::TRANSPOSED == columns { (Category::I, "i") } else { (Category::J, "j") }
    }

    /// The data of a pass whose result has one row per row of the matrix, or per column if `columns`, with further data along
    /// both axes.
    fn problem<'b>(&'b self, columns: bool, kept: Further<'b, T>, reduced: Further<'b, T>) -> Problem<'b, T> {
        let along = |wanted: Category, further: Further<'b, T>| {
            let variables = self.variables.iter().filter(move |(category, _)| *category == wanted);
            let bound =
                variables.map(|(_, Indexed { variable, matrix })| Indexed { variable, matrix: matrix.reborrow() });
            bound.chain(further).collect()
        };
        let shape = self.shape();
        let (kept_len, reduced_len) = if columns { (shape.1, shape.0) } else { shape };
        let by_columns = columns != (self.ranges_transposed != K::TRANSPOSED);
        let blocks = |ranges: &'b Ranges| ranges.blocks(if by_columns { Category::J } else { Category::I });
        Problem {
            formula: K::SIGNATURE.formula,
            params: self.params.clone(),
            kept: along(Self::index(columns).0, kept),
            reduced: along(Self::index(!columns).0, reduced),
            unread: Vec::new(),
            kept_len,
            reduced_len,
            blocks: self.options.ranges.map(blocks),
        }
    }

    /// Whether a reduction over `axis` has one result per column.
    fn keeps_columns(axis: Axis) -> Result<bool, Error> {
        match axis {
            Axis(0) => Ok(true),
            Axis(1) => Ok(false),
            Axis(found) => Err(Error::NoSuchAxis { formula: K::SIGNATURE.formula, found }),
        }
    }
}
