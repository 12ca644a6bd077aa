//! The implementations of [`Real`](crate::Real): scalars and SIMD lanes.
//!
//! # The contract of the SIMD types
//!
//! The types of [`avx2`] and [`avx512`] execute the instructions that they are named after, without checking that the
//! processor has them. A value of such a type may be made only inside a function compiled with these features
//! (`#[target_feature(enable = ...)]`), which may be called only after run-time detection has found them. The
//! dispatch in the runtime is the one place that does so; every `unsafe` block of these modules relies on it. Every
//! method is `#[inline(always)]`, so that the instructions inline into the function that has the features.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
#[cfg(target_arch = "x86_64")]
pub mod avx512;
#[cfg(target_arch = "aarch64")]
pub mod neon;
pub mod portable;
mod scalar;

/// The registers of portable code: of SSE2, or of NEON and its like.
#[cfg(target_arch = "x86_64")]
type VectorRegisters = crate::real::Sixteen;
#[cfg(not(target_arch = "x86_64"))]
type VectorRegisters = crate::real::ThirtyTwo;
