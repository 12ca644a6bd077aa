//! The K smallest or largest terms, for the threads of a GPU: sorted lists in registers, as long as K is small. The CPU has
//! a type of its own, which needs a heap.

use core::marker::PhantomData;

use crate::kernel::{Kernel, Values, dim};
use crate::real::{Mask, Real, Scalar};
use crate::reduction::report::{Position, Report, Value, ValueAndPosition};
use crate::reduction::{Largest, Order, Reduction, Smallest};
use crate::tile::Tile;
use crate::tile::placement::{components_in_memory, looped, looped_mut};
use crate::tile::terms::{Terms, visit};

/// The K best terms by the order `O`, best first; entry `k * dim + d` of the result is about the k-th best of component d.
pub struct KBest<O, P, const K: usize>(PhantomData<(O, P)>);

/// The K smallest terms.
pub type KMin<const K: usize> = KBest<Smallest, Value, K>;
/// The positions of the K smallest terms.
pub type ArgKMin<const K: usize> = KBest<Smallest, Position, K>;
/// The K smallest terms and their positions.
pub type KMinArgKMin<const K: usize> = KBest<Smallest, ValueAndPosition, K>;
/// The K largest terms.
pub type KMax<const K: usize> = KBest<Largest, Value, K>;
/// The positions of the K largest terms.
pub type ArgKMax<const K: usize> = KBest<Largest, Position, K>;
/// The K largest terms and their positions.
pub type KMaxArgKMax<const K: usize> = KBest<Largest, ValueAndPosition, K>;

/// The best terms of one component, best first, and their positions.
#[derive(Clone, Copy, Debug)]
pub struct List<S: Real, const K: usize> {
    values: [S; K],
    positions: [S::Index; K],
    padding: [S::Padding; K],
}

impl<S: Real, const K: usize> List<S, K> {
    #[inline(always)]
    fn none<O: Order>(count: usize) -> Self {
        let (values, positions) = ([S::constant(O::WORST); K], [S::index_splat(count); K]);
        Self { values, positions, padding: [S::Padding::default(); K] }
    }

    /// What a term must beat.
    #[inline(always)]
    fn worst(&self) -> S {
        self.values[K - 1]
    }

    /// Takes in a term of a higher position than all terms before: it moves what it beats by one place.
    #[inline(always)]
    fn insert<O: Order>(&mut self, mut value: S, mut position: S::Index) {
        // All that is behind the new term moves: what moves must not be compared with its equals, which are behind it.
        let new = value;
        for (at, position_at) in looped_mut(&mut self.values).iter_mut().zip(looped_mut(&mut self.positions)) {
            let (old, old_position) = (*at, *position_at);
            let beats = O::beats(new, old);
            *at = S::select(beats, value, old);
            *position_at = S::index_select(beats, position, old_position);
            value = S::select(beats, old, value);
            position = S::index_select(beats, old_position, position);
        }
    }
}

/// The components' lists of `R` kept indices, while a tile streams past.
struct Insert<'a, K: Kernel, O, S: Real, const R: usize, const N: usize> {
    lists: &'a mut [K::Components<List<S, N>>; R],
    order: PhantomData<O>,
}

impl<K: Kernel, O: Order, S: Real, const R: usize, const N: usize> Terms<S, R> for Insert<'_, K, O, S, R, N> {
    const IN_MEMORY: bool = components_in_memory::<K, List<S, N>, R>();

    #[inline(always)]
    fn terms<const C: usize>(&mut self, component: usize, values: &[[S; R]; C], first: usize) {
        for r in 0..R {
            let list = &mut self.lists[r].as_mut_slice()[component];
            // One comparison for all columns tells that there is nothing to do, as is so almost always.
            let mut best = list.worst();
            for column in values {
                best = O::better(column[r], best);
            }
            if !O::beats(best, list.worst()).any() {
                continue;
            }
            for (c, column) in values.iter().enumerate() {
                if O::beats(column[r], list.worst()).any() {
                    list.insert::<O>(column[r], S::index_splat(first + c));
                }
            }
        }
    }
}

impl<O: Order, P: Report, const N: usize> Reduction for KBest<O, P, N> {
    type State<K: Kernel, S: Real> = K::Components<List<S, N>>;
    type Scratch<K: Kernel, S: Real> = ();
    type Item<T: Scalar> = P::Item<T>;
    const DEVICE_NAME: &'static str = P::DEVICE_NAMES[O::DESCENDING as usize];

    #[inline(always)]
    fn results(components: usize) -> usize {
        N * components
    }

    #[inline(always)]
    fn neutral<K: Kernel, S: Real>(count: usize) -> Self::State<K, S> {
        K::Components::filled(List::none::<O>(count))
    }

    #[inline(always)]
    fn scratch<K: Kernel, S: Real>() {}

    #[inline(always)]
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [Self::State<K, S>; R],
        _scratch: &mut [(); R],
    ) {
        let mut insert: Insert<'_, K, O, S, R, N> = Insert { lists: states, order: PhantomData };
        visit::<K, S, R, C>(tile, &mut insert);
    }

    #[inline(always)]
    fn merge<K: Kernel, S: Real>(state: &mut Self::State<K, S>, later: &Self::State<K, S>) {
        for (list, later) in looped_mut(state.as_mut_slice()).iter_mut().zip(looped(later.as_slice())) {
            for (value, position) in looped(&later.values).iter().zip(looped(&later.positions)) {
                list.insert::<O>(*value, *position);
            }
        }
    }

    #[inline(always)]
    fn finish<K: Kernel, S: Real>(
        state: &Self::State<K, S>,
        _factors: &[S],
        mut write: impl FnMut(usize, usize, P::Item<S::Scalar>),
    ) {
        for (component, list) in looped(state.as_slice()).iter().enumerate() {
            for (k, (value, position)) in looped(&list.values).iter().zip(looped(&list.positions)).enumerate() {
                for lane in 0..S::LANES {
                    let item = P::item(value.lane(lane), S::index_lane(*position, lane));
                    write(lane, k * dim::<K>() + component, item);
                }
            }
        }
    }
}
