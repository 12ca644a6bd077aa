//! The best terms of a lane in order, for small K.
//!
//! A term is put in its place by moving those behind it, a vector of neighbours at a time and without branches: each of
//! them becomes the one before it if that is beaten, the new term if only it is beaten itself, and stays otherwise.
//!
//! The numbers of a lane are a mark that nothing beats, the terms, and then the same for the positions.

use keops_device::reduction::Order;
use keops_device::{Real, Scalar};

use super::{Entry, load, pattern, position, store};

/// The places for terms: whole vectors.
const fn places<S: Real, const K: usize>() -> usize {
    K.next_multiple_of(S::LANES)
}

/// How many numbers a lane takes.
pub(super) const fn numbers<S: Real, const K: usize>() -> usize {
    2 * (1 + places::<S, K>())
}

/// Marks the start of the terms of a lane.
pub(super) fn mark_start<T: Scalar>(numbers: &mut [T]) {
    numbers[0] = T::from_f64(f64::NAN);
}

/// Puts a term in its place, behind all that it does not beat: of equals the first stays in front. Returns the worst.
#[inline(always)]
pub(super) fn insert<S: Real, O: Order, const K: usize>(
    numbers: &mut [S::Scalar],
    value: S::Scalar,
    position: usize,
) -> S::Scalar {
    let (values, positions) = numbers.split_at_mut(1 + places::<S, K>());
    let (new, new_position) = (S::splat(value), S::splat(pattern(position)));
    let mut start = places::<S, K>();
    while start > 0 {
        start -= S::LANES;
        let (before, here) = (load::<S>(values, start), load::<S>(values, start + 1));
        let (beats_before, beats_here) = (O::beats(new, before), O::beats(new, here));
        store(S::select(beats_before, before, S::select(beats_here, new, here)), values, start + 1);
        let (before, here) = (load::<S>(positions, start), load::<S>(positions, start + 1));
        store(S::select(beats_before, before, S::select(beats_here, new_position, here)), positions, start + 1);
    }
    values[K]
}

/// Appends the terms that there are, at most K, best first.
pub(super) fn append_best<S: Real, O: Order, const K: usize>(numbers: &[S::Scalar], best: &mut Vec<Entry<S::Scalar>>) {
    let (values, positions) = numbers.split_at(1 + places::<S, K>());
    let worst = S::Scalar::from_f64(O::WORST);
    let terms = values[1..=K].iter().zip(&positions[1..=K]).take_while(|(value, _)| O::beats(**value, worst));
    best.extend(terms.map(|(&value, &pattern)| Entry { value, position: position(pattern) }));
}
