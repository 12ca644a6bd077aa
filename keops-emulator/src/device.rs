//! A device: memory, and the launches of kernels.

use crate::error::{Error, Fault, Problem};
use crate::execute::{self, Launch};
use crate::memory::{Flaw, Global};
use crate::module::Module;
use crate::statistics::Statistics;

/// The number of instructions after which a thread is taken to be in an endless loop, unless told otherwise.
const INSTRUCTIONS_PER_THREAD: u64 = 100_000_000;
/// The largest number of threads of a block.
const MOST_THREADS: u64 = 1024;
/// The largest sizes of a block and of a grid.
const LARGEST_BLOCK: [u32; 3] = [1024, 1024, 64];
const LARGEST_GRID: [u32; 3] = [(1 << 31) - 1, 65_535, 65_535];
/// The most shared memory of a block, with the array whose length is given at the launch.
const MOST_SHARED: u64 = 227 << 10;

/// An argument of a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Argument {
    /// A parameter of 64 bits, such as an address.
    U64(u64),
    /// A parameter of 32 bits.
    U32(u32),
}

/// A GPU that is not there.
#[derive(Debug)]
pub struct Device {
    global: Global,
    limit: u64,
    conflicts: bool,
    launches: u32,
}

impl Device {
    /// A device with so many bytes of global memory. They take up memory of the host when they are allocated: twice as many
    /// bytes, and ten times as many when kernels access them.
    #[must_use]
    pub fn new(memory_limit_bytes: usize) -> Device {
        Device {
            global: Global::new(memory_limit_bytes as u64),
            limit: INSTRUCTIONS_PER_THREAD,
            conflicts: true,
            launches: 0,
        }
    }

    /// Sets after how many instructions a thread is stopped as one in an endless loop; 100 million by default.
    pub fn limit_instructions(&mut self, per_thread: u64) {
        self.limit = per_thread;
    }

    /// Sets whether it is an error if a thread accesses a byte of global memory that another thread of the launch writes; it is
    /// one by default.
    pub fn check_global_conflicts(&mut self, check: bool) {
        self.conflicts = check;
    }

    /// The number of bytes that are not allocated.
    #[must_use]
    pub fn free_bytes(&self) -> usize {
        self.global.free_bytes() as usize
    }

    /// Allocates global memory and gives its address, a multiple of 256.
    ///
    /// # Errors
    /// If there is not as much memory left.
    pub fn allocate(&mut self, bytes: usize) -> Result<u64, Error> {
        self.global.allocate(bytes as u64).map_err(Error::Host)
    }

    /// Frees an allocation.
    ///
    /// # Errors
    /// If there is no allocation at the address, or no more.
    pub fn free(&mut self, address: u64) -> Result<(), Error> {
        self.global.free(address).map_err(Error::Host)
    }

