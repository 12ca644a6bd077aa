//! Work cut into tasks, each of which is one call of a function compiled for the instruction set.

use std::marker::PhantomData;
use std::mem::take;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use keops_device::kernel::{Column, ColumnOf, Kernel, ShapeVisitor, Values, prepare_params};
use keops_device::tile::{Accumulation, Tile};
use keops_device::{Real, Registers, Scalar};
use ndarray::ArrayView2;
use rayon::prelude::*;

use super::plan::{Plan, Sizes};
use crate::problem::HostProblem;

/// Shorter rows are copied entry by entry.
const MAX_SHORT_ROW: usize = 16;

/// A piece of a job.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// Prepares the parameters.
    Params,
    /// Reduces one group of kept indices over one part of the reduced axis. If that is all of it, writes the results.
    Reduce {
        /// The group.
        group: usize,
        /// The part.
        part: usize,
    },
    /// Merges the parts of one group and writes its results.
    Finish {
        /// The group.
        group: usize,
    },
}

/// What is done with the terms of a kernel, tile by tile.
pub(super) trait Work<K: Kernel, S: Real>: Sync {
    /// An entry of the result.
    type Item: Copy + Default + Send + Sync;
    /// The state of a group of `R` vectors per block, while it is reduced.
    type Running<const R: usize>;
    /// What a part of the reduced axis comes to for a group.
    type Partial: Default + Send;

    /// Number of entries of a row of the result.
    fn entries(&self) -> usize;
    /// Bytes of the state of one vector of kept indices.
    fn state_bytes(&self) -> usize;
    /// Begins with a group; `count` is the number of reduced indices.
    fn begin<const R: usize>(&self, blocks: usize, count: usize) -> Self::Running<R>;
    /// Takes in a tile of reduced indices for one block of the group.
    fn take_in<const R: usize, const C: usize>(
        &self,
        running: &mut Self::Running<R>,
        block: usize,
        tile: &Tile<'_, K, S, R>,
    );
    /// Ends with a group.
    fn end<const R: usize>(&self, running: Self::Running<R>) -> Self::Partial;
    /// Takes in what later reduced indices came to.
    fn merge(&self, partial: &mut Self::Partial, later: &Self::Partial);
    /// Puts out (lane, entry, item) of one vector of the group.
    fn finish(&self, partial: &Self::Partial, vector: usize, factors: &[S], put: impl FnMut(usize, usize, Self::Item));
}

/// A task function: the job's [`Job::work`] compiled for the instruction set of the lanes `S`.
pub(super) type Enter<K, W, S> = unsafe fn(&Job<'_, '_, K, W, S>, Task);

/// Results of one group, which one task writes.
type Chunk<'a, T> = Mutex<&'a mut [T]>;

/// Work on its way.
pub(super) struct Job<'a, 'p, K: Kernel, W: Work<K, S>, S: Real> {
    problem: &'a HostProblem<'p, S::Scalar>,
    work: &'a W,
    plan: Plan<'a>,
    params: OnceLock<K::Params<S::Scalar>>,
    /// What each (group, part) came to, until its group is finished.
    partial: Vec<Mutex<W::Partial>>,
    /// The rows of the result that belong to each group.
    results: Vec<Chunk<'a, W::Item>>,
}

/// Learns how many vectors of kept indices make a block.
struct BlockVectors;

impl ShapeVisitor for BlockVectors {
    type Output = usize;
    fn visit<const R: usize, const C: usize>(self) -> usize {
        R
    }
}

/// Reduces one group over one part, for the shape of the register tile that the kernel asks for.
struct ReduceGroup<'j, 'a, 'p, K: Kernel, W: Work<K, S>, S: Real> {
    job: &'j Job<'a, 'p, K, W, S>,
    group: usize,
    part: usize,
    lanes: PhantomData<S>,
}

impl<K: Kernel, W: Work<K, S>, S: Real> ShapeVisitor for ReduceGroup<'_, '_, '_, K, W, S> {
    type Output = W::Partial;
    #[inline(always)]
    fn visit<const R: usize, const C: usize>(self) -> Self::Output {
        self.job.reduce_group::<R, C>(self.group, self.part)
    }
}

