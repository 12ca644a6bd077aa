//! What can go wrong: in the text, in a call by the host, and in a kernel.

use thiserror::Error;

/// Why a module cannot be read, or why a call or a launch failed.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The text of a module is wrong, or uses what the emulator does not know.
    #[error("line {line} of the PTX: {problem}\n    {text}")]
    Parse {
        /// The line, counted from 1.
        line: u32,
        /// The text of the line.
        text: String,
        /// What is wrong.
        problem: String,
    },
    /// The host asked for something impossible: memory beyond the limit, a kernel that does not exist, wrong arguments.
    #[error("{0}")]
    Host(String),
    /// The host used memory that is not there or was never written.
    #[error("the host {access}: {problem}")]
    HostMemory {
        /// What the host wanted, as `reads 16 bytes at 0x1000000100`.
        access: String,
        /// Why it cannot have it.
        problem: Problem,
    },
    /// A kernel did something wrong.
    #[error(transparent)]
    Fault(#[from] Box<Fault>),
}

impl Error {
    /// What a kernel did wrong, if a kernel did.
    ///
    /// ```
    /// let error = keops_emulator::Module::parse("nonsense").unwrap_err();
    /// assert!(error.problem().is_none());
    /// ```
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Error::Fault(fault) => Some(&fault.problem),
            Error::HostMemory { problem, .. } => Some(problem),
            _ => None,
        }
    }
}

/// What a kernel did wrong, and where.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("kernel `{entry}`, line {line} of the PTX, thread {thread:?} of block {block:?}: {problem}\n    {text}")]
#[non_exhaustive]
pub struct Fault {
    /// The kernel.
    pub entry: String,
    /// The line of the instruction, counted from 1.
    pub line: u32,
    /// The text of the line.
    pub text: String,
    /// The position of the block in the grid.
    pub block: [u32; 3],
    /// The position of the thread in the block.
    pub thread: [u32; 3],
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with an instruction that a thread executes.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// An access to an address at which there is nothing, or no more.
    #[error("{access} at {address:#x}, out of bounds: {nearest}")]
    OutOfBounds {
        /// What was tried, as `write of 4 bytes of global memory`.
        access: String,
        /// The address.
        address: u64,
        /// Where the nearest memory is, or that it was freed.
        nearest: String,
    },
    /// A read of bytes that nobody wrote.
    #[error("{access} at {address:#x}, of which byte {byte} was never written")]
    Unwritten {
        /// What was tried.
        access: String,
        /// The address.
        address: u64,
        /// The first such byte, counted from the address.
        byte: u64,
    },
    /// An address that is not a multiple of the size of the access.
    #[error("{access} at {address:#x}, which is not a multiple of the size")]
    Misaligned {
        /// What was tried.
        access: String,
        /// The address.
        address: u64,
    },
    /// Two threads access a byte without a barrier between, and one of them writes.
    #[error("{access} at {address:#x}: a race with the {other} by {other_thread} at line {other_line}")]
    Race {
        /// What was tried.
        access: String,
        /// The address.
        address: u64,
        /// What the other thread did: `read` or `write`.
        other: &'static str,
        /// The other thread.
        other_thread: String,
        /// The line at which it did so.
        other_line: u32,
    },
    /// A write to a variable of the module.
    #[error("a write at {address:#x} to a variable of the module, which the emulator keeps constant")]
    Constant {
        /// The address.
        address: u64,
    },
    /// Some threads wait at a barrier that others do not reach.
    #[error("a barrier that not all threads of the block reach: {others}")]
    BarrierDivergence {
        /// What the other threads do.
        others: String,
    },
    /// A thread executed more instructions than it may.
    #[error("{limit} instructions in one thread, which looks like an endless loop")]
    EndlessLoop {
        /// The largest allowed number.
        limit: u64,
    },
    /// An integer divided by zero.
    #[error("an integer divided by zero")]
    DivisionByZero,
    /// The index of `brx.idx` exceeds its table.
    #[error("a branch by index {index} of {targets}")]
    BranchIndex {
        /// The index.
        index: u64,
        /// The number of targets.
        targets: usize,
    },
    /// The kernel gave up.
    #[error("the kernel executed `trap`")]
    Trap,
}

/// An error in the text, whose line is known by its number only.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) line: u32,
    pub(crate) problem: String,
}

impl Complaint {
    pub(crate) fn new(line: u32, problem: impl Into<String>) -> Complaint {
        Complaint { line, problem: problem.into() }
    }
}
