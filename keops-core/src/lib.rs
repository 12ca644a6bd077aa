//! The compiler of keops.
