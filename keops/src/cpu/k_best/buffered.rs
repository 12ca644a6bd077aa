//! The best terms of a lane somewhere in a buffer, for large K.
//!
//! A term is appended, so that the buffer is in the order of the positions. Only when the buffer of about 2 K terms is
//! full a *threshold* is looked for such that at least K terms and not many more are as good as it; the others go. Later
//! terms must beat it. While n becomes 2 n terms about K of them do, so that the work for N terms is that of
//! K log(N / K).
//!
//! The numbers of a lane are the terms, then their positions.

use std::cmp::Ordering;

use keops_device::reduction::Order;
use keops_device::{Mask, Real};

use super::{Entry, load, pattern, position};

/// The terms that a buffer holds: whole vectors.
const fn places<S: Real, const K: usize>() -> usize {
    (2 * K).next_multiple_of(S::LANES)
}

/// How many more than K terms may be left after a selection.
const fn slack<const K: usize>() -> usize {
    K / 4
}

/// How many numbers a lane takes.
pub(super) const fn numbers<S: Real, const K: usize>() -> usize {
    2 * places::<S, K>()
}

/// Appends a term. Returns what later terms must beat, if that changes.
#[inline(always)]
pub(super) fn push<S: Real, O: Order, const K: usize>(
    numbers: &mut [S::Scalar],
    filled: &mut usize,
    value: S::Scalar,
    position: usize,
) -> Option<S::Scalar> {
    let (values, positions) = numbers.split_at_mut(places::<S, K>());
    values[*filled] = value;
    positions[*filled] = pattern(position);
    *filled += 1;
    if *filled < places::<S, K>() {
        return None;
    }
    let (threshold, better) = threshold::<S, O, K>(values);
    *filled = K.max(better);
    // Of those equal to the threshold the first ones stay.
    let mut equals = *filled - better;
    let mut kept = 0;
    for n in 0..places::<S, K>() {
        let (value, position) = (values[n], positions[n]);
        let equal = (value == threshold) & (equals > 0);
        equals -= usize::from(equal);
        // Written in any case, as a branch would be a guess; at most one place beyond those that are kept.
        values[kept] = value;
        positions[kept] = position;
        kept += usize::from(O::beats(value, threshold) | equal);
    }
    Some(threshold)
}

/// One of the terms, and how many are better: less than K plus the slack; with those that equal it there are at least K.
#[inline(always)]
fn threshold<S: Real, O: Order, const K: usize>(values: &[S::Scalar]) -> (S::Scalar, usize) {
    /// A prime larger than any buffer: its multiples visit all places, in an order that looks random.
    const STRIDE: usize = 2053;
    let (mut low, mut high) = (None, None);
    let mut place = 0;
    loop {
        // The next term of those that may be the threshold.
        let pivot = loop {
            place = (place + STRIDE) % values.len();
            let term = values[place];
            if low.is_none_or(|low| O::beats(low, term)) && high.is_none_or(|high| O::beats(term, high)) {
                break term;
            }
        };
        let (mut better, mut equal) = (0, 0);
        for start in (0..values.len()).step_by(S::LANES) {
            let terms = load::<S>(values, start);
            better += O::beats(terms, S::splat(pivot)).bits().count_ones() as usize;
            equal += terms.eq(S::splat(pivot)).bits().count_ones() as usize;
        }
        if better + equal < K {
            low = Some(pivot);
        } else if better >= K + slack::<K>() {
            high = Some(pivot);
        } else {
            return (pivot, better);
        }
    }
}

/// Appends the terms that there are, at most K, best first.
pub(super) fn append_best<S: Real, O: Order, const K: usize>(
    numbers: &[S::Scalar],
    filled: usize,
    best: &mut Vec<Entry<S::Scalar>>,
) {
    let (values, positions) = numbers.split_at(places::<S, K>());
    let start = best.len();
    best.extend(
        values[..filled].iter().zip(positions).map(|(&value, &pattern)| Entry { value, position: position(pattern) }),
    );
    best[start..].sort_by(|a, b| better_first::<S, O>(a.value, b.value));
    best.truncate(start + K);
}

/// The order of terms, none of which is NaN.
#[inline(always)]
fn better_first<S: Real, O: Order>(a: S::Scalar, b: S::Scalar) -> Ordering {
    if O::beats(a, b) {
        Ordering::Less
    } else if O::beats(b, a) {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
