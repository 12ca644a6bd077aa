//! The shape of the register tile.

use super::program::{Instruction, Program, Shape, Statement};
use crate::ops::Meaning;

/// From this length on, a long sum costs more than the rest of a typical formula.
const LONG_FOLD: usize = 16;

/// The register tile for a machine with `registers` vector registers.
///
/// With long sums the accumulators of the tile should fill the registers but for one kept vector and a few temporaries:
/// each number loaded then feeds as many multiply-adds as can be. Without them the rows only need to be enough to
/// hide latencies, as long as the kept vectors and accumulators of all rows stay in registers.
pub(super) fn shape(program: &Program, registers: usize) -> Shape {
    let wide = registers >= 32;
    if program.has_many_components() {
        return if wide { Shape { rows: 4, columns: 4 } } else { Shape { rows: 2, columns: 4 } };
    }
    if let Some(longest) = program.folds.iter().map(|fold| fold.count).max() {
        return match (wide, program.folds.len()) {
            // So many sums in flight that the rest of the formula must wait for registers: worth it for long ones.
            (true, 1) if longest > LONG_FOLD => Shape { rows: 4, columns: 4 },
            (true, 1) => Shape { rows: 4, columns: 2 },
            (true, 2) => Shape { rows: 2, columns: 4 },
            (false, 1) if longest > LONG_FOLD => Shape { rows: 2, columns: 4 },
            _ => Shape { rows: 2, columns: 2 },
        };
    }
    let per_row = program.kept.results + program.dim;
    let rows = [4, 2].into_iter().find(|rows| rows * per_row <= registers * 5 / 8).unwrap_or(1);
    Shape { rows, columns: 1 }
}

/// Registers (of 32 bits) of a GPU's thread that the kept numbers and the accumulators may take.
const DEVICE_REGISTERS: usize = 64;

/// The same for long sums, where a number that is loaded feeds two operations only.
const DEVICE_REGISTERS_OF_FOLDS: usize = 136;

/// Registers of a row of a formula so small that the overhead of the loop matters.
const SMALL_ROW: usize = 10;

/// Functions of some tens of instructions, which need many registers.
const LARGE_FUNCTIONS: [&str; 11] =
    ["sin", "cos", "sinxdivx", "spherical_bessel", "asin", "acos", "atan", "atan2", "powf", "log", "xlogx"];

/// Whether there are such functions in the inner loop.
fn has_large_functions(program: &Program) -> bool {
    let parts = program.folds.iter().chain(&program.terms).map(|part| &part.statements);
    parts.chain([&program.pair.statements]).any(|statements| calls_large_function(statements))
}

fn calls_large_function(statements: &[Statement]) -> bool {
    let is_large = |instruction: &Instruction| match instruction {
        Instruction::Apply(function) => {
            matches!(function.operator.meaning, Meaning::Elementwise { method, .. } if LARGE_FUNCTIONS.contains(&method))
        }
        _ => false,
    };
    statements.iter().any(|statement| match statement {
        Statement::Let { instruction, .. } | Statement::Assign { instruction, .. } => is_large(instruction),
        Statement::Loop { body, .. } => calls_large_function(body),
        _ => false,
    })
}

/// Registers that a thread of a GPU may keep from one reduced index to the next. With more of them, its kept numbers lie in
/// memory: the same number decides in `keops-device/src/tile/placement.rs`.
const MOST_REGISTERS: usize = 160;

/// Registers of the accumulators of a thread of a GPU. Where they are more, the components are cut into chunks.
const MOST_ACCUMULATORS: usize = 160;

/// The same where the components of a pair have a long vector in common, which takes registers while it is computed.
const MOST_BESIDE_LONG_PAIR: usize = 96;

/// The same where a chunk runs the code of several parts of the formula, and finds out for each component which it is.
const MOST_MIXED_ACCUMULATORS: usize = 40;

/// So few components are never cut.
const FEW_COMPONENTS: usize = 16;

/// The registers of an accumulator: a sum is a number, an extremum has a position that is as wide, and so have the K best.
fn accumulator(program: &Program, words: usize) -> usize {
    let is_sum = program.reduction.adds() || program.reduction.is_scored();
    if is_sum { words } else { 2 * words * program.count.unwrap_or(1) }
}

/// Whether kept numbers of a thread with one row do not fit into registers beside its accumulators. They are then loaded for
/// each register tile, so that this should have several columns.
fn kept_in_memory(program: &Program, words: usize) -> bool {
    let components = match device_chunk(program, words) {
        0 => program.dim,
        chunk => chunk,
    };
    words * (program.kept.results + components + program.pair.results) > MOST_REGISTERS
}

/// The register tile of a thread of a GPU, for numbers of `words` registers.
///
/// The kept indices of a thread share the columns that it reads from shared memory, whose bandwidth is the first limit;
/// too many registers leave too few threads to hide latencies. The columns of a step share the overhead of the loop, which
/// is nothing where there are large functions.
pub(super) fn device_shape(program: &Program, words: usize) -> Shape {
    if kept_in_memory(program, words) {
        let columns = match () {
            () if program.folds.is_empty() || has_mixed_chunks(program, words) => 1,
            () if program.has_many_components() => 2,
            () => 4,
        };
        return Shape { rows: 1, columns };
    }
    // A sum has a total and its compensation, a list of the best has terms and their positions.
    let per_component = 2 * program.count.unwrap_or(1);
    let per_row = words * (program.kept.results + program.dim * per_component);
    let large = has_large_functions(program);
    let registers = if program.folds.is_empty() { DEVICE_REGISTERS } else { DEVICE_REGISTERS_OF_FOLDS };
    let most = if large { 2 } else { 4 };
    let rows = [4, 2].into_iter().find(|&rows| rows <= most && rows * per_row <= registers).unwrap_or(1);
    let columns = match () {
        () if large || program.has_many_components() => 1,
        () if !program.folds.is_empty() => 2,
        () if per_row <= SMALL_ROW && program.reduced.results * words <= 4 => 8,
        () => 4,
    };
    Shape { rows, columns }
}

/// How many components a thread of a GPU takes on, where it cannot take on all: 0 where it can.
pub(super) fn device_chunk(program: &Program, words: usize) -> usize {
    let has_long_pair = program.pair.results > FEW_COMPONENTS;
    let registers = if has_long_pair { MOST_BESIDE_LONG_PAIR } else { MOST_ACCUMULATORS };
    let most = (registers / accumulator(program, words)).max(FEW_COMPONENTS);
    if program.reduction.is_scored() || program.dim <= most {
        return 0;
    }
    let even = program.dim.div_ceil(program.dim.div_ceil(most));
    if program.terms.len() == 1 {
        // Chunks of about the same length.
        return even;
    }
    // A chunk that is a piece of one part of the formula runs the code of that part alone.
    let common = program.terms.iter().fold(0, |common, term| gcd(common, term.count));
    let piece = (1..=most).rev().find(|&length| common % length == 0).unwrap_or(1);
    if 2 * piece >= even { piece } else { even.min(MOST_MIXED_ACCUMULATORS / words) }
}

/// Whether there are chunks with code of several parts of the formula.
fn has_mixed_chunks(program: &Program, words: usize) -> bool {
    let chunk = device_chunk(program, words);
    chunk > 0 && program.terms.iter().any(|term| term.count % chunk != 0) && program.terms.len() > 1
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
