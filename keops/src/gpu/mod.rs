//! The GPU back end: devices, their memory, and the arrays that live there.
//!
//! A [`Driver`] is what a device can do. There are two: CUDA (feature `cuda`, on by default), whose library is loaded
//! when it is first needed, and the emulator (feature `emulator`), which interprets PTX on the processor.

mod array;
mod buffer;
mod code;
#[cfg(feature = "cuda")]
mod cuda;
mod devices;
mod driver;
#[cfg(feature = "emulator")]
mod emulated;
mod launch;
#[cfg(all(test, feature = "emulator"))]
mod launch_tests;
mod plan;
#[cfg(test)]
mod plan_tests;
mod split;
#[cfg(test)]
mod tests;
mod upload;

pub use array::{DeviceArray, Element};
use devices::device_count;
pub use devices::{GpuInfo, devices};
pub(crate) use launch::{is_worth_it, reduce, reduce_resident};

use crate::{Device, Error};
pub(crate) use driver::Driver;

/// What drives a device that is a single GPU. `Auto` is the first one.
pub(crate) fn driver(device: Device) -> Result<&'static dyn Driver, Error> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Auto => Ok(cuda::open(0)?),
        #[cfg(feature = "cuda")]
        Device::Cuda(ordinal) => Ok(cuda::open(ordinal)?),
        #[cfg(not(feature = "cuda"))]
        Device::Auto | Device::Cuda(_) => Err(Error::NotBuilt { device, feature: "cuda" }),
        #[cfg(feature = "emulator")]
        Device::Emulated => Ok(emulated::open()),
        Device::Cpu | Device::AllCuda => Err(Error::NotOneGpu { device }),
    }
}
