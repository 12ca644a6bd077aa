//! NVIDIA GPUs, through the driver API of CUDA, whose library is loaded at the first use.

mod context;
mod library;
mod modules;
mod staging;

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use cudarc::driver::result::{self, DriverError};
use cudarc::driver::sys;

use super::devices::GpuInfo;
use super::driver::{Argument, Driver, LaunchShape, Rows, RowsSize};
use crate::{Device, Error};
use context::{Current, Handle};
pub(super) use library::{count, info};
use modules::Modules;
use staging::Staging;

/// One in so many bytes of a GPU stays with the process after it was freed, to be allocated again without a delay.
const KEPT_MEMORY: usize = 4;

const OUT_OF_MEMORY: DriverError = DriverError(sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY);

/// A GPU. It is opened once per process, and never closed.
pub(super) struct Cuda {
    info: GpuInfo,
    /// The primary context, which other libraries of the process share.
    context: Handle<sys::CUcontext>,
    /// All work goes through one stream, so it is carried out in order.
    stream: Handle<sys::CUstream>,
    /// What memory is allocated from, in the order of the stream; `None` where the driver has no pools.
    pool: Option<Handle<sys::CUmemoryPool>>,
    staging: Mutex<Staging>,
    modules: Modules,
}

/// The GPU of this number.
pub(super) fn open(ordinal: usize) -> Result<&'static Cuda, Error> {
    static OPEN: Mutex<BTreeMap<usize, &'static Cuda>> = Mutex::new(BTreeMap::new());
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cuda) = open.get(&ordinal) {
        return Ok(cuda);
    }
    let found = count()?;
    if ordinal >= found {
        return Err(Error::NoSuchDevice { device: Device::Cuda(ordinal), found });
    }
    let cuda: &'static Cuda = Box::leak(Box::new(Cuda::new(ordinal)?));
    open.insert(ordinal, cuda);
    Ok(cuda)
}

/// The error of a call of the driver.
fn failure(device: Device, call: &'static str, error: DriverError) -> Error {
    let text = |text: Result<&std::ffi::CStr, DriverError>| match text {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => format!("{:?}", error.0),
    };
    Error::Driver { device, call, reason: format!("{}: {}", text(error.error_name()), text(error.error_string())) }
}

impl Cuda {
    fn new(ordinal: usize) -> Result<Self, Error> {
        let device = Device::Cuda(ordinal);
        let handle = library::handle(ordinal)?;
        let info = info(ordinal)?;
        // SAFETY: the handle is one of the driver's. The context is never released.
        let context = unsafe { result::primary_ctx::retain(handle) };
        let context = Handle(context.map_err(|error| failure(device, "cuDevicePrimaryCtxRetain", error))?);
        let _current = Current::new(device, context)?;
        let stream = result::stream::create(result::stream::StreamKind::NonBlocking);
        let stream = Handle(stream.map_err(|error| failure(device, "cuStreamCreate", error))?);
        let pool = pool(handle, info.memory / KEPT_MEMORY);
        let staging = Mutex::new(Staging::new(device)?);
        Ok(Self { info, context, stream, pool, staging, modules: Modules::default() })
    }

    /// Binds the context to the thread.
    fn current(&self) -> Result<Current, Error> {
        Current::new(self.device(), self.context)
    }

    fn check<T>(&self, call: &'static str, result: Result<T, DriverError>) -> Result<T, Error> {
        result.map_err(|error| failure(self.device(), call, error))
    }

    fn staging(&self) -> std::sync::MutexGuard<'_, Staging> {
        self.staging.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The context must be current.
    fn try_allocate(&self, bytes: usize) -> Result<u64, DriverError> {
        match self.pool {
            // What the driver makes of such a number is not documented.
            _ if bytes > self.info.memory => Err(OUT_OF_MEMORY),
            // SAFETY: pool and stream are the device's.
            Some(pool) => unsafe { result::mem_pool::alloc_async(pool.0, bytes, self.stream.0) },
            // SAFETY: the context is current.
            None => unsafe { result::malloc_sync(bytes) },
        }
    }

    /// Gives back what is not in use: what the stream is about to free, and what the pool keeps. The context must be
    /// current.
    fn release_unused(&self) -> Result<(), Error> {
        self.synchronize()?;
        match self.pool {
            // SAFETY: the pool is the device's.
            Some(pool) => self.check("cuMemPoolTrimTo", unsafe { result::mem_pool::trim_to(pool.0, 0) }),
            None => Ok(()),
        }
    }
}

