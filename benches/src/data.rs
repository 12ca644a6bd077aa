//! The arrays of a row: drawn from a fixed seed, shared with the other side as raw binary files.

use crate::rows::{Row, Run};
use anyhow::{Context, Result, ensure};
use keops::Scalar;
use ndarray::Array2;
use serde::Serialize;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One of the two indices of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Of rows.
    I,
    /// Of columns.
    J,
}

impl Index {
    /// The name in `python/worker.py`.
    pub fn name(self) -> &'static str {
        match self {
            Self::I => "i",
            Self::J => "j",
        }
    }
}

/// An array that formulas read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// The points x.
    X,
    /// The points y.
    Y,
    /// The weights b.
    B,
    /// The cotangent e.
    E,
    /// The directions h.
    H,
}

impl Variable {
    /// All of them, in the order in which formulas declare them.
    pub const ALL: [Self; 5] = [Self::X, Self::Y, Self::B, Self::E, Self::H];

    /// The name in formulas.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
            Self::B => "b",
            Self::E => "e",
            Self::H => "h",
        }
    }

    /// The index of its rows.
    pub fn index(self) -> Index {
        match self {
            Self::X | Self::E | Self::H => Index::I,
            Self::Y | Self::B => Index::J,
        }
    }
}

/// A floating-point type of the comparison.
pub trait Number: Scalar {
    /// The name in reports: `f32` or `f64`.
    const NAME: &'static str;
    /// NumPy's name: `f4` or `f8`.
    const NUMPY: &'static str;
    /// How far an answer may be from the f64 evaluation, relative to the size of the value.
    const TOLERANCE: f64;
    /// How a row is computed in this type, if it is.
    fn run(row: &Row) -> Option<&Run<Self>>;
    /// Rounds a number to this type.
    fn round(value: f64) -> Self;
    /// The number as an f64, exactly.
    fn exact(self) -> f64;
    /// Appends the bytes of the number, in the order of this machine.
    fn append(self, bytes: &mut Vec<u8>);
    /// An answer of this type.
    fn values(values: Array2<Self>) -> Answer;
    /// An answer from raw numbers of this type.
    fn answer(shape: (usize, usize), bytes: &[u8]) -> Result<Answer>;
}

macro_rules! number {
    ($type:ident, $numpy:literal, $tolerance:literal, $answer:ident) => {
        impl Number for $type {
            const NAME: &'static str = stringify!($type);
            const NUMPY: &'static str = $numpy;
            const TOLERANCE: f64 = $tolerance;

            fn run(row: &Row) -> Option<&Run<Self>> {
                row.$type.as_ref()
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

            fn values(values: Array2<Self>) -> Answer {
                Answer::$answer(values)
            }

            fn answer(shape: (usize, usize), bytes: &[u8]) -> Result<Answer> {
                Ok(array(shape, bytes, $type::from_ne_bytes)?.into())
            }
        }
    };
}

number!(f32, "f4", 1e-5, F32);
number!(f64, "f8", 1e-12, F64);

/// The arrays of one row.
#[derive(Debug)]
pub struct Arrays<T> {
    /// M points of dimension D.
    pub x: Array2<T>,
    /// N points of dimension D.
    pub y: Array2<T>,
    /// N weights, or N vectors of weights.
    pub b: Array2<T>,
    /// M cotangents: what the values that belong to a row x_i are multiplied with.
    pub e: Array2<T>,
    /// M directions of dimension D.
    pub h: Array2<T>,
}

impl<T: Number> Arrays<T> {
    /// Points uniform in a cube whose diagonal is sqrt(3) in every dimension, so that distances are of the size 1
    /// whatever D is and no kernel value underflows; weights and
    /// cotangents uniform in \[0, 1); directions as the points.
    pub fn draw(dim: usize, width: usize, sizes: (usize, usize)) -> Self {
        Self::draw_points(0.0..(3.0 / dim as f64).sqrt(), dim, width, sizes)
    }

    /// Queries and keys: points uniform in a cube around 0, with variance 1 in every dimension, so that the scores
    /// (x_i | y_j) / sqrt(D) have variance 1, too, and the weights of attention differ; the rest as by [`Self::draw`].
    pub fn draw_queries(dim: usize, width: usize, sizes: (usize, usize)) -> Self {
        let side = 3f64.sqrt();
        Self::draw_points(-side..side, dim, width, sizes)
    }

    fn draw_points(side: Range<f64>, dim: usize, width: usize, (rows, columns): (usize, usize)) -> Self {
        let mut random = fastrand::Rng::with_seed(2);
        let mut array = |rows, columns, side: &Range<f64>| {
            let (low, length) = (side.start, side.end - side.start);
            Array2::from_shape_simple_fn((rows, columns), || T::round(low + length * random.f64()))
        };
        Self {
            x: array(rows, dim, &side),
            y: array(columns, dim, &side),
            b: array(columns, width, &(0.0..1.0)),
            e: array(rows, width, &(0.0..1.0)),
            h: array(rows, dim, &side),
        }
    }

    /// The array of a variable.
    pub fn get(&self, variable: Variable) -> &Array2<T> {
        match variable {
            Variable::X => &self.x,
            Variable::Y => &self.y,
            Variable::B => &self.b,
            Variable::E => &self.e,
            Variable::H => &self.h,
        }
    }

    /// Writes the arrays of these variables, row by row, to files of this folder.
    pub fn write(&self, variables: &[Variable], folder: &Path) -> Result<Vec<Stored>> {
        let write = |&variable: &Variable| {
            let (name, array) = (variable.name(), self.get(variable));
            let path = store(array, folder.join(format!("{name}.bin")))?;
            Ok(Stored { name, index: variable.index().name(), shape: array.dim(), path })
        };
        variables.iter().map(write).collect()
    }
}

/// Writes an array, row by row, as raw numbers to a file.
///
/// # Errors
///
/// When the file cannot be written.
pub fn store<T: Number>(array: &Array2<T>, path: PathBuf) -> Result<PathBuf> {
    let mut bytes = Vec::with_capacity(array.len() * size_of::<T>());
    array.iter().for_each(|number| number.append(&mut bytes));
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// An array as raw numbers in a file, as `python/worker.py` is told of it.
#[derive(Debug, Serialize)]
pub struct Stored {
    name: &'static str,
    index: &'static str,
    shape: (usize, usize),
    path: PathBuf,
}

/// An array that a library returned for a row.
#[derive(Debug)]
pub enum Answer {
    /// Values in f32.
    F32(Array2<f32>),
    /// Values in f64.
    F64(Array2<f64>),
    /// Indices of columns.
    Indices(Array2<usize>),
}

impl<T: Number> From<Array2<T>> for Answer {
    fn from(values: Array2<T>) -> Self {
        T::values(values)
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
