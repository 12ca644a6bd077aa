//! What the example programs share. The programs themselves stand in the folders beside this one:
//!
//! | program | shows |
//! |---|---|
//! | `cargo run --release --example kde` | the density of a cloud of points, on a grid and at the points |
//! | `cargo run --release --example registration` | one cloud of points moved and bent onto another, by gradients of formulas |

pub mod font;
pub mod output;
pub mod points;
