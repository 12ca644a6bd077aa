//! Reductions of huge matrices given by formulas, compiled at build time.
//!
//! [`formula!`] takes a formula F in the grammar of [KeOps](https://www.kernel-operations.io), checks names, categories
//! and dimensions while *your* crate compiles, and becomes a kernel: SIMD code specialised for this formula. Calling it
//! reduces `F(x_i, y_j)` over all pairs (i, j) of rows of arrays, without ever holding the M x N matrix.
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::Array2;
//!
//! // a_i = sum_j exp(-|x_i - y_j|^2) b_j
//! let gauss = formula!("Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
//!
//! let x = Array2::<f32>::zeros((5, 3));
//! let y = Array2::<f32>::zeros((1000, 3));
//! let b = Array2::<f32>::ones((1000, 1));
//! let a = gauss.call(&x, &y, &b)?; // shape (5, 1)
//! assert_eq!(a, Array2::from_elem((5, 1), 1000.0));
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! # The call of the macro
//!
//! `formula!(F, name = Vi(d) | Vj(d) | Pm(d), ..., reduction = R, axis = 0 | 1, derivatives = true | false, fast_math = true | false)`
//!
//! * `F` is a string, or the same grammar without quotes: `formula!(Exp(-SqDist(x, y)), x = Vi(3), y = Vj(3))`.
//! * `Vi(d)` is an M x d array, one row per i; `Vj(d)` an N x d array, one row per j; `Pm(d)` a vector for all pairs.
//!   `I` and `J` are the row and the column index as numbers, counted from the first row of what is passed, so that
//!   masks are formulas: the sum of `IfElse(I - J, F, 0)` is causal, and so is the soft-max of `IfElse(I - J, F, -1e30)`,
//!   as a score far below the others has the weight 0. (In `f32` an index beyond 2^24 is rounded.)
//! * `axis = 1`, the default, reduces over j and gives one row per i; `axis = 0` reduces over i.
//! * `reduction` is one of
//!
//!   | name | result per index | no term, or none that counts |
//!   |---|---|---|
//!   | `Sum` (default) | the sum, per component | 0 |
//!   | `Mean` | the sum divided by the number of terms, per component | 0 |
//!   | `Count` | the `usize` number of terms that are not 0, per component; a NaN counts | 0 |
//!   | `LogSumExp` | log of the sum of exponentials of a scalar F; safe for terms of any size, -inf and +inf | -inf |
//!   | `LogSumExpWeight("G")`, `LogSumExp("G")` | log of the sum of `exp(F) G`, per component of the formula G | -inf |
//!   | `SumSoftMaxWeight("G")` | mean of G, weighted by `exp(F)`: attention, for F = `(q|k)` | 0 |
//!   | `Max_SumShiftExp`, `Max_SumShiftExpWeight("G")` | the maximum m of F, then the sum of `exp(F - m)`, or of `exp(F - m) G` | -inf, 0 |
//!   | `Min`, `Max` | the smallest or largest term, per component; a NaN never wins | +inf, -inf |
//!   | `ArgMin`, `ArgMax` | its `usize` position; the first of equals; +inf (for `ArgMax` -inf) never wins | the number of terms |
//!   | `Min_ArgMin`, `Max_ArgMax` | both: a pair of arrays | both |
//!   | `KMin(K)`, `KMax(K)`, `ArgKMin(K)`, `ArgKMax(K)`, `KMin_ArgKMin(K)`, `KMax_ArgKMax(K)` | the same for the K smallest or largest terms, best first: entry `k d + c` is the k-th of component c; K up to 1024 | the same |
//!
//! * `derivatives = false` leaves out the methods for derivatives, which saves compile time where hundreds of formulas
//!   are only ever evaluated.
//! * `fast_math = true` allows rewrites that change roundings ([below](crate#fast-math)).
//! * Formulas pasted from KeOps work: `Sum_Reduction(F, 0)`, `"x = Vi(0, 3)"`, `Var(0, 3, 0)`, `x**2`.
//!
//! The value of the macro has the method `call`, and its derivatives (below), with one argument per variable in the order of their declaration (see
//! [`Rows`] and [`Vector`] for what an argument can be), and, before the call, `.on(`[`Device`]`)` and
//! `.sum_scheme(`[`SumScheme`]`)` or `.accumulate_f64()`. All arrays of a call hold the same type, `f32` or `f64`.
//!
//! # Derivatives
//!
//! Every formula whose reduction is smooth has, for each of its variables v,
//!
//! | method | returns |
//! |---|---|
//! | `grad_v(args.., &e)` | the transposed Jacobian of the result by v, times e: an array of the shape of v (`Array1` for a parameter) |
//! | `value_and_grad_v(args.., &e)` | `(value, gradient)`, in one pass over all pairs where both are reduced over the same axis |
//! | `jvp_v(args.., &dv)` | the Jacobian of the result by v, times dv: an array of the shape of the result |
//!
//! and for all variables at once `vjp(args.., &e)`, a struct with one field per variable, and `value_and_vjp`. Gradients
//! that are reduced over the same axis come from *one* pass over all pairs. The cotangent e has the shape of the
//! result. (It is called `e_` in the documentation of a formula that has a variable `e` of its own.)
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::array;
//!
//! // a_i = sum_j exp(-|x_i - y_j|^2) b_j, and the energy sum_i a_i^2
//! let gauss = formula!("Exp(-SqDist(x, y)) * b", x = Vi(1), y = Vj(1), b = Vj(1));
//! let (x, y, b) = (array![[0.0], [1.0]], array![[0.5], [2.0], [3.0]], array![[1.0], [-1.0], [0.5]]);
//! let a = gauss.call(&x, &y, &b)?;
//! // Its gradient in x: the cotangent of a is the derivative of the energy by a.
//! let gradient = gauss.grad_x(&x, &y, &b, &(2.0 * &a))?;
//!
//! // The same by differences.
//! let energy = |x0: f64| gauss.call(&array![[x0], [1.0]], &y, &b).map(|a| a.mapv(|a| a * a).sum());
//! let h = 1e-5;
//! assert!((gradient[[0, 0]] - (energy(h)? - energy(-h)?) / (2.0 * h)).abs() < 1e-9);
//!
//! // All gradients, and the value with them.
//! let (value, all) = gauss.value_and_vjp(&x, &y, &b, &(2.0 * &a))?;
//! assert_eq!(value.shape(), a.shape());
//! assert_eq!((all.x.dim(), all.y.dim(), all.b.dim()), (x.dim(), y.dim(), b.dim()));
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! The gradient of a `LogSumExp`, weighted or not, needs its result. `grad_v` computes it first; where it is known,
//! `grad_v_given(args.., &value, &e)` and `vjp_given` take it. The derivatives of `Min`,
//! `Max`, `KMin` and `KMax` are those of the selected term. `ArgMin`, `ArgMax`, `Count` and
//! `Max_SumShiftExp` have none: asking for one does not compile.
//!
//! Derivatives of any order are written in the formula itself, and nest:
//!
//! | operator | value | dimension |
//! |---|---|---|
//! | `Grad(F, v, e)` | transposed Jacobian of F by the variable v, times e; d(e) = d(F) | d(v) |
//! | `Diff(F, v, u)`, `Diff(F, (v, w), (a, b))` | Jacobian times u; d(u) = d(v) | d(F) |
//! | `GradMatrix(F, v)` | Jacobian, row by row | d(F) d(v) |
//! | `Divergence(F, v)`, `Laplacian(F, v)` | trace of the Jacobian; of the Hessian of a scalar | 1 |
//! | `TraceOperator(F, v)`, `TraceOperator(F, v, w)` | trace of A, or of diag(w) A, where F = A v | 1 |
//! | `AdjointOperator(F, v, u)` | transpose of A times u, where F = A v | d(v) |
//! | `Factorize(F, G)` | F | d(F) |
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::array;
//!
//! // The Laplacian of |x - y|^2 in three dimensions is 6, at every pair.
//! let six = formula!("Laplacian(SqDist(x, y), x)", x = Vi(3), y = Vj(3));
//! assert_eq!(six.call(&[[1.0, 2.0, 3.0]], &[[0.0; 3]; 5])?, array![[30.0]]);
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! At points where a function has no derivative these are the conventions of KeOps: 0 for `Abs`, `Sqrt`, `Rsqrt`,
//! `Norm2`, `Normalize` at 0 and `Asin`, `Acos` at the ends; 1 for `ReLU` at 0 and for `Clamp` at its bounds; the first
//! extreme entry for `Max` and `Min`; the branch taken for `IfElse`; 0 for everything that is piecewise constant.
//!
//! # Batches
//!
//! `.batched()` before the call takes many problems of equal sizes: arrays (batch, rows, dimension), matrices (batch, dimension)
//! for parameters; results are of the same form. What has a batch of one, or no batch at all, stands for all entries, and its
//! gradient is the sum over them. `.ragged(&rows, &columns)` takes problems of different sizes, whose rows stand one after the
//! other. In both, indices and positions count within an entry.
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::{Array2, Array3};
//!
//! let sum = formula!("Exp(-p * SqDist(x, y))", x = Vi(2), y = Vj(2), p = Pm(1));
//! let (x, y) = (Array3::<f32>::zeros((8, 5, 2)), Array3::zeros((8, 100, 2)));
//! assert_eq!(sum.batched().call(&x, &y, 0.5)?.dim(), (8, 5, 1));
//!
//! // Two clouds of 3 and 4 points, each with its own 10 and 20 others.
//! let (x, y) = (Array2::<f32>::zeros((7, 2)), Array2::zeros((30, 2)));
//! let a = sum.ragged(&[3, 4], &[10, 20]).call(&x, &y, 1.0)?;
//! assert_eq!((a[[0, 0]], a[[3, 0]]), (10.0, 20.0));
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! # Block-sparse reductions
//!
//! `.ranges(&ranges)` before the call restricts everything, derivatives too, to some blocks of the pairs ([`Ranges`]), which
//! come from clusters of points ([`cluster`]), from a mask, or from the six arrays of KeOps. It costs what the blocks cost; an
//! index without pairs has the result "no term" of the table above. Blocks should have some hundred rows and columns.
//!
//! # Matrices
//!
//! [`kernel!`] compiles a scalar formula into a *matrix*: bound to data it is a [`SymbolicMatrix`], whose entries are never
//! stored, and which has products with vectors, reductions over either axis, a transpose, entries, and, by [`linalg`], sums,
//! powers and solutions of systems.
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::{Array2, Axis};
//!
//! let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(2), y = Vj(2));
//! let x = Array2::from_shape_fn((50, 2), |(i, k)| ((i + 25 * k) as f64).sin());
//! let k = gauss.bind(&x, &x)?;
//! let weights = k.solve(&Array2::ones((50, 1)), 1e-3)?; // (K + 0.001 I) weights = 1
//! assert!((k.dot(&weights)? + 1e-3 * &weights - 1.0).iter().all(|error| error.abs() < 1e-3));
//! assert_eq!(k.sum(Axis(1))?.len(), 50);
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! # Errors
//!
//! A formula that is wrong does not compile, and the message points at the culprit:
//!
//! ```compile_fail
//! use keops::prelude::*;
//! let f = formula!("Exp(-SqNorm(x - y))", x = Vi(3), y = Vj(3));
//! ```
//!
//! ```text
//! error: unknown operator `SqNorm`
//!   |
//!   | Exp(-SqNorm(x - y))
//!   |      ^^^^^^
//!   = help: did you mean `SqNorm2`?
//! ```
//!
//! Arrays whose shapes do not fit are an [`Error`] that names the variable, what was expected and what came:
//!
//! ```
//! use keops::prelude::*;
//! let f = formula!("SqDist(x, y)", x = Vi(3), y = Vj(3));
//! let error = f.call(&[[0.0, 0.0, 0.0]], &[[1.0, 2.0]]).unwrap_err();
//! assert_eq!(error.to_string(), "variable `y` of `SqDist(x, y)`: expected dimension 3, found 2");
//! ```
//!
//! # How it runs
//!
//! On all threads of rayon's current pool, with the best instruction set of the processor, which is found out at run
//! time (`KEOPS_ISA=avx512|avx2|neon|baseline` overrides). Memory is linear in M + N. The result does not depend on
//! the number of threads.
//!
//! # Fast math
//!
//! With `fast_math = true`, in [`formula!`] as in [`kernel!`], a formula is rewritten where that saves operations per pair and
//! changes nothing but roundings: in values and in derivatives alike, and not at all where nothing is saved. The default is
//! `false`.
//!
//! * *Factors go to the data.* `Exp(-c * SqDist(x, y))` becomes 2 to the power of `-SqDist(k x, k y)`, where
//!   k² = c log2(e); `k x` and `k y` are computed once per row and column. So do factors of `Norm2(x - y)`, of sums, and
//!   weights of coordinates. A factor that is made from parameters must not be negative whatever the data: `Square(s)`, `s**2`,
//!   `Abs(s)`, `Exp(s)`, their products, sums and reciprocals. Of `Exp(-g * SqDist(x, y))` with a parameter g the sign is not known:
//!   g stays where it is, and only the change of base is free.
//! * *Sums start from what they are added to*: in `1 + SqDist(x, y)` the first square is added to 1.
//! * *On GPUs*, in `f32`, quotients, reciprocals and square roots that are computed for each pair are within 2 units in the last
//!   place, not rounded correctly; subnormal numbers count as 0 in them, and divisors above 2^126 as infinite.
//!
//! **The error.** A coordinate is rounded once more before a difference is taken, so `x - y`, which is exact for near points, is off
//! by up to `u (|x| + |y|)` per coordinate, where u is 2^-24 in `f32` and 2^-53 in `f64`; that of equal points is still 0. For data
//! within some units of the origin that is within the rounding errors of everything else. At a distance of 1000 from the origin an `f32`
//! difference is off by 1e-4: move the data to the origin first, or do without. A factor must be finite: `s = 0` in
//! `Exp(-SqDist(x, y) / s**2)` makes NaN of all pairs.
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::Array2;
//!
//! let exact = formula!("Exp(-SqDist(x, y) / (2 * s**2)) * b", x = Vi(3), y = Vj(3), b = Vj(1), s = Pm(1));
//! let fast =
//!     formula!("Exp(-SqDist(x, y) / (2 * s**2)) * b", x = Vi(3), y = Vj(3), b = Vj(1), s = Pm(1), fast_math = true);
//! let x = Array2::from_shape_fn((20, 3), |(i, k)| ((i + 10 * k) as f32).sin());
//! let (y, b) = (x.mapv(|x| x * x), Array2::ones((20, 1)));
//! let error = |x: &Array2<f32>, y: &Array2<f32>| -> Result<f32, Error> {
//!     let (fast, exact) = (fast.call(x, y, &b, 0.5)?, exact.call(x, y, &b, 0.5)?);
//!     Ok(((fast - &exact) / exact).fold(0.0, |worst, error| worst.max(error.abs())))
//! };
//! assert!(error(&x, &y)? < 4e-6);
//! // The same points far from the origin: the distances are those of rounded coordinates.
//! assert!(error(&(&x + 1000.0), &(&y + 1000.0))? > 2e-5);
//! # Ok::<(), keops::Error>(())
//! ```
//!
//! # On GPUs
//!
//! If the build script of the package calls `keops_build::compile()`, each `formula!` carries its code for NVIDIA GPUs. Then
//! [`Device::Auto`], the default, takes the first GPU where there is one and the work is worth the transfer; `.on(Device::Cuda(0))`
//! takes it in any case, and says what is missing if that is not possible. What is in the memory of the processor is copied for
//! each call, and results come back as arrays of the processor. Where an argument for a `Vi` or `Vj` is a [`DeviceArray`], the
//! results are [`DeviceArray`]s too, and nothing waits: the next call can take them from where they are.
//!
//! ```
//! use keops::prelude::*;
//! use ndarray::Array2;
//!
//! /// Smooths values at the points x many times, on the GPU.
//! fn smooth(x: &DeviceArray<f32>, mut values: DeviceArray<f32>) -> Result<Array2<f32>, Error> {
//!     let sum = formula!("Exp(-SqDist(x, y)) * v / 100", x = Vi(3), y = Vj(3), v = Vj(1));
//!     for _ in 0..10 {
//!         values = sum.call(x, x, &values)?;
//!     }
//!     values.download()
//! }
//! ```
//!
//! Sums are block sums there. For the other schemes there is code where the build script asks for it, as it takes time to
//! compile: `keops_build::Builder::new().sum_schemes([SumScheme::Kahan, SumScheme::F64]).compile()`, of which `F64` is for
//! `.accumulate_f64()`. Without it, `Auto` means the CPU for them. The same holds for types of numbers: `.precision(Precision::F32)`
//! halves the time to compile, and `Auto` means the CPU for `f64` then. The exponential of an `f32`
//! rounds its argument once more than on the CPU: its relative error is that of an argument that is wrong by half a unit in
//! the last place, and two units. Of zeros of both signs, -0 counts as the smaller one there in `Min` and `Max`.
//!
//! # Features
//!
//! * `cuda` (default): the driver of NVIDIA, whose library is loaded when it is first needed;
//! * `emulator`: [`Device`]`::Emulated`, for tests;
//! * `faer`: eigenvalues of operators, and the iterative methods of the crate [faer](https://docs.rs/faer), in [`linalg`].
//!
//! # Builds without optimisation
//!
//! Kernels are compiled in the crate that calls `formula!`: without optimisation they are much slower. A
//! debug build that computes much should have `[profile.dev] opt-level = 1` or more in its `Cargo.toml`.

