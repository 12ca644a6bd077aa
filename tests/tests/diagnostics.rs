//! What the user reads when a formula is wrong: one file of `ui` per rule, with the expected messages beside it.
//!
//! What rustc itself adds to the messages is worded as in Rust 1.95.
//!
//! `TRYBUILD=overwrite cargo test -p keops-tests --test diagnostics` writes the messages anew.

#[test]
fn messages() {
    // All files in one call are one cargo project: it is built once.
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
