//! Benchmarks: what `keops` computes per second, alone and next to other libraries.
//!
//! | program | shows |
//! |---|---|
//! | `cargo run --release -p keops-benches --bin compare` | every row of [`rows::ROWS`] against PyKeOps, JAX, NumPy, faiss and scikit-learn |
//! | `cargo run --release -p keops-benches --bin dimensions` | the time per pair and dimension from D = 3 to D = 1024 |
//! | `cargo run --release -p keops-benches --bin gradients` | the time of all gradients at once and of two alone |
//! | `cargo run --release -p keops-benches --bin gpu` | the rows of [`gpu_rows::ROWS`] on a GPU, against PyKeOps there |
//! | `cargo run --release -p keops-benches --bin solvers` | systems of equations, optimal transport, block-sparse sums and products with many columns, against PyKeOps and GeomLoss: see [`solvers`] |
//! | `cargo bench -p keops-benches` | the engine alone, under criterion |
//!
//! The way of a row through `compare`: [`rows`] says what is computed, as one of the kinds in [`kind`], [`data`] draws the arrays and writes them to
//! files that both sides read, [`peer`] starts the other libraries in the Python environment made by
//! [`environment`], [`mod@reference`] checks every answer against a plain f64 evaluation, [`measure`] times, and
//! [`report`] and [`chart`] show the rates.

pub mod chart;
pub mod clock;
pub mod data;
pub mod environment;
pub mod gpu_rows;
pub mod kind;
pub mod measure;
pub mod peer;
pub mod reference;
pub mod report;
pub mod rows;
pub mod solvers;
pub mod worker;
