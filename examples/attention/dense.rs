//! Rows of the matrix of weights, by plain loops in f64: to compare with, and for the picture.

use crate::layer::{DIM, Layer};
use crate::tokens::Head;
use keops::Scalar;
use ndarray::Array2;

/// The weights that query i gives to the keys up to it; the others have none.
pub(crate) fn weights<T: Scalar>(layer: &Layer, head: &Head<T>, i: usize) -> Vec<f64> {
    let query: Vec<f64> = head.queries.row(i).iter().map(|v| v.to_f64()).collect();
    let score = |j: usize| {
        let product: f64 = query.iter().zip(head.keys.row(j)).map(|(q, k)| q * k.to_f64()).sum();
        Layer::SCALE * product - layer.slope * (i - j) as f64
    };
    let scores: Vec<f64> = (0..=i).map(score).collect();
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = scores.iter().map(|score| (score - highest).exp());
    let total: f64 = weights.clone().sum();
    weights.map(|weight| weight / total).collect()
}

/// The mean of the values, weighted so.
pub(crate) fn mean<T: Scalar>(layer: &Layer, head: &Head<T>, i: usize) -> Vec<f64> {
    let mut mean = vec![0.0; DIM];
    for (weight, value) in weights(layer, head, i).iter().zip(head.values.rows()) {
        mean.iter_mut().zip(value).for_each(|(sum, v)| *sum += weight * v.to_f64());
    }
    mean
}

/// The errors of some rows, spread evenly over the tokens and with the first and the last one, in each of the results:
/// all their entries.
pub(crate) fn errors<T: Scalar>(layer: &Layer, head: &Head<T>, results: [&Array2<T>; 2], rows: usize) -> Vec<f64> {
    let tokens = head.queries.nrows();
    let rows = rows.min(tokens);
    let mut errors = Vec::with_capacity(2 * rows * DIM);
    for i in (0..rows).map(|k| k * (tokens - 1) / (rows - 1).max(1)) {
        let truth = mean(layer, head, i);
        for result in results {
            errors.extend(truth.iter().zip(result.row(i)).map(|(truth, found)| (found.to_f64() - truth).abs()));
        }
    }
    errors
}
