//! An interpreter of PTX, to test GPU kernels on machines without a GPU.
//!
//! It executes the text that the compiler emits, and checks what a GPU does not: every access lies inside of an allocation or a
//! variable, and is aligned; what is read was written before; threads that access a byte of which one writes it have a barrier
//! between them; all threads of a block reach each barrier; no thread runs forever. What it finds is an [`Error`] that names the
//! line of the PTX, the thread and the block. So is an instruction that it does not know.
//!
//! ```
//! use keops_emulator::{Argument, Class, Device, Module};
//!
//! // Adds 1 to each element of an array of n floats.
//! let module = Module::parse("
//!     .version 7.0
//!     .target sm_80
//!     .address_size 64
//!     .visible .entry add_one(.param .u64 array, .param .u32 n)
//!     {
//!         .reg .pred %p<2>;
//!         .reg .b32 %r<8>;
//!         .reg .b64 %rd<4>;
//!         ld.param.b64 %rd1, [array];
//!         ld.param.b32 %r1, [n];
//!         mov.u32 %r2, %ctaid.x;
//!         mov.u32 %r3, %ntid.x;
//!         mov.u32 %r4, %tid.x;
//!         mad.lo.s32 %r5, %r2, %r3, %r4;
//!         setp.ge.u32 %p1, %r5, %r1;
//!         @%p1 bra DONE;
//!         mul.wide.u32 %rd2, %r5, 4;
//!         add.s64 %rd3, %rd1, %rd2;
//!         ld.global.b32 %r6, [%rd3];
//!         add.rn.f32 %r7, %r6, 0f3F800000;
//!         st.global.b32 [%rd3], %r7;
//!     DONE:
//!         ret;
//!     }")?;
//! assert_eq!(module.entries().collect::<Vec<_>>(), ["add_one"]);
//!
//! let mut device = Device::new(1 << 20);
//! let numbers: Vec<u8> = (0..100).flat_map(|k| (k as f32).to_le_bytes()).collect();
//! let array = device.allocate(numbers.len())?;
//! device.write(array, &numbers)?;
//! let arguments = [Argument::U64(array), Argument::U32(100)];
//! let statistics = device.launch(&module, "add_one", [2, 1, 1], [64, 1, 1], &arguments)?;
//! assert_eq!(statistics.count(Class::Single), 100);
//!
//! let mut last = [0; 4];
//! device.read(array + 4 * 99, &mut last)?;
//! assert_eq!(f32::from_le_bytes(last), 100.0);
//!
//! // Without the test of the index, or with a wrong length, the threads behind the end are caught.
//! let error = device.launch(&module, "add_one", [2, 1, 1], [64, 1, 1], &[Argument::U64(array), Argument::U32(101)]).unwrap_err();
//! assert!(error.to_string().contains("0 bytes behind the nearest allocation, of 400 bytes"), "{error}");
//! # Ok::<(), keops_emulator::Error>(())
//! ```
//!
//! Threads of a warp execute together; blocks run one after the other on the calling thread. Registers that nobody wrote hold what
//! is neither a number nor an address. [`Statistics`] count the executed instructions by [`Class`].
//!
//! # What it does not do
//!
//! Calls of functions, atomics, shuffles and votes, textures, half precision, and roundings of float arithmetic other than to
//! nearest are errors when the module is read. Approximate instructions are computed more precisely than by a GPU. Times are not
//! modelled.

mod conversion;
mod decode;
mod device;
mod error;
mod execute;
mod float;
mod integer;
mod lanes;
mod memory;
mod module;
mod parse;
mod program;
mod race;
mod statistics;
mod types;

pub use device::{Argument, Device};
pub use error::{Error, Fault, Problem};
pub use module::Module;
pub use statistics::{Class, Statistics};
