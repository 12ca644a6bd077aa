//! Transfers between ordinary memory of the host and a GPU.
//!
//! The GPU reads and writes pinned memory only. The driver would stage ordinary memory as well, but when a copy that it
//! was asked for is done with the caller's memory depends on what kind of memory that is. Here it is known: an
//! upload has read the bytes when it returns, and does not wait for the GPU; a download waits for what it brings.

use std::ptr;
use std::slice;

use cudarc::driver::result::{self, DriverError, event};
use cudarc::driver::sys;

use super::context::Handle;
use super::{Cuda, failure};
use crate::{Device, Error};

/// Bytes that are copied at a time.
const CHUNK: usize = 2 << 20;

/// Two pieces of pinned memory: while the GPU copies one, the processor copies the other.
pub(super) struct Staging {
    pieces: [Piece; 2],
    next: usize,
}

struct Piece {
    /// `CHUNK` bytes.
    memory: Handle<*mut u8>,
    /// Happens when the GPU is done with the memory.
    done: Handle<sys::CUevent>,
}

impl Staging {
    /// The context of the device must be current.
    pub(super) fn new(device: Device) -> Result<Self, Error> {
        let piece = || {
            // SAFETY: the context is current. The content is set below.
            let memory = unsafe { result::malloc_host(CHUNK, 0) };
            let memory = memory.map_err(|error| failure(device, "cuMemHostAlloc", error))?.cast::<u8>();
            // SAFETY: these bytes were just allocated.
            unsafe { ptr::write_bytes(memory, 0, CHUNK) };
            let done = event::create(sys::CUevent_flags_enum::CU_EVENT_DISABLE_TIMING);
            let done = done.map_err(|error| failure(device, "cuEventCreate", error))?;
            Ok(Piece { memory: Handle(memory), done: Handle(done) })
        };
        Ok(Self { pieces: [piece()?, piece()?], next: 0 })
    }

    /// A piece that the GPU is done with.
    fn next(&mut self, cuda: &Cuda) -> Result<usize, Error> {
        let number = self.next;
        self.next = (number + 1) % self.pieces.len();
        cuda.check("cuEventSynchronize", self.pieces[number].wait())?;
        Ok(number)
    }

    pub(super) fn upload(&mut self, cuda: &Cuda, to: u64, bytes: &[u8]) -> Result<(), Error> {
        for (part, to) in bytes.chunks(CHUNK).zip((to..).step_by(CHUNK)) {
            let number = self.next(cuda)?;
            let piece = &mut self.pieces[number];
            let memory = &mut piece.memory()[..part.len()];
            memory.copy_from_slice(part);
            // SAFETY: the memory is left alone until `done`.
            let copied = unsafe { result::memcpy_htod_async(to, memory, cuda.stream.0) };
            cuda.check("cuMemcpyHtoDAsync", copied)?;
            cuda.check("cuEventRecord", piece.record(cuda))?;
        }
        Ok(())
    }

    pub(super) fn download(&mut self, cuda: &Cuda, from: u64, bytes: &mut [u8]) -> Result<(), Error> {
        // The part that the GPU copies while the one before it is taken out.
        let mut copying: Option<(usize, &mut [u8])> = None;
        for (part, from) in bytes.chunks_mut(CHUNK).zip((from..).step_by(CHUNK)) {
            let number = self.next(cuda)?;
            let piece = &mut self.pieces[number];
            let memory = &mut piece.memory()[..part.len()];
            // SAFETY: the memory is left alone until `done`.
            let copied = unsafe { result::memcpy_dtoh_async(memory, from, cuda.stream.0) };
            cuda.check("cuMemcpyDtoHAsync", copied)?;
            cuda.check("cuEventRecord", piece.record(cuda))?;
            if let Some(before) = copying.replace((number, part)) {
                self.take(cuda, before)?;
            }
        }
        copying.map_or(Ok(()), |last| self.take(cuda, last))
    }

    /// Waits for a piece, and copies what it holds.
    fn take(&mut self, cuda: &Cuda, (number, part): (usize, &mut [u8])) -> Result<(), Error> {
        let piece = &mut self.pieces[number];
        cuda.check("cuEventSynchronize", piece.wait())?;
        part.copy_from_slice(&piece.memory()[..part.len()]);
        Ok(())
    }
}

impl Piece {
    /// What the GPU must be done with.
    fn memory(&mut self) -> &mut [u8] {
        // SAFETY: these bytes were allocated and written in `Staging::new`, and nobody else refers to them.
        unsafe { slice::from_raw_parts_mut(self.memory.0, CHUNK) }
    }

    /// Notes that the GPU is done with the memory when it comes to this point.
    fn record(&self, cuda: &Cuda) -> Result<(), DriverError> {
        // SAFETY: the event is never destroyed.
        unsafe { event::record(self.done.0, cuda.stream.0) }
    }

    /// Waits until the GPU is done with the memory.
    fn wait(&self) -> Result<(), DriverError> {
        // SAFETY: the event is never destroyed.
        unsafe { event::synchronize(self.done.0) }
    }
}
