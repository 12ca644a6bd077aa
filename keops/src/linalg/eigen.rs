//! Leading eigenvalues and eigenvectors.

use ::faer::dyn_stack::{MemBuffer, MemStack};
use ::faer::linalg::evd;
use ::faer::{Mat, Par};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};

use super::LinearOperator;
use super::operator::{check_result, check_square};
use super::vectors::{Random, epsilon, norms};
use crate::error::NoConvergence;
use crate::{Error, Scalar};

/// The k eigenvalues of largest magnitude of a symmetric operator, and their eigenvectors: [`SymmetricEigen`] as it comes.
///
/// ```
/// use keops::linalg::{Dense, eigsh};
/// use ndarray::array;
///
/// let a = Dense(array![[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.5]]);
/// let leading = eigsh(&a, 2)?;
/// assert!((&leading.values - &array![3.0, 1.0]).iter().all(|e: &f64| e.abs() < 1e-12));
/// let v = leading.vectors.column(0);
/// assert!((v[0] - v[1]).abs() < 1e-12 && v[2].abs() < 1e-12);
/// # Ok::<(), keops::Error>(())
/// ```
///
/// # Errors
/// As [`SymmetricEigen::solve`].
pub fn eigsh<T: Scalar, A: LinearOperator<T> + ?Sized>(a: &A, k: usize) -> Result<Eigenpairs<T>, Error> {
    SymmetricEigen::new(k).solve(a)
}

/// Which eigenvalues lead.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Which {
    /// Those of largest magnitude, whatever their sign.
    #[default]
    LargestMagnitude,
    /// The largest.
    Largest,
    /// The smallest. Where they are close to each other, as they are for kernel matrices, this takes many iterations.
    Smallest,
}

/// Finds leading eigenvalues and eigenvectors of a symmetric operator, by products with k vectors at once.
///
/// This is the block Lanczos method with thick restarts (Wu and Simon, *Thick-restart Lanczos method for large symmetric
/// eigenvalue problems*, SIAM Journal on Matrix Analysis and Applications 22, 2000), with complete orthogonalization and
/// explicit residuals. Blocks of k vectors suit kernel matrices, of which a product with k vectors costs little more than one
/// with a single vector; and they find eigenvalues that are up to k-fold. The start is random, but always the same.
///
/// It keeps up to twice `max(4 k, k + 24)` vectors of N numbers.
///
/// ```
/// use keops::linalg::{Dense, SymmetricEigen, Which};
/// use ndarray::{Array1, Array2};
///
/// let a = Dense(Array2::from_diag(&Array1::from_iter((-50..40).map(f64::from))));
/// let solver = SymmetricEigen::new(2);
/// let values = |which| solver.which(which).solve(&a).map(|pairs| pairs.values.mapv(f64::round).to_vec());
/// assert_eq!(values(Which::LargestMagnitude)?, [-50.0, -49.0]);
/// assert_eq!(values(Which::Largest)?, [39.0, 38.0]);
/// assert_eq!(values(Which::Smallest)?, [-50.0, -49.0]);
/// # Ok::<(), keops::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SymmetricEigen {
    count: usize,
    which: Which,
    tolerance: Option<f64>,
    max_iterations: usize,
}

/// Eigenvalues, and an eigenvector for each: the leading ones first.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Eigenpairs<T> {
    /// The k eigenvalues.
    pub values: Array1<T>,
    /// The eigenvectors, (N, k), orthonormal.
    pub vectors: Array2<T>,
    /// `|A v - lambda v|` for each of them.
    pub residuals: Vec<f64>,
    /// The number of products with a block of vectors.
    pub iterations: usize,
}

impl SymmetricEigen {
    /// The `count` eigenvalues of largest magnitude; the tolerance is 1e-10 in `f64` and 1e-5 in `f32`, and at most 300 iterations
    /// are done.
    pub fn new(count: usize) -> Self {
        SymmetricEigen { count, which: Which::default(), tolerance: None, max_iterations: 300 }
    }