impl<K: Kernel, W: Work<K, S>, S: Real> Job<'_, '_, K, W, S> {
    /// Does the work, into `results`; `enter` must be compiled for instructions that the processor has.
    pub(super) fn run(
        problem: &HostProblem<'_, S::Scalar>,
        work: &W,
        mut results: &mut [W::Item],
        enter: Enter<K, W, S>,
    ) {
        let vectors = S::Registers::with_shape::<K, _>(BlockVectors);
        let sizes = Sizes {
            rows: problem.kept_len,
            columns: problem.reduced_len,
            block_rows: vectors * S::LANES,
            block_bytes: vectors * (size_of::<K::Kept<S>>() + work.state_bytes()),
            column_bytes: size_of::<ColumnOf<K, S>>(),
            many_components: !K::Accumulation::IN_REGISTERS,
        };
        let plan = Plan::new(&sizes, problem.blocks);
        let entries = work.entries();
        if problem.blocks.is_some() {
            fill_neutral::<K, W, S>(work, problem.reduced_len, results);
        }
        let mut chunks = Vec::with_capacity(plan.groups.len());
        let mut row = 0;
        for group in &plan.groups {
            let (_, here) = take(&mut results).split_at_mut((group.rows.start - row) * entries);
            let (here, later) = here.split_at_mut(group.rows.len() * entries);
            chunks.push(Mutex::new(here));
            (results, row) = (later, group.rows.end);
        }
        let (groups, parts) = (plan.groups.len(), plan.parts);
        let partial = (0..groups * parts).map(|_| Mutex::default()).collect();
        let job = Job { problem, work, plan, params: OnceLock::new(), partial, results: chunks };
        // SAFETY: the caller chose `enter` for this processor.
        let run = |task| unsafe { enter(&job, task) };
        run(Task::Params);
        for_each(groups * parts, &|n| run(Task::Reduce { group: n / parts, part: n % parts }));
        if parts > 1 {
            for_each(groups, &|group| run(Task::Finish { group }));
        }
    }

    /// One task. Always inlined into a function that is compiled for the instruction set.
    #[inline(always)]
    pub(super) fn work(&self, task: Task) {
        let group = match task {
            Task::Params => {
                let params = prepare_params::<K, S>(self.problem.params);
                self.params.get_or_init(|| params);
                return;
            }
            Task::Reduce { group, part } => {
                let visitor = ReduceGroup { job: self, group, part, lanes: PhantomData };
                let totals = S::Registers::with_shape::<K, _>(visitor);
                *lock(&self.partial[group * self.plan.parts + part]) = totals;
                if self.plan.parts > 1 {
                    return;
                }
                group
            }
            Task::Finish { group } => group,
        };
        self.finish_group(group);
    }

    fn params(&self) -> K::Params<S::Scalar> {
        self.params.get().copied().unwrap_or_else(|| unreachable!("the first task prepares the parameters"))
    }

    #[inline(always)]
    fn reduce_group<const R: usize, const C: usize>(&self, group: usize, part: usize) -> W::Partial {
        let rows = self.plan.groups[group].rows.clone();
        let params = self.params();
        let blocks = rows.len().div_ceil(self.plan.block_rows);
        let mut kept: Vec<[K::Kept<S>; R]> = Vec::with_capacity(blocks);
        for block in 0..blocks {
            let first = rows.start + block * self.plan.block_rows;
            let mut vectors = [K::Kept::filled(S::constant(0.0)); R];
            for (r, vector) in vectors.iter_mut().enumerate() {
                *vector = self.prepare_kept(&params, first + r * S::LANES);
            }
            kept.push(vectors);
        }
        let mut running = self.work.begin::<R>(blocks, self.problem.reduced_len);
        let mut prepared = Vec::with_capacity(self.plan.tile);
        for columns in self.plan.columns(group, part) {
            let mut first = columns.start;
            while first < columns.end {
                let end = (first + self.plan.tile).min(columns.end);
                self.prepare_reduced(&params, first..end, &mut prepared);
                for (block, kept) in kept.iter().enumerate() {
                    let tile = Tile { params: &params, kept, reduced: &prepared, first };
                    self.work.take_in::<R, C>(&mut running, block, &tile);
                }
                first = end;
            }
        }
        self.work.end(running)
    }

    /// One vector of kept indices.
    #[inline(always)]
    fn prepare_kept(&self, params: &K::Params<S::Scalar>, first: usize) -> K::Kept<S> {
        let (raw, index) = self.raw_kept(first);
        K::kept::<S>(params, &raw, index)
    }

