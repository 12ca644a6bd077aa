//! What the GPU back end asks of a device: the CUDA driver offers it, and so does the emulator.

use crate::{Device, Error};

/// A device with a memory of its own and one queue of work.
///
/// Everything is carried out in the order in which it was asked for, by whichever thread. Only [`Driver::download`] and
/// [`Driver::synchronize`] wait. An error of a kernel comes out of the call that waits for it.
///
/// Addresses are those that [`Driver::allocate`] returned and [`Driver::free`] did not take back yet, or point into
/// what lies there; [`Buffer`](super::buffer::Buffer) sees to that.
pub(crate) trait Driver: Send + Sync {
    /// The device.
    fn device(&self) -> Device;
    /// Memory of at least one byte, at an address that is a multiple of 16. Its content is whatever it was.
    fn allocate(&self, bytes: usize) -> Result<u64, Error>;
    /// Takes memory back, once the work that was asked for is done.
    fn free(&self, address: u64);
    /// Copies bytes to the device. They are read before this returns.
    fn upload(&self, to: u64, bytes: &[u8]) -> Result<(), Error>;
    /// Waits for all work, and copies bytes from the device.
    fn download(&self, from: u64, bytes: &mut [u8]) -> Result<(), Error>;
    /// Copies bytes from one place of the device to another; the two do not overlap.
    fn copy(&self, to: u64, from: u64, bytes: usize) -> Result<(), Error>;
    /// Copies the rows of a matrix to those of another one on the device; the two do not overlap. There is at least one byte.
    fn copy_rows(&self, to: Rows, from: Rows, size: RowsSize) -> Result<(), Error>;
    /// Sets bytes to 0.
    fn clear(&self, address: u64, bytes: usize) -> Result<(), Error>;
    /// Runs an entry of a PTX text, which is loaded once per device and process. The arguments are those that the entry
    /// declares, and what it reads and writes lies within the memory that they point to.
    fn launch(&self, ptx: &'static str, entry: &str, shape: LaunchShape, arguments: &[Argument]) -> Result<(), Error>;
    /// Waits until all work is done. Programs have no need of it beside [`Driver::download`]; CUDA has when memory runs out.
    #[cfg_attr(not(feature = "cuda"), allow(dead_code))]
    fn synchronize(&self) -> Result<(), Error>;
}

/// The rows of a matrix, or parts of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rows {
    /// The address of the first one.
    pub(crate) address: u64,
    /// The distance of two rows in bytes.
    pub(crate) pitch: usize,
}

/// What is copied of the rows of a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RowsSize {
    /// Bytes of a row.
    pub(crate) width: usize,
    /// The number of rows.
    pub(crate) count: usize,
}

/// How many threads run a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LaunchShape {
    /// Blocks, along three axes.
    pub(crate) grid: [u32; 3],
    /// Threads of a block.
    pub(crate) block: u32,
}

/// An argument of a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Argument {
    /// An address.
    Pointer(u64),
    /// A number.
    Number(u32),
}
