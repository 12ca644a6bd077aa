//! Which addresses belong to which memory.
//!
//! Each allocation of global memory has 64 GiB of addresses for itself, which are never used again: an index that is off by a
//! lot does not end up in another allocation, and an access to freed memory is known as such. Shared and local memory have
//! addresses of their own, starting near zero; as generic addresses they lie in windows above all others.

/// The start of the addresses of variables of the module.
pub(crate) const MODULE: u64 = 1 << 59;
/// The start of the window of shared memory.
pub(crate) const SHARED: u64 = 1 << 60;
/// The start of the window of local memory.
pub(crate) const LOCAL: u64 = 1 << 61;
/// The end of all addresses.
const END: u64 = 1 << 62;

/// The address in shared memory of the array whose length is given at the launch, behind all others.
pub(crate) const DYNAMIC: u64 = (1 << 18) + 16;

const ALLOCATION_BITS: u32 = 36;
/// CUDA aligns allocations to 256 bytes, so these are aligned to no more.
const ALLOCATION_START: u64 = 256;

/// The largest number of bytes of an allocation.
pub(crate) const LARGEST_ALLOCATION: u64 = 1 << 34;

/// The largest number of allocations.
pub(crate) const MOST_ALLOCATIONS: usize = 1 << 22;

/// The address of an allocation by its number.
pub(crate) fn of_allocation(number: usize) -> u64 {
    ((number as u64 + 1) << ALLOCATION_BITS) + ALLOCATION_START
}

/// The number of the allocation to which an address belongs, if it exists, and the distance from its start.
pub(crate) fn allocation(address: u64) -> Option<(usize, u64)> {
    let number = usize::try_from(address >> ALLOCATION_BITS).ok()?.checked_sub(1)?;
    Some((number, address.checked_sub(of_allocation(number))?))
}

pub(crate) fn is_constant(address: u64) -> u64 {
    u64::from((MODULE..SHARED).contains(&address))
}

pub(crate) fn is_shared(address: u64) -> u64 {
    u64::from((SHARED..LOCAL).contains(&address))
}

pub(crate) fn is_local(address: u64) -> u64 {
    u64::from((LOCAL..END).contains(&address))
}

pub(crate) fn is_global(address: u64) -> u64 {
    u64::from(!(SHARED..END).contains(&address))
}
