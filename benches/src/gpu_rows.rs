//! The rows that are measured on a GPU, with the data there already. To add one, add an entry to [`ROWS`].

use crate::data::{Answer, Arrays, Number};
use crate::kind::Kind;
use crate::rows::Row;
use keops::DeviceArray;
use keops::prelude::*;

/// The arrays of a row, on a GPU.
#[derive(Debug)]
pub struct OnDevice<T> {
    /// The points x.
    pub x: DeviceArray<T>,
    /// The points y.
    pub y: DeviceArray<T>,
    /// The weights b.
    pub b: DeviceArray<T>,
    /// The cotangent e.
    pub e: DeviceArray<T>,
}

impl<T: Number> OnDevice<T> {
    /// Copies the arrays.
    ///
    /// # Errors
    ///
    /// Where there is no such device, or it has too little memory.
    pub fn upload(arrays: &Arrays<T>, device: Device) -> Result<Self, Error> {
        let upload = |array| DeviceArray::upload(array, device);
        Ok(Self { x: upload(&arrays.x)?, y: upload(&arrays.y)?, b: upload(&arrays.b)?, e: upload(&arrays.e)? })
    }
}

/// What `keops` computes for a row: results on the host, so that copying them back is in the time.
pub type Compute<T> = fn(&OnDevice<T>) -> Result<Vec<Answer>, Error>;

/// A row, and how it is computed on a GPU; its runs on the CPU are empty.
#[derive(Debug)]
pub struct GpuRow {
    /// What is computed.
    pub row: Row,
    /// The numbers of rows and columns.
    pub sizes: (usize, usize),
    /// In f32.
    pub f32: Compute<f32>,
    /// In f64, for those rows that are of interest there.
    pub f64: Option<Compute<f64>>,
}

/// A type of numbers for which rows have code.
pub trait GpuNumber: Number {
    /// How a row is computed in this type, if it is.
    fn compute(row: &GpuRow) -> Option<Compute<Self>>;
}

impl GpuNumber for f32 {
    fn compute(row: &GpuRow) -> Option<Compute<f32>> {
        Some(row.f32)
    }
}

impl GpuNumber for f64 {
    fn compute(row: &GpuRow) -> Option<Compute<f64>> {
        row.f64
    }
}

const fn row(
    title: &'static str,
    (formula, reduction): (&'static str, &'static str),
    results: &'static [Kind],
    (dim, width): (usize, usize),
) -> Row {
    Row { title, formula, reduction, results, dim, width, f32: None, f64: None }
}

const GAUSS: (&str, &str) = ("Exp(-SqDist(x,y)) * b", "Sum");

fn gauss<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    Ok(vec![f.call(&a.x, &a.y, &a.b)?.download()?.into()])
}

fn gradient<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    Ok(vec![f.grad_x(&a.x, &a.y, &a.b, &a.e)?.download()?.into()])
}

fn log_sum_exp<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("b - SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp, derivatives = false);
    Ok(vec![f.call(&a.x, &a.y, &a.b)?.download()?.into()])
}

fn neighbours<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("SqDist(x,y)", x = Vi(3), y = Vj(3), reduction = ArgKMin(10), derivatives = false);
    Ok(vec![f.call(&a.x, &a.y)?.download()?.mapv(|index| index as usize).into()])
}

fn gauss_64<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi(64), y = Vj(64), b = Vj(1), derivatives = false);
    Ok(vec![f.call(&a.x, &a.y, &a.b)?.download()?.into()])
}

fn wide<T: Number>(a: &OnDevice<T>) -> Result<Vec<Answer>, Error> {
    let f = formula!("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(64), derivatives = false);
    Ok(vec![f.call(&a.x, &a.y, &a.b)?.download()?.into()])
}

const MILLION: usize = 1_000_000;

/// All rows.
pub static ROWS: [GpuRow; 7] = [
    GpuRow {
        row: row("gauss D=3", GAUSS, &[Kind::Gauss], (3, 1)),
        sizes: (MILLION, MILLION),
        f32: gauss,
        f64: Some(gauss),
    },
    GpuRow {
        row: row("gradient in x, D=3", GAUSS, &[Kind::GradientX], (3, 1)),
        sizes: (MILLION, MILLION),
        f32: gradient,
        f64: None,
    },
    GpuRow {
        row: row("LogSumExp D=3", ("b - SqDist(x,y)", "LogSumExp"), &[Kind::LogSumExp], (3, 1)),
        sizes: (MILLION, MILLION),
        f32: log_sum_exp,
        f64: None,
    },
    GpuRow {
        row: row("ArgKMin(10) D=3", ("SqDist(x,y)", "ArgKMin(10)"), &[Kind::Neighbours(10)], (3, 1)),
        sizes: (MILLION, MILLION),
        f32: neighbours,
        f64: None,
    },
    GpuRow {
        row: row("gauss D=64", GAUSS, &[Kind::Gauss], (64, 1)),
        sizes: (300_000, 300_000),
        f32: gauss_64,
        f64: None,
    },
    GpuRow {
        row: row("gauss D=3, b of dim 64", GAUSS, &[Kind::Gauss], (3, 64)),
        sizes: (300_000, 300_000),
        f32: wide,
        f64: None,
    },
    GpuRow {
        row: row("gauss D=3, M=1000", GAUSS, &[Kind::Gauss], (3, 1)),
        sizes: (1000, MILLION),
        f32: gauss,
        f64: None,
    },
];