mod arguments;
mod batch;
mod batched;
mod bound;
pub mod cluster;
mod cpu;
mod error;
mod gpu;
mod input;
mod layout;
pub mod linalg;
mod options;
mod parts;
mod problem;
mod ranges;
mod results;
mod selection;
mod symbolic;

use ::ndarray::{Array2, Array3};
use batch::Problems;
use keops_device::kernel::Kernel;
use keops_device::reduction::Reduction;
use layout::only;
use options::Options;
use problem::Problem;
use results::Outcome;

pub use arguments::{Matrix, Parameter, Rows, Vector};
pub use error::{Error, NoConvergence};
pub use gpu::{DeviceArray, Element, GpuInfo, devices};
/// Compiles a formula into a reduction over all pairs (i, j); see the [documentation of the crate](crate).
///
/// ```
/// use keops::prelude::*;
/// use ndarray::array;
///
/// // For each point x_i, the position of the nearest of the points y_j.
/// let nearest = formula!(SqDist(x, y), x = Vi(2), y = Vj(2), reduction = ArgMin);
/// let x = array![[0.0, 0.1], [0.9, 1.0]];
/// let y = array![[1.0, 1.0], [0.0, 0.0], [5.0, 5.0]];
/// assert_eq!(nearest.call(&x, &y)?, array![[1], [0]]);
/// # Ok::<(), keops::Error>(())
/// ```
pub use keops_macros::formula;
/// Compiles a scalar formula into a kernel: a matrix of entries `F(x_i, y_j)` that are never stored.
///
/// `kernel!(F, name = Vi(d) | Vj(d) | Pm(d), ..., fast_math = true | false)`, where F is a scalar formula as in [`formula!`], in
/// quotes or without, and `fast_math = true` allows rewrites that [change roundings](crate#fast-math).
/// The method `bind` of its value takes the data, one argument per variable in the order of their declaration, and
/// returns a [`SymbolicMatrix`], which can be multiplied with vectors, reduced along either axis, transposed and
/// looked at. Where a formula with a reduction of its own is enough, [`formula!`] compiles faster.
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{Array2, Axis};
///
/// let gauss = kernel!("Exp(-SqDist(x, y) / (2 * s**2))", x = Vi(3), y = Vj(3), s = Pm(1));
/// let (x, y) = (Array2::<f32>::zeros((5, 3)), Array2::ones((1000, 3)));
/// let k = gauss.bind(&x, &y, 2.0)?;
/// let smooth = k.dot(&Array2::ones((1000, 2)))? / k.sum(Axis(1))?.insert_axis(Axis(1));
/// assert!(smooth.iter().all(|value| (value - 1.0).abs() < 1e-5));
/// # Ok::<(), Error>(())
/// ```
///
/// # As a closure
///
/// The formula can be a closure in the syntax of Rust, with the types `Vi<d>`, `Vj<d>` and `Pm<d>`:
///
/// ```
/// use keops::prelude::*;
/// use ndarray::array;
///
/// let quoted = kernel!("Exp(-SqNorm2(x - y))", x = Vi(2), y = Vj(2));
/// let unquoted = kernel!(Exp(-SqNorm2(x - y)), x = Vi(2), y = Vj(2));
/// let closure = kernel!(|x: Vi<2>, y: Vj<2>| (-(x - y).sqnorm2()).exp());
/// let (x, y, v) = (array![[0.0, 1.0], [2.0, 0.0]], array![[0.5, 0.5]], array![1.0]);
/// assert_eq!(unquoted.bind(&x, &y)?.dot(&v)?, quoted.bind(&x, &y)?.dot(&v)?);
/// assert_eq!(closure.bind(&x, &y)?.dot(&v)?, quoted.bind(&x, &y)?.dot(&v)?);
/// # Ok::<(), Error>(())
/// ```
///
/// Operators are functions or methods, whose first operand is the receiver: `x.sqdist(y)`, `sq_dist(x, y)` and
/// `SqDist(x, y)` are the same, as letter case and underscores do not count. Names from Rust's libraries mean what they mean
/// there: `.powi(2)`, `.powf(p)`, `.ln()`, `.recip()`, `.signum()`, `.dot(y)`, `.norm()`. `x | y` is the scalar product,
/// comparisons are 1 or 0, and there is `if a < b { f } else { g }`. Lists are arrays, `[2, 3]`; numbers may have
/// a suffix, which has no meaning. The body is one expression. ([`formula!`] takes closures too, before its options.)
///
/// # Errors
///
/// What is wrong with the formula does not compile, and the message points at the culprit:
///
/// ```compile_fail
/// use keops::prelude::*;
/// let k = kernel!(|x: Vi<3>, y: Vj<3>| x - y);
/// ```
///
/// ```text
/// error: the entries of a matrix are numbers: the formula must be scalar
///  = found: dimension 3
///  = expected: dimension 1
///  = help: `formula!` takes formulas of any dimension
/// ```
pub use keops_macros::kernel;
pub use layout::{Batched, Layout, Single};
pub use ndarray;
pub use options::{Device, SumScheme};
pub use ranges::{Intervals, RangeArrays, Ranges, RangesError};
pub use results::{OnGpu, Place, Results};
pub use symbolic::{KernelFormula, Operand, SymbolicMatrix, Truncated};

