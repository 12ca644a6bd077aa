//! Everything that runs inside a keops kernel, on CPUs and on GPUs.
#![no_std]
#![cfg_attr(target_arch = "nvptx64", feature(abi_ptx, asm_experimental_arch, core_intrinsics, stdarch_nvptx))]
#![cfg_attr(target_arch = "nvptx64", allow(internal_features))]

#[macro_use]
mod unrolled;

pub mod gpu;
pub mod kernel;
pub mod lanes;
mod math;
mod real;
pub mod reduction;
pub mod tile;

/// What the code that the compiler emits refers to.
#[doc(hidden)]
pub mod __private {
    #[cfg(target_arch = "nvptx64")]
    pub use crate::gpu::k_best::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};
    pub use crate::kernel::{Kernel, Product, ShapeVisitor, Single};
    pub use crate::reduction::*;
    pub use crate::tile::{InMemory, InRegisters};
    pub use crate::{Math, Real};
}

pub use math::{Math, Precision};
pub use real::{Bits, Halves, Mask, Real, Registers, Scalar, Sixteen, ThirtyTwo, Wide};

/// The folder of this package: a build script has it compiled for devices, too.
#[doc(hidden)]
pub const MANIFEST_DIR: &str = env!("CARGO_MANIFEST_DIR");