    /// Chooses the eigenvalues.
    pub fn which(mut self, which: Which) -> Self {
        self.which = which;
        self
    }

    /// All is well when `|A v - lambda v| <= tolerance |A|` for each eigenvector, where `|A|` is the largest magnitude of an
    /// eigenvalue. The eigenvalues are far better than that: their errors are of the order of its square.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// To do more products with a block than these is an error.
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// The leading eigenvalues and eigenvectors of `a`, which must be symmetric.
    ///
    /// # Errors
    /// [`Error::Setting`], where k is 0 or above N; [`Error::NotSymmetric`], where that shows;
    /// [`Error::NotFinite`]; [`Error::NotConverged`]; and errors of products.
    pub fn solve<T: Scalar, A: LinearOperator<T> + ?Sized>(&self, a: &A) -> Result<Eigenpairs<T>, Error> {
        let n = check_square("eigenvalues", a.shape())?;
        let k = self.count;
        if k == 0 || k > n {
            let expected = "at least 1 and at most the number of rows";
            return Err(Error::Setting { setting: "number of eigenvalues", expected, found: k as f64 });
        }
        let tolerance = self.tolerance.unwrap_or(if epsilon::<T>() < 1e-10 { 1e-10 } else { 1e-5 });
        if tolerance.is_nan() || tolerance < 0.0 {
            return Err(Error::Setting {
                setting: "tolerance",
                expected: "a number that is not negative",
                found: tolerance,
            });
        }
        let limit = n.min((4 * k).max(k + 24));
        let mut random = Random::new(1);
        let mut space = Space { basis: Array2::zeros((n, 0)), images: Array2::zeros((n, 0)) };
        let mut block = space.complement(random.block(n, k).view());
        let mut residual = f64::INFINITY;
        for iterations in 1..=self.max_iterations {
            let image = a.apply(block.view())?;
            check_result("result of a product", (n, n), block.dim(), &image)?;
            if image.iter().any(|x| !x.to_f64().is_finite()) {
                return Err(Error::NotFinite { place: "the product with the operator", iterations });
            }
            space.append(&block, &image);
            let (values, vectors) = space.projected(self.which, iterations)?;
            let scale = values.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
            let pairs = space.pairs(&values[..k], &vectors, iterations);
            let worst = pairs.residuals.iter().fold(0.0, |a: f64, &b| a.max(b));
            if worst <= tolerance * scale {
                return Ok(pairs);
            }
            residual = worst / scale;
            block = space.complement(image.view());
            if block.ncols() == 0 {
                // The space is invariant up to rounding errors. What it lacks can only be guessed.
                block = space.complement(random.block(n, k).view());
            }
            if block.ncols() == 0 {
                return Err(Error::NotConverged { iterations, residual, reason: NoConvergence::Stagnation });
            }
            if space.basis.ncols() + block.ncols() > limit {
                space.restrict(&vectors.slice(s![.., ..limit / 2]));
            }
        }
        let reason = NoConvergence::IterationLimit;
        Err(Error::NotConverged { iterations: self.max_iterations, residual, reason })
    }
}

/// A space of vectors in which eigenvectors are looked for.
struct Space<T> {
    /// Its orthonormal basis, in columns.
    basis: Array2<T>,
    /// A times each of them.
    images: Array2<T>,
}

impl<T: Scalar> Space<T> {
    fn append(&mut self, block: &Array2<T>, image: &Array2<T>) {
        for (matrix, more) in [(&mut self.basis, block), (&mut self.images, image)] {
            *matrix = concatenate![Axis(1), *matrix, *more];
        }
    }

    /// Keeps combinations of the vectors of the basis only.
    fn restrict(&mut self, combinations: &ArrayView2<'_, f64>) {
        let combinations = combinations.mapv(T::from_f64);
        self.basis = self.basis.dot(&combinations);
        self.images = self.images.dot(&combinations);
    }

