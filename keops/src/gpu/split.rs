//! Problems, cut by rows into shares for several GPUs.

use std::ops::Range;

use crate::Scalar;
use crate::problem::Problem;

/// Some of the rows of a problem.
pub(super) struct Part<'p, T: Scalar> {
    /// The problem.
    pub(super) problem: &'p Problem<'p, T>,
    /// The rows.
    pub(super) rows: Range<usize>,
}

/// All rows of each problem.
pub(super) fn whole<'p, T: Scalar>(problems: &'p [Problem<'p, T>]) -> Vec<Part<'p, T>> {
    problems.iter().map(|problem| Part { problem, rows: 0..problem.kept_len }).collect()
}

/// The rows of all problems, one after the other, in `count` shares that differ by one row at most.
pub(super) fn shares<'p, T: Scalar>(problems: &'p [Problem<'p, T>], count: usize) -> Vec<Vec<Part<'p, T>>> {
    let total: usize = problems.iter().map(|problem| problem.kept_len).sum();
    let at = |share: usize| (share as u128 * total as u128 / count as u128) as usize;
    (0..count).map(|share| cut(problems, at(share)..at(share + 1))).collect()
}

/// What lies between two rows, counted over all problems. Problems without a row there are left out.
fn cut<'p, T: Scalar>(problems: &'p [Problem<'p, T>], rows: Range<usize>) -> Vec<Part<'p, T>> {
    let mut parts = Vec::new();
    let mut first = 0;
    for problem in problems {
        let end = first + problem.kept_len;
        let (start, stop) = (rows.start.max(first), rows.end.min(end));
        if start < stop {
            parts.push(Part { problem, rows: start - first..stop - first });
        }
        first = end;
    }
    parts
}
