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

impl<T: Scalar> Code<T> {
    /// The code for the device, if there is any.
    pub(super) fn new<K: Kernel, Red: Reduction>(formula: &'static str, device: Device) -> Result<Self, Error> {
        let ptx = K::DEVICE.ptx.ok_or(Error::NoDeviceCode { formula, device })?;
        let reduction = Red::DEVICE_NAME.ok_or(Error::NoDeviceScheme { formula, device })?;
        let scalar = if size_of::<T>() == size_of::<f64>() { "f64" } else { "f32" };
        Ok(Self {
            ptx,
            entry: format!("k{}_{reduction}_{scalar}", K::DEVICE.pass),
            sizes: Sizes::of::<K, Red, T>(),
            results: Red::results(dim::<K>()),
            prepare: |raw| prepare_params::<K, T>(raw).as_slice().to_vec(),
        })
    }
}
