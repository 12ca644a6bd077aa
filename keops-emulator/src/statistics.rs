//! What a launch did, in numbers.

use std::fmt;
use std::ops::AddAssign;

/// The classes into which instructions are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Class {
    /// Arithmetic of single precision.
    Single,
    /// Arithmetic of double precision.
    Double,
    /// Exponentials, logarithms, roots and other instructions of the special function unit, and divisions of floats.
    Special,
    /// Arithmetic of integers.
    Integer,
    /// Bitwise instructions and shifts.
    Logic,
    /// Comparisons and selections.
    Compare,
    /// Conversions between types.
    Convert,
    /// Copies between registers, of constants, and of addresses between spaces.
    Move,
    /// Reads of parameters of the kernel.
    Parameter,
    /// Reads of global memory and of variables of the module.
    GlobalRead,
    /// Writes to global memory.
    GlobalWrite,
    /// Reads of shared memory.
    SharedRead,
    /// Writes to shared memory.
    SharedWrite,
    /// Reads of local memory.
    LocalRead,
    /// Writes to local memory.
    LocalWrite,
    /// Accesses by generic addresses, whatever they turn out to be.
    Generic,
    /// Branches and ends of threads.
    Control,
    /// Barriers.
    Barrier,
}

impl Class {
    /// All classes.
    pub const ALL: [Class; 18] = [
        Class::Single,
        Class::Double,
        Class::Special,
        Class::Integer,
        Class::Logic,
        Class::Compare,
        Class::Convert,
        Class::Move,
        Class::Parameter,
        Class::GlobalRead,
        Class::GlobalWrite,
        Class::SharedRead,
        Class::SharedWrite,
        Class::LocalRead,
        Class::LocalWrite,
        Class::Generic,
        Class::Control,
        Class::Barrier,
    ];
}

/// What a launch did. Instructions are counted per thread, also where a predicate keeps them from having an effect.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Statistics {
    counts: [u64; Class::ALL.len()],
    /// The bytes of global memory that threads read, each thread counted by itself.
    pub global_bytes_read: u64,
    /// The bytes of global memory that threads wrote.
    pub global_bytes_written: u64,
}

impl Statistics {
    /// The number of executed instructions of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> u64 {
        self.counts[class as usize]
    }

    /// The number of all executed instructions.
    #[must_use]
    pub fn instructions(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(crate) fn add(&mut self, class: Class, count: u64) {
        self.counts[class as usize] += count;
    }
}

impl AddAssign<&Statistics> for Statistics {
    fn add_assign(&mut self, other: &Statistics) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.global_bytes_read += other.global_bytes_read;
        self.global_bytes_written += other.global_bytes_written;
    }
}

impl fmt::Display for Statistics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for class in Class::ALL.into_iter().filter(|&class| self.count(class) > 0) {
            writeln!(formatter, "{:>14} {class:?}", self.count(class))?;
        }
        writeln!(formatter, "{:>14} bytes read", self.global_bytes_read)?;
        write!(formatter, "{:>14} bytes written", self.global_bytes_written)
    }
}
