//! Formulas of more components than a thread has registers for: a grid with a third axis, along which the components are
//! cut into chunks.

use core::hint::assert_unchecked;
use core::marker::PhantomData;

use super::intrinsics::block_idx_z;
use crate::kernel::{Kernel, ShapeVisitor, dim};
use crate::real::Real;
use crate::tile::InMemory;

/// Components `LEN z` to `LEN (z + 1)` of the kernel `K`, where z is the block along the third axis of the grid. What is
/// beyond the last component repeats it.
pub struct Chunk<K, const LEN: usize>(PhantomData<K>);

/// The first component of the chunk at hand.
#[inline(always)]
pub fn first<const LEN: usize>() -> usize {
    block_idx_z() as usize * LEN
}

/// Whether each chunk is a piece of one part of the formula.
const fn chunks_are_in_segments<K: Kernel, const LEN: usize>() -> bool {
    let mut segment = 0;
    while segment < K::SEGMENTS.len() {
        if K::SEGMENTS[segment] % LEN != 0 {
            return false;
        }
        segment += 1;
    }
    true
}

/// The part that a component belongs to, and its position there.
#[inline(always)]
fn locate(segments: &[usize], mut component: usize) -> (usize, usize) {
    let mut segment = 0;
    while segment + 1 < segments.len() && component >= segments[segment] {
        component -= segments[segment];
        segment += 1;
    }
    (segment, component)
}

impl<K: Kernel, const LEN: usize> Kernel for Chunk<K, LEN> {
    type RawParams<S: Real> = K::RawParams<S>;
    type RawKept<S: Real> = K::RawKept<S>;
    type RawReduced<S: Real> = K::RawReduced<S>;
    type Params<S: Real> = K::Params<S>;
    type Kept<S: Real> = K::Kept<S>;
    type Reduced<S: Real> = K::Reduced<S>;
    type Folds<S: Real> = K::Folds<S>;
    type Shared<S: Real> = K::Shared<S>;
    type Term<S: Real> = K::Term<S>;
    type Factors<S: Real> = K::Factors<S>;
    type Components<X: Copy + Send + Sync + 'static> = [X; LEN];

    const STATIC: bool = false;
    const FOLDS: &'static [usize] = K::FOLDS;
    const SEGMENTS: &'static [usize] = &[LEN];

    type Accumulation = InMemory;

    #[inline(always)]
    fn with_wide_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
        K::with_wide_shape(visitor)
    }
    #[inline(always)]
    fn with_narrow_shape<V: ShapeVisitor>(visitor: V) -> V::Output {
        K::with_narrow_shape(visitor)
    }
    #[inline(always)]
    fn params<S: Real>(raw: &Self::RawParams<S>) -> Self::Params<S> {
        K::params(raw)
    }
    #[inline(always)]
    fn kept<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawKept<S>, index: S) -> Self::Kept<S> {
        K::kept(params, raw, index)
    }
    #[inline(always)]
    fn reduced<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawReduced<S>, index: S) -> Self::Reduced<S> {
        K::reduced(params, raw, index)
    }
    #[inline(always)]
    fn fold<S: Real>(
        fold: usize,
        entry: usize,
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        sum: S,
    ) -> S {
        K::fold(fold, entry, params, kept, reduced, sum)
    }
    #[inline(always)]
    fn pair<S: Real>(
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        folds: &Self::Folds<S>,
    ) -> Self::Shared<S> {
        K::pair(params, kept, reduced, folds)
    }
    #[inline(always)]
    fn term<S: Real>(
        _segment: usize,
        entry: usize,
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        shared: &Self::Shared<S>,
    ) -> Self::Term<S> {
        if const { chunks_are_in_segments::<K, LEN>() } {
            // What part it is depends on the chunk alone, so that it is found out before the loop over the entries.
            let (segment, start) = locate(K::SEGMENTS, first::<LEN>());
            // SAFETY: the grid has as many blocks as there are chunks.
            unsafe { assert_unchecked(start + entry < K::SEGMENTS[segment]) };
            return K::term(segment, start + entry, params, kept, reduced, shared);
        }
        // What is beyond the last component repeats it.
        let (segment, entry) = locate(K::SEGMENTS, (first::<LEN>() + entry).min(dim::<K>() - 1));
        K::term(segment, entry, params, kept, reduced, shared)
    }
    #[inline(always)]
    fn factors<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawKept<S>, index: S) -> Self::Factors<S> {
        K::factors(params, raw, index)
    }
}