    /// Copies bytes to global memory.
    ///
    /// # Errors
    /// If they do not fit into the allocation.
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let written = self.global.find(address).and_then(|(memory, _, offset)| memory.write(offset, bytes));
        written.map_err(|flaw| self.host_error("writes", address, bytes.len(), flaw))
    }

    /// Copies bytes from global memory.
    ///
    /// # Errors
    /// If they lie outside of an allocation, or if some of them were never written.
    pub fn read(&mut self, address: u64, bytes: &mut [u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let read = self.global.find(address).and_then(|(memory, _, offset)| {
            bytes.copy_from_slice(memory.read(offset, bytes.len())?);
            Ok(())
        });
        read.map_err(|flaw| self.host_error("reads", address, bytes.len(), flaw))
    }

    fn host_error(&self, verb: &str, address: u64, length: usize, flaw: Flaw) -> Error {
        let access = format!("{verb} {length} bytes at {address:#x}");
        let what = "an access of the host".to_owned();
        let problem = match flaw {
            Flaw::OutOfBounds => Problem::OutOfBounds { access: what, address, nearest: self.global.nearest(address) },
            Flaw::Unwritten(byte) => Problem::Unwritten { access: what, address, byte: byte as u64 },
        };
        Error::HostMemory { access, problem }
    }

    /// Runs a kernel to its end.
    ///
    /// # Errors
    /// If the kernel does not exist or does not take such arguments, if a device would refuse the grid, and if a thread does
    /// something wrong. After that the contents of global memory are those of the moment of the error.
    pub fn launch(
        &mut self,
        module: &Module,
        entry: &str,
        grid: [u32; 3],
        block: [u32; 3],
        arguments: &[Argument],
    ) -> Result<Statistics, Error> {
        self.launch_with_shared(module, entry, grid, block, arguments, 0)
    }

    /// Runs a kernel that has an array of shared memory whose length is given now.
    ///
    /// # Errors
    /// As for [`launch`](Device::launch).
    pub fn launch_with_shared(
        &mut self,
        module: &Module,
        entry: &str,
        grid: [u32; 3],
        block: [u32; 3],
        arguments: &[Argument],
        shared_bytes: usize,
    ) -> Result<Statistics, Error> {
        let program = module.program(entry).ok_or_else(|| {
            let names: Vec<_> = module.entries().collect();
            Error::Host(format!("the module has no kernel `{entry}`, but {}", names.join(", ")))
        })?;
        check_shape(grid, block)?;
        let shared = program.shared.bytes() + shared_bytes as u64;
        if shared > MOST_SHARED {
            return Err(Error::Host(format!(
                "kernel `{entry}`: {shared} bytes of shared memory are more than {MOST_SHARED}"
            )));
        }
        let launch = Launch {
            program,
            constants: module.constants(),
            grid,
            block,
            arguments: values(entry, &program.parameters, arguments)?,
            shared_bytes: shared_bytes as u64,
            limit: self.limit,
            conflicts: self.conflicts,
            epoch: self.launches + 1,
        };
        self.launches += 1;
        execute::run(&launch, &mut self.global).map_err(|stop| {
            let (entry, line) = (entry.to_owned(), stop.line);
            let fault = Fault {
                entry,
                line,
                text: module.line(line),
                block: stop.block,
                thread: stop.thread,
                problem: stop.problem,
            };
            Error::Fault(Box::new(fault))
        })
    }
}

fn check_shape(grid: [u32; 3], block: [u32; 3]) -> Result<(), Error> {
    let fits =
        |sizes: [u32; 3], largest: [u32; 3]| sizes.iter().zip(largest).all(|(&size, most)| (1..=most).contains(&size));
    let product = |sizes: [u32; 3]| sizes.iter().map(|&size| u64::from(size)).fold(1u64, u64::saturating_mul);
    let threads = product(block);
    if !fits(block, LARGEST_BLOCK) || threads > MOST_THREADS {
        return Err(Error::Host(format!("no device has blocks of {block:?} threads")));
    }
    if !fits(grid, LARGEST_GRID) || product(grid).saturating_mul(threads) >= u32::MAX.into() {
        return Err(Error::Host(format!("a grid of {grid:?} blocks is too large")));
    }
    Ok(())
}

/// The bits of the arguments, if they fit the parameters.
fn values(entry: &str, parameters: &[crate::types::Type], arguments: &[Argument]) -> Result<Vec<u64>, Error> {
    if parameters.len() != arguments.len() {
        let (expected, found) = (parameters.len(), arguments.len());
        return Err(Error::Host(format!("kernel `{entry}` takes {expected} arguments, not {found}")));
    }
    let value =
        |(at, (parameter, argument)): (usize, (&crate::types::Type, &Argument))| match (parameter.bits(), argument) {
            (64, &Argument::U64(value)) => Ok(value),
            (32, &Argument::U32(value)) => Ok(value.into()),
            (bits, _) => Err(Error::Host(format!(
                "kernel `{entry}`: parameter {at} has {bits} bits, but {argument:?} was given"
            ))),
        };
    parameters.iter().zip(arguments).enumerate().map(value).collect()
}
