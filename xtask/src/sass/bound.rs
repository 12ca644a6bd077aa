//! The rate that the instructions of a loop allow. It knows nothing of latency, caches and of what happens outside.

use super::instruction::{Class, Instruction, Pipe};

/// What a multiprocessor does per clock: instructions of a thread, and for memory lanes of four bytes.
#[derive(Debug)]
struct Rates {
    fp32: f64,
    integer: f64,
    fp64: f64,
    mufu: f64,
}

const ISSUE: f64 = 128.0;
const MULTIPLY: f64 = 64.0;
const MEMORY: f64 = 32.0;

/// The rates of an architecture; for those that are not listed, those of Hopper.
fn rates(architecture: &str) -> Rates {
    let hopper = Rates { fp32: 128.0, integer: 64.0, fp64: 64.0, mufu: 16.0 };
    match architecture.trim_end_matches(['a', 'f']) {
        "sm_80" => Rates { fp32: 64.0, fp64: 32.0, ..hopper },
        "sm_86" | "sm_89" => Rates { fp64: 2.0, ..hopper },
        _ => hopper,
    }
}

/// What one iteration executes, per pair.
#[derive(Debug)]
pub(super) struct Cost {
    /// How many instructions.
    pub(super) instructions: f64,
    /// How many of each class.
    pub(super) classes: Vec<f64>,
    /// The pairs that a multiprocessor can do per clock.
    pub(super) bound: f64,
    /// What it has not enough of.
    pub(super) limit: &'static str,
}

/// The cost of a way through a loop that handles so many pairs.
pub(super) fn cost(way: &[&Instruction], pairs: f64, architecture: &str) -> Cost {
    let Rates { fp32, integer, fp64, mufu } = rates(architecture);
    let on = |pipes: &[Pipe]| {
        let instructions = way.iter().filter(|instruction| pipes.contains(&instruction.pipe));
        instructions.map(|instruction| f64::from(instruction.cost)).sum::<f64>()
    };
    let uses = [
        ("issue", way.len() as f64, ISSUE),
        ("FP32", on(&[Pipe::Fp32, Pipe::Multiply]), fp32),
        ("IMAD", on(&[Pipe::Multiply]), MULTIPLY),
        ("INT", on(&[Pipe::Integer]), integer),
        ("FP64", on(&[Pipe::Fp64]), fp64),
        ("MUFU", on(&[Pipe::Mufu]), mufu),
        ("memory", on(&[Pipe::Memory]), MEMORY),
    ];
    let (limit, bound) = uses
        .into_iter()
        .filter(|&(_, uses, _)| uses > 0.0)
        .map(|(name, uses, rate)| (name, rate * pairs / uses))
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .unwrap_or(("nothing", f64::INFINITY));
    let of_class = |class: Class| way.iter().filter(|instruction| instruction.class == class).count() as f64 / pairs;
    let classes = Class::ALL.iter().map(|&(class, _)| of_class(class)).collect();
    Cost { instructions: way.len() as f64 / pairs, classes, bound, limit }
}
