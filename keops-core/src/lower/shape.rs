//! The shape of the register tile.

use super::program::{Program, Shape};

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
