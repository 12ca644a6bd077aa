//! What the example programs share. The programs themselves stand in the folders beside this one; each is run by
//! `cargo run --release -p keops-examples --example NAME`.
//!
//! | program | shows |
//! |---|---|
//! | `kde` | the density of a cloud of points, on a grid and at the points |
//! | `registration` | one cloud of points moved and bent onto another, by gradients of formulas |
//! | `knn_digits` | handwritten digits, read by their nearest neighbours: positions of the K smallest terms |
//! | `kmeans` | clusters, by Lloyd's algorithm: positions of smallest terms, and sums over the terms with a label |
//! | `attention` | causal attention over a long sequence: a softmax whose mask is part of the formula |
//! | `kriging` | regression on scattered values: systems of equations with a kernel matrix, by conjugate gradients |
//! | `diffusion` | heat on a body, and its modes: powers and eigenvectors of a random walk between all points |
//! | `sinkhorn` | optimal transport: a sphere flows onto the bunny, and block-sparse reductions from coarse to fine |
//! | `gpu_info` | the GPUs of the machine, and which formulas carry code for them |

pub mod colours;
pub mod outcome;
pub mod output;
pub mod page;
pub mod points;
pub mod progress;
pub mod random;
