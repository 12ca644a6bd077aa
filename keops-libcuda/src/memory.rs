//! Memory of the host: what is pinned, and the descriptions of copies of rows.

use std::collections::BTreeMap;

use crate::status::Status;

/// Pieces of pinned memory: address and length. They are never given back, as keops does not give them back either.
#[derive(Default)]
pub(crate) struct Pinned(BTreeMap<usize, usize>);

/// Bytes of pinned memory.
#[derive(Clone, Copy)]
pub(crate) struct HostBytes {
    address: *mut u8,
    len: usize,
}

// SAFETY: pinned memory belongs to no thread.
unsafe impl Send for HostBytes {}

impl Pinned {
    /// A new piece. Its content is whatever it was; as in truth, it is not to be read before it was written.
    pub(crate) fn allocate(&mut self, bytes: usize) -> *mut u8 {
        // Longer by a byte, so that no two pieces have the same address.
        let memory = Box::leak(vec![0xa5_u8; bytes + 1].into_boxed_slice()).as_mut_ptr();
        self.0.insert(memory.addr(), bytes);
        memory
    }

    /// The bytes that begin at `address`, which must lie in one piece.
    pub(crate) fn bytes(&self, address: *mut u8, len: usize) -> Result<HostBytes, Status> {
        let piece = self.0.range(..=address.addr()).next_back();
        let (start, piece) = piece.ok_or(Status::InvalidValue)?;
        if address.addr() - start + len > *piece {
            return Err(Status::InvalidValue);
        }
        Ok(HostBytes { address, len })
    }
}

impl HostBytes {
    pub(crate) fn read(self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        // SAFETY: the bytes lie in pinned memory, which is never given back. A program that writes them meanwhile has a race, here
        // as on a GPU.
        unsafe { bytes.as_mut_ptr().copy_from_nonoverlapping(self.address, self.len) };
        bytes
    }

    pub(crate) fn len(self) -> usize {
        self.len
    }

    pub(crate) fn write(self, bytes: &[u8]) {
        assert_eq!(bytes.len(), self.len, "a copy is as long as what it fills");
        // SAFETY: as above.
        unsafe { self.address.copy_from_nonoverlapping(bytes.as_ptr(), self.len) };
    }
}

/// `CUmemorytype`: memory of a device.
pub(crate) const MEMORY_OF_DEVICE: u32 = 2;

/// `CUDA_MEMCPY2D`.
#[repr(C)]
pub struct RowsCopy {
    /// Bytes before the first one that is read, in its row.
    pub source_x: usize,
    /// Rows before the first one that is read.
    pub source_y: usize,
    /// What kind of memory is read.
    pub source_type: u32,
    /// Where it is, if it is the host's.
    pub source_host: *const u8,
    /// Where it is, if it is a device's.
    pub source_device: u64,
    /// The same for an array of textures.
    pub source_array: *mut u8,
    /// From row to row, in bytes.
    pub source_pitch: usize,
    /// Of what is written, likewise.
    pub target_x: usize,
    /// Of what is written, likewise.
    pub target_y: usize,
    /// Of what is written, likewise.
    pub target_type: u32,
    /// Of what is written, likewise.
    pub target_host: *mut u8,
    /// Of what is written, likewise.
    pub target_device: u64,
    /// Of what is written, likewise.
    pub target_array: *mut u8,
    /// Of what is written, likewise.
    pub target_pitch: usize,
    /// Bytes of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}