    /// All eigenvalues of the operator within this space, leading ones first, and their eigenvectors in terms of the basis.
    fn projected(&self, which: Which, iterations: usize) -> Result<(Vec<f64>, Array2<f64>), Error> {
        let h = self.basis.t().dot(&self.images).mapv(|x| x.to_f64());
        if h.iter().any(|x| !x.is_finite()) {
            return Err(Error::NotFinite { place: "a scalar product with the operator", iterations });
        }
        let largest = |a: &Array2<f64>| a.fold(0.0, |a: f64, b| a.max(b.abs()));
        let difference = largest(&(&h - &h.t()));
        let scale = largest(&h);
        if difference > epsilon::<T>().sqrt() * scale {
            return Err(Error::NotSymmetric { difference: difference / scale });
        }
        let (values, vectors) = symmetric_eigen(&h, iterations)?;
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| match which {
            Which::LargestMagnitude => values[b].abs().total_cmp(&values[a].abs()),
            Which::Largest => values[b].total_cmp(&values[a]),
            Which::Smallest => values[a].total_cmp(&values[b]),
        });
        Ok((order.iter().map(|&at| values[at]).collect(), vectors.select(Axis(1), &order)))
    }

    /// The first of these eigenvalues and eigenvectors, with their residuals.
    fn pairs(&self, values: &[f64], vectors: &Array2<f64>, iterations: usize) -> Eigenpairs<T> {
        let combinations = vectors.slice(s![.., ..values.len()]).mapv(T::from_f64);
        let values: Array1<T> = values.iter().map(|&value| T::from_f64(value)).collect();
        let vectors = self.basis.dot(&combinations);
        let residuals = norms((self.images.dot(&combinations) - &vectors * &values).view());
        Eigenpairs { values, vectors, residuals, iterations }
    }

    /// Orthonormal vectors that span what these span beyond this space. They may be fewer.
    fn complement(&self, of: ArrayView2<'_, T>) -> Array2<T> {
        let mut found = Array2::zeros((of.nrows(), 0));
        for column in of.axis_iter(Axis(1)) {
            let mut v = column.insert_axis(Axis(1)).to_owned();
            // Where little is left of a vector, what is left is mostly rounding errors, which are not orthogonal. Mostly, two
            // rounds do. In a space that has all dimensions nothing is ever left.
            let mut left = 0.0;
            for _ in 0..5 {
                let norm = norms(v.view())[0];
                let normalized = v.mapv(|x| T::from_f64(x.to_f64() / norm));
                if norm == 0.0 || left > 0.7 {
                    found = if norm == 0.0 { found } else { concatenate![Axis(1), found, normalized] };
                    break;
                }
                v = normalized;
                for basis in [&self.basis, &found] {
                    v = &v - &basis.dot(&basis.t().dot(&v));
                }
                left = norms(v.view())[0];
            }
        }
        found
    }
}

/// Eigenvalues and eigenvectors of a small symmetric matrix, of which the lower half is read.
fn symmetric_eigen(h: &Array2<f64>, iterations: usize) -> Result<(Vec<f64>, Array2<f64>), Error> {
    let m = h.nrows();
    let a = Mat::from_fn(m, m, |i, j| h[[i, j]]);
    let (mut values, mut vectors) = (Mat::zeros(m, 1), Mat::zeros(m, m));
    let (eigenvectors, par) = (evd::ComputeEigenvectors::Yes, Par::Seq);
    let mut memory = MemBuffer::new(evd::self_adjoint_evd_scratch::<f64>(m, eigenvectors, par, Default::default()));
    evd::self_adjoint_evd(
        a.as_ref(),
        values.as_mut().col_mut(0).as_diagonal_mut(),
        Some(vectors.as_mut()),
        par,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| Error::NotConverged { iterations, residual: 1.0, reason: NoConvergence::Stagnation })?;
    let values = (0..m).map(|i| values[(i, 0)]).collect();
    Ok((values, Array2::from_shape_fn((m, m), |(i, j)| vectors[(i, j)])))
}
