//! What the blocks of a launch do. Written by the host, read by devices.
//!
//! A table has a row of 32-bit words for each block along the first axis of the grid: [`Work`], and after it for each
//! variable, those of the kept axis first, the row that is its first one here. Where all pairs of one problem are reduced,
//! one row is for all blocks; for the entries of a batch and for blocks of pairs there are many.
//!
//! The reduced indices of a block are those of some [`Interval`]s, one interval after the other. A *place* is a number in
//! that order; the tile loop counts places, so intervals that are shorter than a tile share one. Without intervals places
//! are indices.

/// What one block does, or what all of them do, which share the rows then. Rows count from the first row here.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Work {
    /// Number of rows, at least 1.
    pub rows: u32,
    /// The kept index of the first of them.
    pub first_row: u32,
    /// Its row in the results.
    pub result: u32,
    /// Which of the sets of prepared parameters is that of the problem.
    pub params: u32,
    /// Number of reduced indices of the problem, which is the position of nothing.
    pub columns: u32,
    /// Number of places of all parts together.
    pub places: u32,
    /// The first place of this part; in a row for all blocks, of the first part.
    pub first_place: u32,
    /// Places of a part; the last one may have fewer.
    pub part_places: u32,
    /// The first interval of all parts.
    pub first_interval: u32,
    /// The interval behind the last one of all parts; the same where there are no intervals.
    pub end_interval: u32,
    /// Parts of the reduced indices. More than one leave their states to a second kernel.
    pub parts: u32,
    /// The first state of this part; in a row for all blocks, of the first part.
    pub state: u32,
}

impl Work {
    /// Words of a table's row before those of the variables.
    pub const WORDS: usize = size_of::<Self>() / size_of::<u32>();

    /// The words of a table's row before those of the variables.
    pub fn words(&self) -> [u32; Self::WORDS] {
        let Self { rows, first_row, result, params, columns, places, .. } = *self;
        let Self { first_place, part_places, first_interval, end_interval, parts, state, .. } = *self;
        [
            rows,
            first_row,
            result,
            params,
            columns,
            places,
            first_place,
            part_places,
            first_interval,
            end_interval,
            parts,
            state,
        ]
    }
}

/// An interval of reduced indices, in a list of many.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// The lengths of all intervals before it in the list together. Only differences matter: the sum may wrap around.
    pub place: u32,
    /// Its first index.
    pub first: u32,
}

#[cfg(test)]
mod tests {
    use core::mem::offset_of;

    use super::*;

    #[test]
    fn words_are_the_fields_in_their_order() {
        let words: [u32; Work::WORDS] = core::array::from_fn(|k| k as u32);
        let [
            rows,
            first_row,
            result,
            params,
            columns,
            places,
            first_place,
            part_places,
            first_interval,
            end_interval,
            parts,
            state,
        ] = words;
        let work = Work {
            rows,
            first_row,
            result,
            params,
            columns,
            places,
            first_place,
            part_places,
            first_interval,
            end_interval,
            parts,
            state,
        };
        assert_eq!(work.words(), words);
        assert_eq!((offset_of!(Work, rows), offset_of!(Work, columns), offset_of!(Work, state)), (0, 16, 44));
        assert_eq!((size_of::<Work>(), size_of::<Interval>()), (48, 8));
    }
}
