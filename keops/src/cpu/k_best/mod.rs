//! The K smallest or largest terms, their positions, or both.
//!
//! Each lane keeps its K best terms. A term that does not beat the worst of them costs a comparison; after the first few
//! thousand terms almost none does.

mod buffered;
mod sorted;

use std::iter::repeat_n;
use std::marker::PhantomData;

use keops_device::kernel::{Kernel, Values, dim};
use keops_device::reduction::report::{Position, Report, Value, ValueAndPosition};
use keops_device::reduction::{Largest, Order, Reduction, Smallest};
use keops_device::tile::Tile;
use keops_device::tile::terms::{Terms, visit};
use keops_device::{Bits, Mask, Real, Scalar};

/// Of more registers of terms than these the insertion costs more than selection from a buffer now and then (measured).
const MAX_SORTED_VECTORS: usize = 4;

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

/// A term and its position.
#[derive(Clone, Copy, Debug)]
struct Entry<T> {
    value: T,
    position: usize,
}

/// The best terms of one vector of kept indices.
///
/// Each lane of each component has a place of its own for them: [`sorted`] if K is small, [`buffered`] if it is large.
#[derive(Clone, Debug)]
pub struct Candidates<S: Real> {
    /// For each component what a term must beat, lane by lane: the worst of the best terms.
    worst: Vec<S>,
    /// For each component and lane, numbers for the terms and, as bit patterns, their positions.
    numbers: Vec<S::Scalar>,
    /// For each component and lane, how many terms there are, where that matters.
    filled: Vec<usize>,
    /// The position of no term.
    count: usize,
}

/// Whether the K best are kept sorted, rather than selected from a buffer now and then.
const fn keeps_sorted<S: Real, const K: usize>() -> bool {
    K <= MAX_SORTED_VECTORS * S::LANES
}

/// How many of [`Candidates::numbers`] a lane takes.
const fn lane_numbers<S: Real, const K: usize>() -> usize {
    if keeps_sorted::<S, K>() { sorted::numbers::<S, K>() } else { buffered::numbers::<S, K>() }
}

impl<S: Real> Candidates<S> {
    #[inline(always)]
    fn none<O: Order, const K: usize>(components: usize, count: usize) -> Self {
        let lanes = components * S::LANES;
        let mut numbers = vec![S::Scalar::from_f64(O::WORST); lanes * lane_numbers::<S, K>()];
        if const { keeps_sorted::<S, K>() } {
            numbers.chunks_mut(lane_numbers::<S, K>()).for_each(sorted::mark_start);
        }
        Self { worst: vec![S::constant(O::WORST); components], numbers, filled: vec![0; lanes], count }
    }

    /// Takes in a term of one lane; it must beat what `worst` says of the component. Terms arrive in the order of their
    /// positions.
    #[inline(always)]
    fn add<O: Order, const K: usize>(
        &mut self,
        component: usize,
        worst: &mut S,
        lane: usize,
        value: S::Scalar,
        position: usize,
    ) {
        let (number, len) = (component * S::LANES + lane, lane_numbers::<S, K>());
        let numbers = &mut self.numbers[number * len..(number + 1) * len];
        if const { keeps_sorted::<S, K>() } {
            *worst = worst.with_lane(lane, sorted::insert::<S, O, K>(numbers, value, position));
        } else if let Some(threshold) = buffered::push::<S, O, K>(numbers, &mut self.filled[number], value, position) {
            *worst = worst.with_lane(lane, threshold);
        }
    }

    /// Appends the K best terms of a lane to `best`, best first.
    fn append_best<O: Order, const K: usize>(&self, component: usize, lane: usize, best: &mut Vec<Entry<S::Scalar>>) {
        let (number, len) = (component * S::LANES + lane, lane_numbers::<S, K>());
        let numbers = &self.numbers[number * len..(number + 1) * len];
        let needed = best.len() + K;
        if const { keeps_sorted::<S, K>() } {
            sorted::append_best::<S, O, K>(numbers, best);
        } else {
            buffered::append_best::<S, O, K>(numbers, self.filled[number], best);
        }
        let none = Entry { value: S::Scalar::from_f64(O::WORST), position: self.count };
        best.extend(repeat_n(none, needed - best.len()));
    }
}

/// A position as the bit pattern of a number: it is stored and moved as the terms are.
#[inline(always)]
fn pattern<T: Scalar>(position: usize) -> T {
    T::from_bits(<T::Bits as Bits>::splat(position as u64))
}

/// The position with this pattern.
#[inline(always)]
fn position<T: Scalar>(pattern: T) -> usize {
    pattern.to_bits().into() as usize
}

/// A vector of neighbours.
#[inline(always)]
fn load<S: Real>(numbers: &[S::Scalar], start: usize) -> S {
    let numbers = &numbers[start..start + S::LANES];
    S::from_fn(|lane| numbers[lane])
}

