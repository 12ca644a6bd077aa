//! Where a thread of a GPU has its numbers: in registers, of which there are 255, or, where a formula has long vectors, in
//! memory of its own, behind the first-level cache.
//!
//! A compiler that runs out of registers *spills*: it stores what it happens to have too much of, and loads it again in the
//! inner loop. Here it is decided before which numbers lie in memory: kept numbers, each of which is read for several reduced
//! indices at once, and totals, which are touched once per tile. Accumulators stay in registers.

#[cfg(target_arch = "nvptx64")]
use crate::gpu::intrinsics::{hidden_zero, opaque};
use crate::kernel::Kernel;
use crate::real::Real;

/// Registers (of 32 bits) that a thread may keep from one reduced index to the next; the others are for what is computed.
const MOST_REGISTERS: usize = 160;

/// Registers that accumulators, or lists of the best, may take.
#[cfg(target_arch = "nvptx64")]
const MOST_ACCUMULATORS: usize = 208;

/// A loop over numbers that take more registers is not unrolled, as all of them would be loaded at once.
const MOST_LOADED_AT_ONCE: usize = 128;

/// A loop over more numbers of a state is not unrolled, so that the state lies in memory.
#[cfg(target_arch = "nvptx64")]
const MAX_UNROLLED: usize = 16;

/// Registers that a value takes.
const fn registers<X>() -> usize {
    size_of::<X>() / 4
}

/// What a thread with `R` kept indices always has in registers: an accumulator per component, and what the components of one
/// pair have in common.
const fn always<K: Kernel, S: Real, X: Copy + Send + Sync + 'static, const R: usize>() -> usize {
    registers::<[K::Components<X>; R]>() + registers::<K::Shared<S>>()
}

/// Whether prepared kept numbers are read where they are needed, and columns too.
pub(super) const fn kept_in_memory<K: Kernel, S: Real, const R: usize>() -> bool {
    cfg!(target_arch = "nvptx64") && registers::<[K::Kept<S>; R]>() + always::<K, S, S, R>() > MOST_REGISTERS
}

/// Whether `R` values of each component are too many for registers.
#[cfg(target_arch = "nvptx64")]
pub(crate) const fn components_in_memory<K: Kernel, X: Copy + Send + Sync + 'static, const R: usize>() -> bool {
    registers::<[K::Components<X>; R]>() > MOST_ACCUMULATORS
}

/// Whether totals `X` wait in memory while a tile streams past.
#[cfg(target_arch = "nvptx64")]
pub(super) const fn totals_in_memory<K, S, A, X, const R: usize>() -> bool
where
    K: Kernel,
    S: Real,
    A: Copy + Send + Sync + 'static,
    X: Copy + Send + Sync + 'static,
{
    let kept = if kept_in_memory::<K, S, R>() { 0 } else { registers::<[K::Kept<S>; R]>() };
    kept + always::<K, S, A, R>() + registers::<[K::Components<X>; R]>() > MOST_REGISTERS
}

/// The same value, which the compiler must read anew from memory where `varying` has changed, as it does not know where it
/// lies.
#[inline(always)]
pub(super) fn anew<X>(value: &X, varying: u32) -> &X {
    #[cfg(target_arch = "nvptx64")]
    // SAFETY: it stays where it is.
    unsafe {
        &*core::ptr::from_ref(value).byte_add(hidden_zero(varying))
    }
    #[cfg(not(target_arch = "nvptx64"))]
    {
        let _ = varying;
        value
    }
}

/// The same for a value that is written.
#[cfg(target_arch = "nvptx64")]
#[inline(always)]
pub(super) fn anew_mut<X>(value: &mut X) -> &mut X {
    // SAFETY: it stays where it is.
    unsafe { &mut *core::ptr::from_mut(value).byte_add(hidden_zero(u32::MAX)) }
}

/// The number, which the compiler of a GPU is not to know.
#[inline(always)]
pub(crate) fn hidden(number: usize) -> usize {
    #[cfg(target_arch = "nvptx64")]
    let number = opaque(number);
    number
}

/// How often a loop over `count` numbers of so many bytes runs, see [`Real::rounds`].
#[inline(always)]
pub(crate) fn rounds(count: usize, bytes: usize) -> usize {
    if cfg!(target_arch = "nvptx64") && count * bytes / 4 > MOST_LOADED_AT_ONCE { hidden(count) } else { count }
}

/// A number below `count`, as the compiler sees then: else it would compare them in each round, and know from that how many
/// rounds there are.
#[inline(always)]
pub(crate) fn below(number: usize, count: usize) -> usize {
    if cfg!(target_arch = "nvptx64") { number.min(count - 1) } else { number }
}

/// The same numbers of a state. Of a GPU, its compiler is not to know how many they are where they are too many for registers,
/// as it would unroll loops over them.
#[inline(always)]
pub(crate) fn looped<X>(slice: &[X]) -> &[X] {
    #[cfg(target_arch = "nvptx64")]
    if slice.len() > MAX_UNROLLED {
        // SAFETY: the length is what it was.
        return unsafe { core::slice::from_raw_parts(slice.as_ptr(), opaque(slice.len())) };
    }
    slice
}

/// The same for numbers that are written.
#[inline(always)]
pub(crate) fn looped_mut<X>(slice: &mut [X]) -> &mut [X] {
    #[cfg(target_arch = "nvptx64")]
    if slice.len() > MAX_UNROLLED {
        // SAFETY: as above.
        return unsafe { core::slice::from_raw_parts_mut(slice.as_mut_ptr(), opaque(slice.len())) };
    }
    slice
}
