//! All terms of a tile, one by one: for reductions that only now and then have something to do.

use super::placement::{below, hidden};
use super::{Reader, Step, Tile, pairs, start, stream};
use crate::kernel::{ColumnOf, Kernel, Term};
use crate::real::Real;

/// What looks at terms.
pub trait Terms<S: Real, const R: usize> {
    /// Whether what belongs to a component is too much for all of it to be in registers.
    const IN_MEMORY: bool = false;
    /// Component `component` of the formula for all vectors of kept indices and `C` reduced indices, of which `first`
    /// is the position of the first.
    fn terms<const C: usize>(&mut self, component: usize, values: &[[S; R]; C], first: usize);
}

/// Shows all terms of a tile, in increasing order of the reduced index.
#[inline(always)]
pub fn visit<K: Kernel, S: Real, const R: usize, const C: usize>(
    tile: &Tile<'_, K, S, R>,
    terms: &mut impl Terms<S, R>,
) {
    stream::<K, S, R, C>(tile, &mut Show::<'_, K, S, _, R> { tile, terms });
}

struct Show<'a, K: Kernel, S: Real, V, const R: usize> {
    tile: &'a Tile<'a, K, S, R>,
    terms: &'a mut V,
}

impl<K: Kernel, S: Real, V: Terms<S, R>, const R: usize> Step<K, S> for Show<'_, K, S, V, R> {
    #[inline(always)]
    fn step<const C: usize>(&mut self, columns: &[ColumnOf<K, S>; C], first: usize) {
        let shared = pairs::<K, S, R, C>(self.tile, columns);
        let (tile, columns) = self.tile.operands(columns, Reader::Terms);
        unrolled!(K::SEGMENTS.len(), segment => {
            let start = start(K::SEGMENTS, segment);
            let count = K::SEGMENTS[segment];
            let rounds = if const { V::IN_MEMORY } { hidden(count) } else { count };
            for entry in 0..rounds {
                let entry = below(entry, count);
                let mut values = [[S::constant(0.0); R]; C];
                unrolled!(C, c => unrolled!(R, r => {
                    let term = K::term::<S>(segment, entry, tile.params, &tile.kept[r], &columns[c].0, &shared[c][r]);
                    values[c][r] = term.value();
                }));
                self.terms.terms(start + entry, &values, first);
            }
        });
    }
}
