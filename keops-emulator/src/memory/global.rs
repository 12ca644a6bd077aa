//! Global memory: allocations that the host makes and frees.

use super::layout::position;
use super::{Bytes, Flaw, address};
use crate::race::Shadow;

/// An allocation, or what is left of it when it was freed.
#[derive(Debug)]
struct Allocation {
    length: u64,
    contents: Option<(Bytes, Shadow)>,
}

/// All allocations that were ever made.
#[derive(Debug)]
pub(crate) struct Global {
    allocations: Vec<Allocation>,
    limit: u64,
    used: u64,
}

impl Global {
    pub(crate) fn new(limit: u64) -> Global {
        Global { allocations: Vec::new(), limit, used: 0 }
    }

    /// Makes an allocation, or says why it cannot be made.
    pub(crate) fn allocate(&mut self, length: u64) -> Result<u64, String> {
        let free = self.limit - self.used;
        if length > free || length > address::LARGEST_ALLOCATION {
            return Err(format!("out of memory: {length} bytes were asked for, {free} are free"));
        }
        if self.allocations.len() >= address::MOST_ALLOCATIONS {
            return Err(format!("out of addresses after {} allocations", self.allocations.len()));
        }
        self.used += length;
        let contents = Some((Bytes::new(length as usize), Shadow::default()));
        self.allocations.push(Allocation { length, contents });
        Ok(address::of_allocation(self.allocations.len() - 1))
    }

    pub(crate) fn free(&mut self, address: u64) -> Result<(), String> {
        let allocation = match address::allocation(address) {
            Some((number, 0)) => self.allocations.get_mut(number),
            _ => None,
        };
        let Some(allocation) = allocation else {
            return Err(format!("{address:#x} is not the address of an allocation"));
        };
        if allocation.contents.take().is_none() {
            return Err(format!("the allocation at {address:#x} was freed before"));
        }
        self.used -= allocation.length;
        Ok(())
    }

    pub(crate) fn free_bytes(&self) -> u64 {
        self.limit - self.used
    }

    /// The allocation of an address, and the place in it.
    pub(crate) fn find(&mut self, address: u64) -> Result<(&mut Bytes, &mut Shadow, u64), Flaw> {
        let (number, offset) = address::allocation(address).ok_or(Flaw::OutOfBounds)?;
        let allocation = self.allocations.get_mut(number).ok_or(Flaw::OutOfBounds)?;
        let (bytes, shadow) = allocation.contents.as_mut().ok_or(Flaw::OutOfBounds)?;
        Ok((bytes, shadow, offset))
    }

    /// Where an address lies, in words.
    pub(crate) fn nearest(&self, address: u64) -> String {
        if let Some((number, offset)) = address::allocation(address)
            && let Some(Allocation { length, contents: None }) = self.allocations.get(number)
            && offset < *length
        {
            let start = address::of_allocation(number);
            return format!("in the allocation of {length} bytes at {start:#x}, which was freed");
        }
        let alive = self.allocations.iter().enumerate().filter(|(_, allocation)| allocation.contents.is_some());
        let places = alive.map(|(number, allocation)| (address::of_allocation(number), allocation.length));
        let distance = |&(start, length): &(u64, u64)| {
            if address < start { start - address } else { address.saturating_sub(start + length) }
        };
        match places.min_by_key(distance) {
            None => "there is no allocation".to_owned(),
            Some((start, length)) => position(address, start, length, "allocation"),
        }
    }
}
