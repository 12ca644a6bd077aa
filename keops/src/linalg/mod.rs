//! Linear operators: matrices that are known by their products, and what can be done with them.
//!
//! A kernel matrix has M x N entries that nobody wants to store; its product with a vector takes linear memory. Everything
//! here needs products alone, so it works for such a matrix as for one in memory ([`Dense`]) or for a composition of
//! several:
//!
//! * [`LinearOperator`]: products with vectors, and combinations: sums, multiples, compositions, powers, transposes;
//! * [`Entries`]: an operator of which single columns can be asked for, too;
//! * [`ConjugateGradient`]: solves `(A + alpha I) x = b`, and differentiates the solution;
//! * [`Preconditioner`]: [`Jacobi`] and [`Nystrom`], which make that faster.
#![cfg_attr(
    feature = "faer",
    doc = "* [`eigsh`] and [`SymmetricEigen`]: leading eigenvalues and eigenvectors;
* [`FaerOperator`]: the iterative methods of the crate faer."
)]
#![cfg_attr(
    not(feature = "faer"),
    doc = "
With the feature `faer` there are eigenvalues (`eigsh`) and an adapter for the crate faer as well."
)]
//!
//! ```
//! use keops::linalg::{ConjugateGradient, Dense, LinearOperator, Nystrom};
//! use ndarray::Array2;
//!
//! // A Gaussian kernel matrix, of points on a line.
//! let point = |i: usize| i as f64 / 50.0;
//! let k = Dense(Array2::from_shape_fn((50, 50), |(i, j)| (-(point(i) - point(j)).powi(2)).exp()));
//! let b = Array2::from_shape_fn((50, 2), |(i, c)| (3.0 * point(i) + c as f64).sin());
//!
//! let preconditioner = Nystrom::new(&k, 10, 1e-3)?;
//! let solution = ConjugateGradient::new().ridge(1e-3).preconditioner(&preconditioner).solve(&k, &b)?;
//! assert!(solution.iterations < 10);
//!
//! let residual = (&k).shifted(1e-3).apply(solution.x.view())? - &b;
//! assert!(residual.iter().all(|r| r.abs() < 1e-5));
//! # Ok::<(), keops::Error>(())
//! ```

mod adjoint;
mod combine;
mod conjugate_gradient;
mod dense;
mod diagonal;
#[cfg(feature = "faer")]
mod eigen;
#[cfg(feature = "faer")]
mod faer_operator;
mod nystrom;
mod operator;
mod preconditioner;
#[cfg(test)]
mod tests;
mod vectors;

pub use adjoint::SolveGradient;
pub(crate) use combine::arithmetic;
pub use combine::{Composition, Power, Scaled, Shifted, Sum, Transpose};
pub use conjugate_gradient::{ConjugateGradient, Progress, Solution};
pub use dense::Dense;
pub use diagonal::{Diagonal, DiagonallyScaled};
#[cfg(feature = "faer")]
pub use eigen::{Eigenpairs, SymmetricEigen, Which, eigsh};
#[cfg(feature = "faer")]
pub use faer_operator::FaerOperator;
pub use nystrom::Nystrom;
pub use operator::{Entries, LinearOperator};
pub use preconditioner::{Identity, Jacobi, Preconditioner};
