//! The library of the driver, and the GPUs that it knows.

use std::sync::OnceLock;

use cudarc::driver::result::{self, DriverError};
use cudarc::driver::sys;

use super::failure;
use crate::gpu::devices::GpuInfo;
use crate::{Device, Error};

/// The number of GPUs. Where there is no driver, the error says what was looked for.
pub(in crate::gpu) fn count() -> Result<usize, Error> {
    static COUNT: OnceLock<Result<usize, Error>> = OnceLock::new();
    COUNT
        .get_or_init(|| {
            // SAFETY: libraries of these names are those of the driver.
            if !unsafe { sys::is_culib_present() } {
                let looked_for = if cfg!(windows) { "nvcuda.dll" } else { "libcuda.so.1" };
                return Err(Error::NoDriver { looked_for });
            }
            let failure = |call| move |error| failure(Device::AllCuda, call, error);
            match result::init() {
                Err(DriverError(sys::CUresult::CUDA_ERROR_NO_DEVICE)) => return Ok(0),
                initialised => initialised.map_err(failure("cuInit"))?,
            }
            let count = result::device::get_count().map_err(failure("cuDeviceGetCount"))?;
            Ok(usize::try_from(count).unwrap_or(0))
        })
        .clone()
}

/// The driver's handle of a GPU, whose number is less than [`count`].
pub(super) fn handle(ordinal: usize) -> Result<sys::CUdevice, Error> {
    let number = i32::try_from(ordinal).unwrap_or(i32::MAX);
    result::device::get(number).map_err(|error| failure(Device::Cuda(ordinal), "cuDeviceGet", error))
}

/// What is known of a GPU, whose number is less than [`count`].
pub(in crate::gpu) fn info(ordinal: usize) -> Result<GpuInfo, Error> {
    use sys::CUdevice_attribute_enum as Attribute;
    let handle = handle(ordinal)?;
    let failure = |call| move |error| failure(Device::Cuda(ordinal), call, error);
    let attribute = |attribute| {
        // SAFETY: the handle is one of the driver's.
        let value = unsafe { result::device::get_attribute(handle, attribute) };
        value.map(i32::unsigned_abs).map_err(failure("cuDeviceGetAttribute"))
    };
    Ok(GpuInfo {
        ordinal,
        name: result::device::get_name(handle).map_err(failure("cuDeviceGetName"))?,
        // SAFETY: as above.
        memory: unsafe { result::device::total_mem(handle) }.map_err(failure("cuDeviceTotalMem"))?,
        compute_capability: (
            attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
            attribute(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
        ),
        multiprocessors: attribute(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)?,
    })
}
