//! The CPU back end: plan, instruction sets, and the job that runs on all cores.

mod isa;
mod job;
mod k_best;
mod plan;
mod product;
mod reduce;

use std::marker::PhantomData;
use std::sync::Mutex;

use keops_device::Scalar;
use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::Reduction;
use keops_device::reduction::scheme::Scheme;
use ndarray::{Array2, Array3, ArrayView2};

use crate::Error;
use crate::batch::Problems;
use crate::problem::Problem;
use isa::InstructionSet;
pub(crate) use isa::describe;
use job::{Job, for_each, lock};
pub use k_best::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};
use product::Multiply;
use reduce::Reduce;

/// Does work with the kernel that is compiled for an instruction set.
macro_rules! run {
    ($set:expr, $kernel:ty, $scalar:ty, $problem:expr, $work:expr, $results:expr) => {
        match $set {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => Job::<$kernel, _, <$scalar as Scalar>::Avx512>::run(
                $problem,
                $work,
                $results,
                isa::avx512_task::<$kernel, _, $scalar>,
            ),
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => Job::<$kernel, _, <$scalar as Scalar>::Avx2>::run(
                $problem,
                $work,
                $results,
                isa::avx2_task::<$kernel, _, $scalar>,
            ),
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => Job::<$kernel, _, <$scalar as Scalar>::Neon>::run(
                $problem,
                $work,
                $results,
                isa::neon_task::<$kernel, _, $scalar>,
            ),
            InstructionSet::Baseline => Job::<$kernel, _, <$scalar as Scalar>::Portable>::run(
                $problem,
                $work,
                $results,
                isa::baseline_task::<$kernel, _, $scalar>,
            ),
        }
    };
}

/// Runs a reduction on all cores of rayon's current pool.
pub(crate) fn reduce<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
) -> Result<Array3<Red::Item<T>>, Error> {
    let set = isa::chosen()?;
    let entries = Red::results(dim::<K>());
    let (batch, rows) = problems.shape;
    let mut results = Array3::from_elem((batch, rows, entries), Red::Item::default());
    let mut rest = results.as_slice_mut().unwrap_or_default();
    let mut tasks = Vec::with_capacity(problems.entries.len());
    for problem in &problems.entries {
        let (here, later) = std::mem::take(&mut rest).split_at_mut(problem.kept_len * entries);
        tasks.push((problem.on_host()?, Mutex::new(here)));
        rest = later;
    }
    for_each(tasks.len(), &|entry| {
        let (problem, results) = &tasks[entry];
        run!(set, K, T, problem, &Reduce::<Red>(PhantomData), &mut lock(results));
    });
    drop(tasks);
    Ok(results)
}

/// The product of the matrix of all terms of a kernel, which has one component, with `matrix`, one row per reduced index.
pub(crate) fn multiply<K: Kernel, A: Scheme, T: Scalar>(
    problem: &Problem<'_, T>,
    matrix: ArrayView2<'_, T>,
) -> Result<Array2<T>, Error> {
    let problem = &problem.on_host()?;
    let set = isa::chosen()?;
    let matrix = matrix.as_standard_layout();
    let mut results = Array2::from_elem((problem.kept_len, matrix.ncols()), T::default());
    let work =
        &Multiply { matrix: matrix.as_slice().unwrap_or_default(), width: matrix.ncols(), scheme: PhantomData::<A> };
    run!(set, K, T, problem, work, results.as_slice_mut().unwrap_or_default());
    Ok(results)
}
