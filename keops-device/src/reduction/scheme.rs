//! [`Scheme`]: how the terms of a sum are accumulated. One type per scheme, so that only those that a program uses are
//! compiled.

use core::fmt::Debug;

use crate::kernel::Term;
use crate::real::{Real, Wide};

/// A way to accumulate the terms of a sum.
///
/// As in every reduction there are two states: an *accumulator* in registers while a tile of terms streams through, and
/// a *total* in memory between tiles.
pub trait Scheme: Copy + Debug + Default + Send + Sync + 'static {
    /// What entry points for devices have behind the name of a reduction: nothing for sums by blocks, of which there is
    /// always code.
    const DEVICE_SUFFIX: &'static str;
    /// State within a tile.
    type Accumulator<S: Real>: Copy + Send + Sync + 'static;
    /// State between tiles.
    type Total<S: Real>: Copy + Send + Sync + 'static;

    /// The sum of nothing.
    fn zero<S: Real>() -> Self::Total<S>;
    /// Begins a tile.
    fn resume<S: Real>(total: &Self::Total<S>) -> Self::Accumulator<S>;
    /// Adds a term.
    fn push<S: Real>(accumulator: Self::Accumulator<S>, term: impl Term<S>) -> Self::Accumulator<S>;
    /// Multiplies the sum within a tile.
    fn rescale<S: Real>(accumulator: Self::Accumulator<S>, factor: S) -> Self::Accumulator<S>;
    /// Ends a tile. `factor` is the product of those that the accumulator was rescaled with since the tile began.
    fn suspend<S: Real>(total: &mut Self::Total<S>, accumulator: Self::Accumulator<S>, factor: Option<S>);
    /// Adds the sum of later terms, each of the two multiplied with its factor.
    fn merge<S: Real>(total: &mut Self::Total<S>, later: &Self::Total<S>, factors: Option<[S; 2]>);
    /// The sum, rounded.
    fn value<S: Real>(total: &Self::Total<S>) -> S;
}

/// Term by term into one number. The error grows with the number of terms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct;

/// Each tile of a few hundred terms is summed by itself; the sums of the tiles are added with compensation, so the error
/// does not grow with the number of tiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block;

/// Every term is added with compensation: the rounding error of each addition is computed and summed too, so that the
/// result is about as exact as if it were computed in twice the precision and rounded once (Kahan, "Further remarks on
/// reducing truncation errors", 1965, with the error of an addition by Knuth's formula, which needs no comparison of
/// magnitudes).
#[derive(Clone, Copy, Debug, Default)]
pub struct Kahan;

/// Terms are computed in the type of the data and added in `f64`. For `f64` data it is [`Direct`].
#[derive(Clone, Copy, Debug, Default)]
pub struct F64;

/// An unevaluated sum `high + low`.
#[derive(Clone, Copy, Debug)]
pub struct Compensated<S> {
    high: S,
    low: S,
}

impl<S: Real> Compensated<S> {
    /// The sum of nothing.
    #[inline(always)]
    pub fn zero() -> Self {
        Self { high: S::constant(0.0), low: S::constant(0.0) }
    }

    /// Adds `x`: `high` becomes the rounded sum, and `low` takes its error (Knuth, "The Art of Computer Programming",
    /// volume 2, section 4.2.2, theorem B).
    #[inline(always)]
    pub fn plus(self, x: S) -> Self {
        let high = self.high + x;
        let added = high - self.high;
        let error = (self.high - (high - added)) + (x - added);
        Self { high, low: self.low + error }
    }

    #[inline(always)]
    fn merge(self, later: Self) -> Self {
        let sum = self.plus(later.high);
        Self { low: sum.low + later.low, ..sum }
    }

    #[inline(always)]
    fn scaled(self, factor: S) -> Self {
        Self { high: self.high * factor, low: self.low * factor }
    }

    /// The sum, rounded. Where it is infinite or NaN the errors of the additions are NaN and mean nothing.
    #[inline(always)]
    pub fn value(self) -> S {
        S::select(self.low.eq(self.low), self.high + self.low, self.high)
    }
}

impl Scheme for Direct {
    const DEVICE_SUFFIX: &'static str = "_Direct";
    type Accumulator<S: Real> = S;
    type Total<S: Real> = S;

