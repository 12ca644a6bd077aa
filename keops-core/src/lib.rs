//! The compiler of keops.

pub mod graph;
pub mod ops;
