//! The plan: how a reduction is cut into tasks and tiles. It depends on sizes only, never on the number of threads,
//! so neither do the results.

use std::borrow::Cow;
use std::ops::Range;

use crate::ranges::Blocks;

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
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Plan<'b> {
    /// Kept indices per block.
    pub(super) block_rows: usize,
    /// Groups of kept indices, in ascending order.
    pub(super) groups: Vec<Group>,
    /// Intervals of the reduced axis.
    intervals: Cow<'b, [Range<usize>]>,
    /// In so many parts are the intervals of a group reduced: one, or as many as there are intervals.
    pub(super) parts: usize,
    /// Reduced indices per tile.
    pub(super) tile: usize,
}

/// Some blocks of kept indices, which are reduced by one task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    /// The kept indices.
    pub(super) rows: Range<usize>,
    /// Which of the intervals of the reduced axis belong to them.
    intervals: Range<usize>,
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

impl<'b> Plan<'b> {
    /// Cuts `rows x columns` pairs, or those that the blocks have.
    pub(super) fn new(sizes: &Sizes, blocks: Option<&'b Blocks>) -> Self {
        let Sizes { rows, columns, block_rows, block_bytes, column_bytes, many_components } = *sizes;
        let group_blocks =
            BLOCKS_PER_TASK.min(KEPT_BYTES / block_bytes.max(1)).min(rows.div_ceil(block_rows) / ENOUGH_GROUPS).max(1);
        let group_rows = block_rows * group_blocks;
        let shortest = if many_components { MIN_TILE_OF_MANY } else { MIN_TILE };
        let tile = (TILE_BYTES / column_bytes.max(1)).clamp(shortest, MAX_TILE);
        if let Some(blocks) = blocks {
            let pieces = blocks.kept.iter().zip(&blocks.slices).filter(|(_, slice)| !slice.is_empty());
            let groups = pieces.flat_map(|(rows, slice)| groups(rows, slice, group_rows)).collect();
            return Self { block_rows, groups, intervals: Cow::Borrowed(&blocks.reduced), parts: 1, tile };
        }
        let parts = match rows.div_ceil(group_rows) {
            0 => 1,
            groups => ENOUGH_TASKS.div_ceil(groups).min(columns / MIN_PART).max(1),
        };
        let at = |part: usize| (part as u128 * columns as u128 / parts as u128) as usize;
        let intervals = (0..parts).map(|part| at(part)..at(part + 1)).collect();
        Self { block_rows, groups: groups(&(0..rows), &(0..parts), group_rows).collect(), intervals, parts, tile }
    }

    /// The intervals of the reduced axis that a part of a group's work runs over.
    pub(super) fn columns(&self, group: usize, part: usize) -> &[Range<usize>] {
        let intervals = &self.intervals[self.groups[group].intervals.clone()];
        if self.parts > 1 { &intervals[part..part + 1] } else { intervals }
    }

    /// Whether anything is reduced for a group.
    pub(super) fn has_columns(&self, group: usize) -> bool {
        self.intervals[self.groups[group].intervals.clone()].iter().any(|interval| !interval.is_empty())
    }
}

/// Kept indices in groups of `length`.
fn groups(rows: &Range<usize>, intervals: &Range<usize>, length: usize) -> impl Iterator<Item = Group> {
    let (end, intervals) = (rows.end, intervals.clone());
    rows.clone()
        .step_by(length)
        .map(move |first| Group { rows: first..(first + length).min(end), intervals: intervals.clone() })
}
