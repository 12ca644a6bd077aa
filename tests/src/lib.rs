//! Tests of the whole: conformance, properties, boundaries.
//!
//! The tests stand in `tests/`; this library is what they share. The build script compiles a kernel for each
//! conformance case and for about two hundred further formulas.

pub mod blocks;
pub mod case;
pub mod compare;
pub mod gpu;
pub mod inputs;
pub mod isa;
pub mod kernel;
pub mod kinks;
pub mod uncertain;