/// The ways to accumulate sums, as types.
///
/// Functions can be generic over them:
///
/// ```
/// use keops::prelude::*;
/// use keops::scheme::{Block, F64, Kahan, Scheme};
///
/// /// The sum of many numbers, and the time that it takes.
/// fn total<A: Scheme>(numbers: &[[f32; 1]], scheme: A) -> Result<f32, Error> {
///     let start = std::time::Instant::now();
///     let total = formula!("b", b = Vj(1)).sum_scheme(scheme).call(numbers)?[[0, 0]];
///     println!("{scheme:?}: {total} in {:?}", start.elapsed());
///     Ok(total)
/// }
/// let numbers = vec![[0.1]; 100_000];
/// assert!((total(&numbers, Block)? - 10_000.0).abs() < 0.1);
/// assert_eq!(total(&numbers, Kahan)?, 10_000.0);
/// assert_eq!(total(&numbers, F64)?, 10_000.0);
/// # Ok::<(), Error>(())
/// ```
pub mod scheme {
    pub use keops_device::reduction::scheme::{Block, Direct, F64, Kahan, Scheme};
}

/// The type of the numbers of a reduction: `f32` or `f64`.
///
/// Functions can be generic over it; such a number is also an argument for a parameter `Pm(1)`.
///
/// ```
/// use keops::prelude::*;
/// use ndarray::Array2;
///
/// fn gauss<T: keops::Scalar>(x: &Array2<T>, y: &Array2<T>, width: f64) -> Result<Array2<T>, Error> {
///     let sum = formula!("Exp(-g * SqDist(x, y))", x = Vi(2), y = Vj(2), g = Pm(1));
///     sum.call(x, y, T::from_f64(0.5 / (width * width)))
/// }
/// # let x = Array2::<f64>::zeros((3, 2));
/// # assert_eq!(gauss(&x, &x, 1.0)?, Array2::from_elem((3, 1), 3.0));
/// # Ok::<(), Error>(())
/// ```
pub trait Scalar:
    keops_device::Scalar + Element + ndarray::LinalgScalar + for<'a> Vector<'a, Self> + for<'a> Vector<'a, Self, Batched>
{
}

