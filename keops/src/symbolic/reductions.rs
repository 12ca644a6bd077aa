//! Reductions of symbolic matrices along an axis.

use keops_device::reduction::scheme::Scheme;
use keops_device::reduction::{ArgMax, ArgMin, Count, Item, LogSumExp, Max, MaxArgMax, Min, MinArgMin, Reduction, Sum};
use ndarray::{Array1, Array2, Axis};

use super::operand::single_column;
use super::{AxisPasses, KernelFormula, SymbolicMatrix};
use crate::batch::Problems;
use crate::cpu::{self, ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};
use crate::layout::only;
use crate::parts::unzipped;
use crate::{Device, Error, Scalar, gpu, reduce_one};

/// The largest number K of the K best: what is kept for each index must fit into a cache.
const MAX_COUNT: usize = 1024;

/// Each method reduces over `axis`, the one that goes away: `Axis(1)` gives one result per row, `Axis(0)` one per column.
/// Another axis is an error.
impl<T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'_, T, K, A> {
    /// The sums of the rows or columns.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let k = kernel!("10 * x + y", x = Vi(1), y = Vj(1)).bind(&[[1.0], [2.0]], &[[1.0], [2.0], [3.0]])?;
    /// assert_eq!(k.sum(Axis(1))?, array![36.0, 66.0]);
    /// assert_eq!(k.sum(Axis(0))?, array![32.0, 34.0, 36.0]);
    /// assert_eq!(k.sum(Axis(2)).unwrap_err().to_string(), "`10 * x + y`: expected axis 0 (over the rows) or 1 (over the columns), found axis 2");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn sum(&self, axis: Axis) -> Result<Array1<T>, Error> {
        self.entrywise::<Sum<A>>(axis).map(single_column)
    }

    /// The means of the rows or columns; 0 without entries.
    ///
    /// # Errors
    /// When the matrix is restricted to ranges: then the number of entries is another one for each row.
    pub fn mean(&self, axis: Axis) -> Result<Array1<T>, Error> {
        if self.options.ranges.is_some() {
            return Err(Error::RangesOfMean { formula: K::SIGNATURE.formula });
        }
        let sum = self.sum(axis)?;
        let count = if axis == Axis(0) { self.nrows() } else { self.ncols() };
        let count = T::from_f64(count.max(1) as f64);
        Ok(sum.mapv(|sum| sum / count))
    }

    /// The logarithms of the sums of the exponentials of the entries, safe for entries of any size; -inf without entries.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let k = kernel!("-SqDist(x, y)", x = Vi(1), y = Vj(1)).bind(&[[0.0], [100.0]], &[[0.0], [0.0]])?;
    /// assert_eq!(k.logsumexp(Axis(1))?, array![2.0_f64.ln(), 2.0_f64.ln() - 10_000.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn logsumexp(&self, axis: Axis) -> Result<Array1<T>, Error> {
        let result = if Self::keeps_columns(axis)? {
            let problem = self.problem(true, None, None);
            reduce_one::<<K::Columns as AxisPasses>::Scores, LogSumExp<A>, T>(problem, &self.options)
        } else {
            let problem = self.problem(false, None, None);
            reduce_one::<<K::Rows as AxisPasses>::Scores, LogSumExp<A>, T>(problem, &self.options)
        };
        result.map(single_column)
    }

    /// The numbers of entries of the rows or columns that are not 0; a NaN counts.
    pub fn count(&self, axis: Axis) -> Result<Array1<usize>, Error> {
        self.entrywise::<Count>(axis).map(single_column)
    }

    /// The smallest entry of each row or column; a NaN never wins, and without entries it is +inf.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let k = kernel!("Abs(x - y)", x = Vi(1), y = Vj(1)).bind(&[[0.0], [9.0]], &[[1.0], [6.0]])?;
    /// assert_eq!((k.min(Axis(1))?, k.argmin(Axis(1))?), (array![1.0, 3.0], array![0, 1]));
    /// assert_eq!((k.max(Axis(0))?, k.argmax(Axis(0))?), (array![8.0, 6.0], array![1, 0]));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn min(&self, axis: Axis) -> Result<Array1<T>, Error> {
        self.half::<Min, MinArgMin>(axis).map(single_column)
    }

    /// The largest entry of each row or column; a NaN never wins, and without entries it is -inf.
    pub fn max(&self, axis: Axis) -> Result<Array1<T>, Error> {
        self.half::<Max, MaxArgMax>(axis).map(single_column)
    }

    /// The position of the smallest entry of each row or column, the first of equals; the number of entries where none
    /// is less than +inf.
    pub fn argmin(&self, axis: Axis) -> Result<Array1<usize>, Error> {
        self.half::<ArgMin, MinArgMin>(axis).map(single_column)
    }

    /// The position of the largest entry of each row or column, the first of equals; the number of entries where none
    /// is greater than -inf.
    pub fn argmax(&self, axis: Axis) -> Result<Array1<usize>, Error> {
        self.half::<ArgMax, MaxArgMax>(axis).map(single_column)
    }

    /// The smallest entries of the rows or columns and their positions, as [`min`](Self::min) and [`argmin`](Self::argmin) in one pass.
    pub fn min_argmin(&self, axis: Axis) -> Result<(Array1<T>, Array1<usize>), Error> {
        let (values, positions) = unzipped(&self.entrywise::<MinArgMin>(axis)?);
        Ok((single_column(values), single_column(positions)))
    }

    /// The largest entries of the rows or columns and their positions, as [`max`](Self::max) and [`argmax`](Self::argmax) in one pass.
    pub fn max_argmax(&self, axis: Axis) -> Result<(Array1<T>, Array1<usize>), Error> {
        let (values, positions) = unzipped(&self.entrywise::<MaxArgMax>(axis)?);
        Ok((single_column(values), single_column(positions)))
    }

    /// The `C` smallest entries of each row or column, best first: an array of shape (M, C) or (N, C), filled up with +inf
    /// where there are fewer entries. C is from 1 to 1024; anything else does not compile.
    ///
    /// ```
    /// use keops::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// // The two nearest neighbours of each point.
    /// let k = kernel!("SqDist(x, y)", x = Vi(1), y = Vj(1)).bind(&[[0.0], [9.0]], &[[1.0], [6.0], [20.0]])?;
    /// assert_eq!(k.kmin::<2>(Axis(1))?, array![[1.0, 36.0], [9.0, 64.0]]);
    /// assert_eq!(k.argkmin::<2>(Axis(1))?, array![[0, 1], [1, 0]]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn kmin<const C: usize>(&self, axis: Axis) -> Result<Array2<T>, Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        self.on_cpu::<KMin<C>>(axis)
    }

    /// The positions of the `C` smallest entries of each row or column, best first, filled up with the number of entries
    /// where there are fewer. C is from 1 to 1024; anything else does not compile.
    pub fn argkmin<const C: usize>(&self, axis: Axis) -> Result<Array2<usize>, Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        self.on_cpu::<ArgKMin<C>>(axis)
    }

    /// The results of [`kmin`](Self::kmin) and [`argkmin`](Self::argkmin), in one pass.
    pub fn kmin_argkmin<const C: usize>(&self, axis: Axis) -> Result<(Array2<T>, Array2<usize>), Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        Ok(unzipped(&self.on_cpu::<KMinArgKMin<C>>(axis)?))
    }

    /// The `C` largest entries of each row or column, best first: an array of shape (M, C) or (N, C), filled up with -inf
    /// where there are fewer entries. C is from 1 to 1024; anything else does not compile.
    pub fn kmax<const C: usize>(&self, axis: Axis) -> Result<Array2<T>, Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        self.on_cpu::<KMax<C>>(axis)
    }

    /// The positions of the `C` largest entries of each row or column, best first, filled up with the number of entries
    /// where there are fewer. C is from 1 to 1024; anything else does not compile.
    pub fn argkmax<const C: usize>(&self, axis: Axis) -> Result<Array2<usize>, Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        self.on_cpu::<ArgKMax<C>>(axis)
    }

    /// The results of [`kmax`](Self::kmax) and [`argkmax`](Self::argkmax), in one pass.
    pub fn kmax_argkmax<const C: usize>(&self, axis: Axis) -> Result<(Array2<T>, Array2<usize>), Error> {
        const { assert!(1 <= C && C <= MAX_COUNT, "the number of results is from 1 to 1024") };
        Ok(unzipped(&self.on_cpu::<KMaxArgKMax<C>>(axis)?))
    }

    /// A reduction of the entries, each by itself, on the device of the options.
    fn entrywise<Red: Reduction>(&self, axis: Axis) -> Result<Array2<Red::Item<T>>, Error> {
        if Self::keeps_columns(axis)? {
            reduce_one::<<K::Columns as AxisPasses>::Entries, Red, T>(self.problem(true, None, None), &self.options)
        } else {
            reduce_one::<<K::Rows as AxisPasses>::Entries, Red, T>(self.problem(false, None, None), &self.options)
        }
    }

    /// The same for one half of `Both`, which is what there is code for on GPUs: code for each would take its time to compile.
    fn half<Red, Both>(&self, axis: Axis) -> Result<Array2<Red::Item<T>>, Error>
    where
        Red: Reduction,
        Both: Reduction<Item<T> = (T, usize)>,
    {
        let columns = Self::keeps_columns(axis)?;
        let problems: Problems<'_, T> = self.problem(columns, None, None).into();
        let on_gpu = match problems.place(self.options.device)? {
            Device::Cpu => false,
            Device::Auto if columns => gpu::is_worth_it::<<K::Columns as AxisPasses>::Entries, Both, T>(&problems),
            Device::Auto => gpu::is_worth_it::<<K::Rows as AxisPasses>::Entries, Both, T>(&problems),
            _ => true,
        };
        if !on_gpu {
            return self.entrywise::<Red>(axis);
        }
        let both = self.entrywise::<Both>(axis)?;
        Ok(both.mapv(|(value, position)| <Red::Item<T> as Item<T>>::from_parts(value, position)))
    }

    /// The same for reductions that have no code for GPUs.
    fn on_cpu<Red: Reduction>(&self, axis: Axis) -> Result<Array2<Red::Item<T>>, Error> {
        let columns = Self::keeps_columns(axis)?;
        let problems: Problems<'_, T> = self.problem(columns, None, None).into();
        let result = match problems.place(self.options.device)? {
            Device::Auto | Device::Cpu if columns => {
                cpu::reduce::<<K::Columns as AxisPasses>::Entries, Red, T>(&problems)
            }
            Device::Auto | Device::Cpu => cpu::reduce::<<K::Rows as AxisPasses>::Entries, Red, T>(&problems),
            device => Err(Error::NoDeviceCode { formula: K::SIGNATURE.formula, device }),
        };
        result.map(only)
    }
}
