//! The family of log-sum-exp: sums of `exp(f) g`, kept as sums of `exp(f - shift) g` with a running maximum, so that
//! nothing overflows.
//!
//! A score f that is -inf has weight 0; a NaN makes all sums NaN; +inf makes the sums infinite.

use core::marker::PhantomData;

use super::{Reduction, Scheme};
use crate::kernel::{Kernel, Values};
use crate::math::Math;
use crate::real::{Real, Scalar};
use crate::tile::placement::{looped, looped_mut};
use crate::tile::{Accumulation, Tile};

/// The sums of one vector of kept indices.
///
/// The shift starts at the lowest finite number, and ends at the highest, rather than at infinities: `f - shift` is
/// then never `inf - inf`, and needs no test.
#[repr(C)]
pub struct ShiftedSums<K: Kernel, A: Scheme, S: Real> {
    pub(crate) shift: S,
    /// One per component of the kernel.
    pub(crate) sums: K::Components<A::Total<S>>,
}

// Deriving these would ask for `K: Clone`.
impl<K: Kernel, A: Scheme, S: Real> Clone for ShiftedSums<K, A, S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Kernel, A: Scheme, S: Real> Copy for ShiftedSums<K, A, S> {}

/// What is made of the shift and the sums in the end.
pub trait Finish: 'static {
    /// What entry points for devices are called after it.
    const DEVICE_NAME: &'static str;
    /// How far a score may exceed the shift before the sums are scaled. Where the shift itself is a result, 0.
    const MARGIN: f64 = 8.0;
    /// The number of results for `sums` sums.
    fn results(sums: usize) -> usize;
    /// Result number `number`.
    fn result<S: Real>(shift: S, sums: &[S], number: usize) -> S;
}

/// A reduction of the family; sums are accumulated by the scheme `A`.
#[derive(Clone, Copy, Debug)]
pub struct Shifted<F, A>(PhantomData<(F, A)>);

/// `log(sum(exp(f) g))`, component by component of g.
#[derive(Clone, Copy, Debug)]
pub struct Logarithm;

/// `sum(exp(f) g) / sum(exp(f))`. The first component is 1, the others are those of g.
#[derive(Clone, Copy, Debug)]
pub struct Quotient;

/// `log(sum(exp(f)))` and [`Quotient`].
#[derive(Clone, Copy, Debug)]
pub struct LogarithmAndQuotient;

/// The largest f, m, and `sum(exp(f - m) g)`.
#[derive(Clone, Copy, Debug)]
pub struct MaximumAndSum;

/// `log(sum(exp(f) g))`, component by component of g, which is 1 where there is no other. Of no term, or of -inf only, it is
/// -inf; with +inf it is +inf.
pub type LogSumExp<A> = Shifted<Logarithm, A>;
/// `sum(exp(f) g) / sum(exp(f))`: the mean of g, weighted by the soft-max of f. Where all weights are 0 it is 0.
pub type SumSoftMaxWeight<A> = Shifted<Quotient, A>;
/// [`LogSumExp`], then [`SumSoftMaxWeight`]: what the derivatives of the latter need.
pub type LogSumExpAndSoftMax<A> = Shifted<LogarithmAndQuotient, A>;
/// The largest f, m, and `sum(exp(f - m) g)`; m is -inf where there is no term.
pub type MaxSumShiftExp<A> = Shifted<MaximumAndSum, A>;

impl Finish for Logarithm {
    const DEVICE_NAME: &'static str = "LogSumExp";
    #[inline(always)]
    fn results(sums: usize) -> usize {
        sums
    }
    #[inline(always)]
    fn result<S: Real>(shift: S, sums: &[S], number: usize) -> S {
        // No term of weight: log(0) = -inf.
        shift + Math::log(sums[number])
    }
}

impl Finish for Quotient {
    const DEVICE_NAME: &'static str = "SumSoftMaxWeight";
    #[inline(always)]
    fn results(sums: usize) -> usize {
        sums - 1
    }
    #[inline(always)]
    fn result<S: Real>(_shift: S, sums: &[S], number: usize) -> S {
        let zero = S::constant(0.0);
        S::select(sums[0].eq(zero), zero, sums[number + 1] / sums[0])
    }
}

