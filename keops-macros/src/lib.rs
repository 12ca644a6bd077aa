//! The procedural macros of keops.
