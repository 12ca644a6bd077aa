//! The reductions that weigh by exponentials.

use super::{Data, Reduced, length, term_value};
use crate::check::{Formula, Term};
use crate::graph::Axis;

/// Reduces the formula, which is a score, and the weights.
pub(super) fn reduce(formula: &Formula, data: &[Data], over: &dyn Fn(usize) -> Vec<usize>) -> Reduced {
    let rows = length(formula, data, formula.kept);
    let dim = formula.dim();
    let mut values = Vec::with_capacity(rows * dim);
    for row in 0..rows {
        let over = over(row);
        let count = over.len();
        let all = |term: &Term| -> Vec<Vec<f64>> {
            let pair = |&other| if formula.kept == Axis::I { (row, other) } else { (other, row) };
            over.iter().map(pair).map(|(i, j)| term_value(term, formula, data, i, j)).collect()
        };
        let scores: Vec<f64> = all(&formula.term).into_iter().map(|score| score[0]).collect();
        let weights = formula.weights.as_ref().map_or_else(Vec::new, all);
        let columns: Vec<Vec<f64>> = match &formula.weights {
            Some(term) => (0..term.dim).map(|k| weights.iter().map(|weights| weights[k]).collect()).collect(),
            None => vec![vec![1.0; count]],
        };
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sums = columns.iter().map(|column| shifted_sum(&scores, column, max));
        match formula.reduction.name {
            "LogSumExp" | "LogSumExpWeight" => values.extend(sums.map(|sum| logarithm(max, sum))),
            "SumSoftMaxWeight" => {
                let all = shifted_sum(&scores, &vec![1.0; count], max);
                values.extend(sums.map(|sum| if all == 0.0 { 0.0 } else { sum / all }));
            }
            _ => {
                values.push(max);
                values.extend(sums);
            }
        }
    }
    Reduced { rows, dim, values }
}

/// The sum of `exp(score - max) * weight`. A score that is -inf has weight 0.
fn shifted_sum(scores: &[f64], weights: &[f64], max: f64) -> f64 {
    let term = |(&score, &weight): (&f64, &f64)| {
        let exponential = if score == f64::NEG_INFINITY || (max == f64::INFINITY && score < max) {
            0.0
        } else if score == f64::INFINITY {
            f64::INFINITY
        } else {
            (score - max).exp()
        };
        exponential * weight
    };
    scores.iter().zip(weights).map(term).sum()
}

fn logarithm(max: f64, sum: f64) -> f64 {
    if sum == 0.0 {
        f64::NEG_INFINITY
    } else if max == f64::INFINITY {
        // An infinite sum, of either sign, or NaN.
        sum.ln()
    } else {
        max + sum.ln()
    }
}
