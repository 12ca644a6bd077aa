//! The arrays of a row: drawn from a fixed seed, shared with the other side as raw binary files.

use crate::rows::{Compute, Row};
use anyhow::{Context, Result, ensure};
use ndarray::Array2;
use std::path::{Path, PathBuf};

/// A floating-point type of the comparison.
pub trait Number: Copy + 'static {
    /// The name in reports: `f32` or `f64`.
    const NAME: &'static str;
    /// NumPy's name: `f4` or `f8`.
    const NUMPY: &'static str;
    /// How far an answer may be from the f64 evaluation, relative to the size of the value.
    const TOLERANCE: f64;
    /// The sizes (M, N) of a row.
    fn sizes(row: &Row) -> (usize, usize);
    /// The formula of a row.
    fn ours(row: &Row) -> Compute<Self>;
    /// Rounds a number to this type.
    fn round(value: f64) -> Self;
    /// The number as an f64, exactly.
    fn exact(self) -> f64;
    /// Appends the bytes of the number, in the order of this machine.
    fn append(self, bytes: &mut Vec<u8>);
    /// An answer from raw numbers of this type.
    fn answer(shape: (usize, usize), bytes: &[u8]) -> Result<Answer>;
}

macro_rules! number {
    ($type:ident, $numpy:literal, $tolerance:literal, $ours:ident) => {
        impl Number for $type {
            const NAME: &'static str = stringify!($type);
            const NUMPY: &'static str = $numpy;
            const TOLERANCE: f64 = $tolerance;

            fn sizes(row: &Row) -> (usize, usize) {
                row.sizes.$type
            }

            fn ours(row: &Row) -> Compute<Self> {
                row.$ours
            }

            fn round(value: f64) -> Self {
                value as $type
            }

            fn exact(self) -> f64 {
                f64::from(self)
            }

            fn append(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_ne_bytes());
            }

            fn answer(shape: (usize, usize), bytes: &[u8]) -> Result<Answer> {
                Ok(array(shape, bytes, $type::from_ne_bytes)?.into())
            }
        }
    };
}

number!(f32, "f4", 1e-5, ours_f32);
number!(f64, "f8", 1e-12, ours_f64);

/// The arrays of one row.
#[derive(Debug)]
pub struct Arrays<T> {
    /// M points of dimension D.
    pub x: Array2<T>,
    /// N points of dimension D.
    pub y: Array2<T>,
    /// N weights, or N vectors of weights.
    pub b: Array2<T>,
}

impl<T: Number> Arrays<T> {
    /// Points uniform in a cube whose diagonal is sqrt(3) in every dimension, so that distances are of the size 1
    /// whatever D is and no kernel value underflows; weights uniform in \[0, 1).
    pub fn draw(dim: usize, width: usize, (rows, columns): (usize, usize)) -> Self {
        let mut random = fastrand::Rng::with_seed(2);
        let side = (3.0 / dim as f64).sqrt();
        let mut array =
            |rows, columns, side| Array2::from_shape_simple_fn((rows, columns), || T::round(side * random.f64()));
        Self { x: array(rows, dim, side), y: array(columns, dim, side), b: array(columns, width, 1.0) }
    }

    /// Writes each array, row by row, to a file of this folder.
    pub fn write(&self, folder: &Path) -> Result<Files> {
        let write = |name: &str, array: &Array2<T>| -> Result<PathBuf> {
            let mut bytes = Vec::with_capacity(array.len() * size_of::<T>());
            array.iter().for_each(|number| number.append(&mut bytes));
            let path = folder.join(name);
            std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(path)
        };
        Ok(Files { x: write("x.bin", &self.x)?, y: write("y.bin", &self.y)?, b: write("b.bin", &self.b)? })
    }
}

/// Where the arrays of a row lie as raw numbers.
#[derive(Debug)]
pub struct Files {
    /// The points x.
    pub x: PathBuf,
    /// The points y.
    pub y: PathBuf,
    /// The weights b.
    pub b: PathBuf,
}

/// What a library returned for a row.
#[derive(Debug)]
pub enum Answer {
    /// Values in f32.
    F32(Array2<f32>),
    /// Values in f64.
    F64(Array2<f64>),
    /// Indices of columns.
    Indices(Array2<usize>),
}

impl From<Array2<f32>> for Answer {
    fn from(values: Array2<f32>) -> Self {
        Self::F32(values)
    }
}

impl From<Array2<f64>> for Answer {
    fn from(values: Array2<f64>) -> Self {
        Self::F64(values)
    }
}

impl From<Array2<usize>> for Answer {
    fn from(indices: Array2<usize>) -> Self {
        Self::Indices(indices)
    }
}

impl Answer {
    /// Indices from raw 64-bit integers.
    pub fn indices(shape: (usize, usize), bytes: &[u8]) -> Result<Self> {
        Ok(array(shape, bytes, usize::from_ne_bytes)?.into())
    }

    /// The number of rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::F32(values) => values.dim(),
            Self::F64(values) => values.dim(),
            Self::Indices(indices) => indices.dim(),
        }
    }

    /// One entry as an f64.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        match self {
            Self::F32(values) => f64::from(values[[row, column]]),
            Self::F64(values) => values[[row, column]],
            Self::Indices(indices) => indices[[row, column]] as f64,
        }
    }
}

fn array<T, const B: usize>(shape: (usize, usize), bytes: &[u8], read: fn([u8; B]) -> T) -> Result<Array2<T>> {
    let (numbers, rest) = bytes.as_chunks::<B>();
    ensure!(
        rest.is_empty() && numbers.len() == shape.0 * shape.1,
        "an answer of {} bytes where {} x {} numbers of {B} bytes were expected",
        bytes.len(),
        shape.0,
        shape.1,
    );
    Ok(Array2::from_shape_vec(shape, numbers.iter().map(|&number| read(number)).collect())?)
}
