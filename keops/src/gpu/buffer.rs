//! Memory of a device that is freed when its owner is dropped.

use std::fmt;

use bytemuck::Pod;
use ndarray::ArrayView2;

use super::driver::{Driver, Rows, RowsSize};
use crate::{Device, Error};

/// Some columns of a matrix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    /// Bytes in front of them in the first row.
    pub(crate) first: usize,
    /// Bytes of a whole row.
    pub(crate) pitch: usize,
}

/// Memory of a device.
pub(crate) struct Buffer {
    driver: &'static dyn Driver,
    /// 0 where there are no bytes.
    address: u64,
    bytes: usize,
}

impl Buffer {
    /// Memory whose content is whatever it was.
    pub(crate) fn new(driver: &'static dyn Driver, bytes: usize) -> Result<Self, Error> {
        // Drivers refuse to allocate nothing.
        let address = if bytes == 0 { 0 } else { driver.allocate(bytes)? };
        Ok(Self { driver, address, bytes })
    }

    /// A copy of some numbers.
    pub(crate) fn of_slice<T: Pod>(driver: &'static dyn Driver, numbers: &[T]) -> Result<Self, Error> {
        let buffer = Self::new(driver, size_of_val(numbers))?;
        if buffer.bytes > 0 {
            driver.upload(buffer.address, bytemuck::cast_slice(numbers))?;
        }
        Ok(buffer)
    }

    /// Overwrites some numbers, from number `first` on.
    pub(crate) fn write<T: Pod>(&self, first: usize, numbers: &[T]) -> Result<(), Error> {
        let (first, bytes): (usize, &[u8]) = (first * size_of::<T>(), bytemuck::cast_slice(numbers));
        assert!(first + bytes.len() <= self.bytes, "{} bytes at {first} of {}", bytes.len(), self.bytes);
        if bytes.is_empty() { Ok(()) } else { self.driver.upload(self.address + first as u64, bytes) }
    }

    /// The entries of a matrix, row by row without gaps.
    pub(crate) fn of_rows<T: Pod>(driver: &'static dyn Driver, rows: ArrayView2<'_, T>) -> Result<Self, Error> {
        match rows.as_slice() {
            Some(entries) => Self::of_slice(driver, entries),
            None => Self::of_slice(driver, &rows.iter().copied().collect::<Vec<T>>()),
        }
    }

    /// Sets all bytes to 0.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        if self.bytes == 0 { Ok(()) } else { self.driver.clear(self.address, self.bytes) }
    }

    /// A copy on the same device.
    pub(crate) fn try_clone(&self) -> Result<Self, Error> {
        let copy = Self::new(self.driver, self.bytes)?;
        if self.bytes > 0 {
            self.driver.copy(copy.address, self.address, self.bytes)?;
        }
        Ok(copy)
    }

    /// Copies some columns of a matrix to some of this one, which is on the same device.
    pub(crate) fn copy_columns(&self, to: Columns, (from, of): (&Self, Columns), size: RowsSize) -> Result<(), Error> {
        if size.width == 0 || size.count == 0 {
            return Ok(());
        }
        let rows = |buffer: &Self, Columns { first, pitch }: Columns| {
            let end = first + (size.count - 1) * pitch + size.width;
            assert!(size.width <= pitch && end <= buffer.bytes, "{size:?} from {first} of {}", buffer.bytes);
            Rows { address: buffer.address + first as u64, pitch }
        };
        self.driver.copy_rows(rows(self, to), rows(from, of), size)
    }

    /// The driver of the device.
    pub(crate) fn driver(&self) -> &'static dyn Driver {
        self.driver
    }

    /// Waits for all work of the device, and reads as many numbers as there are, from the first on.
    pub(crate) fn download<T: Pod>(&self, numbers: &mut [T]) -> Result<(), Error> {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(numbers);
        assert!(bytes.len() <= self.bytes, "{} bytes of {} asked for", bytes.len(), self.bytes);
        if bytes.is_empty() { Ok(()) } else { self.driver.download(self.address, bytes) }
    }

    /// The address of the first byte; 0 where there is none.
    pub(crate) fn address(&self) -> u64 {
        self.address
    }

    /// The device.
    pub(crate) fn device(&self) -> Device {
        self.driver.device()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.driver.free(self.address);
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes on {}", self.bytes, self.device())
    }
}
