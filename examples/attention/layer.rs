//! The layer, as a formula.

use crate::tokens::Head;
use keops::Scalar;
use keops::prelude::*;
use ndarray::{Array2, s};
use std::ops::Range;

/// Entries of a query, a key and a value.
pub(crate) const DIM: usize = 64;

/// A causal attention layer.
pub(crate) struct Layer {
    /// What a key loses for each step that it lies back.
    pub(crate) slope: f64,
}

impl Layer {
    /// What queries are multiplied by keys and this: 1 / sqrt(64).
    pub(crate) const SCALE: f64 = 0.125;

    /// The mean of the values that each token sees, weighted by attention.
    pub(crate) fn whole<T: Scalar>(&self, head: &Head<T>) -> Result<Array2<T>, Error> {
        self.some(head, 0..head.queries.nrows())
    }

    /// The same, with the queries in so many blocks. A block has no business with the keys after it, so nearly half of
    /// all pairs are left out.
    pub(crate) fn in_blocks<T: Scalar>(&self, head: &Head<T>, blocks: usize) -> Result<Array2<T>, Error> {
        let tokens = head.queries.nrows();
        let mut means = Array2::from_elem((tokens, DIM), T::from_f64(0.0));
        for queries in self::blocks(tokens, blocks) {
            means.slice_mut(s![queries.clone(), ..]).assign(&self.some(head, queries)?);
        }
        Ok(means)
    }

    /// For some of the queries. The mask is part of the formula: the weight of a score of -1e30 is exp(-1e30) = 0.
    fn some<T: Scalar>(&self, head: &Head<T>, queries: Range<usize>) -> Result<Array2<T>, Error> {
        let attention = formula!(
            "IfElse(first + I - J, scale * (q|k) - slope * (first + I - J), -1e30)",
            q = Vi(64),
            k = Vj(64),
            v = Vj(64),
            first = Pm(1),
            scale = Pm(1),
            slope = Pm(1),
            reduction = SumSoftMaxWeight("v"),
            derivatives = false
        );
        let Range { start, end } = queries;
        let [k, v] = [&head.keys, &head.values].map(|rows| rows.slice(s![..end, ..]));
        let [first, scale, slope] = [start as f64, Self::SCALE, self.slope].map(T::from_f64);
        attention.call(head.queries.slice(s![start..end, ..]), k, v, first, scale, slope)
    }
}

/// So many ranges of about the same length.
pub(crate) fn blocks(tokens: usize, blocks: usize) -> impl Iterator<Item = Range<usize>> {
    (0..blocks).map(move |block| block * tokens / blocks..(block + 1) * tokens / blocks)
}

#[cfg(test)]
mod tests {
    use super::Layer;
    use crate::dense::mean;
    use crate::tokens::{Head, heads};
    use keops::Scalar;
    use ndarray::Array2;

    const TOKENS: usize = 70;

    fn assert_dense<T: Scalar>(layer: &Layer, head: &Head<T>, found: &Array2<T>, tolerance: f64) {
        for i in 0..TOKENS {
            for (found, truth) in found.row(i).iter().zip(mean(layer, head, i)) {
                let difference = found.to_f64() - truth;
                assert!(difference.abs() < tolerance, "row {i}: {} for {truth}", found.to_f64());
            }
        }
    }

    fn check<T: Scalar>(tolerance: f64) {
        for slope in [0.0, 0.05] {
            let layer = Layer { slope };
            for head in heads::<T>(TOKENS) {
                assert_dense(&layer, &head, &layer.whole(&head).expect("the shapes fit"), tolerance);
                for blocks in [1, 3, 8, TOKENS, 2 * TOKENS] {
                    let found = layer.in_blocks(&head, blocks).expect("the shapes fit");
                    assert_dense(&layer, &head, &found, tolerance);
                }
            }
        }
    }

    #[test]
    fn results_are_those_of_plain_loops() {
        check::<f32>(1e-5);
        check::<f64>(1e-13);
    }

    #[test]
    fn the_first_token_sees_only_itself() {
        for head in heads::<f32>(TOKENS) {
            let found = Layer { slope: 0.0 }.whole(&head).expect("the shapes fit");
            assert_eq!(found.row(0), head.values.row(0));
        }
    }
}
