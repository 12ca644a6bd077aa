//! Instruction sets: which there are, which one runs, and the functions that are compiled for each.
//!
//! A job is generic over its lanes and always inlined; the functions here are the only ones that are compiled with
//! other target features than the program itself. Everything below them dissolves in them.

use std::sync::OnceLock;

use keops_device::Scalar;
use keops_device::kernel::Kernel;

use super::job::{Job, Task, Work};
use crate::Error;

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum InstructionSet {
    /// AVX-512 F, BW, DQ, VL: 32 registers of 64 bytes.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 and FMA: 16 registers of 32 bytes.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON: 32 registers of 16 bytes.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// Whatever the program itself is compiled for, by arrays that the compiler vectorises: SSE2 on x86-64.
    Baseline,
}

impl InstructionSet {
    /// The value of `KEOPS_ISA` that asks for it.
    fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            InstructionSet::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            InstructionSet::Neon => "neon",
            InstructionSet::Baseline => "baseline",
        }
    }
}

/// What this processor offers, best first.
fn available() -> Vec<InstructionSet> {
    let mut sets = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            sets.push(InstructionSet::Avx512);
        }
        if avx2 {
            sets.push(InstructionSet::Avx2);
        }
    }
    // Every aarch64 processor that runs Rust's standard library has NEON.
    #[cfg(target_arch = "aarch64")]
    sets.push(InstructionSet::Neon);
    sets.push(InstructionSet::Baseline);
    sets
}

/// The best instruction set, or the one that `KEOPS_ISA` names; decided once per process.
pub(super) fn chosen() -> Result<InstructionSet, Error> {
    static CHOSEN: OnceLock<Result<InstructionSet, Error>> = OnceLock::new();
    CHOSEN
        .get_or_init(|| {
            let sets = available();
            match std::env::var("KEOPS_ISA") {
                Err(_) => Ok(sets[0]),
                Ok(name) => sets.iter().copied().find(|set| set.name() == name).ok_or_else(|| {
                    let names: Vec<&str> = sets.iter().map(|set| set.name()).collect();
                    Error::InstructionSet { found: name, available: names.join(", ") }
                }),
            }
        })
        .clone()
}

/// One line about the processor: instruction set and threads.
pub(crate) fn describe() -> String {
    let set = match chosen() {
        #[cfg(target_arch = "x86_64")]
        Ok(InstructionSet::Avx512) => "AVX-512",
        #[cfg(target_arch = "x86_64")]
        Ok(InstructionSet::Avx2) => "AVX2 + FMA",
        #[cfg(target_arch = "aarch64")]
        Ok(InstructionSet::Neon) => "NEON",
        Ok(InstructionSet::Baseline) => "baseline instructions",
        Err(error) => return error.to_string(),
    };
    format!("CPU, {set}, {} threads", rayon::current_num_threads())
}

/// A task of a job, compiled for AVX-512.
///
/// # Safety
/// The processor must have AVX-512 F, BW, DQ, VL, AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(super) unsafe fn avx512_task<K: Kernel, W: Work<K, T::Avx512>, T: Scalar>(
    job: &Job<'_, '_, K, W, T::Avx512>,
    task: Task,
) {
    job.work(task);
}

/// A task of a job, compiled for AVX2 and FMA.
///
/// # Safety
/// The processor must have AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn avx2_task<K: Kernel, W: Work<K, T::Avx2>, T: Scalar>(
    job: &Job<'_, '_, K, W, T::Avx2>,
    task: Task,
) {
    job.work(task);
}

/// A task of a job, compiled for NEON, which is part of the architecture.
///
/// # Safety
/// None is needed; the other instruction sets are the reason for the keyword.
#[cfg(target_arch = "aarch64")]
pub(super) unsafe fn neon_task<K: Kernel, W: Work<K, T::Neon>, T: Scalar>(
    job: &Job<'_, '_, K, W, T::Neon>,
    task: Task,
) {
    job.work(task);
}

/// A task of a job, compiled for what the program itself is compiled for.
///
/// # Safety
/// None is needed; the other instruction sets are the reason for the keyword.
pub(super) unsafe fn baseline_task<K: Kernel, W: Work<K, T::Portable>, T: Scalar>(
    job: &Job<'_, '_, K, W, T::Portable>,
    task: Task,
) {
    job.work(task);
}
