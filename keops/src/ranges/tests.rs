use std::ops::Range;

use ndarray::{Array2, array};

use super::*;
use crate::Error;

/// No intervals.
const NONE: [[usize; 2]; 0] = [];

/// How often a reduction meets each pair, by the blocks of one direction; rows are the kept index.
fn counts(blocks: &Blocks, shape: (usize, usize)) -> Array2<usize> {
    let mut counts = Array2::zeros(shape);
    for (kept, reduced) in blocks.iter() {
        for k in kept.clone() {
            for r in reduced.iter().cloned().flatten() {
                counts[[k, r]] += 1;
            }
        }
    }
    counts
}

/// Checks the normal form, and that both directions describe the same pairs; returns how often each occurs.
fn checked(ranges: &Ranges) -> Array2<usize> {
    let (rows, columns) = ranges.shape();
    for (blocks, kept_len, reduced_len) in
        [(ranges.blocks(Category::I), rows, columns), (ranges.blocks(Category::J), columns, rows)]
    {
        assert_eq!(blocks.kept.len(), blocks.slices.len());
        assert!(blocks.kept.iter().all(|interval| interval.start < interval.end && interval.end <= kept_len));
        assert!(blocks.kept.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(blocks.reduced.iter().all(|interval| interval.start < interval.end && interval.end <= reduced_len));
        let mut end = 0;
        for slice in &blocks.slices {
            assert_eq!(slice.start, end);
            end = slice.end;
        }
        assert_eq!(end, blocks.reduced.len());
    }
    let by_row = counts(&ranges.by_row, (rows, columns));
    assert_eq!(by_row, counts(&ranges.by_column, (columns, rows)).t());
    assert_eq!(by_row, Array2::from_shape_fn((rows, columns), |(i, j)| ranges.count(i, j)));
    assert_eq!(by_row.sum(), ranges.pairs());
    by_row
}

/// The message of an error about ranges.
fn message(result: Result<Ranges, Error>) -> String {
    match result {
        Err(error @ Error::Ranges(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mask_of_blocks_gives_the_six_arrays_of_keops() {
    let (rows, columns) = ([[2, 5], [7, 12]], [[1, 4], [4, 9], [20, 30]]);
    let keep = array![[true, true, false], [false, true, false]];
    let ranges = Ranges::from_mask((13, 31), &rows, &columns, &keep).unwrap();
    let expected = Ranges::from_arrays(
        (13, 31),
        &rows,
        &[2, 3],
        &[[1, 4], [4, 9], [4, 9]],
        &columns,
        &[1, 3, 3],
        &[[2, 5], [2, 5], [7, 12]],
    );
    assert_eq!(ranges, expected.unwrap());
    let counted = checked(&ranges);
    for ((i, j), &count) in counted.indexed_iter() {
        let first = (2..5).contains(&i) && (1..9).contains(&j);
        let second = (7..12).contains(&i) && (4..9).contains(&j);
        assert_eq!(count, usize::from(first || second), "{i} {j}");
    }
    assert_eq!(ranges.pairs(), 3 * 8 + 5 * 5);
    assert_eq!(ranges.density(), 49.0 / (13.0 * 31.0));
}

#[test]
fn random_masks_are_what_they_say() {
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    for _ in 0..300 {
        let sizes =
            |random: &mut dyn FnMut(u64) -> u64| -> Vec<usize> { (0..random(5)).map(|_| random(4) as usize).collect() };
        let (rows, columns) = (sizes(&mut random), sizes(&mut random));
        let intervals = |sizes: &[usize]| -> Vec<Range<usize>> {
            sizes
                .iter()
                .scan(0, |end, size| Some((std::mem::replace(end, *end + size), *end)))
                .map(|(s, e)| s..e)
                .collect()
        };
        let (mut ranges_i, ranges_j) = (intervals(&rows), intervals(&columns));
        // In any order.
        if ranges_i.len() > 1 {
            let last = ranges_i.len() - 1;
            ranges_i.swap(random(last as u64) as usize, last);
        }
        let shape =
            (rows.iter().sum::<usize>() + random(3) as usize, columns.iter().sum::<usize>() + random(3) as usize);
        let keep = Array2::from_shape_fn((rows.len(), columns.len()), |_| random(2) == 1);
        let ranges = Ranges::from_mask(shape, &ranges_i, &ranges_j, &keep).unwrap();
        let expected = Array2::from_shape_fn(shape, |(i, j)| {
            let row = ranges_i.iter().position(|interval| interval.contains(&i));
            let column = ranges_j.iter().position(|interval| interval.contains(&j));
            row.zip(column).is_some_and(|(row, column)| keep[[row, column]])
        });
        assert_eq!(checked(&ranges), expected.mapv(usize::from));
        assert_eq!(checked(&Ranges::from_entry_mask(&expected)), expected.mapv(usize::from));
        assert_eq!(checked(&ranges.transpose()), expected.mapv(usize::from).t());
        assert_eq!(ranges.transpose().transpose(), ranges);
        let a = ranges.to_arrays();
        let again = Ranges::from_arrays(
            shape,
            &a.ranges_i,
            &a.slices_i,
            &a.redranges_j,
            &a.ranges_j,
            &a.slices_j,
            &a.redranges_i,
        );
        assert_eq!(again.unwrap(), ranges);
    }
}

#[test]
fn intervals_in_any_order_keep_the_order_of_their_terms() {
    // Rows are listed in descending order, one interval is empty, columns are repeated.
    let ranges = Ranges::from_arrays(
        (6, 8),
        &[4..6, 3..3, 0..2],
        &array![3, 4, 6],
        &array![[6, 8], [2, 2], [0, 4], [0, 8], [0, 4], [2, 6]],
        &NONE,
        &[],
        &NONE,
    );
    let blocks = ranges.unwrap().by_row;
    assert_eq!(blocks.kept, [0..2, 4..6]);
    assert_eq!(blocks.slices, [0..2, 2..4]);
    assert_eq!(blocks.reduced, [0..4, 2..6, 6..8, 0..4]);
    assert_eq!(blocks.of(1), [0..4, 2..6]);
    assert!(blocks.of(2).is_empty() && blocks.of(6).is_empty());
}

#[test]
fn intervals_that_touch_are_joined() {
    assert_eq!(checked(&Ranges::dense((3, 4))), Array2::ones((3, 4)));
    assert_eq!(Ranges::from_entry_mask(&Array2::from_elem((3, 4), true)), Ranges::dense((3, 4)));
    let halves = Ranges::from_mask((4, 4), &[0..2, 2..4], &[0..2, 2..4], &Array2::from_elem((2, 2), true));
    assert_eq!(halves.unwrap(), Ranges::dense((4, 4)));
}

#[test]
fn nothing_is_no_error() {
    for shape in [(0, 0), (0, 3), (3, 0)] {
        let ranges = Ranges::dense(shape);
        assert_eq!((ranges.pairs(), ranges.density()), (0, 0.0));
        checked(&ranges);
    }
    assert_eq!(Ranges::block_diagonal(&[], &[]).unwrap(), Ranges::dense((0, 0)));
    assert_eq!(Ranges::dense((usize::MAX, usize::MAX)).pairs(), usize::MAX);
}

#[test]
fn wrong_arrays_are_named() {
    let by_row = |ranges: &[[usize; 2]], slices: &[usize], redranges: &[[usize; 2]]| {
        message(Ranges::from_arrays((10, 20), ranges, slices, redranges, &NONE, &[], &NONE))
    };
    let text = by_row(&[[0, 2], [5, 4]], &[0, 0], &[]);
    assert_eq!(text, "entry 1 of `ranges_i` is 5..4: expected start <= end <= 10");
    assert_eq!(by_row(&[[11, 11]], &[0], &[]), "entry 0 of `ranges_i` is 11..11: expected start <= end <= 10");
    assert_eq!(by_row(&[[0, 2]], &[1], &[[0, 21]]), "entry 0 of `redranges_j` is 0..21: expected start <= end <= 20");
    let text = by_row(&[[0, 2]], &[], &[]);
    assert_eq!(text, "`slices_i`: expected 1 entries, one for each of `ranges_i`, found 0");
    let text = by_row(&[[0, 2], [2, 4]], &[1, 0], &[[0, 20]]);
    assert_eq!(text, "entry 1 of `slices_i` is 0: expected at least 1, the entry in front of it");
    for last in [1, 3] {
        let text = by_row(&[[0, 2]], &[last], &[[0, 20], [0, 20]]);
        let expected = "expected 2, the number of entries of `redranges_j`";
        assert_eq!(text, format!("the last entry of `slices_i` is {last}: {expected}"));
    }
    let text = by_row(&[[4, 8], [0, 2], [3, 5]], &[0, 0, 0], &[]);
    let expected = "entries 0 and 2 of `ranges_i` are 4..8 and 3..5, which overlap: expected disjoint intervals, so that each \
                    index has one result";
    assert_eq!(text, expected);
    // A long interval overlaps one that is not its neighbour in the list.
    assert!(by_row(&[[0, 9], [1, 1], [8, 10]], &[0, 0, 0], &[]).starts_with("entries 0 and 2 "));

    let by_column = Ranges::from_arrays((10, 20), &NONE, &[], &NONE, &[[0, 20]], &[1], &[[0, 11]]);
    assert_eq!(message(by_column), "entry 0 of `redranges_i` is 0..11: expected start <= end <= 10");
    let mask = Ranges::from_mask((4, 4), &[[0, 4]], &[0..2, 2..4], &array![[true], [false]]);
    let expected = "`keep`: expected shape (1, 2), one row for each of `ranges_i` and one column for each of `ranges_j`, found \
                    (2, 1)";
    assert_eq!(message(mask), expected);
    let mask = Ranges::from_mask((4, 4), &[[0, 4]], &[0..3, 2..4], &array![[true, false]]);
    assert!(message(mask).starts_with("entries 0 and 1 of `ranges_j` are 0..3 and 2..4, which overlap"));
    let text = message(Ranges::block_diagonal(&[1, 2], &[3]));
    assert_eq!(text, "`columns`: expected 2 entries, one block for each of `rows`, found 1");
    let text = message(Ranges::block_diagonal(&[1, usize::MAX], &[3, 0]));
    assert!(
        text.starts_with("`rows`: expected sizes whose sum is at most ") && text.ends_with("from entry 1 on"),
        "{text}"
    );
}
