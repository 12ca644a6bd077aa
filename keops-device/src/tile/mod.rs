//! The tile loop: one loop for every formula, with one way to accumulate per family of reductions.
//!
//! `R` vectors of kept indices stay where they are while a tile of reduced indices streams past, `C` at a time. The
//! `R x C` register tile is unrolled by construction, call by call, not by hoping that the optimiser unrolls a loop:
//! otherwise its accumulators would live in memory. Long sums over the entries of vectors (dimension 64, say) run
//! over the whole register tile, as in the micro-kernel of a matrix product, so that each number that is loaded feeds
//! several multiply-adds.

use core::array::from_ref;

use crate::kernel::{ColumnOf, Kernel, Values};
use crate::real::Real;

mod accumulation;
pub(crate) mod componentwise;
#[cfg(target_arch = "nvptx64")]
mod looped;
mod many;
pub(crate) mod placement;
pub mod product;
pub(crate) mod shifted;
pub mod terms;

use placement::{anew, kept_in_memory};

pub use accumulation::{Accumulation, InMemory, InRegisters};

/// What the loop over a tile reads.
pub struct Tile<'a, K: Kernel, S: Real, const R: usize> {
    /// The prepared parameters.
    pub params: &'a K::Params<S::Scalar>,
    /// The prepared kept indices.
    pub kept: &'a [K::Kept<S>; R],
    /// The prepared reduced indices.
    pub reduced: &'a [ColumnOf<K, S>],
    /// The position of the first of them.
    pub first: usize,
}

/// What reads kept numbers and columns. Each of the long sums is a reader by itself.
#[derive(Clone, Copy)]
enum Reader {
    Pairs,
    Terms,
    Fold(usize),
}

impl<K: Kernel, S: Real, const R: usize> Tile<'_, K, S, R> {
    /// The kept numbers, and columns, for one of their readers; where they are too many for registers, each reader reads them
    /// anew.
    #[inline(always)]
    fn operands<'b, const C: usize>(
        &'b self,
        columns: &'b [ColumnOf<K, S>; C],
        reader: Reader,
    ) -> (Tile<'b, K, S, R>, &'b [ColumnOf<K, S>; C]) {
        let (mut kept, mut columns) = (self.kept, columns);
        if const { kept_in_memory::<K, S, R>() } {
            // Of another value for each reader, the assembler does not find out either that what they read is the same.
            let reader = match reader {
                Reader::Pairs => 0,
                Reader::Terms => 1,
                Reader::Fold(fold) => 2 + fold as u32,
            };
            let varying = columns.as_ptr() as u32 ^ reader;
            (kept, columns) = (anew(kept, varying), anew(columns, varying));
            // SAFETY: columns are aligned like this. LLVM forgets it where it splits them into numbers.
            unsafe { core::hint::assert_unchecked(columns.as_ptr().addr() % align_of::<ColumnOf<K, S>>() == 0) };
        }
        (Tile { params: self.params, kept, reduced: self.reduced, first: self.first }, columns)
    }
}

/// On a GPU, columns of at most so many bytes are read at once.
const MAX_COPIED: usize = 512;

/// Whether columns are copied to registers.
const fn copies<K: Kernel, S: Real, const R: usize>() -> bool {
    cfg!(target_arch = "nvptx64")
        && K::STATIC
        && !kept_in_memory::<K, S, R>()
        && size_of::<ColumnOf<K, S>>() <= MAX_COPIED
}

/// What is done with the reduced indices of a register tile.
trait Step<K: Kernel, S: Real> {
    /// Takes in `C` reduced indices, of which `first` is the position of the first.
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], first: usize);
}

/// Runs over the reduced indices of a tile, `C` at a time and the last ones by themselves.
#[inline(always)]
fn stream<K: Kernel, S: Real, const R: usize, const C: usize>(tile: &Tile<'_, K, S, R>, step: &mut impl Step<K, S>) {
    const { assert!(R >= 1 && R <= 8 && C >= 1, "the register tile has at most 8 rows") };
    let mut left = tile.reduced;
    let mut first = tile.first;
    while let Some((chunk, rest)) = left.split_first_chunk::<C>() {
        if const { copies::<K, S, R>() } {
            // Only a whole column is known to be aligned for loads of 16 bytes.
            step.step(&{ *chunk }, first);
        } else {
            step.step(chunk, first);
        }
        first += C;
        left = rest;
    }
    if const { C > 1 } {
        for column in left {
            if const { copies::<K, S, R>() } {
                step.step(&[*column], first);
            } else {
                step.step(from_ref(column), first);
            }
            first += 1;
        }
    }
}

/// The long sums of a register tile.
#[inline(always)]
fn folds<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[ColumnOf<K, S>; C],
) -> [[K::Folds<S>; R]; C] {
    let mut folds = [[K::Folds::<S>::filled(S::constant(0.0)); R]; C];
    unrolled!(K::FOLDS.len(), f => {
        let (tile, columns) = tile.operands(columns, Reader::Fold(f));
        for entry in 0..K::FOLDS[f] {
            unrolled!(C, c => fold_column::<K, S, R>(&tile, f, entry, &columns[c].0, &mut folds[c]));
        }
    });
    folds
}

#[inline(always)]
fn fold_column<K: Kernel, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    fold: usize,
    entry: usize,
    column: &K::Reduced<S::Scalar>,
    sums: &mut [K::Folds<S>; R],
) {
    unrolled!(R, r => {
        let sum = &mut sums[r].as_mut_slice()[fold];
        *sum = K::fold::<S>(fold, entry, tile.params, &tile.kept[r], column, *sum);
    });
}

/// What the terms of each pair of a register tile have in common.
#[inline(always)]
fn pairs<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[ColumnOf<K, S>; C],
) -> [[K::Shared<S>; R]; C] {
    let folds = folds::<K, S, R, C>(tile, columns);
    let mut shared = [[K::Shared::<S>::filled(S::constant(0.0)); R]; C];
    unrolled!(C, c => {
        // Column by column: what is kept from one to the next would be all kept numbers.
        let (tile, [column]) = tile.operands(from_ref(&columns[c]), Reader::Pairs);
        pair_column::<K, S, R>(&tile, &column.0, &folds[c], &mut shared[c]);
    });
    shared
}

#[inline(always)]
fn pair_column<K: Kernel, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    column: &K::Reduced<S::Scalar>,
    folds: &[K::Folds<S>; R],
    shared: &mut [K::Shared<S>; R],
) {
    unrolled!(R, r => shared[r] = K::pair::<S>(tile.params, &tile.kept[r], column, &folds[r]));
}

/// The first component of a segment.
#[inline(always)]
const fn start(segments: &[usize], segment: usize) -> usize {
    let (mut start, mut before) = (0, 0);
    while before < segment {
        start += segments[before];
        before += 1;
    }
    start
}

/// The segment that a component belongs to, and its position there. What is beyond the last component belongs to the last
/// segment: the compiler also asks for components that there are not.
const fn locate(segments: &[usize], component: usize) -> (usize, usize) {
    let (mut segment, mut entry) = (0, component);
    while segment + 1 < segments.len() && entry >= segments[segment] {
        entry -= segments[segment];
        segment += 1;
    }
    (segment, entry)
}