impl Scalar for f32 {}
impl Scalar for f64 {}

/// What most programs need: `use keops::prelude::*;`.
pub mod prelude {
    pub use crate::{Device, DeviceArray, Error, Ranges, SumScheme, SymbolicMatrix, formula, kernel};
}

/// One line about the processor: the instruction set that kernels use, and the number of threads.
///
/// ```
/// println!("{}", keops::cpu_description()); // for example "CPU, AVX-512, 2 threads"
/// ```
pub fn cpu_description() -> String {
    cpu::describe()
}

/// Runs a reduction on the device that the options name.
fn reduce<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
    options: &Options<'_>,
) -> Result<Array3<Red::Item<T>>, Error> {
    match problems.place(options.device)? {
        Device::Auto if gpu::is_worth_it::<K, Red, T>(problems) => gpu::reduce::<K, Red, T>(problems, Device::Cuda(0)),
        Device::Auto | Device::Cpu => cpu::reduce::<K, Red, T>(problems),
        device => gpu::reduce::<K, Red, T>(problems, device),
    }
}

/// The same for a single problem.
fn reduce_one<K: Kernel, Red: Reduction, T: Scalar>(
    problem: Problem<'_, T>,
    options: &Options<'_>,
) -> Result<Array2<Red::Item<T>>, Error> {
    reduce::<K, Red, T>(&problem.into(), options).map(only)
}

