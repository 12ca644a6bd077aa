#![doc = include_str!("crate.md")]

#[doc(hidden)]
pub mod __private;
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
