//! The smallest or largest term, its position, or both.

use core::marker::PhantomData;

use super::Componentwise;
use crate::kernel::Term;
use crate::real::{Real, Scalar};

/// Which terms win.
pub trait Order: 'static {
    /// Whether larger terms win.
    const DESCENDING: bool;
    /// What every number beats: it never wins itself.
    const WORST: f64;
    /// Where `new` beats `best`. A NaN never does.
    fn beats<S: Real>(new: S, best: S) -> S::Mask;
    /// `new` where it beats `best`, else `best`, which is not NaN.
    fn better<S: Real>(new: S, best: S) -> S;
}

/// Smaller terms win.
#[derive(Clone, Copy, Debug)]
pub struct Smallest;

/// Larger terms win.
#[derive(Clone, Copy, Debug)]
pub struct Largest;

impl Order for Smallest {
    const DESCENDING: bool = false;
    const WORST: f64 = f64::INFINITY;
    #[inline(always)]
    fn beats<S: Real>(new: S, best: S) -> S::Mask {
        new.lt(best)
    }
    #[inline(always)]
    fn better<S: Real>(new: S, best: S) -> S {
        new.min_number(best)
    }
}

impl Order for Largest {
    const DESCENDING: bool = true;
    const WORST: f64 = f64::NEG_INFINITY;
    #[inline(always)]
    fn beats<S: Real>(new: S, best: S) -> S::Mask {
        best.lt(new)
    }
    #[inline(always)]
    fn better<S: Real>(new: S, best: S) -> S {
        new.max_number(best)
    }
}

/// The term that wins; +inf or -inf where there is none but NaN.
#[derive(Clone, Copy, Debug)]
pub struct Extremum<O>(PhantomData<O>);

/// The reduced index of the term that wins, the first of equals. Where nothing wins, as there is no term, or only NaN,
/// or only what everything beats, it is the number of reduced indices.
#[derive(Clone, Copy, Debug)]
pub struct Position<O>(PhantomData<O>);

/// Both: [`Extremum`] and [`Position`].
#[derive(Clone, Copy, Debug)]
pub struct ExtremumAndPosition<O>(PhantomData<O>);

/// The smallest term.
pub type Min = Extremum<Smallest>;
/// The largest term.
pub type Max = Extremum<Largest>;
/// The position of the smallest term.
pub type ArgMin = Position<Smallest>;
/// The position of the largest term.
pub type ArgMax = Position<Largest>;
/// The smallest term and its position.
pub type MinArgMin = ExtremumAndPosition<Smallest>;
/// The largest term and its position.
pub type MaxArgMax = ExtremumAndPosition<Largest>;

impl<O: Order> Componentwise for Extremum<O> {
    type Accumulator<S: Real> = S;
    type Total<S: Real> = S;
    type Lanes<S: Real> = S;
    type Item<T: Scalar> = T;
    const DEVICE_NAME: &'static str = if O::DESCENDING { "Max" } else { "Min" };

    #[inline(always)]
    fn neutral<S: Real>(_count: usize) -> S {
        S::constant(O::WORST)
    }

    #[inline(always)]
    fn resume<S: Real>(total: &S) -> S {
        *total
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: S, term: impl Term<S>, _position: S::Index) -> S {
        O::better(term.value(), accumulator)
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut S, accumulator: S) {
        *total = accumulator;
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut S, later: &S) {
        *total = O::better(*later, *total);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &S) -> S {
        *total
    }

    #[inline(always)]
    fn item<S: Real>(lanes: &S, lane: usize) -> S::Scalar {
        lanes.lane(lane)
    }
}

/// The term that has won so far and its index.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Best<S: Real> {
    value: S,
    position: S::Index,
    padding: S::Padding,
}

impl<S: Real> Best<S> {
    #[inline(always)]
    fn none<O: Order>(count: usize) -> Self {
        Self { value: S::constant(O::WORST), position: S::index_splat(count), padding: S::Padding::default() }
    }

    /// Takes in a term of a higher index.
    #[inline(always)]
    fn add<O: Order>(self, value: S, position: S::Index) -> Self {
        let wins = O::beats(value, self.value);
        let position = S::index_select(wins, position, self.position);
        Self { value: S::select(wins, value, self.value), position, padding: S::Padding::default() }
    }
}

/// The two reductions that keep a [`Best`] and differ in what they return.
macro_rules! reduction_to_best {
    ($type:ident, $names:expr, $lanes:ty, $item:ty, |$total:ident| $finish:expr, |$done:ident, $lane:ident| $result:expr) => {
        impl<O: Order> Componentwise for $type<O> {
            type Accumulator<S: Real> = Best<S>;
            type Total<S: Real> = Best<S>;
            type Lanes<S: Real> = $lanes;
            type Item<T: Scalar> = $item;
            const DEVICE_NAME: &'static str = if O::DESCENDING { $names.1 } else { $names.0 };

            #[inline(always)]
            fn neutral<S: Real>(count: usize) -> Best<S> {
                Best::none::<O>(count)
            }

            #[inline(always)]
            fn resume<S: Real>(total: &Best<S>) -> Best<S> {
                *total
            }

            #[inline(always)]
            fn push<S: Real>(accumulator: Best<S>, term: impl Term<S>, position: S::Index) -> Best<S> {
                accumulator.add::<O>(term.value(), position)
            }

            #[inline(always)]
            fn suspend<S: Real>(total: &mut Best<S>, accumulator: Best<S>) {
                *total = accumulator;
            }

            #[inline(always)]
            fn merge<S: Real>(total: &mut Best<S>, later: &Best<S>) {
                *total = total.add::<O>(later.value, later.position);
            }

            #[inline(always)]
            fn finish<S: Real>($total: &Best<S>) -> $lanes {
                $finish
            }

            #[inline(always)]
            fn item<S: Real>($done: &$lanes, $lane: usize) -> Self::Item<S::Scalar> {
                $result
            }
        }
    };
}

reduction_to_best!(Position, ("ArgMin", "ArgMax"), S::Index, usize, |total| total.position, |lanes, lane| {
    S::index_lane(*lanes, lane)
});
reduction_to_best!(
    ExtremumAndPosition,
    ("MinArgMin", "MaxArgMax"),
    Best<S>,
    (T, usize),
    |total| *total,
    |lanes, lane| (lanes.value.lane(lane), S::index_lane(lanes.position, lane))
);