/// Runs a reduction whose results stay where the arguments are: on a GPU, if an argument is there.
fn reduce_in_place<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
    options: &Options<'_>,
) -> Result<Outcome<T, Red::Item<T>>, Error> {
    match problems.home() {
        None => reduce::<K, Red, T>(problems, options).map(Outcome::Host),
        Some(_) => gpu::reduce_resident::<K, Red, T>(problems, problems.place(options.device)?).map(Outcome::Device),
    }
}

/// What the code that `formula!` writes refers to. Not for users: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::bound::Bound;
    pub use crate::cpu::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};
    pub use crate::input::Input;
    pub use crate::layout::only;
    pub use crate::options::Options;
    pub use crate::parts::{columns, summed, totals};
    pub use crate::problem::{Category, Signature, Variable};
    pub use crate::selection::selected;
    pub use crate::symbolic::{AxisPasses, Transposed, bind};
    pub use keops_device::kernel::{DeviceKernel, Kernel, Product, ShapeVisitor, Single};
    pub use keops_device::reduction::{
        ArgMax, ArgMin, Count, LogSumExp, LogSumExpAndSoftMax, Max, MaxArgMax, MaxSumShiftExp, Min, MinArgMin, Sum,
        SumSoftMaxWeight,
    };
    pub use keops_device::tile::{InMemory, InRegisters};
    pub use keops_device::{Math, Real};

    use crate::batch::Problems;
    use crate::results::Outcome;
    use crate::{Error, Scalar, reduce_in_place};
    use keops_device::reduction::Reduction;

    /// Implemented by no type: what the derivatives of a reduction without derivatives ask for.
    #[diagnostic::on_unimplemented(
        message = "the reduction of this formula has no derivative",
        label = "positions and `Count` are piecewise constant, and `Max_SumShiftExp` is an intermediate result",
        note = "the value at a position has derivatives: `reduction = Min` or `reduction = Max`",
        note = "a log-sum-exp has derivatives: `reduction = LogSumExp`, `LogSumExpWeight(\"b\")` or `SumSoftMaxWeight(\"v\")`"
    )]
    pub trait Derivative {}

    /// Checks the arguments and runs the reduction.
    pub fn run<K: Kernel, Red: Reduction, T: Scalar>(
        signature: &Signature,
        inputs: &[Input<'_, T>],
        options: &Options<'_>,
    ) -> Result<Outcome<T, Red::Item<T>>, Error> {
        reduce_in_place::<K, Red, T>(&Problems::new(signature, inputs, options)?, options)
    }
}
