//! Arrays in the memory of a GPU.

use std::fmt;
use std::marker::PhantomData;

use ndarray::Array2;

use super::buffer::Buffer;
use super::driver;
use crate::{Device, Error, Matrix, Rows, Scalar};

/// A matrix in the memory of one GPU, row by row without gaps.
///
/// `&DeviceArray<T>` is an argument for a variable `Vi(d)` or `Vj(d)`, like an array of the host, and beside such arrays:
/// what lies on the GPU already is not copied again. The call then runs on that GPU, unless `.on(..)` asks for another
/// device, which is an error.
///
/// Copies and calls take their turn on the device in the order in which they were made; only [`download`] and the results
/// of calls are waited for. The memory is freed when the array is dropped.
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
        Ok(Self { buffer, rows: rows.nrows(), columns: rows.ncols(), entries: PhantomData })
    }

    /// A matrix of zeros.
    pub fn zeros(device: Device, (rows, columns): (usize, usize)) -> Result<Self, Error> {
        // A product that overflows is more than any device has.
        let bytes = rows.saturating_mul(columns).saturating_mul(size_of::<T>());
        let buffer = Buffer::new(driver(device)?, bytes)?;
        buffer.clear()?;
        Ok(Self { buffer, rows, columns, entries: PhantomData })
    }

    /// A copy on the host. It waits for everything that the GPU has to do before.
    pub fn download(&self) -> Result<Array2<T>, Error> {
        let mut result = Array2::from_elem(self.shape(), T::from_f64(0.0));
        if let Some(entries) = result.as_slice_mut() {
            self.buffer.download(entries)?;
        }
        Ok(result)
    }

    /// A copy on the same GPU, for which there must be memory.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Self { buffer: self.buffer.try_clone()?, ..*self })
    }
}

impl<T> fmt::Debug for DeviceArray<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns, numbers) = (self.rows, self.columns, std::any::type_name::<T>());
        write!(f, "DeviceArray({rows} x {columns} of {numbers} on {})", self.device())
    }
}
