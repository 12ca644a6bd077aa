//! What the kernels written by the build script look like from outside: numbers in, numbers out.

use keops::{Device, DeviceArray, Element, Error, Ranges, Scalar};
use keops_core::eval::{Data, Reduced};
use ndarray::{Array1, Array2, Array3};

/// A number type that kernels are tested in.
pub trait Number: Scalar + Entry {
    /// The nearest number of this type.
    fn rounded(x: f64) -> Self;
    /// The relative rounding error of this type: half the distance from 1 to the next number.
    const ROUNDING: f64;
}

impl Number for f32 {
    fn rounded(x: f64) -> Self {
        x as f32
    }
    const ROUNDING: f64 = (f32::EPSILON / 2.0) as f64;
}

impl Number for f64 {
    fn rounded(x: f64) -> Self {
        x
    }
    const ROUNDING: f64 = f64::EPSILON / 2.0;
}

/// An entry of a result.
pub trait Entry: Copy {
    /// Without loss for all numbers and positions that tests meet.
    fn exact(self) -> f64;
}

impl Entry for f32 {
    fn exact(self) -> f64 {
        f64::from(self)
    }
}

impl Entry for f64 {
    fn exact(self) -> f64 {
        self
    }
}

impl Entry for usize {
    fn exact(self) -> f64 {
        self as f64
    }
}

impl Entry for u32 {
    fn exact(self) -> f64 {
        f64::from(self)
    }
}

/// What a call of a formula returns.
pub trait Outcome {
    /// The results, one by one.
    fn results(self) -> Vec<Reduced>;
}

impl<E: Entry> Outcome for Array2<E> {
    fn results(self) -> Vec<Reduced> {
        let (rows, dim) = self.dim();
        vec![Reduced { rows, dim, values: self.iter().map(|entry| entry.exact()).collect() }]
    }
}

impl<E: Entry> Outcome for Array3<E> {
    fn results(self) -> Vec<Reduced> {
        let (batch, rows, dim) = self.dim();
        vec![Reduced { rows: batch * rows, dim, values: self.iter().map(|entry| entry.exact()).collect() }]
    }
}

impl<E: Entry> Outcome for Array1<E> {
    fn results(self) -> Vec<Reduced> {
        vec![Reduced { rows: 1, dim: self.len(), values: self.iter().map(|entry| entry.exact()).collect() }]
    }
}

impl<E: Entry + Element> Outcome for DeviceArray<E> {
    fn results(self) -> Vec<Reduced> {
        self.download().unwrap_or_else(|error| panic!("{self:?}: {error}")).results()
    }
}

impl<A: Outcome, B: Outcome> Outcome for (A, B) {
    fn results(self) -> Vec<Reduced> {
        self.0.results().into_iter().chain(self.1.results()).collect()
    }
}

/// How a compiled formula is run.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'r> {
    /// Where.
    pub device: Device,
    /// Over which pairs, if not over all.
    pub ranges: Option<&'r Ranges>,
}

impl From<Device> for Setting<'_> {
    fn from(device: Device) -> Self {
        Self { device, ranges: None }
    }
}

/// A compiled formula.
pub type Run<T> = fn(&[Array2<T>], Setting<'_>) -> Result<Vec<Reduced>, Error>;

/// A compiled formula in both precisions.
#[derive(Clone, Copy, Debug)]
pub struct Compiled {
    /// The name of the case.
    pub name: &'static str,
    /// The tokens between the brackets of `formula!(...)`, as text.
    pub call: &'static str,
    /// In double precision.
    pub double: Run<f64>,
    /// In single precision, if it was compiled in that.
    pub single: Option<Run<f32>>,
}

/// The argument of a kernel: the numbers, rounded to `T`. `dim` is the number of columns.
///
/// # Panics
/// When the number of values is not `rows * dim`.
pub fn argument<T: Number>(data: &Data, dim: usize) -> Array2<T> {
    let values = data.values.iter().map(|&x| T::rounded(x)).collect();
    Array2::from_shape_vec((data.rows, dim), values).expect("data should have rows * dim values")
}
