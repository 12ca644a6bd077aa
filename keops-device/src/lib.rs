//! Everything that runs inside a keops kernel, on CPUs and on GPUs.
#![no_std]

pub mod kernel;
pub mod lanes;
mod math;
mod real;
pub mod reduction;
pub mod tile;

pub use math::{Math, Precision};
pub use real::{Bits, Mask, Real, Registers, Scalar, Wide};
