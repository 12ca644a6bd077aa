//! A stand-in for `libcuda.so`, the library of NVIDIA's driver, whose GPUs are emulated.
//!
//! A program that loads this library in place of the real one runs its kernels on [`keops_emulator`], and tests its own use of the
//! driver on machines without a GPU. There are the functions that keops calls, and no others.
//!
//! It is stricter than a driver. Work of a stream is done when somebody waits for it and not before, so whoever reads results or
//! reuses memory too early is found out. Asynchronous copies take pinned memory of the host only. Every handle is checked, and
//! a call without a current context fails. After a kernel that did something wrong, which is told on the standard error, the GPU
//! answers every call with an error, as a real one does.
//!
//! | variable of the environment | meaning | default |
//! |---|---|---|
//! | `KEOPS_LIBCUDA_GPUS` | how many GPUs there are | 1 |
//! | `KEOPS_LIBCUDA_MEMORY` | bytes of memory of each | 2^30 |
//! | `KEOPS_LIBCUDA_POOLS` | whether memory can be allocated from pools: 0 or 1 | 1 |

pub mod functions;
mod machine;
mod memory;
mod status;

pub use memory::RowsCopy;
