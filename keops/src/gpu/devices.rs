//! Which GPUs there are.

use std::fmt;

use crate::error::Bytes;
use crate::{Device, Error};

/// What is known of a GPU.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GpuInfo {
    /// Its number: it is the device `Device::Cuda(ordinal)`.
    pub ordinal: usize,
    /// What its maker calls it.
    pub name: String,
    /// Bytes of memory, used or not.
    pub memory: usize,
    /// Major and minor number of what it can compute: (8, 0) and later run what keops compiles by default.
    pub compute_capability: (u32, u32),
    /// The number of multiprocessors.
    pub multiprocessors: u32,
}

impl fmt::Display for GpuInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ordinal, name, memory, compute_capability: (major, minor), multiprocessors } = self;
        let (device, memory) = (Device::Cuda(*ordinal), Bytes(*memory));
        write!(f, "{device}: {name}, {memory}, compute capability {major}.{minor}, {multiprocessors} multiprocessors")
    }
}

/// The GPUs of this machine, in the order of their numbers. Where there is no driver, the error says what was looked
/// for; a driver without GPUs is an empty list.
///
/// ```
/// match keops::devices() {
///     // for example "cuda:0: NVIDIA H200, 139.8 GiB, compute capability 9.0, 132 multiprocessors"
///     Ok(gpus) => gpus.iter().for_each(|gpu| println!("{gpu}")),
///     Err(error) => println!("no GPU: {error}"),
/// }
/// ```
pub fn devices() -> Result<Vec<GpuInfo>, Error> {
    #[cfg(feature = "cuda")]
    return (0..super::cuda::count()?).map(super::cuda::info).collect();
    #[cfg(not(feature = "cuda"))]
    Err(Error::NotBuilt { device: Device::AllCuda, feature: "cuda" })
}

/// How many GPUs there are; none where there is no driver.
pub(crate) fn device_count() -> usize {
    #[cfg(feature = "cuda")]
    return super::cuda::count().unwrap_or(0);
    #[cfg(not(feature = "cuda"))]
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_is_one_line() {
        let gpu = GpuInfo {
            ordinal: 1,
            name: "NVIDIA H200".to_owned(),
            memory: 150_110_011_392,
            compute_capability: (9, 0),
            multiprocessors: 132,
        };
        let line = "cuda:1: NVIDIA H200, 139.8 GiB, compute capability 9.0, 132 multiprocessors";
        assert_eq!(gpu.to_string(), line);
    }
}
