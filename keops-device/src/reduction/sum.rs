//! The sum.

use core::marker::PhantomData;

use super::{Componentwise, Scheme};
use crate::kernel::Term;
use crate::real::{Real, Scalar};

/// The sum of the terms, accumulated by the scheme `A`; 0 where there is none.
#[derive(Clone, Copy, Debug)]
pub struct Sum<A>(PhantomData<A>);

impl<A: Scheme> Componentwise for Sum<A> {
    type Accumulator<S: Real> = A::Accumulator<S>;
    type Total<S: Real> = A::Total<S>;
    type Lanes<S: Real> = S;
    type Item<T: Scalar> = T;
    const DEVICE_NAME: &'static str = "Sum";
    const DEVICE_SUFFIX: &'static str = A::DEVICE_SUFFIX;

    #[inline(always)]
    fn neutral<S: Real>(_count: usize) -> A::Total<S> {
        A::zero()
    }

    #[inline(always)]
    fn resume<S: Real>(total: &A::Total<S>) -> A::Accumulator<S> {
        A::resume(total)
    }

    #[inline(always)]
    fn push<S: Real>(accumulator: A::Accumulator<S>, term: impl Term<S>, _position: S::Index) -> A::Accumulator<S> {
        A::push(accumulator, term)
    }

    #[inline(always)]
    fn suspend<S: Real>(total: &mut A::Total<S>, accumulator: A::Accumulator<S>) {
        A::suspend(total, accumulator, None);
    }

    #[inline(always)]
    fn merge<S: Real>(total: &mut A::Total<S>, later: &A::Total<S>) {
        A::merge(total, later, None);
    }

    #[inline(always)]
    fn finish<S: Real>(total: &A::Total<S>) -> S {
        A::value(total)
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
