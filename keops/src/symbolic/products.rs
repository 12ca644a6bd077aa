//! Products of symbolic matrices with dense ones, and the gradients of these.
//!
//! A single column has a kernel of its own. On the CPU the entries of K are multiplied with a matrix of any number of columns as they
//! are computed. The kernels for GPUs, and those of gradients, take a fixed number of columns: a wide right-hand side is cut into
//! chunks of that many, the last one filled up with zeros.

use std::ops::Range;

use keops_device::kernel::Kernel;
use keops_device::reduction::Sum;
use keops_device::reduction::scheme::Scheme;
use ndarray::{Array2, Axis, CowArray, Ix2, s};

use super::{AxisPasses, KernelFormula, Operand, SymbolicMatrix};
use crate::batch::Problems;
use crate::layout::only;
use crate::problem::Indexed;
use crate::results::Outcome;
use crate::selection::on_host;
use crate::{Device, DeviceArray, Error, Matrix, Scalar, cpu, gpu, reduce_in_place, reduce_one};

/// Data that a pass reads beside the variables.
pub(super) type Further<'a, T> = Option<Indexed<'a, T>>;

impl<T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'_, T, K, A> {
    /// The product K v with a vector of N entries, or with a matrix of shape (N, w): a vector of M entries, or a matrix of
    /// shape (M, w).
    ///
    /// All columns of v share the entries of K, each of which is computed once; on a GPU, sixteen columns at a time do.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Array2, array};
    ///
    /// let k = kernel!("Exp(-Norm2(x - y))", x = Vi(2), y = Vj(2)).bind(&[[0.0, 0.0], [3.0, 4.0]], &[[0.0, 0.0]])?;
    /// assert_eq!(k.dot(&array![2.0])?, array![2.0, 2.0 * (-5.0_f64).exp()]);
    /// assert_eq!(k.dot(&Array2::ones((1, 50)))?.dim(), (2, 50));
    /// assert_eq!(
    ///     k.dot(&array![1.0, 2.0]).unwrap_err().to_string(),
    ///     "variable `v` of `Exp(-Norm2(x - y))`: expected 1 rows, as `y` has, found 2 rows (both are indexed by j)",
    /// );
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When v has another number of rows than K has columns.
    pub fn dot<'v, V: Operand<'v, T>>(&self, v: V) -> Result<V::Product, Error> {
        let v = v.columns();
        self.check("v", &v, true)?;
        if v.ncols() == 1 {
            let problem = self.problem(false, None, Some(Indexed { variable: "v", matrix: v }));
            let problem = problem.into();
            return V::product(reduce_in_place::<<K::Rows as AxisPasses>::Product, Sum<A>, T>(
                &problem,
                &self.options,
            )?);
        }
        let v = match v {
            Matrix::Device(v) => return V::product(self.dot_on_gpu(v)?),
            Matrix::Host(v) => v,
        };
        let problems: Problems<'_, T> = self.problem(false, None, None).into();
        let device = match problems.place(self.options.device)? {
            Device::Auto if gpu::is_worth_it::<<K::Rows as AxisPasses>::Products, Sum<A>, T>(&problems) => {
                Device::Cuda(0)
            }
            device => device,
        };
        if matches!(device, Device::Auto | Device::Cpu) {
            let [problem] = problems.entries.as_slice() else { unreachable!("it was made of one problem") };
            let product = cpu::multiply::<<K::Rows as AxisPasses>::Entries, A, T>(problem, v)?;
            return V::product(Outcome::single(product));
        }
        let mut result = Array2::from_elem((self.nrows(), v.ncols()), T::from_f64(0.0));
        for (columns, chunk) in chunks(&v.into(), K::WIDTH) {
            let chunk = Indexed { variable: "v", matrix: chunk.view().into() };
            let problem = self.problem(false, None, Some(chunk)).into();
            let part = gpu::reduce::<<K::Rows as AxisPasses>::Products, Sum<A>, T>(&problem, device)?;
            let part = only(part);
            result.slice_mut(s![.., columns.clone()]).assign(&part.slice(s![.., ..columns.len()]));
        }
        V::product(Outcome::single(result))
    }

    /// The product with a matrix on a GPU, some columns at a time. Nothing leaves the GPU.
    fn dot_on_gpu(&self, v: &DeviceArray<T>) -> Result<Outcome<T, T>, Error> {
        let (device, width) = (v.device(), K::WIDTH);
        let product = DeviceArray::zeros(device, (self.nrows(), v.ncols()))?;
        for first in (0..v.ncols()).step_by(width) {
            let columns = first..(first + width).min(v.ncols());
            let chunk = DeviceArray::zeros(device, (v.nrows(), width))?;
            chunk.copy_columns(0, v, columns.clone())?;
            let chunk = Indexed { variable: "v", matrix: Matrix::Device(&chunk) };
            let problem: Problems<'_, T> = self.problem(false, None, Some(chunk)).into();
            let device = problem.place(self.options.device)?;
            let part = gpu::reduce_resident::<<K::Rows as AxisPasses>::Products, Sum<A>, T>(&problem, device)?;
            product.copy_columns(first, &part.values, 0..columns.len())?;
        }
        Outcome::resident(product)
    }

    /// The gradients of `<e, K v>`, the sum of all entries of e times those of K v, by all data that is bound: a struct with
    /// one field per variable of the formula, an array of the shape of the data (`Array1` for a parameter).
    ///
    /// e has the shape of the product K v. All gradients by variables `Vi` and by parameters come from one pass over the
    /// entries of K, those by variables `Vj` from another. (The gradient by v is `k.t().dot(&e)`.)
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::array;
    ///
    /// let scale = |s: f64| kernel!("s * x * y", s = Pm(1), x = Vi(1), y = Vj(1)).bind(s, &[[1.0], [2.0]], &[[3.0]]);
    /// let k = scale(0.5)?;
    /// let gradients = k.vjp(&array![10.0], &array![1.0, 1.0])?;
    /// assert_eq!(gradients.x, array![[15.0], [15.0]]);
    /// assert_eq!(gradients.y, array![[15.0]]);
    /// assert_eq!(gradients.s, array![90.0]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When v or e has a shape that does not fit.
    pub fn vjp<'v, 'e, V, E>(&self, v: V, e: E) -> Result<K::Gradients<T>, Error>
    where
        V: Operand<'v, T>,
        E: Operand<'e, T, Product = V::Product>,
    {
        let (v, e) = (v.columns(), e.columns());
        self.check("v", &v, true)?;
        self.check("e", &e, false)?;
        if e.ncols() != v.ncols() {
            let (expected, found) = (v.ncols(), e.ncols());
            let (variable, formula) = (name_beside_variables::<K>("e"), K::SIGNATURE.formula);
            return Err(Error::Dimension { variable, formula, expected, found });
        }
        let zeros = |rows: usize, dim: usize| Array2::from_elem((rows, dim), T::from_f64(0.0));
        let mut rows = zeros(self.nrows(), <K::Rows as AxisPasses>::GRADIENT_DIM);
        let mut columns = zeros(self.ncols(), <K::Columns as AxisPasses>::GRADIENT_DIM);
        if v.ncols() == 1 {
            self.add_gradient::<<K::Rows as AxisPasses>::Gradient>(&mut rows, false, &e, &v)?;
            self.add_gradient::<<K::Columns as AxisPasses>::Gradient>(&mut columns, true, &e, &v)?;
        } else {
            let (v, e) = (on_host(v)?, on_host(e)?);
            for ((_, e), (_, v)) in chunks(&e, K::WIDTH).zip(chunks(&v, K::WIDTH)) {
                let (e, v) = (e.view().into(), v.view().into());
                self.add_gradient::<<K::Rows as AxisPasses>::Gradients>(&mut rows, false, &e, &v)?;
                self.add_gradient::<<K::Columns as AxisPasses>::Gradients>(&mut columns, true, &e, &v)?;
            }
        }
        Ok(K::gradients(&rows.insert_axis(Axis(0)), &columns.insert_axis(Axis(0))))
    }

    /// Adds the gradients by the variables along the rows, or those along the columns if `columns`.
    fn add_gradient<D: Kernel>(
        &self,
        sum: &mut Array2<T>,
        columns: bool,
        e: &Matrix<'_, T>,
        v: &Matrix<'_, T>,
    ) -> Result<(), Error> {
        if sum.ncols() == 0 {
            return Ok(());
        }
        let e = Indexed { variable: "e", matrix: e.reborrow() };
        let v = Indexed { variable: "v", matrix: v.reborrow() };
        let (kept, reduced) = if columns { (v, e) } else { (e, v) };
        let part = reduce_one::<D, Sum<A>, T>(self.problem(columns, Some(kept), Some(reduced)), &self.options)?;
        sum.zip_mut_with(&part, |sum, &part| *sum = *sum + part);
        Ok(())
    }

    /// Checks that an argument has one row per row of the matrix, or per column if `columns`.
    fn check(&self, name: &'static str, argument: &Matrix<'_, T>, columns: bool) -> Result<(), Error> {
        let (expected, found) = (if columns { self.ncols() } else { self.nrows() }, argument.nrows());
        if found == expected {
            return Ok(());
        }
        let (category, index) = Self::index(columns);
        let (variable, formula) = (name_beside_variables::<K>(name), K::SIGNATURE.formula);
        match self.variables.iter().find(|(other, _)| *other == category) {
            Some((_, other)) => Err(Error::Rows { variable, formula, other: other.variable, index, expected, found }),
            None => Err(Error::SingleRow { variable, formula, index, found }),
        }
    }
}

/// What an argument is called where a variable of the formula may have the same name.
fn name_beside_variables<K: KernelFormula>(name: &'static str) -> &'static str {
    match name {
        _ if K::SIGNATURE.variables.iter().all(|variable| variable.name != name) => name,
        "v" => "right-hand side v",
        _ => "cotangent e",
    }
}

/// The columns of a matrix, `width` at a time, the last filled up with zeros.
fn chunks<'v, T: Scalar>(
    v: &'v CowArray<'_, T, Ix2>,
    width: usize,
) -> impl Iterator<Item = (Range<usize>, CowArray<'v, T, Ix2>)> {
    (0..v.ncols()).step_by(width).map(move |first| {
        let columns = first..(first + width).min(v.ncols());
        let part = v.slice(s![.., columns.clone()]);
        if columns.len() == width {
            return (columns, part.into());
        }
        let mut filled = Array2::from_elem((v.nrows(), width), T::from_f64(0.0));
        filled.slice_mut(s![.., ..columns.len()]).assign(&part);
        (columns, filled.into())
    })
}
