//! The emulated device: PTX is interpreted on the processor, and every access to memory is checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use keops_emulator as emulator;

use super::driver::{Argument, Driver, LaunchShape, Rows, RowsSize};
use crate::{Device, Error};

/// Bytes of memory of the device. It is there to notice tests that ask for more than they think.
const MEMORY: usize = 1 << 30;

/// An emulated device. All calls use the same one.
pub(super) struct Emulated {
    /// One call at a time, so work is done in order.
    device: Mutex<emulator::Device>,
    /// The texts that were read, by address and length: they live as long as the program.
    modules: Mutex<HashMap<(usize, usize), Arc<emulator::Module>>>,
}

/// The device, which comes into being with the first call.
pub(super) fn open() -> &'static Emulated {
    static DEVICE: OnceLock<Emulated> = OnceLock::new();
    DEVICE.get_or_init(Emulated::new)
}

/// The error of a call by the host.
fn failure(call: &'static str) -> impl Fn(emulator::Error) -> Error {
    move |error| Error::Driver { device: Device::Emulated, call, reason: error.to_string() }
}

impl Emulated {
    pub(super) fn new() -> Self {
        Self { device: Mutex::new(emulator::Device::new(MEMORY)), modules: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, emulator::Device> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A text, read once.
    fn module(&self, ptx: &'static str) -> Result<Arc<emulator::Module>, emulator::Error> {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (ptx.as_ptr().addr(), ptx.len());
        if let Some(module) = modules.get(&key) {
            return Ok(Arc::clone(module));
        }
        let module = Arc::new(emulator::Module::parse(ptx)?);
        modules.insert(key, Arc::clone(&module));
        Ok(module)
    }
}

impl Driver for Emulated {
    fn device(&self) -> Device {
        Device::Emulated
    }

    fn allocate(&self, bytes: usize) -> Result<u64, Error> {
        let mut device = self.lock();
        let free = device.free_bytes();
        if bytes > free {
            return Err(Error::DeviceMemory { device: Device::Emulated, asked: bytes, free, total: MEMORY });
        }
        device.allocate(bytes).map_err(failure("allocate"))
    }

    fn free(&self, address: u64) {
        let freed = self.lock().free(address);
        debug_assert!(freed.is_ok(), "{freed:?}");
    }

    fn upload(&self, to: u64, bytes: &[u8]) -> Result<(), Error> {
        self.lock().write(to, bytes).map_err(failure("write"))
    }

    fn download(&self, from: u64, bytes: &mut [u8]) -> Result<(), Error> {
        self.lock().read(from, bytes).map_err(failure("read"))
    }

    fn copy(&self, to: u64, from: u64, bytes: usize) -> Result<(), Error> {
        let mut between = vec![0; bytes];
        self.download(from, &mut between)?;
        self.upload(to, &between)
    }

    fn copy_rows(&self, to: Rows, from: Rows, size: RowsSize) -> Result<(), Error> {
        (0..size.count).try_for_each(|row| {
            let at = |rows: Rows| rows.address + (row * rows.pitch) as u64;
            self.copy(at(to), at(from), size.width)
        })
    }

    fn clear(&self, address: u64, bytes: usize) -> Result<(), Error> {
        self.upload(address, &vec![0; bytes])
    }

    fn launch(&self, ptx: &'static str, entry: &str, shape: LaunchShape, arguments: &[Argument]) -> Result<(), Error> {
        let failure = |error: emulator::Error| Error::Emulator { entry: entry.to_owned(), reason: error.to_string() };
        let arguments: Vec<emulator::Argument> = arguments
            .iter()
            .map(|argument| match *argument {
                Argument::Pointer(address) => emulator::Argument::U64(address),
                Argument::Number(number) => emulator::Argument::U32(number),
            })
            .collect();
        let module = self.module(ptx).map_err(failure)?;
        self.lock().launch(&module, entry, shape.grid, [shape.block, 1, 1], &arguments).map_err(failure)?;
        Ok(())
    }

    fn synchronize(&self) -> Result<(), Error> {
        // A launch returns when it is done.
        Ok(())
    }
}
