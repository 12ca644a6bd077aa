//! The CPU back end: plan, instruction sets, and the job that runs on all cores.

mod isa;
mod job;
mod k_best;
mod plan;

use std::sync::Mutex;

use keops_device::Scalar;
use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::Reduction;
use ndarray::Array3;

use crate::Error;
use crate::batch::Problems;
use crate::problem::HostProblem;
use isa::InstructionSet;
pub(crate) use isa::describe;
use job::{Job, for_each, lock};
pub use k_best::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};

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
        reduce_one::<K, Red, T>(problem, &mut lock(results), set);
    });
    drop(tasks);
    Ok(results)
}

/// Runs a reduction with the kernel that is compiled for an instruction set.
fn reduce_one<K: Kernel, Red: Reduction, T: Scalar>(
    problem: &HostProblem<'_, T>,
    results: &mut [Red::Item<T>],
    set: InstructionSet,
) {
    match set {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => Job::<K, Red, T::Avx512>::run(problem, results, isa::avx512_task::<K, Red, T>),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => Job::<K, Red, T::Avx2>::run(problem, results, isa::avx2_task::<K, Red, T>),
        #[cfg(target_arch = "aarch64")]
        InstructionSet::Neon => Job::<K, Red, T::Neon>::run(problem, results, isa::neon_task::<K, Red, T>),
        InstructionSet::Baseline => Job::<K, Red, T::Portable>::run(problem, results, isa::baseline_task::<K, Red, T>),
    }
}
