//! What the user reads when a formula is wrong: one file of `ui` per rule, with the expected messages beside it.
//!
//! What rustc itself adds to the messages is worded as in Rust 1.95.
//!
//! `TRYBUILD=overwrite cargo test -p keops-macros --test diagnostics` writes the messages anew.
//!
//! They do not stand in the package `tests`: trybuild compiles the package that it is called from, and runs its build
//! script, both without optimisation.

#[test]
fn messages() {
    // All files in one call are one cargo project: it is built once.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
