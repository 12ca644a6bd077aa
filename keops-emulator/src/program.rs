//! A kernel in the form in which it is executed: names resolved to slots, labels to positions.

use crate::conversion::Conversion;
use crate::lanes::{Map1, Map2, Map3, Map4};
use crate::memory::Layout;
use crate::statistics::Class;
use crate::types::Type;

/// The place of a value in the registers of a thread. Constants and special registers have places as well, so that an
/// operand is nothing else.
pub(crate) type Slot = u32;

/// A kernel.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Type>,
    pub(crate) code: Vec<Instruction>,
    /// The number of slots.
    pub(crate) slots: usize,
    pub(crate) constants: Vec<(Slot, u64)>,
    pub(crate) specials: Vec<(Slot, Special)>,
    pub(crate) shared: Layout,
    /// Whether there is an array of shared memory whose length is given at the launch.
    pub(crate) dynamic: bool,
    pub(crate) local: Layout,
}

/// An instruction. One of PTX may become several, of which only the first is counted.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    pub(crate) action: Action,
    pub(crate) guard: Option<Guard>,
    pub(crate) class: Option<Class>,
    pub(crate) line: u32,
}

/// The predicate of an instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guard {
    pub(crate) slot: Slot,
    pub(crate) negated: bool,
}

/// What an instruction does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Map1(Map1, Slot, [Slot; 1]),
    Map2(Map2, Slot, [Slot; 2]),
    Map3(Map3, Slot, [Slot; 3]),
    Map4(Map4, Slot, [Slot; 4]),
    Convert(Box<Conversion>, Slot, Slot),
    /// Values of `bits` bits to one, the first one lowest.
    Pack {
        bits: u32,
        result: Slot,
        parts: Vec<Slot>,
    },
    Unpack {
        bits: u32,
        results: Vec<Slot>,
        value: Slot,
    },
    /// A parameter of the kernel.
    Parameter {
        index: usize,
        result: Slot,
    },
    Read(Access),
    Write(Access),
    /// An error if the value is zero.
    NonZero(Slot),
    Branch(u32),
    BranchIndexed {
        index: Slot,
        targets: Vec<u32>,
    },
    Barrier,
    Exit,
    Trap,
}

/// The space of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Space {
    Global,
    Shared,
    Local,
    Generic,
}

/// A read or a write of one, two or four values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) space: Space,
    /// The bytes of a value.
    pub(crate) bytes: usize,
    pub(crate) count: usize,
    /// For reads of numbers with a sign: the width of the registers.
    pub(crate) extended: Option<u32>,
    pub(crate) values: [Slot; 4],
    pub(crate) base: Slot,
    pub(crate) offset: u64,
    /// The number of bits of an address.
    pub(crate) address_bits: u32,
}

/// A register whose value is the position of the thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Special {
    Thread(usize),
    BlockSize(usize),
    Block(usize),
    GridSize(usize),
    Lane,
    Warp,
}

impl Special {
    pub(crate) fn of(name: &str) -> Option<Special> {
        let (family, axis) = name.split_once('.').unwrap_or((name, "x"));
        let axis = match axis {
            "x" => 0,
            "y" => 1,
            "z" => 2,
            _ => return None,
        };
        match family {
            "%tid" => Some(Special::Thread(axis)),
            "%ntid" => Some(Special::BlockSize(axis)),
            "%ctaid" => Some(Special::Block(axis)),
            "%nctaid" => Some(Special::GridSize(axis)),
            _ => match name {
                "%laneid" => Some(Special::Lane),
                "%warpid" => Some(Special::Warp),
                _ => None,
            },
        }
    }
}
