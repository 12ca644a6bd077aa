//! Single entries of symbolic matrices, and dense copies of them.
//!
//! They come from a pass over a list of pairs: the rows of all variables are gathered, and the indices `I` and `J` are data
//! like these. It runs on the CPU, as it takes no longer than to store its result.

use keops_device::reduction::Sum;
use keops_device::reduction::scheme::{Direct, Scheme};
use ndarray::{Array1, Array2, CowArray, Ix2};
use rayon::prelude::*;

use super::operand::single_column;
use super::{KernelFormula, SymbolicMatrix};
use crate::layout::only;
use crate::problem::{Category, Indexed, Problem};
use crate::selection::on_host;
use crate::{Error, Matrix, Scalar, cpu};

/// Pairs that are gathered at a time for a dense matrix, about.
const BLOCK: usize = 1 << 13;

/// A variable in the memory of the processor.
struct Gatherable<'a, T> {
    category: Category,
    variable: &'static str,
    data: CowArray<'a, T, Ix2>,
}

/// The entries are computed on the CPU, whatever the device; data on a GPU is copied for each call.
impl<'a, T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'a, T, K, A> {
    /// The largest number of entries of the result of [`to_dense`](Self::to_dense): 2^27, which take 1 GiB in `f64`.
    pub const DENSE_LIMIT: usize = 1 << 27;

    /// The entry in row i and column j.
    ///
    /// ```
    /// use keops::prelude::*;
    ///
    /// let k = kernel!("10 * x + y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[3.0], [4.0], [5.0]])?;
    /// assert_eq!(k.get(1, 2)?, 25.0);
    /// assert_eq!(k.t().get(2, 1)?, 25.0);
    /// assert_eq!(k.get(2, 0).unwrap_err().to_string(), "`10 * x + y`: there is no row 2, as the matrix has 2 rows and 3 columns");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such row or column.
    pub fn get(&self, i: usize, j: usize) -> Result<T, Error> {
        self.check_entry("row", i, self.nrows())?;
        self.check_entry("column", j, self.ncols())?;
        self.entries(1, |_| (i, j)).map(|entries| entries[0])
    }

    /// Row i, a vector of N entries.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::array;
    ///
    /// // `I` and `J` are the indices of the entry.
    /// let k = kernel!("x * y + 100 * I + J", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[3.0], [4.0], [5.0]])?;
    /// assert_eq!(k.row(1)?, array![106.0, 109.0, 112.0]);
    /// assert_eq!(k.column(1)?, array![5.0, 109.0]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such row.
    pub fn row(&self, i: usize) -> Result<Array1<T>, Error> {
        self.check_entry("row", i, self.nrows())?;
        self.entries(self.ncols(), |j| (i, j))
    }