impl Finish for LogarithmAndQuotient {
    const DEVICE_NAME: &'static str = "LogSumExpAndSoftMax";
    #[inline(always)]
    fn results(sums: usize) -> usize {
        sums
    }
    #[inline(always)]
    fn result<S: Real>(shift: S, sums: &[S], number: usize) -> S {
        match number {
            0 => Logarithm::result(shift, sums, 0),
            number => Quotient::result(shift, sums, number - 1),
        }
    }
}

impl Finish for MaximumAndSum {
    const DEVICE_NAME: &'static str = "MaxSumShiftExp";
    const MARGIN: f64 = 0.0;
    #[inline(always)]
    fn results(sums: usize) -> usize {
        sums + 1
    }
    #[inline(always)]
    fn result<S: Real>(shift: S, sums: &[S], number: usize) -> S {
        if number > 0 {
            return sums[number - 1];
        }
        let lowest = S::splat(S::Scalar::LOWEST);
        let infinity = S::constant(f64::INFINITY);
        let finite = S::select(shift.eq(-lowest), infinity, shift);
        S::select(shift.eq(lowest), -infinity, finite)
    }
}

impl<F: Finish, A: Scheme> Reduction for Shifted<F, A> {
    type State<K: Kernel, S: Real> = ShiftedSums<K, A, S>;
    type Scratch<K: Kernel, S: Real> = K::Components<A::Accumulator<S>>;
    type Item<T: Scalar> = T;
    const DEVICE_NAME: &'static str = F::DEVICE_NAME;
    const DEVICE_SUFFIX: &'static str = A::DEVICE_SUFFIX;

    #[inline(always)]
    fn results(components: usize) -> usize {
        F::results(components)
    }

    #[inline(always)]
    fn neutral<K: Kernel, S: Real>(_count: usize) -> ShiftedSums<K, A, S> {
        ShiftedSums { shift: S::splat(S::Scalar::LOWEST), sums: K::Components::filled(A::zero()) }
    }

    #[inline(always)]
    fn scratch<K: Kernel, S: Real>() -> K::Components<A::Accumulator<S>> {
        K::Components::filled(A::resume(&A::zero()))
    }

    #[inline(always)]
    fn reduce_tile<K: Kernel, S: Real, const R: usize, const C: usize>(
        tile: &Tile<'_, K, S, R>,
        states: &mut [ShiftedSums<K, A, S>; R],
        scratch: &mut [K::Components<A::Accumulator<S>>; R],
    ) {
        K::Accumulation::shifted::<K, A, S, R, C>(tile, F::MARGIN, states, scratch);
    }

    #[inline(always)]
    fn merge<K: Kernel, S: Real>(state: &mut ShiftedSums<K, A, S>, later: &ShiftedSums<K, A, S>) {
        let shift = later.shift.max(state.shift);
        let factors = [(state.shift - shift).exp(), (later.shift - shift).exp()];
        state.shift = shift;
        for (total, later) in looped_mut(state.sums.as_mut_slice()).iter_mut().zip(looped(later.sums.as_slice())) {
            A::merge(total, later, Some(factors));
        }
    }

    #[inline(always)]
    fn finish<K: Kernel, S: Real>(
        state: &ShiftedSums<K, A, S>,
        _factors: &[S],
        mut write: impl FnMut(usize, usize, S::Scalar),
    ) {
        let mut sums = K::Components::filled(S::constant(0.0));
        for (sum, total) in looped_mut(sums.as_mut_slice()).iter_mut().zip(looped(state.sums.as_slice())) {
            *sum = A::value(total);
        }
        let sums = looped(sums.as_slice());
        for number in 0..F::results(sums.len()) {
            let lanes = F::result(state.shift, sums, number);
            for lane in 0..S::LANES {
                write(lane, number, lanes.lane(lane));
            }
        }
    }
}
