//! Bytes that remember whether they exist and whether they were written.

use super::Layout;

/// What is known of a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum State {
    Outside,
    Unwritten,
    Written,
}

/// Why an access is impossible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flaw {
    OutOfBounds,
    /// The given byte of the access was never written.
    Unwritten(usize),
}

/// Memory from address 0 on.
#[derive(Clone, Default, Debug)]
pub(crate) struct Bytes {
    data: Vec<u8>,
    states: Vec<State>,
}

impl Bytes {
    /// Memory without gaps that nobody has written.
    pub(crate) fn new(length: usize) -> Bytes {
        Bytes { data: vec![0; length], states: vec![State::Unwritten; length] }
    }

    /// Memory in which the given variables exist.
    pub(crate) fn of(layout: &Layout) -> Bytes {
        let length = layout.end() as usize;
        let mut bytes = Bytes { data: vec![0; length], states: vec![State::Outside; length] };
        for &(start, length) in &layout.places {
            bytes.states[start as usize..][..length as usize].fill(State::Unwritten);
        }
        bytes
    }

    /// Forgets what was written.
    pub(crate) fn forget(&mut self) {
        for state in self.states.iter_mut().filter(|state| **state == State::Written) {
            *state = State::Unwritten;
        }
    }

    /// The bytes from an address on.
    pub(crate) fn read(&self, address: u64, length: usize) -> Result<&[u8], Flaw> {
        let start = usize::try_from(address).map_err(|_| Flaw::OutOfBounds)?;
        let end = start.checked_add(length).filter(|&end| end <= self.data.len()).ok_or(Flaw::OutOfBounds)?;
        let states = &self.states[start..end];
        if states.iter().all(|&state| state == State::Written) {
            return Ok(&self.data[start..end]);
        }
        if states.contains(&State::Outside) {
            return Err(Flaw::OutOfBounds);
        }
        Err(Flaw::Unwritten(states.iter().position(|&state| state == State::Unwritten).unwrap_or(0)))
    }

    /// The bytes from an address on, which count as written from now on.
    pub(crate) fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Flaw> {
        let start = usize::try_from(address).map_err(|_| Flaw::OutOfBounds)?;
        let end = start.checked_add(bytes.len()).filter(|&end| end <= self.data.len()).ok_or(Flaw::OutOfBounds)?;
        let states = &mut self.states[start..end];
        if states.contains(&State::Outside) {
            return Err(Flaw::OutOfBounds);
        }
        states.fill(State::Written);
        self.data[start..end].copy_from_slice(bytes);
        Ok(())
    }
}
