//! Arrays in the memory of a GPU.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use bytemuck::Pod;
use ndarray::{Array2, ArrayView2};

use super::buffer::{Buffer, Columns};
use super::driver;
use super::driver::{Driver, RowsSize};
use crate::{Device, Error, Matrix, Rows, Scalar};

/// A matrix in the memory of one GPU, row by row without gaps.
///
/// `&DeviceArray<T>` is an argument for a variable `Vi(d)` or `Vj(d)`, like an array of the host, and beside such arrays:
/// what lies on the GPU already is not copied again. The call then runs on that GPU, unless `.on(..)` asks for another
/// device, which is an error; and its results are such arrays too, so that a chain of calls never leaves the GPU. Indices
/// come as `DeviceArray<u32>`. (The gradient by a parameter is a vector of the host, whatever the other arguments are.)
///
/// Copies and calls take their turn on the device in the order in which they were made; only [`download`] is waited for, and an
/// error of the device may come out of it. The memory is freed when the array is dropped.
///
/// ```
/// use keops::{Device, DeviceArray, Error};
/// use ndarray::array;
///
/// let points = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
/// match DeviceArray::upload(&points, Device::Cuda(0)) {
///     Ok(on_gpu) => {
///         assert_eq!((on_gpu.shape(), on_gpu.device()), ((3, 2), Device::Cuda(0)));
///         assert_eq!(on_gpu.download()?, points);
///     }
///     Err(error) => println!("{error}"), // for example where there is no GPU
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// [`download`]: DeviceArray::download
pub struct DeviceArray<T> {
    buffer: Buffer,
    rows: usize,
    columns: usize,
    entries: PhantomData<T>,
}

impl<T> DeviceArray<T> {
    /// The number of rows.
    pub fn nrows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn ncols(&self) -> usize {
        self.columns
    }

    /// The numbers of rows and of columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The GPU that holds it: never `Device::Auto`.
    pub fn device(&self) -> Device {
        self.buffer.device()
    }

    /// The address of the first entry.
    pub(crate) fn address(&self) -> u64 {
        self.buffer.address()
    }
}

/// What an array of a device can hold: `f32`, `f64`, and `u32` for indices.
pub trait Element: Pod + Default + sealed::Sealed {}

impl Element for f32 {}
impl Element for f64 {}
impl Element for u32 {}

mod sealed {
    /// Which numbers kernels write is decided here.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for u32 {}
}

impl<T: Element> DeviceArray<T> {
    /// A matrix whose content is whatever it was.
    pub(crate) fn unwritten(driver: &'static dyn Driver, (rows, columns): (usize, usize)) -> Result<Self, Error> {
        // A product that overflows is more than any device has.
        let bytes = rows.saturating_mul(columns).saturating_mul(size_of::<T>());
        Ok(Self::of_buffer(Buffer::new(driver, bytes)?, (rows, columns)))
    }

    fn of_buffer(buffer: Buffer, (rows, columns): (usize, usize)) -> Self {
        Self { buffer, rows, columns, entries: PhantomData }
    }

    /// A matrix of zeros.
    pub fn zeros(device: Device, shape: (usize, usize)) -> Result<Self, Error> {
        let zeros = Self::unwritten(driver(device)?, shape)?;
        zeros.buffer.clear()?;
        Ok(zeros)
    }

    /// A copy of a matrix of the host.
    pub(crate) fn of_host(view: ArrayView2<'_, T>, device: Device) -> Result<Self, Error> {
        let shape = view.dim();
        Ok(Self::of_buffer(Buffer::of_rows(driver(device)?, view)?, shape))
    }

    /// A copy on the host. It waits for everything that the GPU has to do before.
    pub fn download(&self) -> Result<Array2<T>, Error> {
        let mut result = Array2::default(self.shape());
        if let Some(entries) = result.as_slice_mut() {
            self.buffer.download(entries)?;
        }
        Ok(result)
    }

    /// A copy on the same GPU, for which there must be memory.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Self { buffer: self.buffer.try_clone()?, ..*self })
    }

    /// A copy of some columns, on the same GPU.
    pub(crate) fn columns(&self, columns: Range<usize>) -> Result<Self, Error> {
        let part = Self::unwritten(self.buffer.driver(), (self.rows, columns.len()))?;
        part.copy_columns(0, self, columns)?;
        Ok(part)
    }

    /// Overwrites as many columns from `first` on with some of another matrix, which has as many rows and is on the same GPU.
    pub(crate) fn copy_columns(&self, first: usize, from: &Self, columns: Range<usize>) -> Result<(), Error> {
        let bytes = |columns: usize| columns * size_of::<T>();
        let of = |first, all: &Self| Columns { first: bytes(first), pitch: bytes(all.columns) };
        let size = RowsSize { width: bytes(columns.len()), count: self.rows };
        self.buffer.copy_columns(of(first, self), (&from.buffer, of(columns.start, from)), size)
    }
}

impl<T: Scalar> DeviceArray<T> {
    /// Copies a matrix to a GPU; `Device::Auto` is the first one.
    ///
    /// It takes all that a formula takes for rows. Strided views are packed. A `DeviceArray` is copied too, from whichever
    /// GPU it is on.
    pub fn upload<'a>(rows: impl Rows<'a, T>, device: Device) -> Result<Self, Error> {
        let driver = driver(device)?;
        let rows = rows.rows();
        let buffer = match rows {
            Matrix::Host(view) => Buffer::of_rows(driver, view)?,
            Matrix::Device(array) if array.device() == driver.device() => array.buffer.try_clone()?,
            Matrix::Device(array) => Buffer::of_rows(driver, array.download()?.view())?,
        };
        Ok(Self::of_buffer(buffer, (rows.nrows(), rows.ncols())))
    }
}

impl<T> fmt::Debug for DeviceArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns, numbers) = (self.rows, self.columns, std::any::type_name::<T>());
        write!(f, "DeviceArray({rows} x {columns} of {numbers} on {})", self.device())
    }
}
