//! How a launch is cut into blocks: the table that says what each of them does.

use std::ops::Range;

use keops_device::gpu::geometry::{Geometry, MAX_STATE_BYTES, Sizes};
use keops_device::gpu::table::{Interval, Work};

use super::split::Part;
use crate::Scalar;

/// What the blocks of a launch do.
pub(super) struct Plan {
    /// The table of the first kernel.
    pub(super) table: Table,
    /// That of the second one, if there are parts to merge.
    pub(super) finish: Option<Table>,
    /// The intervals that both refer to.
    pub(super) intervals: Vec<Interval>,
    /// Bytes of the states that are left to the second kernel.
    pub(super) state_bytes: usize,
}

/// A table, and the grid that it is for.
pub(super) struct Table {
    /// What each block does, or all of them, and for which part.
    rows: Vec<(Work, Source)>,
    /// Whether there is one row for all blocks.
    shared: bool,
    /// The grid.
    pub(super) grid: [usize; 3],
}

/// Where the data of a block's rows is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Source {
    /// The number of the part of the call.
    part: usize,
    /// The first row, counted within the part.
    first: usize,
}

/// Rows that one block can take, and what they are reduced over.
struct Piece {
    source: Source,
    rows: usize,
    intervals: Range<usize>,
    places: usize,
}