/// The device's default pool, which keeps so many bytes of what is freed; `None` where the driver has no pools.
fn pool(device: sys::CUdevice, kept: usize) -> Option<Handle<sys::CUmemoryPool>> {
    use sys::{CUdevice_attribute_enum as Attribute, CUmemPool_attribute_enum as PoolAttribute};
    let attribute = Attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED;
    // SAFETY: the handle is one of the driver's.
    if !unsafe { result::device::get_attribute(device, attribute) }.is_ok_and(|supported| supported != 0) {
        return None;
    }
    // SAFETY: as above.
    let pool = unsafe { result::device::get_default_mem_pool(device) }.ok()?;
    let mut kept = kept as u64;
    // SAFETY: the value of this attribute is a 64-bit number. Without it, allocations are slower, and nothing else.
    let _ = unsafe {
        let attribute = PoolAttribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        result::mem_pool::set_attribute(pool, attribute, ptr::from_mut(&mut kept).cast())
    };
    Some(Handle(pool))
}

impl Driver for Cuda {
    fn device(&self) -> Device {
        Device::Cuda(self.info.ordinal)
    }

    fn allocate(&self, bytes: usize) -> Result<u64, Error> {
        let _current = self.current()?;
        let mut allocated = self.try_allocate(bytes);
        if allocated == Err(OUT_OF_MEMORY) {
            self.release_unused()?;
            allocated = self.try_allocate(bytes);
        }
        if allocated == Err(OUT_OF_MEMORY) {
            let (free, total) = self.check("cuMemGetInfo", result::mem_get_info())?;
            return Err(Error::DeviceMemory { device: self.device(), asked: bytes, free, total });
        }
        self.check("cuMemAlloc", allocated)
    }

    fn free(&self, address: u64) {
        let Ok(_current) = self.current() else { return };
        // There is nobody to tell of an error here; if the device is in trouble, the next call says so.
        let _ = match self.pool {
            // SAFETY: the memory was allocated with this stream.
            Some(_) => unsafe { result::free_async(address, self.stream.0) },
            // SAFETY: the memory was allocated without a stream; this waits for the work that uses it.
            None => unsafe { result::free_sync(address) },
        };
    }

    fn upload(&self, to: u64, bytes: &[u8]) -> Result<(), Error> {
        let _current = self.current()?;
        self.staging().upload(self, to, bytes)
    }

    fn download(&self, from: u64, bytes: &mut [u8]) -> Result<(), Error> {
        let _current = self.current()?;
        self.staging().download(self, from, bytes)
    }

    fn copy(&self, to: u64, from: u64, bytes: usize) -> Result<(), Error> {
        let _current = self.current()?;
        // SAFETY: both are memory of this device.
        let copied = unsafe { result::memcpy_dtod_async(to, from, bytes, self.stream.0) };
        self.check("cuMemcpyDtoDAsync", copied)
    }

    fn copy_rows(&self, to: Rows, from: Rows, size: RowsSize) -> Result<(), Error> {
        let _current = self.current()?;
        let device = sys::CUmemorytype::CU_MEMORYTYPE_DEVICE;
        let copy = sys::CUDA_MEMCPY2D {
            srcXInBytes: 0,
            srcY: 0,
            srcMemoryType: device,
            srcHost: ptr::null(),
            srcDevice: from.address,
            srcArray: ptr::null_mut(),
            srcPitch: from.pitch,
            dstXInBytes: 0,
            dstY: 0,
            dstMemoryType: device,
            dstHost: ptr::null_mut(),
            dstDevice: to.address,
            dstArray: ptr::null_mut(),
            dstPitch: to.pitch,
            WidthInBytes: size.width,
            Height: size.count,
        };
        // SAFETY: the rows of both are memory of this device; the driver reads the description before this returns.
        let copied = unsafe { sys::cuMemcpy2DAsync_v2(&copy, self.stream.0) }.result();
        self.check("cuMemcpy2DAsync", copied)
    }

    fn clear(&self, address: u64, bytes: usize) -> Result<(), Error> {
        let _current = self.current()?;
        // SAFETY: it is memory of this device.
        let cleared = unsafe { result::memset_d8_async(address, 0, bytes, self.stream.0) };
        self.check("cuMemsetD8Async", cleared)
    }

    fn launch(&self, ptx: &'static str, entry: &str, shape: LaunchShape, arguments: &[Argument]) -> Result<(), Error> {
        let _current = self.current()?;
        let function = self.modules.function(self.device(), ptx, entry)?;
        let mut pointers: Vec<*mut c_void> = arguments
            .iter()
            .map(|argument| match argument {
                Argument::Pointer(address) => ptr::from_ref(address).cast_mut().cast(),
                Argument::Number(number) => ptr::from_ref(number).cast_mut().cast(),
            })
            .collect();
        let [x, y, z] = shape.grid;
        // SAFETY: the arguments are those of the entry; the driver copies them before this returns.
        let launched = unsafe {
            result::launch_kernel(function.0, (x, y, z), (shape.block, 1, 1), 0, self.stream.0, &mut pointers)
        };
        self.check("cuLaunchKernel", launched)
    }

    fn synchronize(&self) -> Result<(), Error> {
        let _current = self.current()?;
        // SAFETY: the stream is never destroyed.
        self.check("cuStreamSynchronize", unsafe { result::stream::synchronize(self.stream.0) })
    }
}
