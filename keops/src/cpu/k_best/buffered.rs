//! The best terms of a lane somewhere in a buffer, for large K.
//!
//! A term is appended, so that the buffer is in the order of the positions. Only when the buffer of about 2 K terms is
//! full a *threshold* is looked for such that at least K terms and not many more are as good as it; the others go. Later
//! terms must beat it. While n becomes 2 n terms about K of them do, so that the work for N terms is that of
//! K log(N / K).
//!
//! The numbers of a lane are the terms, then their positions.

use keops_device::reduction::Order;
use keops_device::{Mask, Real, Scalar};

use super::{Entry, load, pattern, position};

/// The terms that a buffer holds: whole vectors.
const fn places<S: Real, const K: usize>() -> usize {
    (2 * K).next_multiple_of(S::LANES)
}

/// How many terms may be left after a selection, unless more are equal.
const fn most<const K: usize>() -> usize {
    K + K / 4
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
    let Threshold { value, better, equal } = threshold::<S, O, K>(values);
    *filled = if better + equal <= most::<K>() {
        keep::<S>(values, positions, |terms| O::beats(terms, S::splat(value)) | terms.eq(S::splat(value)))
    } else if better >= K {
        keep::<S>(values, positions, |terms| O::beats(terms, S::splat(value)))
    } else {
        keep_some::<S, O, K>(values, positions, value, K - better)
    };
    Some(value)
}

/// Keeps some terms, in their order; returns how many.
#[inline(always)]
fn keep<S: Real>(values: &mut [S::Scalar], positions: &mut [S::Scalar], which: impl Fn(S) -> S::Mask) -> usize {
    let mut kept = 0;
    for start in (0..values.len()).step_by(S::LANES) {
        let (terms, of) = (load::<S>(values, start), load::<S>(positions, start));
        let mask = which(terms);
        of.compress(mask, &mut positions[kept..]);
        kept += terms.compress(mask, &mut values[kept..]);
    }
    kept
}

/// Keeps the terms that are better than the threshold, and the first ones of the many that equal it.
#[inline(always)]
fn keep_some<S: Real, O: Order, const K: usize>(
    values: &mut [S::Scalar],
    positions: &mut [S::Scalar],
    threshold: S::Scalar,
    mut equals: usize,
) -> usize {
    let mut kept = 0;
    for n in 0..values.len() {
        let equal = values[n] == threshold && equals > 0;
        equals -= usize::from(equal);
        if equal || O::beats(values[n], threshold) {
            values[kept] = values[n];
            positions[kept] = positions[n];
            kept += 1;
        }
    }
    kept
}

/// What later terms must beat.
struct Threshold<T> {
    /// One of the terms.
    value: T,
    /// How many terms are better: no more than may be kept.
    better: usize,
    /// How many terms equal it; with the better ones there are at least K.
    equal: usize,
}

/// Finds a threshold.
#[inline(always)]
fn threshold<S: Real, O: Order, const K: usize>(values: &[S::Scalar]) -> Threshold<S::Scalar> {
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
        } else if better > most::<K>() {
            high = Some(pivot);
        } else {
            return Threshold { value: pivot, better, equal };
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
    // A place is less than 2^32, and of equal terms the one in the first place comes first.
    let ranks = values[..filled].iter().map(|&value| rank::<_, O>(value)).zip(0_u64..);
    let mut append = |place: u64| {
        let place = place as usize;
        best.push(Entry { value: values[place], position: position(positions[place]) });
    };
    if const { size_of::<S::Scalar>() <= size_of::<u32>() } {
        let keys = smallest::<K, u64>(ranks.map(|(rank, place)| rank << 32 | place).collect());
        keys.iter().for_each(|key| append(key & u64::from(u32::MAX)));
    } else {
        let keys = smallest::<K, u128>(ranks.map(|(rank, place)| u128::from(rank) << 32 | u128::from(place)).collect());
        keys.iter().for_each(|key| append(*key as u64 & u64::from(u32::MAX)));
    }
}

/// The K smallest keys in order.
fn smallest<const K: usize, T: Ord>(mut keys: Vec<T>) -> Vec<T> {
    if keys.len() > K {
        keys.select_nth_unstable(K - 1);
        keys.truncate(K);
    }
    keys.sort_unstable();
    keys
}

/// An integer as wide as the number that is less where the term is better, and equal where it is equal. No term is NaN.
fn rank<T: Scalar, O: Order>(value: T) -> u64 {
    let zero = T::from_f64(0.0);
    let bits = (if value == zero { zero } else { value }).to_bits().into();
    let sign = 1 << (8 * size_of::<T>() - 1);
    let all = sign | (sign - 1);
    // The order of the patterns of positive numbers is theirs, that of negative ones is the reverse.
    let ascending = if bits & sign == 0 { bits | sign } else { all ^ bits };
    if O::WORST > 0.0 { ascending } else { all ^ ascending }
}
