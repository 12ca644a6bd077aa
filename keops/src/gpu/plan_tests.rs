//! Tables: every row of the results and every place belongs to one block, and no two blocks share a state.

use std::ops::Range;

use keops_device::gpu::geometry::{MAX_STATE_BYTES, Sizes};
use keops_device::gpu::table::Work;

use super::plan::Plan;
use super::split::{Part, shares, whole};
use crate::problem::Problem;
use crate::ranges::Blocks;

const SIZES: Sizes = Sizes { thread_rows: 2, tile: 200, chunks: 3, state_bytes: 24 };

pub(super) fn problem(rows: usize, columns: usize, blocks: Option<&Blocks>) -> Problem<'_, f32> {
    Problem {
        formula: "F",
        params: Vec::new(),
        kept: Vec::new(),
        reduced: Vec::new(),
        unread: Vec::new(),
        kept_len: rows,
        reduced_len: columns,
        blocks,
    }
}

/// The rows of a table without variables.
fn works(table: &super::plan::Table) -> Vec<Work> {
    let mut words = Vec::new();
    table.write([&[], &[]], &mut words);
    words
        .chunks_exact(Work::WORDS)
        .map(|words| {
            let at = |k: usize| words[k];
            Work {
                rows: at(0),
                first_row: at(1),
                result: at(2),
                params: at(3),
                columns: at(4),
                places: at(5),
                first_place: at(6),
                part_places: at(7),
                first_interval: at(8),
                end_interval: at(9),
                parts: at(10),
                state: at(11),
            }
        })
        .collect()
}

/// The reduced indices of a row of the call.
fn columns_of(part: &Part<'_, f32>, row: usize) -> Vec<usize> {
    let Some(blocks) = part.problem.blocks else { return (0..part.problem.reduced_len).collect() };
    let slice = blocks.kept.iter().position(|rows| rows.contains(&row)).map(|k| blocks.slices[k].clone());
    slice.map_or(Vec::new(), |slice| blocks.reduced[slice].iter().cloned().flatten().collect())
}

/// What a block reduces, by the table.
fn columns_in(plan: &Plan, work: &Work) -> Vec<usize> {
    let places = work.first_place..work.places.min(work.first_place.saturating_add(work.part_places));
    if work.first_interval == work.end_interval {
        return places.map(|place| place as usize).collect();
    }
    let intervals = &plan.intervals[work.first_interval as usize..work.end_interval as usize];
    let place_of = |k: usize| intervals[k].place.wrapping_sub(intervals[0].place);
    let index = |place: u32| {
        let last = intervals.iter().enumerate().rposition(|(k, _)| place_of(k) <= place).unwrap();
        (intervals[last].first + place - place_of(last)) as usize
    };
    places.map(index).collect()
}

