//! Formulas of many components, whose accumulators do not fit into registers.
//!
//! What the components have in common is computed for some tens of reduced indices and put aside. Then a few components
//! at a time take in the terms of all of them, with their accumulators in registers, as a matrix product does that is
//! tiled over its result.

use core::array::from_ref;

use super::{Step, Tile, pairs, start, stream};
use crate::kernel::{ColumnOf, Kernel, Values};
use crate::real::Real;

/// So many reduced indices are taken in per load and store of an accumulator.
const LONG: usize = 32;

/// What is put aside should leave room in a first-level cache.
const MAX_SHARED_BYTES: usize = 32 * 1024;

/// Streams a tile in steps that are as long as is good for many components.
#[inline(always)]
pub(super) fn stream_many<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    step: &mut impl Step<K, S>,
) {
    if const { size_of::<K::Shared<S>>() * R * LONG <= MAX_SHARED_BYTES } {
        stream::<K, S, R, LONG>(tile, step);
    } else {
        stream::<K, S, R, C>(tile, step);
    }
}

/// What the terms of each pair have in common, computed by register tiles of `R x C`.
#[inline(always)]
pub(super) fn shared<K: Kernel, S: Real, const R: usize, const C: usize, const T: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[ColumnOf<K, S>; T],
) -> [[K::Shared<S>; R]; T] {
    let mut shared = [[K::Shared::<S>::filled(S::constant(0.0)); R]; T];
    // Either whole register tiles or single reduced indices, so that only one of the two is compiled.
    if const { T % C == 0 } {
        for first in (0..T).step_by(C) {
            if let (Some(columns), Some(shared)) =
                (columns[first..].first_chunk::<C>(), shared[first..].first_chunk_mut::<C>())
            {
                *shared = pairs::<K, S, R, C>(tile, columns);
            }
        }
    } else {
        for (column, shared) in columns.iter().zip(&mut shared) {
            [*shared] = pairs::<K, S, R, 1>(tile, from_ref(column));
        }
    }
    shared
}

/// Takes the terms of all components from segment `FROM` on into accumulators. `push` gets an accumulator, the numbers
/// of the reduced index and of the vector of kept indices, and the term.
#[inline(always)]
// Of the first index, which is 0.
#[allow(clippy::absurd_extreme_comparisons)]
pub(super) fn accumulate<K, S, X, const R: usize, const T: usize, const FROM: usize>(
    tile: &Tile<'_, K, S, R>,
    columns: &[ColumnOf<K, S>; T],
    shared: &[[K::Shared<S>; R]; T],
    accumulators: &mut [K::Components<X>; R],
    push: impl Fn(X, usize, usize, K::Term<S>) -> X,
) where
    K: Kernel,
    S: Real,
    X: Copy + Send + Sync + 'static,
{
    unrolled!(K::SEGMENTS.len(), segment => if segment >= FROM {
        let first = start(K::SEGMENTS, segment) - start(K::SEGMENTS, FROM);
        let count = K::SEGMENTS[segment];
        let term = |entry: usize, t: usize, r: usize| {
            K::term::<S>(segment, entry, tile.params, &tile.kept[r], &columns[t].0, &shared[t][r])
        };
        let mut entry = 0;
        // Four at a time have their accumulators in registers.
        if const { T > 1 } {
            while entry + 4 <= count {
                accumulate_some::<K, S, X, R, T, 4>(first, entry, accumulators, &term, &push);
                entry += 4;
            }
        }
        while entry < count {
            accumulate_some::<K, S, X, R, T, 1>(first, entry, accumulators, &term, &push);
            entry += 1;
        }
    });
}

/// The same for `E` components: those from `entry` on of the segment that begins at `first`.
#[inline(always)]
fn accumulate_some<K, S, X, const R: usize, const T: usize, const E: usize>(
    first: usize,
    entry: usize,
    accumulators: &mut [K::Components<X>; R],
    term: &impl Fn(usize, usize, usize) -> K::Term<S>,
    push: &impl Fn(X, usize, usize, K::Term<S>) -> X,
) where
    K: Kernel,
    S: Real,
    X: Copy + Send + Sync + 'static,
{
    const { assert!(R <= 4 && E <= 4, "as many are unrolled") };
    let place = first + entry;
    let mut local = [[accumulators[0].as_slice()[place]; R]; E];
    unrolled!(R, r => local.iter_mut().zip(&accumulators[r].as_slice()[place..]).for_each(|(to, from)| to[r] = *from));
    for t in 0..T {
        unrolled!(4, E, e => unrolled!(4, R, r => local[e][r] = push(local[e][r], t, r, term(entry + e, t, r))));
    }
    unrolled!(R, r => local.iter().zip(&mut accumulators[r].as_mut_slice()[place..]).for_each(|(from, to)| *to = from[r]));
}
