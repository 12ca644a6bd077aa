//! Where the variables of shared or local memory, or of a module, lie.

/// Bytes between two variables, so that an index that is too large does not reach the next one.
const GAP: u64 = 64;

/// The places of variables.
#[derive(Clone, Default, Debug)]
pub(crate) struct Layout {
    /// Starts and lengths, in ascending order.
    pub(crate) places: Vec<(u64, u64)>,
}

impl Layout {
    /// Finds a place for a variable. It is aligned as asked for and to nothing more, so that code which needs more fails.
    pub(crate) fn place(&mut self, bytes: u64, align: u64) -> u64 {
        let free = self.end() + GAP;
        let start = free.next_multiple_of(2 * align) + align;
        self.places.push((start, bytes));
        start
    }

    /// The address behind the last variable.
    pub(crate) fn end(&self) -> u64 {
        self.places.last().map_or(0, |&(start, bytes)| start + bytes)
    }

    /// The bytes of all variables.
    pub(crate) fn bytes(&self) -> u64 {
        self.places.iter().map(|&(_, bytes)| bytes).sum()
    }

    /// The variable that is nearest to an address, in words.
    pub(crate) fn nearest(&self, address: u64, memory: &str) -> String {
        let distance = |&(start, bytes): &(u64, u64)| {
            if address < start { start - address } else { address.saturating_sub(start + bytes) }
        };
        match self.places.iter().min_by_key(|place| distance(place)) {
            None => format!("the kernel has no {memory} memory"),
            Some(place) => position(address, place.0, place.1, "variable"),
        }
    }
}

/// Where an address lies, seen from a piece of memory.
pub(super) fn position(address: u64, start: u64, bytes: u64, what: &str) -> String {
    let place = if address < start {
        format!("{} bytes before", start - address)
    } else if address < start + bytes {
        format!("{} bytes before the end of", start + bytes - address)
    } else {
        format!("{} bytes behind", address - (start + bytes))
    };
    format!("{place} the nearest {what}, of {bytes} bytes at {start:#x}")
}
