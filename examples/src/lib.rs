//! What the example programs share. The programs themselves stand in the folders beside this one:
//!
//! | program | shows |
//! |---|---|
//! | `cargo run --release --example kde` | the density of a cloud of points, on a grid and at the points |

pub mod font;
pub mod points;
