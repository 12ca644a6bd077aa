//! The blocks of one direction, and their normal form.

use std::ops::Range;

use super::RangesError;
use crate::Error;

/// One direction: intervals of the kept index, each with its intervals of the reduced index.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Blocks {
    /// Disjoint intervals of the kept index, in ascending order, none empty.
    pub(crate) kept: Vec<Range<usize>>,
    /// For each of them, which of `reduced` belong to it: consecutive, from the first to the last.
    pub(crate) slices: Vec<Range<usize>>,
    /// Intervals of the reduced index, none empty; in the order listed by the user.
    pub(crate) reduced: Vec<Range<usize>>,
}

/// Three arrays as in KeOps: `ranges_i`, `slices_i`, `redranges_j`.
type Arrays = (Vec<[usize; 2]>, Vec<usize>, Vec<[usize; 2]>);

impl Blocks {
    /// Appends an interval of the kept index, which is behind all others, with its intervals of the reduced one.
    ///
    /// This makes the normal form: empty intervals are dropped, and intervals that follow each other without a gap are
    /// joined, because long ones are reduced faster. Terms keep their order.
    pub(super) fn push(&mut self, kept: Range<usize>, reduced: impl IntoIterator<Item = Range<usize>>) {
        if kept.is_empty() {
            return;
        }
        let first = self.reduced.len();
        for interval in reduced.into_iter().filter(|interval| !interval.is_empty()) {
            match self.reduced[first..].last_mut() {
                Some(last) if last.end == interval.start => last.end = interval.end,
                _ => self.reduced.push(interval),
            }
        }
        if let (Some(last), Some(slice)) = (self.kept.last_mut(), self.slices.last())
            && last.end == kept.start
            && self.reduced[slice.clone()] == self.reduced[first..]
        {
            last.end = kept.end;
            self.reduced.truncate(first);
            return;
        }
        self.kept.push(kept);
        self.slices.push(first..self.reduced.len());
    }

    /// Intervals of the kept index, each with its intervals of the reduced index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Range<usize>, &[Range<usize>])> {
        self.kept.iter().zip(self.slices.iter().map(|slice| &self.reduced[slice.clone()]))
    }

    /// The intervals of the reduced index that belong to an index.
    pub(super) fn of(&self, index: usize) -> &[Range<usize>] {
        let number = self.kept.partition_point(|interval| interval.end <= index);
        match self.kept.get(number) {
            Some(interval) if interval.contains(&index) => &self.reduced[self.slices[number].clone()],
            _ => &[],
        }
    }

    pub(super) fn to_arrays(&self) -> Arrays {
        let pair = |interval: &Range<usize>| [interval.start, interval.end];
        (
            self.kept.iter().map(pair).collect(),
            self.slices.iter().map(|slice| slice.end).collect(),
            self.reduced.iter().map(pair).collect(),
        )
    }
}

/// An array of intervals, and its name for messages.
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) intervals: Vec<Range<usize>>,
}

impl Named {
    /// Checks that all intervals are intervals of `0..len`.
    pub(super) fn within(&self, len: usize) -> Result<(), Error> {
        for (entry, &Range { start, end }) in self.intervals.iter().enumerate() {
            if start > end || end > len {
                return Err(Error::Ranges(RangesError::Interval { array: self.name, entry, start, end, len }));
            }
        }
        Ok(())
    }

    /// The numbers of the entries that are not empty, in ascending order of the intervals, which must be disjoint.
    pub(super) fn ascending(&self) -> Result<Vec<usize>, Error> {
        let mut order: Vec<usize> =
            (0..self.intervals.len()).filter(|&entry| !self.intervals[entry].is_empty()).collect();
        order.sort_by_key(|&entry| self.intervals[entry].start);
        for pair in order.windows(2) {
            if self.intervals[pair[1]].start < self.intervals[pair[0]].end {
                let (first, second) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                let [first_interval, second_interval] = [first, second].map(|entry| self.intervals[entry].clone());
                return Err(Error::Ranges(RangesError::Overlap {
                    array: self.name,
                    first,
                    first_interval,
                    second,
                    second_interval,
                }));
            }
        }
        Ok(order)
    }
}
