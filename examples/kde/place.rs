//! Where the sums are computed.

use crate::density::sums;
use keops::{Device, Error, Scalar};
use ndarray::Array2;

/// A device that works.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) device: Device,
    /// One line about it.
    pub(crate) description: String,
}

impl Place {
    /// The device, started. For `Auto`, which chooses anew for each call, this is the first GPU if it works: a long
    /// computation can say where it runs then.
    ///
    /// # Errors
    ///
    /// What keeps the device from working: there is no driver, no such GPU, or no code for GPUs.
    pub(crate) fn new<T: Scalar>(device: Device) -> Result<Self, Error> {
        if device == Device::Auto {
            return Self::new::<T>(Device::Cuda(0)).or_else(|_| Self::new::<T>(Device::Cpu));
        }
        // The first call starts a GPU and loads the code, which takes longer than millions of pairs.
        let origin = Array2::from_elem((1, 3), T::from_f64(0.0));
        sums(&origin, &origin, T::from_f64(1.0), device)?;
        Ok(Self { device, description: describe(device)? })
    }
}

fn describe(device: Device) -> Result<String, Error> {
    let gpu = |ordinal| Ok(keops::devices()?.get(ordinal).map_or(device.to_string(), ToString::to_string));
    match device {
        Device::Cuda(ordinal) => gpu(ordinal),
        Device::AllCuda => Ok(keops::devices()?.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        Device::Emulated => Ok("emulated: code for GPUs, interpreted on the processor".to_owned()),
        _ => Ok(keops::cpu_description()),
    }
}

#[cfg(test)]
mod tests {
    use super::Place;
    use keops::{Device, Error};

    #[test]
    fn there_is_always_a_place() {
        let place = Place::new::<f32>(Device::Auto).expect("every machine has a processor");
        assert!(matches!(place.device, Device::Cpu | Device::Cuda(0)), "{}", place.description);
    }

    #[test]
    fn a_gpu_that_is_not_there_is_an_error() {
        let error = Place::new::<f32>(Device::Cuda(1_000)).expect_err("no machine has so many");
        assert!(
            matches!(error, Error::NoDriver { .. } | Error::NoSuchDevice { .. } | Error::NoDeviceCode { .. }),
            "{error}"
        );
    }
}