impl Plan {
    /// Cuts parts of problems, whose sets of parameters have the numbers `params`.
    pub(super) fn new<T: Scalar>(sizes: &Sizes, parts: &[Part<'_, T>], params: &[usize]) -> Self {
        match parts {
            [part] if part.problem.blocks.is_none() => Self::dense(sizes, part),
            _ => Self::of_many(sizes, parts, params),
        }
    }

    /// All pairs of one problem.
    fn dense<T: Scalar>(sizes: &Sizes, part: &Part<'_, T>) -> Self {
        let (rows, columns) = (part.rows.len(), part.problem.reduced_len);
        let Geometry { grid, part_columns, state_bytes, finish_grid } = Geometry::new(sizes, rows, columns);
        let work = Work {
            rows: word(rows),
            first_row: word(part.rows.start),
            result: 0,
            params: 0,
            columns: word(columns),
            places: word(columns),
            first_place: 0,
            part_places: word(part_columns),
            first_interval: 0,
            end_interval: 0,
            parts: word(grid[1]),
            state: 0,
        };
        let table = |grid| Table { rows: vec![(work, Source { part: 0, first: 0 })], shared: true, grid };
        let finish = (grid[1] > 1).then(|| table(finish_grid));
        Self { table: table(grid), finish, intervals: Vec::new(), state_bytes }
    }

    fn of_many<T: Scalar>(sizes: &Sizes, parts: &[Part<'_, T>], params: &[usize]) -> Self {
        let (pieces, intervals) = pieces(parts, sizes.block_rows());
        let longest = longest_part(sizes, &pieces);
        let (mut rows, mut finish, mut states) = (Vec::with_capacity(pieces.len()), Vec::new(), 0);
        let mut result = 0;
        for Piece { source, rows: count, intervals, places } in &pieces {
            let part = &parts[source.part];
            let (part_places, number) = cut(*places, longest, sizes.tile);
            let mut work = Work {
                rows: word(*count),
                first_row: word(part.rows.start + source.first),
                result: word(result),
                params: word(params[source.part]),
                columns: word(part.problem.reduced_len),
                places: word(*places),
                first_place: 0,
                part_places: word(part_places),
                first_interval: word(intervals.start),
                end_interval: word(intervals.end),
                parts: word(number),
                state: word(states),
            };
            if number > 1 {
                finish.push((work, *source));
            }
            for part in 0..number {
                work.first_place = word(part * part_places);
                if number > 1 {
                    work.state = word(states);
                    states += count * sizes.chunks;
                }
                rows.push((work, *source));
            }
            result += count;
        }
        let grid = [rows.len(), 1, sizes.chunks];
        let finish_grid = [finish.len(), sizes.thread_rows, sizes.chunks];
        let finish = (!finish.is_empty()).then_some(Table { rows: finish, shared: false, grid: finish_grid });
        let state_bytes = states * sizes.state_bytes / sizes.chunks;
        Self { table: Table { rows, shared: false, grid }, finish, intervals, state_bytes }
    }
}

impl Table {
    /// The distance of two rows, in words: 0 if there is only one.
    pub(super) fn stride(&self, variables: usize) -> usize {
        if self.shared { 0 } else { Work::WORDS + variables }
    }

    /// Appends the words of all rows. `variables` are those of the kept axis and those of the reduced one: for each the
    /// first row of each part.
    pub(super) fn write(&self, variables: [&[&[usize]]; 2], to: &mut Vec<u32>) {
        let [kept, reduced] = variables;
        for (work, Source { part, first }) in &self.rows {
            to.extend(work.words());
            to.extend(kept.iter().map(|rows| word(rows[*part] + first)));
            to.extend(reduced.iter().map(|rows| word(rows[*part])));
        }
    }
}

/// Rows of one problem that have all in common, a block's at most. And the intervals that they refer to.
fn pieces<T: Scalar>(parts: &[Part<'_, T>], block_rows: usize) -> (Vec<Piece>, Vec<Interval>) {
    let (mut pieces, mut intervals) = (Vec::with_capacity(parts.len()), Vec::new());
    for (number, part) in parts.iter().enumerate() {
        let mut add = |rows: Range<usize>, intervals: Range<usize>, places: usize| {
            for first in rows.clone().step_by(block_rows) {
                let source = Source { part: number, first: first - part.rows.start };
                let rows = block_rows.min(rows.end - first);
                pieces.push(Piece { source, rows, intervals: intervals.clone(), places });
            }
        };
        let Some(blocks) = part.problem.blocks else {
            add(part.rows.clone(), 0..0, part.problem.reduced_len);
            continue;
        };
        let before = intervals.len();
        let mut place = 0_usize;
        for interval in &blocks.reduced {
            // The sum of all lengths may wrap around.
            intervals.push(Interval { place: place as u32, first: word(interval.start) });
            place = place.wrapping_add(interval.len());
        }
        let mut at = part.rows.start;
        for (rows, slice) in blocks.kept.iter().zip(&blocks.slices) {
            let (first, end) = (rows.start.max(at), rows.end.min(part.rows.end));
            if first < end {
                add(at..first, 0..0, 0);
                add(first..end, before + slice.start..before + slice.end, places(&blocks.reduced[slice.clone()]));
                at = end;
            }
        }
        add(at..part.rows.end, 0..0, 0);
    }
    (pieces, intervals)
}

/// The number of indices in some intervals.
pub(super) fn places(intervals: &[Range<usize>]) -> usize {
    intervals.iter().fold(0, |sum, interval| sum.saturating_add(interval.len()))
}

/// The longest part of the reduced indices of a piece, so that the states of all parts find room.
fn longest_part(sizes: &Sizes, pieces: &[Piece]) -> usize {
    let mut longest = sizes.longest_part(pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.places)));
    let state_bytes = |longest: usize| -> usize {
        let of = |piece: &Piece| match cut(piece.places, longest, sizes.tile) {
            (_, 1) => 0,
            (_, parts) => parts * piece.rows * sizes.state_bytes,
        };
        pieces.iter().map(of).sum()
    };
    while state_bytes(longest) > MAX_STATE_BYTES {
        longest *= 2;
    }
    longest
}

/// The places of a part, a multiple of the tile, and the number of parts.
fn cut(places: usize, longest: usize, tile: usize) -> (usize, usize) {
    let parts = places.div_ceil(longest).max(1);
    let part_places = places.div_ceil(parts).next_multiple_of(tile).max(tile);
    (part_places, places.div_ceil(part_places).max(1))
}

/// A number that is known to be one of 32 bits: the launch has checked it.
fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or_else(|_| unreachable!("{number} was checked to have 32 bits"))
}
