//! [`Multiply`]: the product of a symbolic matrix with a matrix of any number of columns, as work for a job.

use std::marker::PhantomData;

use keops_device::Real;
use keops_device::kernel::Kernel;
use keops_device::reduction::scheme::Scheme;
use keops_device::tile::Tile;
use keops_device::tile::product::{self, Totals};

use super::job::Work;

/// Multiplies the terms with the rows of a matrix, and adds.
pub(super) struct Multiply<'v, T, A> {
    /// One row per reduced index, one after the other.
    pub(super) matrix: &'v [T],
    /// The length of a row.
    pub(super) width: usize,
    /// How sums are accumulated.
    pub(super) scheme: PhantomData<A>,
}

impl<K: Kernel, S: Real, A: Scheme> Work<K, S> for Multiply<'_, S::Scalar, A> {
    type Item = S::Scalar;
    /// For each block and column of the matrix the sums of `R` vectors.
    type Running<const R: usize> = Vec<Totals<A, S, R>>;
    type Partial = Vec<A::Total<S>>;

    fn entries(&self) -> usize {
        self.width
    }

    fn state_bytes(&self) -> usize {
        self.width * size_of::<A::Total<S>>()
    }

    #[inline(always)]
    fn begin<const R: usize>(&self, blocks: usize, _count: usize) -> Vec<Totals<A, S, R>> {
        vec![[A::zero(); R]; blocks * self.width]
    }

    #[inline(always)]
    fn take_in<const R: usize, const C: usize>(
        &self,
        running: &mut Vec<Totals<A, S, R>>,
        block: usize,
        tile: &Tile<'_, K, S, R>,
    ) {
        let totals = &mut running[block * self.width..(block + 1) * self.width];
        product::multiply::<K, A, S, R, C>(tile, self.matrix, totals);
    }

    #[inline(always)]
    fn end<const R: usize>(&self, running: Vec<Totals<A, S, R>>) -> Vec<A::Total<S>> {
        let blocks = running.chunks_exact(self.width.max(1));
        let vectors = blocks.flat_map(|sums| (0..R).flat_map(move |r| sums.iter().map(move |sum| sum[r])));
        vectors.collect()
    }

    #[inline(always)]
    fn merge(&self, partial: &mut Vec<A::Total<S>>, later: &Vec<A::Total<S>>) {
        for (total, later) in partial.iter_mut().zip(later) {
            A::merge(total, later, None);
        }
    }

    #[inline(always)]
    fn finish(
        &self,
        partial: &Vec<A::Total<S>>,
        vector: usize,
        factors: &[S],
        mut put: impl FnMut(usize, usize, S::Scalar),
    ) {
        for (column, total) in partial[vector * self.width..(vector + 1) * self.width].iter().enumerate() {
            let mut sum = A::value(total);
            if let [factor] = factors {
                sum = sum * *factor;
            }
            for lane in 0..S::LANES {
                put(lane, column, sum.lane(lane));
            }
        }
    }
}
