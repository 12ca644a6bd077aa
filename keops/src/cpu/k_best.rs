//! The K smallest or largest terms, their positions, or both.
//!
//! Each lane keeps its K best terms in order. A term that does not beat the worst of them costs a comparison; after the
//! first few thousand terms almost none does. One that does is put in its place by moving those behind it.

use std::marker::PhantomData;

use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::{Largest, Order, Reduction, Smallest};
use keops_device::tile::Tile;
use keops_device::tile::terms::{Terms, visit};
use keops_device::{Mask, Real, Scalar};

/// What is returned of a term that is among the K best.
pub trait Report: 'static {
    /// An entry of the result.
    type Item<T: Scalar>: Copy + Send + Sync + Default + 'static;
    /// The entry for a term and its position.
    fn item<T: Scalar>(value: T, position: usize) -> Self::Item<T>;
}

/// The term.
#[derive(Clone, Copy, Debug)]
pub struct Value;

/// Its position.
#[derive(Clone, Copy, Debug)]
pub struct Position;

/// Both.
#[derive(Clone, Copy, Debug)]
pub struct ValueAndPosition;

impl Report for Value {
    type Item<T: Scalar> = T;
    #[inline(always)]
    fn item<T: Scalar>(value: T, _position: usize) -> T {
        value
    }
}

impl Report for Position {
    type Item<T: Scalar> = usize;
    #[inline(always)]
    fn item<T: Scalar>(_value: T, position: usize) -> usize {
        position
    }
}

impl Report for ValueAndPosition {
    type Item<T: Scalar> = (T, usize);
    #[inline(always)]
    fn item<T: Scalar>(value: T, position: usize) -> (T, usize) {
        (value, position)
    }
}

/// The K best terms by the order `O`, best first, for each component of the formula: entry `k * dim + d` of the result
/// is about the k-th best of component d. Of equal terms the first is better; a NaN is never among them. Where there
/// are fewer terms, the rest is what every term beats, with the number of reduced indices as its position.
#[derive(Clone, Copy, Debug)]
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

/// The best terms of one vector of kept indices.
#[derive(Clone, Debug)]
pub struct Candidates<S: Real> {
    /// For each component the worst of the best terms, lane by lane.
    worst: Vec<S>,
    /// For each component and lane, the best terms in order.
    values: Vec<S::Scalar>,
    /// Their positions.
    positions: Vec<usize>,
}

impl<S: Real> Candidates<S> {
    /// Takes in a term of each lane, where it is good enough.
    #[inline(always)]
    fn add<O: Order>(&mut self, count: usize, component: usize, value: S, position: usize) {
        if O::beats(value, self.worst[component]).any() {
            for lane in 0..S::LANES {
                self.insert::<O>(count, component, lane, value.lane(lane), position);
            }
            let places = component * S::LANES * count + count - 1;
            self.worst[component] = S::from_fn(|lane| self.values[places + lane * count]);
        }
    }

    /// Puts a term in its place among the best of one lane.
    #[inline(always)]
    fn insert<O: Order>(&mut self, count: usize, component: usize, lane: usize, value: S::Scalar, position: usize) {
        let start = (component * S::LANES + lane) * count;
        let values = &mut self.values[start..start + count];
        if !O::beats(value, values[count - 1]) {
            return;
        }
        // Behind all that it does not beat: of equals the first stays in front.
        let place = values.partition_point(|&better| !O::beats(value, better));
        values.copy_within(place..count - 1, place + 1);
        values[place] = value;
        let positions = &mut self.positions[start..start + count];
        positions.copy_within(place..count - 1, place + 1);
        positions[place] = position;
    }
}

struct Collect<'a, O, S: Real> {
    states: &'a mut [Candidates<S>],
    count: usize,
    order: PhantomData<O>,
}

impl<O: Order, S: Real> Terms<S> for Collect<'_, O, S> {
    #[inline(always)]
    fn term(&mut self, row: usize, component: usize, value: S, position: usize) {
        self.states[row].add::<O>(self.count, component, value, position);
    }
}

impl<O: Order, P: Report, const COUNT: usize> Reduction for KBest<O, P, COUNT> {
    type State<K: Kernel, S: Real> = Candidates<S>;
    type Scratch<K: Kernel, S: Real> = ();
    type Item<T: Scalar> = P::Item<T>;

    #[inline(always)]
    fn results(components: usize) -> usize {
        COUNT * components
    }

    #[inline(always)]
    fn neutral<K: Kernel, S: Real>(count: usize) -> Candidates<S> {
        let entries = dim::<K>() * S::LANES * COUNT;
        Candidates {
            worst: vec![S::constant(O::WORST); dim::<K>()],
            values: vec![S::Scalar::from_f64(O::WORST); entries],
            positions: vec![count; entries],
        }
    }

    #[inline(always)]
    fn scratch<K: Kernel, S: Real>() {}

    #[inline(always)]
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [Candidates<S>; R],
        _scratch: &mut [(); R],
    ) {
        visit::<K, S, R, C>(tile, &mut Collect::<'_, O, S> { states, count: COUNT, order: PhantomData });
    }

    #[inline(always)]
    fn merge<K: Kernel, S: Real>(state: &mut Candidates<S>, later: &Candidates<S>) {
        for component in 0..dim::<K>() {
            for lane in 0..S::LANES {
                let start = (component * S::LANES + lane) * COUNT;
                for place in start..start + COUNT {
                    state.insert::<O>(COUNT, component, lane, later.values[place], later.positions[place]);
                }
            }
        }
    }

    #[inline(always)]
    fn finish<K: Kernel, S: Real>(
        state: &Candidates<S>,
        _factors: &[S],
        mut write: impl FnMut(usize, usize, P::Item<S::Scalar>),
    ) {
        let components = dim::<K>();
        for component in 0..components {
            for lane in 0..S::LANES {
                for k in 0..COUNT {
                    let place = (component * S::LANES + lane) * COUNT + k;
                    let item = P::item(state.values[place], state.positions[place]);
                    write(lane, k * components + component, item);
                }
            }
        }
    }
}