/// Checks a plan, and returns the numbers of blocks of both kernels.
fn check(parts: &[Part<'_, f32>]) -> (usize, usize) {
    let params: Vec<usize> = (0..parts.len()).collect();
    let plan = Plan::new(&SIZES, parts, &params);
    let rows: Vec<(usize, usize)> =
        parts.iter().enumerate().flat_map(|(k, part)| part.rows.clone().map(move |row| (k, row))).collect();
    let mut found = vec![Vec::new(); rows.len()];
    let (table, finish) = (works(&plan.table), plan.finish.as_ref().map_or(Vec::new(), works));
    assert_eq!(plan.table.grid, [table.len(), 1, 3]);
    let mut states: Vec<Range<usize>> = Vec::new();
    for work in &table {
        assert!(work.rows > 0 && work.rows as usize <= SIZES.block_rows());
        assert!(work.part_places.is_multiple_of(SIZES.tile as u32));
        for row in 0..work.rows as usize {
            let result = work.result as usize + row;
            assert_eq!(rows[result], (work.params as usize, work.first_row as usize + row));
            found[result].extend(columns_in(&plan, work));
        }
        assert_eq!(work.columns as usize, parts[work.params as usize].problem.reduced_len);
        if work.parts > 1 {
            states.push(work.state as usize..(work.state + 3 * work.rows) as usize);
        }
    }
    for (at, &(k, row)) in rows.iter().enumerate() {
        assert_eq!(found[at], columns_of(&parts[k], row), "row {row} of part {k}");
    }
    // The states of the parts of a piece follow each other.
    let end = states.iter().fold(0, |end, range| {
        assert_eq!(range.start, end);
        range.end
    });
    assert_eq!(plan.state_bytes, end * SIZES.state_bytes / SIZES.chunks);
    let first_parts: Vec<Work> = table.iter().filter(|work| work.parts > 1 && work.first_place == 0).copied().collect();
    assert_eq!(finish, first_parts);
    if let Some(finish) = &plan.finish {
        assert_eq!(finish.grid, [first_parts.len(), SIZES.thread_rows, 3]);
    }
    (table.len(), finish.len())
}

#[test]
fn entries_of_batches() {
    let equal: Vec<_> = (0..7).map(|_| problem(300, 30, None)).collect();
    assert_eq!(check(&whole(&equal)), (7 * 2, 0));
    let ragged: Vec<_> =
        [(3, 5), (0, 9), (256, 0), (257, 5000), (1, 1)].map(|(rows, columns)| problem(rows, columns, None)).into();
    // The fourth one has two blocks of rows, and five parts of its columns.
    assert_eq!(check(&whole(&ragged)), (1 + 1 + 2 * 5 + 1, 2));
    // Ten thousand small problems.
    let small: Vec<_> = (0..10_000).map(|_| problem(20, 20, None)).collect();
    assert_eq!(check(&whole(&small)), (10_000, 0));
}

#[test]
fn blocks_of_pairs() {
    let blocks = Blocks {
        kept: vec![2..5, 10..300, 300..301, 400..410],
        slices: vec![0..2, 1..4, 2..2, 0..1],
        // In no order, and the last two overlap.
        reduced: vec![900..2950, 7..8, 20..25, 0..30],
    };
    let whole_problem = [problem(500, 3000, Some(&blocks))];
    // Rows 0..2, 2..5 in three parts, 5..10, 10..300 in two blocks, 300, 301..400, 400..410 in three parts, 410..500.
    assert_eq!(check(&whole(&whole_problem)), (1 + 3 + 1 + 2 + 1 + 1 + 3 + 1, 2));
    for count in [2, 3, 7] {
        for share in shares(&whole_problem, count) {
            check(&share);
        }
    }
}

#[test]
fn states_have_room() {
    // Each piece alone would be cut into hundreds of parts, whose states would not find room.
    let sizes = Sizes { state_bytes: 1 << 16, ..SIZES };
    let problems: Vec<_> = (0..2).map(|_| problem(256, 1 << 24, None)).collect();
    let plan = Plan::new(&sizes, &whole(&problems), &[0, 0]);
    assert!(plan.state_bytes <= MAX_STATE_BYTES && plan.state_bytes > MAX_STATE_BYTES / 4, "{}", plan.state_bytes);
}

#[test]
fn shares_are_even() {
    let problems: Vec<_> = [5, 0, 7, 1].map(|rows| problem(rows, 3, None)).into();
    for count in 1..20 {
        let shares = shares(&problems, count);
        let lengths: Vec<usize> = shares.iter().map(|share| share.iter().map(|part| part.rows.len()).sum()).collect();
        assert_eq!((lengths.len(), lengths.iter().sum::<usize>()), (count, 13));
        assert!(lengths.iter().max().unwrap() - lengths.iter().min().unwrap() <= 1, "{lengths:?}");
        let all: Vec<(usize, usize)> = shares
            .iter()
            .flatten()
            .flat_map(|part| part.rows.clone().map(|row| (part.problem.kept_len, row)))
            .collect();
        let expected: Vec<_> = [5, 7, 1].into_iter().flat_map(|len| (0..len).map(move |row| (len, row))).collect();
        assert_eq!(all, expected);
    }
}
