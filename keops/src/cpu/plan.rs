//! The plan: how a reduction is cut into tasks and tiles. It depends on sizes only, never on the number of threads,
//! so neither do the results.

use std::ops::Range;

/// A tile of prepared reduced indices should leave room in a first-level cache (32 KiB or more).
const TILE_BYTES: usize = 16 * 1024;

/// Shortest tile: the kept vectors of a block are read once per tile, from the second-level cache if they are long.
const MIN_TILE: usize = 32;

/// Shortest tile for formulas of many components, whose totals are updated in memory after each tile.
const MIN_TILE_OF_MANY: usize = 256;

/// Longest tile: also the length of the blocks of a block sum.
const MAX_TILE: usize = 512;

/// Prepared kept vectors of one task should stay in a second-level cache.
const KEPT_BYTES: usize = 1024 * 1024;

/// So many blocks of rows share the work of preparing a tile, if that leaves enough tasks.
const BLOCKS_PER_TASK: usize = 16;

/// With fewer groups of rows than this, threads would wait for the last group.
const ENOUGH_GROUPS: usize = 16;

/// With fewer tasks than this the reduced axis is cut as well.
const ENOUGH_TASKS: usize = 64;

/// Shortest part of the reduced axis that is worth a task.
const MIN_PART: usize = 4096;

/// How the work is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// Kept indices per block.
    pub(super) block_rows: usize,
    /// Blocks per group.
    pub(super) group_blocks: usize,
    /// Number of kept indices.
    pub(super) rows: usize,
    /// Number of groups of kept indices.
    pub(super) groups: usize,
    /// Number of reduced indices.
    pub(super) columns: usize,
    /// Number of parts of the reduced axis.
    pub(super) parts: usize,
    /// Reduced indices per tile.
    pub(super) tile: usize,
}

/// What a plan is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    /// Number of kept indices.
    pub(super) rows: usize,
    /// Number of reduced indices.
    pub(super) columns: usize,
    /// Kept indices per block.
    pub(super) block_rows: usize,
    /// Bytes that a block's prepared numbers and totals take.
    pub(super) block_bytes: usize,
    /// Bytes that the prepared numbers of a reduced index take.
    pub(super) column_bytes: usize,
    /// Whether the accumulators of the formula's components are too many for registers.
    pub(super) many_components: bool,
}

impl Plan {
    /// Cuts `rows x columns` pairs.
    pub(super) fn new(sizes: &Sizes) -> Self {
        let Sizes { rows, columns, block_rows, block_bytes, column_bytes, many_components } = *sizes;
        let blocks = rows.div_ceil(block_rows);
        let group_blocks = BLOCKS_PER_TASK.min(KEPT_BYTES / block_bytes.max(1)).min(blocks / ENOUGH_GROUPS).max(1);
        let groups = blocks.div_ceil(group_blocks);
        let parts = match groups {
            0 => 1,
            _ => ENOUGH_TASKS.div_ceil(groups).min(columns / MIN_PART).max(1),
        };
        let shortest = if many_components { MIN_TILE_OF_MANY } else { MIN_TILE };
        let tile = (TILE_BYTES / column_bytes.max(1)).clamp(shortest, MAX_TILE);
        Self { block_rows, group_blocks, rows, groups, columns, parts, tile }
    }

    /// The kept indices of a group.
    pub(super) fn group_rows(&self, group: usize) -> Range<usize> {
        let length = self.block_rows * self.group_blocks;
        group * length..((group + 1) * length).min(self.rows)
    }

    /// The reduced indices of a part.
    pub(super) fn part_columns(&self, part: usize) -> Range<usize> {
        let at = |part: usize| (part as u128 * self.columns as u128 / self.parts as u128) as usize;
        at(part)..at(part + 1)
    }
}
