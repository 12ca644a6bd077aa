//! The sum.

use super::{Componentwise, SumScheme};
use crate::kernel::Term;
use crate::real::{Real, Scalar};

/// The sum of the terms; 0 where there is none.
#[derive(Clone, Copy, Debug)]
pub struct Sum;

/// An unevaluated sum `high + low`.
#[derive(Clone, Copy, Debug)]
pub struct Compensated<S> {
    pub(crate) high: S,
    pub(crate) low: S,
}

impl<S: Real> Compensated<S> {
    /// The sum of nothing.
    #[inline(always)]
    pub(crate) fn zero() -> Self {
        Self { high: S::constant(0.0), low: S::constant(0.0) }
    }

    /// Multiplies the sum.
    #[inline(always)]
    pub(crate) fn scale(&mut self, factor: S) {
        self.high = self.high * factor;
        self.low = self.low * factor;
    }

    /// Adds another sum.
    #[inline(always)]
    pub(crate) fn merge(&mut self, later: &Self) {
        self.add(later.high);
        self.low = self.low + later.low;
    }

    /// Adds `x` with compensation (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
    /// Summen", 1974).
    #[inline(always)]
    pub(crate) fn add(&mut self, x: S) {
        let high = self.high + x;
        let big_first = (self.high - high) + x;
        let small_first = (x - high) + self.high;
        let error = S::select(x.abs().lt(self.high.abs()), big_first, small_first);
        // Where the sum is infinite the error is NaN and means nothing.
        let error = S::select(error.eq(error), error, S::constant(0.0));
        self.high = high;
        self.low = self.low + error;
    }

    #[inline(always)]
    pub(crate) fn value(&self) -> S {
        self.high + self.low
    }
}

impl Componentwise for Sum {
    type Accumulator<S: Real> = S;
    type Total<S: Real> = Compensated<S>;
    type Lanes<S: Real> = S;
    type Item<T: Scalar> = T;

    #[inline(always)]
    fn neutral<S: Real>(_count: usize) -> Compensated<S> {
        Compensated::zero()
    }

    #[inline(always)]
    fn resume<S: Real>(total: &Compensated<S>, scheme: SumScheme) -> S {
        match scheme {
            SumScheme::Direct => total.high,
            SumScheme::Block => S::constant(0.0),
        }
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: S, term: impl Term<S>, _position: S::Index) -> S {
        term.add_to(accumulator)
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut Compensated<S>, accumulator: S, scheme: SumScheme) {
        match scheme {
            SumScheme::Direct => total.high = accumulator,
            SumScheme::Block => total.add(accumulator),
        }
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut Compensated<S>, later: &Compensated<S>) {
        total.merge(later);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &Compensated<S>) -> S {
        total.value()
    }

    #[inline(always)]
    fn scaled<S: Real>(lanes: S, factor: S) -> S {
        lanes * factor
    }

    #[inline(always)]
    fn item<S: Real>(lanes: &S, lane: usize) -> S::Scalar {
        lanes.lane(lane)
    }
}
