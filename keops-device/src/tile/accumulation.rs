//! Where accumulators live while a tile streams past: in registers, if they are few.

#[cfg(target_arch = "nvptx64")]
use super::looped;
use super::{Tile, componentwise, shifted};
use crate::kernel::Kernel;
use crate::real::Real;
use crate::reduction::{Componentwise, Scheme, ShiftedSums};

/// The way to accumulate the components of a kernel. A type rather than a condition, so that only one of the two is
/// compiled.
pub trait Accumulation: 'static {
    /// Whether the accumulators are few enough for registers.
    const IN_REGISTERS: bool;

    /// Takes a tile of reduced indices into the totals of `R` vectors of kept indices.
    fn componentwise<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        totals: &mut [componentwise::Totals<K, Red, S>; R],
        scratch: &mut [componentwise::Accumulators<K, Red, S>; R],
    );

    /// Takes a tile of reduced indices into the shifted sums of `R` vectors of kept indices.
    fn shifted<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        margin: f64,
        states: &mut [ShiftedSums<K, A, S>; R],
        scratch: &mut [shifted::Sums<K, A, S>; R],
    );
}

/// Few components: everything is unrolled, the accumulators are in registers.
#[derive(Clone, Copy, Debug)]
pub struct InRegisters;

/// Many components: loops over them, the accumulators are in memory.
#[derive(Clone, Copy, Debug)]
pub struct InMemory;

impl Accumulation for InRegisters {
    const IN_REGISTERS: bool = true;

    #[inline(always)]
    fn componentwise<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        totals: &mut [componentwise::Totals<K, Red, S>; R],
        _scratch: &mut [componentwise::Accumulators<K, Red, S>; R],
    ) {
        componentwise::reduce_few::<K, Red, S, R, C>(tile, totals);
    }

    #[inline(always)]
    fn shifted<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        margin: f64,
        states: &mut [ShiftedSums<K, A, S>; R],
        _scratch: &mut [shifted::Sums<K, A, S>; R],
    ) {
        shifted::reduce_few::<K, A, S, R, C>(tile, margin, states);
    }
}

impl Accumulation for InMemory {
    const IN_REGISTERS: bool = false;

    #[inline(always)]
    fn componentwise<K: Kernel, Red: Componentwise, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        totals: &mut [componentwise::Totals<K, Red, S>; R],
        scratch: &mut [componentwise::Accumulators<K, Red, S>; R],
    ) {
        #[cfg(target_arch = "nvptx64")]
        looped::componentwise::<K, Red, S, R, C>(tile, totals);
        #[cfg(not(target_arch = "nvptx64"))]
        componentwise::reduce_many::<K, Red, S, R, C>(tile, totals, scratch);
    }

    #[inline(always)]
    fn shifted<K: Kernel, A: Scheme, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        margin: f64,
        states: &mut [ShiftedSums<K, A, S>; R],
        scratch: &mut [shifted::Sums<K, A, S>; R],
    ) {
        #[cfg(target_arch = "nvptx64")]
        looped::shifted::<K, A, S, R, C>(tile, margin, states);
        #[cfg(not(target_arch = "nvptx64"))]
        shifted::reduce_many::<K, A, S, R, C>(tile, margin, states, scratch);
    }
}
