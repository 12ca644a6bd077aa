//! Everything that runs inside a keops kernel, on CPUs and on GPUs.
#![no_std]

mod real;

pub use real::{Mask, Real, Scalar};
