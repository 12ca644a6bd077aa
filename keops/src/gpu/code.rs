//! What a launch knows of a kernel and a reduction.

use keops_device::gpu::geometry::Sizes;
use keops_device::kernel::{Kernel, Values, dim, prepare_params};
use keops_device::reduction::Reduction;

use crate::{Device, Error, Scalar};

/// The code of a kernel and a reduction for one type of numbers. Values in place of types: the launch is compiled once for
/// all kernels.
pub(super) struct Code<T> {
    /// The module.
    pub(super) ptx: &'static str,
    /// The first entry point; `_finish` follows the name of the second.
    pub(super) entry: String,
    /// How work is cut.
    pub(super) sizes: Sizes,
    /// Results per row.
    pub(super) results: usize,
    /// Prepares a set of parameters.
    pub(super) prepare: fn(&[T]) -> Vec<T>,
}

/// Whether there is code for devices.
pub(super) fn has_code<K: Kernel, Red: Reduction, T: Scalar>() -> bool {
    has_entry::<K>(&entry_name::<K, Red, T>(Red::DEVICE_SUFFIX))
}

fn has_entry<K: Kernel>(entry: &str) -> bool {
    K::DEVICE.entries.contains(&entry)
}

/// The name of the entry point that reduces, with the suffix of a scheme of sums.
fn entry_name<K: Kernel, Red: Reduction, T: Scalar>(suffix: &str) -> String {
    format!("k{}_{}{suffix}_{}", K::DEVICE.number, Red::DEVICE_NAME, scalar::<T>())
}

fn scalar<T: Scalar>() -> &'static str {
    if size_of::<T>() == size_of::<f64>() { "f64" } else { "f32" }
}

impl<T: Scalar> Code<T> {
    /// The code for the device, if there is any.
    pub(super) fn new<K: Kernel, Red: Reduction>(formula: &'static str, device: Device) -> Result<Self, Error> {
        let ptx = K::DEVICE.ptx.ok_or(Error::NoDeviceCode { formula, device })?;
        let entry = entry_name::<K, Red, T>(Red::DEVICE_SUFFIX);
        if !has_entry::<K>(&entry) {
            // What the build script was not told to compile.
            return Err(if !has_entry::<K>(&entry_name::<K, Red, T>("")) {
                Error::NoDevicePrecision { formula, device, number: scalar::<T>() }
            } else {
                Error::NoDeviceScheme { formula, device, scheme: Red::DEVICE_SUFFIX.trim_start_matches('_') }
            });
        }
        Ok(Self {
            ptx,
            entry,
            sizes: Sizes::of::<K, Red, T>(),
            results: Red::results(dim::<K>()),
            prepare: |raw| prepare_params::<K, T>(raw).as_slice().to_vec(),
        })
    }
}
