//! Configuration of a reduction before the call.

use std::fmt;
use std::str::FromStr;

use keops_device::reduction::scheme::{Block, Direct, Kahan};

use crate::{Error, Ranges};

/// Where a reduction runs: what `.on(..)` of a formula takes.
///
/// As a text it is what [`Display`](fmt::Display) writes, for options of a command line:
///
/// ```
/// use keops::Device;
///
/// assert_eq!("cuda:1".parse(), Ok(Device::Cuda(1)));
/// assert_eq!("cuda".parse(), Ok(Device::Cuda(0)));
/// assert_eq!(Device::AllCuda.to_string(), "all-cuda");
/// assert!("gpu".parse::<Device>().unwrap_err().to_string().starts_with("`gpu` is no device; the devices are auto, cpu,"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Device {
    /// The fastest place for the size at hand. Where an argument is a [`DeviceArray`](crate::DeviceArray), its GPU.
    #[default]
    Auto,
    /// All cores of the processor, through rayon's current thread pool.
    Cpu,
    /// An NVIDIA GPU, by its number in [`devices`](crate::devices()).
    Cuda(usize),
    /// All NVIDIA GPUs together: each takes a part of the rows.
    AllCuda,
    /// An emulator of an NVIDIA GPU, which interprets the code for GPUs on the processor and checks every access to memory.
    /// It is for tests, and very slow. It needs the feature `emulator` of this crate.
    #[cfg(feature = "emulator")]
    Emulated,
}

impl Device {
    /// All texts that name devices.
    pub(crate) const NAMES: &'static str = if cfg!(feature = "emulator") {
        "auto, cpu, cuda, cuda:N, all-cuda, emulated"
    } else {
        "auto, cpu, cuda, cuda:N, all-cuda"
    };
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Auto => f.pad("auto"),
            Device::Cpu => f.pad("cpu"),
            Device::Cuda(ordinal) => f.pad(&format!("cuda:{ordinal}")),
            Device::AllCuda => f.pad("all-cuda"),
            #[cfg(feature = "emulator")]
            Device::Emulated => f.pad("emulated"),
        }
    }
}

impl FromStr for Device {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => Ok(Device::Auto),
            "cpu" => Ok(Device::Cpu),
            "cuda" => Ok(Device::Cuda(0)),
            "all-cuda" => Ok(Device::AllCuda),
            #[cfg(feature = "emulator")]
            "emulated" => Ok(Device::Emulated),
            _ => text
                .strip_prefix("cuda:")
                // The number as it is written by `Display`: without a sign.
                .filter(|ordinal| ordinal.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|ordinal| ordinal.parse().ok())
                .map(Device::Cuda)
                .ok_or_else(|| Error::UnknownDevice { found: text.to_owned() }),
        }
    }
}

/// How sums are accumulated: what `.sum_scheme(..)` of a formula takes. It applies to `Sum`, `Mean`, the reductions of
/// the log-sum-exp family, and the sums of gradients.
///
/// Each scheme is a type (of the trait [`Scheme`](crate::scheme::Scheme)), so that a program holds the kernels of those
/// only that it uses. A fourth way is `.accumulate_f64()`, see [`scheme::F64`](crate::scheme::F64). On GPUs there is code for
/// `Block`, and for the others on request, see [On GPUs](crate#on-gpus).
///
/// ```
/// use keops::prelude::*;
/// use ndarray::{Array2, array};
///
/// // One large number and ten thousand small ones, whose sum no partial sum of this size can hold in f32.
/// let mut b = Array2::<f32>::from_elem((10_001, 1), 1e-4);
/// b[[0, 0]] = 10_000.0;
/// let sum = formula!("b", b = Vj(1));
/// assert_eq!(sum.sum_scheme(SumScheme::Kahan).call(&b)?, array![[10_001.0]]);
/// assert_eq!(sum.accumulate_f64().call(&b)?, array![[10_001.0]]);
/// assert_ne!(sum.sum_scheme(SumScheme::Direct).call(&b)?, array![[10_001.0]]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SumScheme;

#[allow(non_upper_case_globals)] // They are named as the variants of an enumeration.
impl SumScheme {
    /// Term by term into one number. The error grows with the number of terms.
    pub const Direct: Direct = Direct;
    /// The default: each tile of a few hundred terms is summed by itself, and the sums of the tiles are added with
    /// compensation. The error does not grow with the number of tiles.
    pub const Block: Block = Block;
    /// Every term is added with compensation: the sum of the terms as exact as the type can hold it, for a few
    /// operations more per pair.
    pub const Kahan: Kahan = Kahan;
}

/// The options of a reduction.
#[derive(Clone, Copy, Debug)]
pub struct Options<'r> {
    /// Where it runs.
    pub device: Device,
    /// The blocks of pairs that it runs over, if not all.
    pub ranges: Option<&'r Ranges>,
    /// The numbers of rows i and of columns j of the entries of a ragged batch.
    pub ragged: Option<(&'r [usize], &'r [usize])>,
}

impl Options<'_> {
    /// What holds where nothing is chosen.
    pub const DEFAULT: Self = Self { device: Device::Auto, ranges: None, ragged: None };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_as_they_are_written() {
        for device in [Device::Auto, Device::Cpu, Device::Cuda(0), Device::Cuda(12), Device::AllCuda] {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        #[cfg(feature = "emulator")]
        assert_eq!(Device::Emulated.to_string().parse(), Ok(Device::Emulated));
        assert_eq!(format!("{:>8}", Device::Cuda(3)), "  cuda:3");
    }

    #[test]
    fn texts_that_name_no_device_are_refused() {
        for text in ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:+1", "CPU", "cuda:99999999999999999999"] {
            let error = text.parse::<Device>().unwrap_err().to_string();
            assert_eq!(error, format!("`{text}` is no device; the devices are {}", Device::NAMES));
        }
    }
}
