//! The tile loop: one loop for every formula and every reduction.
//!
//! `R` vectors of kept indices stay where they are while a tile of reduced indices streams past, `C` at a time. The
//! `R x C` register tile is unrolled by construction, call by call, not by hoping that the optimiser unrolls a loop:
//! otherwise its accumulators would live in memory. Long sums over the entries of vectors (dimension 64, say) run
//! over the whole register tile, as in the micro-kernel of a matrix product, so that each number that is loaded feeds
//! several multiply-adds.

use crate::kernel::{Kernel, Values, dim};
use crate::real::Real;
use crate::reduction::{Reduction, SumScheme};

/// Formulas with more components than this keep their accumulators in memory and loop over them.
pub const MAX_UNROLLED_COMPONENTS: usize = 16;

/// Runs the body for each index below a constant, unrolled, with the index a constant.
macro_rules! unrolled {
    ($count:expr, $index:ident => $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3 4 5 6 7)
    };
    (16, $count:expr, $index:ident => $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $count:expr, $index:ident, $body:expr, $($at:literal)*) => {
        $(if const { $at < $count } {
            let $index: usize = $at;
            $body;
        })*
    };
}

/// The state of one vector of kept indices: one total per component.
pub type Totals<K, Red, S> = <K as Kernel>::Components<<Red as Reduction>::Total<S>>;

/// The accumulators of one vector of kept indices: one per component.
pub type Accumulators<K, Red, S> = <K as Kernel>::Components<<Red as Reduction>::Accumulator<S>>;

/// What the loop over a tile reads.
pub struct Tile<'a, K: Kernel, S: Real, const R: usize> {
    /// The prepared parameters.
    pub params: &'a K::Params<S::Scalar>,
    /// The prepared kept indices.
    pub kept: &'a [K::Kept<S>; R],
    /// The prepared reduced indices.
    pub reduced: &'a [K::Reduced<S::Scalar>],
    /// The position of the first of them.
    pub first: usize,
    /// How sums are accumulated.
    pub scheme: SumScheme,
}

/// Takes a tile of reduced indices into the totals of `R` vectors of kept indices.
///
/// `scratch` holds the accumulators of formulas with many components; its content does not matter.
#[inline(always)]
pub fn reduce_tile<K, Red, S, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    totals: &mut [Totals<K, Red, S>; R],
    scratch: &mut [Accumulators<K, Red, S>; R],
) where
    K: Kernel,
    Red: Reduction,
    S: Real,
{
    const { assert!(R >= 1 && R <= 8 && C >= 1 && C <= 8, "the register tile is at most 8 x 8") };
    if const { dim::<K>() <= MAX_UNROLLED_COMPONENTS } {
        // A local copy, so that the accumulators can live in registers.
        let mut local = [K::Components::filled(Red::resume::<S>(&Red::neutral(0), tile.scheme)); R];
        resume::<K, Red, S, R>(totals, &mut local, tile.scheme);
        stream::<K, Red, S, R, C>(tile, &mut local);
        suspend::<K, Red, S, R>(totals, &local, tile.scheme);
    } else {
        resume::<K, Red, S, R>(totals, scratch, tile.scheme);
        stream::<K, Red, S, R, C>(tile, scratch);
        suspend::<K, Red, S, R>(totals, scratch, tile.scheme);
    }
}

#[inline(always)]
fn resume<K: Kernel, Red: Reduction, S: Real, const R: usize>(
    totals: &[Totals<K, Red, S>; R],
    accumulators: &mut [Accumulators<K, Red, S>; R],
    scheme: SumScheme,
) {
    for r in 0..R {
        for (accumulator, total) in accumulators[r].as_mut_slice().iter_mut().zip(totals[r].as_slice()) {
            *accumulator = Red::resume(total, scheme);
        }
    }
}