    /// Column j, a vector of M entries.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        self.check_entry("column", j, self.ncols())?;
        self.entries(self.nrows(), |i| (i, j))
    }

    /// The entries in row i and column i of a square matrix.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::array;
    ///
    /// let k = kernel!("x * y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[3.0], [4.0]])?;
    /// assert_eq!(k.diagonal()?, array![3.0, 8.0]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When the numbers of rows and columns differ.
    pub fn diagonal(&self) -> Result<Array1<T>, Error> {
        let (rows, columns) = self.shape();
        if rows != columns {
            return Err(Error::NotSquare { operation: "diagonal", shape: (rows, columns) });
        }
        self.entries(rows, |i| (i, i))
    }

    /// The matrix with all its entries, for tests, plots and small problems.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// let k = kernel!("x * y", x = Vi(1), y = Vj(1));
    /// assert_eq!(k.bind(&[[1.0], [2.0]], &[[3.0], [4.0]])?.to_dense()?, array![[3.0, 4.0], [6.0, 8.0]]);
    /// let x = Array2::<f32>::zeros((100_000, 1));
    /// assert!(matches!(k.bind(&x, &x)?.to_dense(), Err(Error::TooLarge { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When there are more than [`DENSE_LIMIT`](Self::DENSE_LIMIT) entries.
    pub fn to_dense(&self) -> Result<Array2<T>, Error> {
        let ((rows, columns), limit) = (self.shape(), Self::DENSE_LIMIT);
        if rows.saturating_mul(columns) > limit {
            return Err(Error::TooLarge { formula: K::SIGNATURE.formula, rows, columns, limit });
        }
        self.to_dense_of_any_size()
    }

    /// The same without a limit.
    ///
    /// # Errors
    /// When data on a GPU cannot be copied.
    pub fn to_dense_of_any_size(&self) -> Result<Array2<T>, Error> {
        let (rows, columns) = self.shape();
        let mut dense = Array2::from_elem((rows, columns), T::from_f64(0.0));
        let variables = self.gatherable()?;
        // Whole rows: long ones by themselves, short ones many at a time.
        let block = (BLOCK / columns.max(1)).max(1) * columns.max(1);
        let entries = dense.as_slice_mut().unwrap_or_default();
        entries.par_chunks_mut(block).enumerate().try_for_each(|(number, entries)| {
            let first = number * block;
            let pair = |entry: usize| ((first + entry) / columns, (first + entry) % columns);
            let found = self.entries_of(&variables, entries.len(), pair)?;
            entries.iter_mut().zip(&found).for_each(|(entry, &found)| *entry = found);
            Ok(())
        })?;
        Ok(dense)
    }

    fn check_entry(&self, what: &'static str, found: usize, len: usize) -> Result<(), Error> {
        if found < len {
            return Ok(());
        }
        let (rows, columns) = self.shape();
        Err(Error::NoSuchEntry { formula: K::SIGNATURE.formula, what, found, rows, columns })
    }

    /// The data, where the processor can read it.
    fn gatherable(&self) -> Result<Vec<Gatherable<'a, T>>, Error> {
        let mut variables = Vec::with_capacity(self.variables.len());
        for &(category, Indexed { variable, matrix }) in &self.variables {
            variables.push(Gatherable { category, variable, data: on_host(matrix)? });
        }
        Ok(variables)
    }

    /// `count` entries, where `pair` tells row and column of each.
    fn entries(&self, count: usize, pair: impl Fn(usize) -> (usize, usize)) -> Result<Array1<T>, Error> {
        self.entries_of(&self.gatherable()?, count, pair)
    }

    fn entries_of(
        &self,
        variables: &[Gatherable<'_, T>],
        count: usize,
        pair: impl Fn(usize) -> (usize, usize),
    ) -> Result<Array1<T>, Error> {
        let index = |entry: usize, category: Category| {
            let (row, column) = pair(entry);
            if (category == Category::I) == K::TRANSPOSED { column } else { row }
        };
        let gathered = variables.iter().map(|Gatherable { category, variable, data }| {
            let mut rows = Vec::with_capacity(count * data.ncols());
            for entry in 0..count {
                rows.extend(data.row(index(entry, *category)));
            }
            let rows = Array2::from_shape_vec((count, data.ncols()), rows);
            (*variable, rows.unwrap_or_else(|error| unreachable!("as many entries as there should be: {error}")))
        });
        let position =
            |category| Array2::from_shape_fn((count, 1), |(entry, _)| T::from_f64(index(entry, category) as f64));
        let positions = [("row", position(Category::I)), ("column", position(Category::J))];
        let gathered: Vec<(&'static str, Array2<T>)> = gathered.chain(positions).collect();
        let problem = Problem {
            formula: K::SIGNATURE.formula,
            params: self.params.clone(),
            kept: gathered
                .iter()
                .map(|(variable, rows)| Indexed { variable, matrix: Matrix::Host(rows.view()) })
                .collect(),
            reduced: Vec::new(),
            unread: Vec::new(),
            kept_len: count,
            reduced_len: 1,
            blocks: None,
        };
        // A sum of one term.
        let entries = cpu::reduce::<K::Pairs, Sum<Direct>, T>(&problem.into())?;
        let mut entries = single_column(only(entries));
        if self.options.ranges.is_some() {
            for (number, entry) in entries.iter_mut().enumerate() {
                let (row, column) = pair(number);
                *entry = match self.multiplicity(row, column) {
                    0 => T::from_f64(0.0),
                    times => *entry * T::from_f64(times as f64),
                };
            }
        }
        Ok(entries)
    }
}