    /// The variables of a vector of kept indices, and the indices. Lanes beyond the last index repeat it.
    #[inline(always)]
    fn raw_kept(&self, first: usize) -> (K::RawKept<S>, S) {
        let last = self.problem.kept_len.saturating_sub(1);
        let mut raw = K::RawKept::<S>::filled(S::constant(0.0));
        let mut entries = raw.as_mut_slice().iter_mut();
        for view in &self.problem.kept {
            for column in view.columns() {
                if let Some(entry) = entries.next() {
                    *entry = S::from_fn(|lane| column[(first + lane).min(last)]);
                }
            }
        }
        (raw, S::from_fn(|lane| S::Scalar::from_f64((first + lane) as f64)))
    }

    /// A tile of reduced indices, one by one: this is done once for many rows.
    #[inline(always)]
    fn prepare_reduced(
        &self,
        params: &K::Params<S::Scalar>,
        columns: Range<usize>,
        prepared: &mut Vec<ColumnOf<K, S>>,
    ) {
        prepared.clear();
        let mut raw = K::RawReduced::<S::Scalar>::filled(S::Scalar::from_f64(0.0));
        for column in columns {
            read_row::<_, K::RawReduced<S::Scalar>>(&self.problem.reduced, column, &mut raw);
            let index = S::Scalar::from_f64(column as f64);
            prepared.push(Column(K::reduced::<S::Scalar>(params, &raw, index)));
        }
    }

    #[inline(always)]
    fn finish_group(&self, group: usize) {
        let parts = &self.partial[group * self.plan.parts..(group + 1) * self.plan.parts];
        let mut parts = parts.iter().map(|part| take(&mut *lock(part)));
        let Some(mut partial) = parts.next() else { return };
        for later in parts {
            self.work.merge(&mut partial, &later);
        }
        let mut results = lock(&self.results[group]);
        let entries = self.work.entries();
        let rows = self.plan.groups[group].rows.clone();
        let params = self.params();
        for vector in 0..rows.len().div_ceil(S::LANES) {
            // An empty sum is 0, whatever its factors.
            let factors = (K::Factors::<S>::LEN > 0 && self.plan.has_columns(group)).then(|| {
                let (raw, index) = self.raw_kept(rows.start + vector * S::LANES);
                K::factors::<S>(&params, &raw, index)
            });
            let factors = factors.as_ref().map_or(&[][..], Values::as_slice);
            self.work.finish(&partial, vector, factors, |lane, entry, item| {
                let row = vector * S::LANES + lane;
                if let Some(result) = results.get_mut(row * entries + entry) {
                    *result = item;
                }
            });
        }
    }
}

/// The results of indices that nothing is reduced for.
fn fill_neutral<K: Kernel, W: Work<K, S>, S: Real>(work: &W, count: usize, results: &mut [W::Item]) {
    let entries = work.entries();
    let mut row = vec![W::Item::default(); entries];
    work.finish(&work.end(work.begin::<1>(1, count)), 0, &[], |lane, entry, item| {
        if lane == 0 {
            row[entry] = item;
        }
    });
    results.chunks_exact_mut(entries.max(1)).for_each(|to| to.copy_from_slice(&row));
}

/// What a mutex guards. No task leaves it half written: a panic ends the job.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Copies row `row` of all views, one after the other.
#[inline(always)]
fn read_row<T: Copy, V: Values<T>>(views: &[ArrayView2<'_, T>], row: usize, to: &mut V) {
    let mut to = to.as_mut_slice();
    for view in views {
        let row = view.row(row);
        let (here, rest) = to.split_at_mut(row.len().min(to.len()));
        match row.to_slice() {
            Some(entries) if V::LEN > MAX_SHORT_ROW => here.copy_from_slice(entries),
            // A call of `memcpy` would cost more than a short row.
            _ => here.iter_mut().zip(row).for_each(|(to, entry)| *to = *entry),
        }
        to = rest;
    }
}

/// Runs `count` tasks on rayon's current pool; a single one on the calling thread.
pub(super) fn for_each(count: usize, task: &(dyn Fn(usize) + Sync)) {
    match count {
        0 => {}
        1 => task(0),
        _ => (0..count).into_par_iter().with_max_len(1).for_each(task),
    }
}
