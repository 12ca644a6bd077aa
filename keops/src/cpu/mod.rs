//! The CPU back end: plan, instruction sets, and the job that runs on all cores.

mod isa;
mod job;
mod k_best;
mod plan;

use keops_device::Scalar;
use keops_device::kernel::Kernel;
use keops_device::reduction::Reduction;
use ndarray::Array2;

use crate::Error;
use crate::problem::Problem;
use isa::InstructionSet;
pub(crate) use isa::describe;
use job::Job;
pub use k_best::{ArgKMax, ArgKMin, KMax, KMaxArgKMax, KMin, KMinArgKMin};

/// Runs a reduction on all cores of rayon's current pool.
pub(crate) fn reduce<K: Kernel, Red: Reduction, T: Scalar>(
    problem: &Problem<'_, T>,
) -> Result<Array2<Red::Item<T>>, Error> {
    let problem = &problem.on_host()?;
    Ok(match isa::chosen()? {
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => Job::<K, Red, T::Avx512>::run(problem, isa::avx512_task::<K, Red, T>),
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => Job::<K, Red, T::Avx2>::run(problem, isa::avx2_task::<K, Red, T>),
        #[cfg(target_arch = "aarch64")]
        InstructionSet::Neon => Job::<K, Red, T::Neon>::run(problem, isa::neon_task::<K, Red, T>),
        InstructionSet::Baseline => Job::<K, Red, T::Portable>::run(problem, isa::baseline_task::<K, Red, T>),
    })
}