/// Puts a vector back.
#[inline(always)]
fn store<S: Real>(vector: S, numbers: &mut [S::Scalar], start: usize) {
    let numbers = &mut numbers[start..start + S::LANES];
    for (lane, number) in numbers.iter_mut().enumerate() {
        *number = vector.lane(lane);
    }
}

struct Collect<'a, K: Kernel, O, S: Real, const R: usize, const COUNT: usize> {
    states: &'a mut [Candidates<S>; R],
    /// What terms must beat, close at hand.
    worst: [K::Components<S>; R],
    order: PhantomData<O>,
}

impl<K: Kernel, O: Order, S: Real, const R: usize, const COUNT: usize> Terms<S, R> for Collect<'_, K, O, S, R, COUNT> {
    #[inline(always)]
    fn terms<const C: usize>(&mut self, component: usize, values: &[[S; R]; C], first: usize) {
        const { assert!(R * S::LANES <= u64::BITS as usize, "the hits of one reduced index are the bits of a number") };
        // One test for all terms.
        let mut some = O::beats(values[0][0], self.worst[0].as_slice()[component]);
        for values in values {
            for (&values, worst) in values.iter().zip(&self.worst) {
                some = some | O::beats(values, worst.as_slice()[component]);
            }
        }
        if some.any() {
            for (c, values) in values.iter().enumerate() {
                // One loop for the lanes of all vectors, as its end is hard to predict.
                let mut hits = 0;
                for (r, (&values, worst)) in values.iter().zip(&self.worst).enumerate() {
                    hits |= u64::from(O::beats(values, worst.as_slice()[component]).bits()) << (r * S::LANES);
                }
                while hits != 0 {
                    let (r, lane) =
                        (hits.trailing_zeros() as usize / S::LANES, hits.trailing_zeros() as usize % S::LANES);
                    hits &= hits - 1;
                    let worst = &mut self.worst[r].as_mut_slice()[component];
                    self.states[r].add::<O, COUNT>(component, worst, lane, values[r].lane(lane), first + c);
                }
            }
        }
    }
}

impl<O: Order, P: Report, const COUNT: usize> Reduction for KBest<O, P, COUNT> {
    type State<K: Kernel, S: Real> = Candidates<S>;
    type Scratch<K: Kernel, S: Real> = ();
    type Item<T: Scalar> = P::Item<T>;
    const DEVICE_NAME: &'static str = P::DEVICE_NAMES[O::DESCENDING as usize];

    #[inline(always)]
    fn device_state_bytes<Q: Kernel, T: Scalar>(components: usize) -> usize {
        // A term and a position as wide as a number, each K times.
        components * COUNT * 2 * size_of::<T>()
    }

    #[inline(always)]
    fn results(components: usize) -> usize {
        COUNT * components
    }

    #[inline(always)]
    fn state_bytes<K: Kernel, S: Real>() -> usize {
        dim::<K>() * (size_of::<S>() + S::LANES * lane_numbers::<S, COUNT>() * size_of::<S::Scalar>())
    }

    #[inline(always)]
    fn neutral<K: Kernel, S: Real>(count: usize) -> Candidates<S> {
        Candidates::none::<O, COUNT>(dim::<K>(), count)
    }

    #[inline(always)]
    fn scratch<K: Kernel, S: Real>() {}

    #[inline(always)]
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [Candidates<S>; R],
        _scratch: &mut [(); R],
    ) {
        let mut worst = [K::Components::filled(S::constant(O::WORST)); R];
        for (worst, state) in worst.iter_mut().zip(states.iter()) {
            worst.as_mut_slice().copy_from_slice(&state.worst);
        }
        let mut collect = Collect::<'_, K, O, S, R, COUNT> { states, worst, order: PhantomData };
        visit::<K, S, R, C>(tile, &mut collect);
        let Collect { states, worst, .. } = collect;
        for (worst, state) in worst.iter().zip(states) {
            state.worst.copy_from_slice(worst.as_slice());
        }
    }

    #[inline(always)]
    fn merge<K: Kernel, S: Real>(state: &mut Candidates<S>, later: &Candidates<S>) {
        let mut best = Vec::new();
        for component in 0..dim::<K>() {
            for lane in 0..S::LANES {
                best.clear();
                later.append_best::<O, COUNT>(component, lane, &mut best);
                let mut worst = state.worst[component];
                for entry in &best {
                    // The next are no better than this one.
                    if !O::beats(entry.value, worst.lane(lane)) {
                        break;
                    }
                    state.add::<O, COUNT>(component, &mut worst, lane, entry.value, entry.position);
                }
                state.worst[component] = worst;
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
        let mut best = Vec::new();
        for component in 0..components {
            for lane in 0..S::LANES {
                best.clear();
                state.append_best::<O, COUNT>(component, lane, &mut best);
                for (k, entry) in best.iter().enumerate() {
                    write(lane, k * components + component, P::item(entry.value, entry.position));
                }
            }
        }
    }
}
