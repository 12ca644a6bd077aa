//! [`Reduce`]: a reduction, as work for a job.

use std::array::from_fn;
use std::marker::PhantomData;

use keops_device::Real;
use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::Reduction;
use keops_device::tile::Tile;

use super::job::Work;

/// Reduces the terms by `Red`.
pub(super) struct Reduce<Red>(pub(super) PhantomData<fn() -> Red>);

/// The states of the blocks of a group.
pub(super) struct Running<K: Kernel, Red: Reduction, S: Real, const R: usize> {
    states: Vec<[Red::State<K, S>; R]>,
    /// On the heap: with many components it is large.
    scratch: Box<[Red::Scratch<K, S>; R]>,
}

impl<K: Kernel, Red: Reduction, S: Real> Work<K, S> for Reduce<Red> {
    type Item = Red::Item<S::Scalar>;
    type Running<const R: usize> = Running<K, Red, S, R>;
    type Partial = Vec<Red::State<K, S>>;

    fn entries(&self) -> usize {
        Red::results(dim::<K>())
    }

    fn state_bytes(&self) -> usize {
        Red::state_bytes::<K, S>()
    }

    #[inline(always)]
    fn begin<const R: usize>(&self, blocks: usize, count: usize) -> Running<K, Red, S, R> {
        let neutral: [Red::State<K, S>; R] = from_fn(|_| Red::neutral::<K, S>(count));
        let scratch = Box::new(from_fn(|_| Red::scratch::<K, S>()));
        Running { states: vec![neutral; blocks], scratch }
    }

    #[inline(always)]
    fn take_in<const R: usize, const C: usize>(
        &self,
        running: &mut Running<K, Red, S, R>,
        block: usize,
        tile: &Tile<'_, K, S, R>,
    ) {
        Red::reduce_tile::<K, S, R, C>(tile, &mut running.states[block], &mut running.scratch);
    }

    #[inline(always)]
    fn end<const R: usize>(&self, running: Running<K, Red, S, R>) -> Vec<Red::State<K, S>> {
        running.states.into_iter().flatten().collect()
    }

    #[inline(always)]
    fn merge(&self, partial: &mut Vec<Red::State<K, S>>, later: &Vec<Red::State<K, S>>) {
        for (state, later) in partial.iter_mut().zip(later) {
            Red::merge::<K, S>(state, later);
        }
    }

    #[inline(always)]
    fn finish(
        &self,
        partial: &Vec<Red::State<K, S>>,
        vector: usize,
        factors: &[S],
        put: impl FnMut(usize, usize, Self::Item),
    ) {
        Red::finish::<K, S>(&partial[vector], factors, put);
    }
}