    #[inline(always)]
    fn zero<S: Real>() -> S {
        S::constant(0.0)
    }
    #[inline(always)]
    fn resume<S: Real>(total: &S) -> S {
        *total
    }
    #[inline(always)]
    fn push<S: Real>(accumulator: S, term: impl Term<S>) -> S {
        term.add_to(accumulator)
    }
    #[inline(always)]
    fn rescale<S: Real>(accumulator: S, factor: S) -> S {
        accumulator * factor
    }
    #[inline(always)]
    fn suspend<S: Real>(total: &mut S, accumulator: S, _factor: Option<S>) {
        *total = accumulator;
    }
    #[inline(always)]
    fn merge<S: Real>(total: &mut S, later: &S, factors: Option<[S; 2]>) {
        *total = match factors {
            None => *total + *later,
            Some([here, there]) => *total * here + *later * there,
        };
    }
    #[inline(always)]
    fn value<S: Real>(total: &S) -> S {
        *total
    }
}

impl Scheme for Block {
    const DEVICE_SUFFIX: &'static str = "";
    type Accumulator<S: Real> = S;
    type Total<S: Real> = Compensated<S>;

    #[inline(always)]
    fn zero<S: Real>() -> Compensated<S> {
        Compensated::zero()
    }
    #[inline(always)]
    fn resume<S: Real>(_total: &Compensated<S>) -> S {
        S::constant(0.0)
    }
    #[inline(always)]
    fn push<S: Real>(accumulator: S, term: impl Term<S>) -> S {
        term.add_to(accumulator)
    }
    #[inline(always)]
    fn rescale<S: Real>(accumulator: S, factor: S) -> S {
        accumulator * factor
    }
    #[inline(always)]
    fn suspend<S: Real>(total: &mut Compensated<S>, accumulator: S, factor: Option<S>) {
        *total = factor.map_or(*total, |factor| total.scaled(factor)).plus(accumulator);
    }
    #[inline(always)]
    fn merge<S: Real>(total: &mut Compensated<S>, later: &Compensated<S>, factors: Option<[S; 2]>) {
        Kahan::merge(total, later, factors);
    }
    #[inline(always)]
    fn value<S: Real>(total: &Compensated<S>) -> S {
        total.value()
    }
}

impl Scheme for Kahan {
    const DEVICE_SUFFIX: &'static str = "_Kahan";
    type Accumulator<S: Real> = Compensated<S>;
    type Total<S: Real> = Compensated<S>;

    #[inline(always)]
    fn zero<S: Real>() -> Compensated<S> {
        Compensated::zero()
    }
    #[inline(always)]
    fn resume<S: Real>(total: &Compensated<S>) -> Compensated<S> {
        *total
    }
    #[inline(always)]
    fn push<S: Real>(accumulator: Compensated<S>, term: impl Term<S>) -> Compensated<S> {
        accumulator.plus(term.value())
    }
    #[inline(always)]
    fn rescale<S: Real>(accumulator: Compensated<S>, factor: S) -> Compensated<S> {
        accumulator.scaled(factor)
    }
    #[inline(always)]
    fn suspend<S: Real>(total: &mut Compensated<S>, accumulator: Compensated<S>, _factor: Option<S>) {
        *total = accumulator;
    }
    #[inline(always)]
    fn merge<S: Real>(total: &mut Compensated<S>, later: &Compensated<S>, factors: Option<[S; 2]>) {
        *total = match factors {
            None => total.merge(*later),
            Some([here, there]) => total.scaled(here).merge(later.scaled(there)),
        };
    }
    #[inline(always)]
    fn value<S: Real>(total: &Compensated<S>) -> S {
        total.value()
    }
}

impl Scheme for F64 {
    const DEVICE_SUFFIX: &'static str = "_F64";
    type Accumulator<S: Real> = S::Wide;
    type Total<S: Real> = S::Wide;

    #[inline(always)]
    fn zero<S: Real>() -> S::Wide {
        S::constant(0.0).widen()
    }
    #[inline(always)]
    fn resume<S: Real>(total: &S::Wide) -> S::Wide {
        *total
    }
    #[inline(always)]
    fn push<S: Real>(accumulator: S::Wide, term: impl Term<S>) -> S::Wide {
        term.add_to_wide(accumulator)
    }
    #[inline(always)]
    fn rescale<S: Real>(accumulator: S::Wide, factor: S) -> S::Wide {
        accumulator * factor.widen()
    }
    #[inline(always)]
    fn suspend<S: Real>(total: &mut S::Wide, accumulator: S::Wide, _factor: Option<S>) {
        *total = accumulator;
    }
    #[inline(always)]
    fn merge<S: Real>(total: &mut S::Wide, later: &S::Wide, factors: Option<[S; 2]>) {
        *total = match factors {
            None => *total + *later,
            Some([here, there]) => later.mul_add(there.widen(), *total * here.widen()),
        };
    }
    #[inline(always)]
    fn value<S: Real>(total: &S::Wide) -> S {
        S::narrow(*total)
    }
}
