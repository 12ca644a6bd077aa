//! KeOps' six arrays of a block-sparse reduction, and what they mean, told without the library.

use keops::{Error, Ranges};
use serde_json::Value;

/// The arrays of one direction.
#[derive(Clone, Debug, Default)]
pub struct Direction {
    /// Intervals of the kept index.
    pub ranges: Vec<[usize; 2]>,
    /// For each of them the end of its part of `reduced`.
    pub slices: Vec<usize>,
    /// Intervals of the reduced index.
    pub reduced: Vec<[usize; 2]>,
}

/// All six arrays.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    /// For results per row i.
    pub rows: Direction,
    /// For results per column j.
    pub columns: Direction,
}

impl Direction {
    /// The reduced indices of a kept one, in the order in which they are reduced.
    pub fn over(&self, kept: usize) -> Vec<usize> {
        let number = self.ranges.iter().position(|&[start, end]| (start..end).contains(&kept));
        let Some(number) = number else { return Vec::new() };
        let first = if number == 0 { 0 } else { self.slices[number - 1] };
        self.reduced[first..self.slices[number]].iter().flat_map(|&[start, end]| start..end).collect()
    }
}

impl Blocks {
    /// Blocks of a random mask: intervals with gaps, some of them empty, in any order.
    pub fn random(m: usize, n: usize, seed: u64) -> Self {
        let mut state = seed;
        let mut below = |end: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % end.max(1)
        };
        let mut intervals = |length: usize| {
            let (mut all, mut start) = (Vec::new(), 0);
            while start < length {
                let end = (start + below(length / 2 + 2)).min(length);
                if below(4) > 0 {
                    all.push([start, end]);
                }
                start = end + below(2);
            }
            all
        };
        let (rows, columns) = (intervals(m), intervals(n));
        let keep: Vec<bool> = (0..rows.len() * columns.len()).map(|_| below(2) == 0).collect();
        let mut blocks = Self::default();
        let all = (0..rows.len()).flat_map(|k| (0..columns.len()).map(move |l| (k, l)));
        let kept = |&(k, l): &(usize, usize)| keep[k * columns.len() + l];
        for (k, &row) in rows.iter().enumerate() {
            blocks.rows.ranges.push(row);
            // From the last to the first: the order is not that of the indices.
            blocks.rows.reduced.extend(all.clone().filter(|at| at.0 == k && kept(at)).map(|(_, l)| columns[l]).rev());
            blocks.rows.slices.push(blocks.rows.reduced.len());
        }
        for (l, &column) in columns.iter().enumerate() {
            blocks.columns.ranges.push(column);
            blocks.columns.reduced.extend(all.clone().filter(|at| at.1 == l && kept(at)).map(|(k, _)| rows[k]));
            blocks.columns.slices.push(blocks.columns.reduced.len());
        }
        blocks
    }

    /// From a list of the six arrays.
    ///
    /// # Panics
    /// When it is something else.
    pub fn from_json(arrays: &[Value]) -> Self {
        let numbers = |value: &Value| -> Vec<usize> {
            let list = value.as_array().expect("a list");
            list.iter().map(|number| number.as_u64().expect("an index") as usize).collect()
        };
        let pairs = |value: &Value| -> Vec<[usize; 2]> {
            let list = value.as_array().expect("a list");
            list.iter().map(|pair| numbers(pair).try_into().expect("a pair")).collect()
        };
        let direction = |at: usize| Direction {
            ranges: pairs(&arrays[at]),
            slices: numbers(&arrays[at + 1]),
            reduced: pairs(&arrays[at + 2]),
        };
        Self { rows: direction(0), columns: direction(3) }
    }

    /// What the library makes of them.
    ///
    /// # Errors
    /// When it refuses them.
    pub fn ranges(&self, shape: (usize, usize)) -> Result<Ranges, Error> {
        let Self { rows, columns } = self;
        Ranges::from_arrays(
            shape,
            &rows.ranges,
            &rows.slices[..],
            &rows.reduced,
            &columns.ranges,
            &columns.slices[..],
            &columns.reduced,
        )
    }
}
