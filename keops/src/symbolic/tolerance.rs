//! Symbolic matrices without their small entries.

use std::fmt;
use std::marker::PhantomData;

use keops_device::reduction::scheme::{Block, Scheme};
use ndarray::{Array2, ArrayView2, CowArray, Ix2};
use rayon::prelude::*;

use super::{KernelFormula, Operand, SymbolicMatrix};
use crate::bound::Interval;
use crate::cluster::{Clusters, bisect_cluster};
use crate::linalg::LinearOperator;
use crate::options::Options;
use crate::problem::{Category, Indexed};
use crate::results::Outcome;
use crate::selection::on_host;
use crate::{Error, Matrix, Ranges, Scalar};

/// Points of a cluster: enough that a block is reduced at full speed, few enough that clusters are small.
const POINTS: usize = 256;

/// More clusters than this along an axis would take longer to compare with each other than they save.
const MAX_CLUSTERS: usize = 2048;

/// A symbolic matrix without the blocks all of whose entries are small: made by [`SymbolicMatrix::tolerance`].
///
/// Rows and columns are in their own order to the outside; inside, the data is sorted by clusters.
pub struct Truncated<T, K, A = Block> {
    params: Vec<T>,
    /// The variables, sorted.
    variables: Vec<(Category, &'static str, Array2<T>)>,
    lengths: [usize; 2],
    options: Options<'static>,
    /// The clusters of the indices i and j.
    clusters: [Clusters; 2],
    /// The blocks that are left, of the formula.
    ranges: Ranges,
    tolerance: f64,
    marker: PhantomData<(K, A)>,
}

impl<T: Scalar, K: KernelFormula, A> fmt::Debug for Truncated<T, K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([rows, columns], formula) = (self.lengths, K::SIGNATURE.formula);
        write!(
            f,
            "Truncated({rows} x {columns}: `{formula}` to {:e}, density {})",
            self.tolerance,
            self.ranges.density()
        )
    }
}

impl<T: Scalar, K: KernelFormula, A: Scheme> SymbolicMatrix<'_, T, K, A> {
    /// The matrix without the blocks all of whose entries are at most `tolerance` in absolute value. Each entry of a
    /// product with v is then wrong by at most `tolerance` times the sum of the absolute values of v.
    ///
    /// The points, which are the rows of the first variable of each axis, are sorted into clusters of some hundred neighbours. Of each
    /// block interval arithmetic tells how large its entries can be, over the boxes that hold the data of both
    /// clusters; this is an upper bound, whatever the formula. Kernels that decay with the distance of low-dimensional points gain:
    /// of a Gaussian, all blocks of points that are a few widths apart are left out. Of one that does not decay, such as a
    /// polynomial, no block is.
    ///
    /// Kernels qualify that are made of `+ - * /`, powers, `Inv`, `Square`, `Abs`, `Exp`, `Log`, `Sqrt`, `Rsqrt`, `Powf`, `Atan`, `Sin`, `Cos`,
    /// `ReLU`, `Sum`, `Max`, `Min`, `Elem`, `Concat`, scalar products, `SqNorm2`, `Norm2`, `SqDist` and numbers. Any other operator, and the indices `I`
    /// and `J`, are an error that names it.
    ///
    /// ```
    /// use keops::linalg::LinearOperator;
    /// use keops::prelude::*;
    /// use ndarray::{Array1, Array2};
    ///
    /// let gauss = kernel!("Exp(-SqDist(x, y) / (2 * s**2))", x = Vi(1), y = Vj(1), s = Pm(1));
    /// let x = Array2::from_shape_fn((3000, 1), |(i, _)| (i as f64 * 0.618).fract() * 100.0);
    /// let k = gauss.bind(&x, &x, 1.0)?;
    /// let near = k.tolerance(1e-6)?;
    /// assert!(near.density() < 0.35);
    ///
    /// let v = Array1::from_shape_fn(3000, |i| (i as f64).sin());
    /// let (exact, got) = (k.dot(&v)?, near.dot(&v)?);
    /// let bound = 1e-6 * v.mapv(f64::abs).sum();
    /// assert!((&exact - &got).iter().all(|error| error.abs() <= bound));
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// When the tolerance is negative or not finite, the formula does not qualify, or a coordinate of a point is not finite. A matrix
    /// that is restricted to ranges cannot be truncated, as its rows would be sorted.
    pub fn tolerance(&self, tolerance: f64) -> Result<Truncated<T, K, A>, Error> {
        let formula = K::SIGNATURE.formula;
        if !(tolerance >= 0.0 && tolerance.is_finite()) {
            let (setting, expected) = ("tolerance", "a finite number, not below 0");
            return Err(Error::Setting { setting, expected, found: tolerance });
        }
        if let Some(operator) = K::BOUND.unbounded() {
            return Err(Error::Unbounded { formula, operator });
        }
        if self.options.ranges.is_some() {
            return Err(Error::RangesOfTruncated { formula });
        }
        let mut data = Vec::with_capacity(self.variables.len());
        for (category, indexed) in &self.variables {
            data.push((*category, indexed.variable, on_host(indexed.matrix)?));
        }
        let clusters = |axis: Category, length: usize| {
            let points = length.div_ceil(MAX_CLUSTERS).max(POINTS);
            match data.iter().find(|(category, ..)| *category == axis) {
                Some((.., points_of)) => Clusters::from_labels(&bisect_cluster(points_of, points)?),
                None => Clusters::from_labels(&vec![0; length]),
            }
        };
        let clusters = [clusters(Category::I, self.lengths[0])?, clusters(Category::J, self.lengths[1])?];
        let mut variables = Vec::with_capacity(data.len());
        for (category, variable, rows) in &data {
            variables.push((*category, *variable, clusters[axis(*category)].sort_rows(rows)?));
        }
        let keep = keep::<K>(&places::<T, K>(&self.params, &data, &clusters)?, &clusters, tolerance);
        let shape = (self.lengths[0], self.lengths[1]);
        let ranges = Ranges::from_mask(shape, clusters[0].ranges(), clusters[1].ranges(), &keep)?;
        let options = Options { device: self.options.device, ..Options::DEFAULT };
        let (params, lengths) = (self.params.clone(), self.lengths);
        Ok(Truncated { params, variables, lengths, options, clusters, ranges, tolerance, marker: PhantomData })
    }
}