#[inline(always)]
fn suspend<K: Kernel, Red: Reduction, S: Real, const R: usize>(
    totals: &mut [Totals<K, Red, S>; R],
    accumulators: &[Accumulators<K, Red, S>; R],
    scheme: SumScheme,
) {
    for r in 0..R {
        for (accumulator, total) in accumulators[r].as_slice().iter().zip(totals[r].as_mut_slice()) {
            Red::suspend(total, *accumulator, scheme);
        }
    }
}

#[inline(always)]
fn stream<K: Kernel, Red: Reduction, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    let mut left = tile.reduced;
    let mut first = tile.first;
    while let Some((chunk, rest)) = left.split_first_chunk::<C>() {
        step::<K, Red, S, R, C>(tile, chunk, first, accumulators);
        first += C;
        left = rest;
    }
    if const { C > 1 } {
        for column in left {
            step::<K, Red, S, R, 1>(tile, core::array::from_ref(column), first, accumulators);
            first += 1;
        }
    }
}

/// One register tile: `C` reduced indices.
#[inline(always)]
fn step<K: Kernel, Red: Reduction, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[K::Reduced<S::Scalar>; C],
    first: usize,
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    let mut folds = [[K::Folds::<S>::filled(S::constant(0.0)); R]; C];
    unrolled!(K::FOLDS.len(), f => {
        for entry in 0..K::FOLDS[f] {
            unrolled!(C, c => fold_column::<K, S, R>(tile, f, entry, &columns[c], &mut folds[c]));
        }
    });
    if const { dim::<K>() <= MAX_UNROLLED_COMPONENTS } {
        unrolled!(C, c => push_column::<K, Red, S, R>(tile, &columns[c], &folds[c], first + c, accumulators));
    } else {
        push_components::<K, Red, S, R, C>(tile, columns, &folds, first, accumulators);
    }
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

/// Few components: everything unrolled, the accumulators in registers.
#[inline(always)]
fn push_column<K: Kernel, Red: Reduction, S: Real, const R: usize>(
    tile: &Tile<'_, K, S, R>,
    column: &K::Reduced<S::Scalar>,
    folds: &[K::Folds<S>; R],
    position: usize,
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    let position = S::index_splat(position);
    unrolled!(R, r => {
        let shared = K::pair::<S>(tile.params, &tile.kept[r], column, &folds[r]);
        let accumulators = accumulators[r].as_mut_slice();
        unrolled!(16, dim::<K>(), o => {
            let (segment, entry) = locate(K::SEGMENTS, o);
            let term = K::term::<S>(segment, entry, tile.params, &tile.kept[r], column, &shared);
            accumulators[o] = Red::push(accumulators[o], term, position);
        });
    });
}

/// Many components: a loop over them, each taking `C` terms in per load and store of its accumulator.
#[inline(always)]
fn push_components<K: Kernel, Red: Reduction, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[K::Reduced<S::Scalar>; C],
    folds: &[[K::Folds<S>; R]; C],
    first: usize,
    accumulators: &mut [Accumulators<K, Red, S>; R],
) {
    let mut shared = [[K::Shared::<S>::filled(S::constant(0.0)); R]; C];
    unrolled!(C, c => pair_column::<K, S, R>(tile, &columns[c], &folds[c], &mut shared[c]));
    unrolled!(K::SEGMENTS.len(), segment => {
        let start = start(K::SEGMENTS, segment);
        for entry in 0..K::SEGMENTS[segment] {
            unrolled!(R, r => {
                let accumulator = &mut accumulators[r].as_mut_slice()[start + entry];
                let mut local = *accumulator;
                unrolled!(C, c => {
                    let term = K::term::<S>(segment, entry, tile.params, &tile.kept[r], &columns[c], &shared[c][r]);
                    local = Red::push(local, term, S::index_splat(first + c));
                });
                *accumulator = local;
            });
        }
    });
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

/// The segment that a component belongs to, and its position there.
#[inline(always)]
const fn locate(segments: &[usize], component: usize) -> (usize, usize) {
    let (mut segment, mut entry) = (0, component);
    while entry >= segments[segment] {
        entry -= segments[segment];
        segment += 1;
    }
    (segment, entry)
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
