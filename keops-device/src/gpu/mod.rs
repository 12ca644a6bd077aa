//! Kernels on NVIDIA GPUs: the same formulas, tile loops and reductions, with `f32` and `f64` themselves as the numbers.
//!
//! A thread keeps R kept indices in registers. The threads of a block prepare a tile of columns together, in shared
//! memory, and each of them streams it past its rows. A grid has blocks along the kept axis; where these are few, it
//! has blocks along the reduced axis too, and a second kernel merges what they came to, in a fixed order.
//!
//! [`geometry`] and [`table`] are for host and device; everything else is compiled for devices only.

pub mod geometry;
pub mod table;

#[cfg(target_arch = "nvptx64")]
mod array;
#[cfg(target_arch = "nvptx64")]
pub mod chunk;
#[cfg(target_arch = "nvptx64")]
mod entry;
#[cfg(target_arch = "nvptx64")]
pub mod intrinsics;
#[cfg(target_arch = "nvptx64")]
pub mod k_best;
#[cfg(target_arch = "nvptx64")]
pub mod kernel;
#[cfg(target_arch = "nvptx64")]
pub(crate) mod math;
#[cfg(target_arch = "nvptx64")]
mod output;
#[cfg(target_arch = "nvptx64")]
pub mod problem;
