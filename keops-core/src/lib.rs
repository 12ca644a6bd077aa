//! The compiler of keops.

pub mod check;
pub mod diagnostic;
pub mod eval;
pub mod graph;
pub mod ops;
pub mod parse;
pub mod reduction;
