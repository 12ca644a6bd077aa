//! Which context the calls of a thread are for.

use std::marker::PhantomData;
use std::ptr;

use cudarc::driver::result::ctx;
use cudarc::driver::sys::CUcontext;

use super::failure;
use crate::{Device, Error};

/// Something of the driver's: a pointer that is never followed here.
#[derive(Clone, Copy)]
pub(super) struct Handle<T>(pub(super) T);

// SAFETY: the driver takes its handles from any thread.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above; the driver locks what it needs to.
unsafe impl<T> Sync for Handle<T> {}

/// While this lives, the context is the thread's current one. Afterwards it is again the one that was before, as the
/// program may use the driver in other ways too.
pub(super) struct Current {
    before: CUcontext,
    context: CUcontext,
    /// It belongs to its thread.
    thread: PhantomData<*const ()>,
}

impl Current {
    pub(super) fn new(device: Device, Handle(context): Handle<CUcontext>) -> Result<Self, Error> {
        let before = ctx::get_current().map_err(|error| failure(device, "cuCtxGetCurrent", error))?;
        let before = before.unwrap_or(ptr::null_mut());
        if before != context {
            // SAFETY: the primary context is never released.
            let set = unsafe { ctx::set_current(context) };
            set.map_err(|error| failure(device, "cuCtxSetCurrent", error))?;
        }
        Ok(Self { before, context, thread: PhantomData })
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        if self.before != self.context {
            // SAFETY: it was current on this thread; if it was destroyed since, the driver says so, and no harm is done.
            let _ = unsafe { ctx::set_current(self.before) };
        }
    }
}
