//! Code on a device: PTX texts, each compiled by the driver once per device and process.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cudarc::driver::result::module;
use cudarc::driver::sys::{self, CUjit_option_enum as JitOption};

use super::context::Handle;
use super::failure;
use crate::{Device, Error};

/// Bytes for what the compiler of the driver has to say about errors.
const LOG_BYTES: usize = 8 * 1024;

/// The texts that were loaded on a device, by address and length: they live as long as the program.
#[derive(Default)]
pub(super) struct Modules {
    all: Mutex<HashMap<(usize, usize), Place>>,
}

/// Where a module is, once it is loaded.
type Place = Arc<Mutex<Option<Module>>>;

/// A text that was loaded, and the entries that were asked for.
struct Module {
    handle: Handle<sys::CUmodule>,
    functions: HashMap<String, Handle<sys::CUfunction>>,
}

impl Modules {
    /// An entry of a text. The context of the device must be current.
    pub(super) fn function(
        &self,
        device: Device,
        ptx: &'static str,
        entry: &str,
    ) -> Result<Handle<sys::CUfunction>, Error> {
        let place = Arc::clone(lock(&self.all).entry((ptx.as_ptr().addr(), ptx.len())).or_default());
        // Compiling takes long. Other texts are not held up by it.
        let mut place = lock(&place);
        let module = match &mut *place {
            Some(module) => module,
            none => none.insert(Module { handle: load(device, ptx)?, functions: HashMap::new() }),
        };
        if let Some(&function) = module.functions.get(entry) {
            return Ok(function);
        }
        // SAFETY: modules are never unloaded.
        let function = unsafe { module::get_function(module.handle.0, without_nul(entry)) };
        let function = Handle(function.map_err(|error| match failure(device, "cuModuleGetFunction", error) {
            Error::Driver { device, call, reason } => {
                Error::Driver { device, call, reason: format!("{reason} (entry `{entry}`)") }
            }
            other => other,
        })?);
        module.functions.insert(entry.to_owned(), function);
        Ok(function)
    }
}

/// Has the driver compile a text. Its complaints are part of the error.
fn load(device: Device, ptx: &str) -> Result<Handle<sys::CUmodule>, Error> {
    let text = without_nul(ptx);
    let mut log = vec![0_u8; LOG_BYTES];
    let mut options = [JitOption::CU_JIT_ERROR_LOG_BUFFER, JitOption::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES];
    // The driver takes a number in the place of a pointer.
    let mut values: [*mut c_void; 2] = [log.as_mut_ptr().cast(), ptr::without_provenance_mut(LOG_BYTES)];
    let mut loaded = ptr::null_mut();
    // SAFETY: the text ends with 0, there are two options with their values, and the log is as long as is said.
    let result = unsafe {
        sys::cuModuleLoadDataEx(
            &raw mut loaded,
            text.as_ptr().cast(),
            options.len() as u32,
            options.as_mut_ptr(),
            values.as_mut_ptr(),
        )
    };
    result.result().map_err(|error| match failure(device, "cuModuleLoadDataEx", error) {
        Error::Driver { device, call, reason } => {
            let log = CStr::from_bytes_until_nul(&log).map_or_else(|_| "".into(), CStr::to_string_lossy);
            let reason = [reason.trim_end(), log.trim_end()].join("\n").trim_end().to_owned();
            Error::Driver { device, call, reason }
        }
        other => other,
    })?;
    Ok(Handle(loaded))
}

/// The text with a 0 at its end.
fn without_nul(text: &str) -> CString {
    CString::new(text).unwrap_or_else(|_| unreachable!("PTX holds no character 0"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