/// The number of an axis.
fn axis(category: Category) -> usize {
    usize::from(category == Category::J)
}

/// Which blocks have entries that may be larger than the tolerance.
fn keep<K: KernelFormula>(places: &[Place], clusters: &[Clusters; 2], tolerance: f64) -> Array2<bool> {
    let (rows, columns) = (clusters[0].len(), clusters[1].len());
    let mut keep = Array2::from_elem((rows, columns), false);
    let entries = keep.as_slice_mut().unwrap_or_default();
    entries.par_chunks_mut(columns.max(1)).enumerate().for_each(|(row, entries)| {
        for (column, keep) in entries.iter_mut().enumerate() {
            let intervals: Vec<&[Interval]> = places
                .iter()
                .map(|place| match place {
                    Place::Rows(boxes) => boxes[row].as_slice(),
                    Place::Columns(boxes) => boxes[column].as_slice(),
                    Place::Parameter(values) => values.as_slice(),
                })
                .collect();
            let bound = K::BOUND.interval(&intervals);
            *keep = bound.iter().any(|bound| bound.magnitude() > tolerance);
        }
    });
    keep
}

/// Where the values of a variable are, cluster by cluster.
enum Place {
    Rows(Vec<Vec<Interval>>),
    Columns(Vec<Vec<Interval>>),
    Parameter(Vec<Interval>),
}

/// The places of all variables of the formula, in the order of their declaration.
fn places<T: Scalar, K: KernelFormula>(
    mut params: &[T],
    data: &[(Category, &'static str, CowArray<'_, T, Ix2>)],
    clusters: &[Clusters; 2],
) -> Result<Vec<Place>, Error> {
    let mut indexed = data.iter();
    let mut places = Vec::new();
    for variable in K::SIGNATURE.variables {
        if variable.category == Category::Parameter {
            let (values, rest) = params.split_at(variable.dim);
            places.push(Place::Parameter(values.iter().map(|value| Interval::point(value.to_f64())).collect()));
            params = rest;
            continue;
        }
        let Some((category, _, rows)) = indexed.next() else { unreachable!("all data is bound") };
        let boxes = clusters[axis(*category)].boxes(rows)?;
        // A NaN makes the interval that of all numbers.
        let side = |(low, high): (&T, &T)| Interval::new(low.to_f64(), high.to_f64());
        let corners = boxes.lower().into_iter().zip(boxes.upper()).map(side).collect::<Vec<_>>();
        let boxes = corners.chunks(variable.dim).map(<[Interval]>::to_vec).collect();
        places.push(if *category == Category::I { Place::Rows(boxes) } else { Place::Columns(boxes) });
    }
    Ok(places)
}

impl<T: Scalar, K: KernelFormula, A: Scheme> Truncated<T, K, A> {
    /// The numbers of rows and of columns.
    pub fn shape(&self) -> (usize, usize) {
        let [i, j] = self.lengths;
        if K::TRANSPOSED { (j, i) } else { (i, j) }
    }

    /// The part of the entries that is left: what a product costs, compared with that of the whole matrix.
    pub fn density(&self) -> f64 {
        self.ranges.density()
    }

    /// The product with a vector of N entries or a matrix of N rows. Each entry is wrong by at most the tolerance times the sum of
    /// the absolute values of the column of v.
    ///
    /// # Errors
    /// When v has another number of rows than the matrix has columns.
    pub fn dot<'v, V: Operand<'v, T>>(&self, v: V) -> Result<V::Product, Error> {
        let v = v.columns();
        let home = v.device();
        let product = self.product::<K>(&on_host(v)?.view())?;
        V::product(Outcome::at(home, product)?)
    }

    /// The product with the matrix of the formula `L`: this one, or its transpose.
    fn product<L: KernelFormula>(&self, v: &ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        let (of_rows, of_columns) = if L::TRANSPOSED { (1, 0) } else { (0, 1) };
        let matrix = self.matrix::<L>();
        if v.nrows() != matrix.ncols() {
            // The check of the matrix itself says what is wrong.
            return matrix.dot(*v);
        }
        let sorted = self.clusters[of_columns].sort_rows(v)?;
        self.clusters[of_rows].unsort_rows(&matrix.dot(&sorted)?)
    }

    /// The sorted data as a symbolic matrix that is restricted to the blocks that are left.
    fn matrix<L: KernelFormula>(&self) -> SymbolicMatrix<'_, T, L, A> {
        let variables = self
            .variables
            .iter()
            .map(|(category, variable, rows)| (*category, Indexed { variable, matrix: Matrix::Host(rows.view()) }));
        SymbolicMatrix {
            params: self.params.clone(),
            variables: variables.collect(),
            lengths: self.lengths,
            options: Options { ranges: Some(&self.ranges), ..self.options },
            ranges_transposed: false,
            marker: PhantomData,
        }
    }
}

impl<T: Scalar, K: KernelFormula, A: Scheme> LinearOperator<T> for Truncated<T, K, A> {
    fn shape(&self) -> (usize, usize) {
        Truncated::shape(self)
    }

    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.product::<K>(&v)
    }

    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.product::<K::Transposed>(&v)
    }
}
