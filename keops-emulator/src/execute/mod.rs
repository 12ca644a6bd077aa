//! The execution of a kernel: block after block, and in a block warp after warp from barrier to barrier.
//!
//! The order in which threads run does not matter for what a kernel computes: wherever it would, two threads access a byte and
//! one of them writes, and that is an error.

mod access;
mod block;
mod warp;

use crate::error::Problem;
use crate::memory::{Constants, Global};
use crate::program::Program;
use crate::statistics::Statistics;
use block::Machine;

/// A kernel, its arguments and its threads.
pub(crate) struct Launch<'a> {
    pub(crate) program: &'a Program,
    pub(crate) constants: &'a Constants,
    pub(crate) grid: [u32; 3],
    pub(crate) block: [u32; 3],
    pub(crate) arguments: Vec<u64>,
    pub(crate) shared_bytes: u64,
    /// The number of instructions per thread at which a loop is taken to be endless.
    pub(crate) limit: u64,
    /// Whether threads must not access what others write in global memory.
    pub(crate) conflicts: bool,
    /// The number of the launch.
    pub(crate) epoch: u32,
}

/// Where a kernel was stopped, and why.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) line: u32,
    pub(crate) block: [u32; 3],
    pub(crate) thread: [u32; 3],
    pub(crate) problem: Problem,
}

impl Launch<'_> {
    /// The number of threads of a block.
    fn threads(&self) -> u32 {
        self.block.iter().product()
    }

    /// A thread by its number in the grid, in words.
    fn name_of(&self, thread: u32) -> String {
        let (block, thread) = (thread / self.threads(), thread % self.threads());
        format!("thread {:?} of block {:?}", position(thread, self.block), position(block, self.grid))
    }
}

/// Runs all blocks.
pub(crate) fn run(launch: &Launch<'_>, global: &mut Global) -> Result<Statistics, Stop> {
    let mut machine = Machine::new(launch, global);
    for number in 0..launch.grid.iter().product() {
        machine.run_block(number)?;
    }
    Ok(machine.statistics())
}

/// The coordinates of the element with a given number.
fn position(number: u32, sizes: [u32; 3]) -> [u32; 3] {
    [number % sizes[0], number / sizes[0] % sizes[1], number / sizes[0] / sizes[1]]
}
