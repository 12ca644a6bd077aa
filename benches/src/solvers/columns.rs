//! The product of a Gaussian kernel matrix with many columns.

use super::{Comparison, Solvers, agreement, cube, in_turns};
use crate::data::Number;
use crate::measure::seconds;
use anyhow::Result;
use keops::prelude::*;
use ndarray::Array2;
use serde_json::json;

/// The columns.
const COLUMNS: usize = 100;

/// `dot` of a `kernel!` against PyKeOps' Genred, whose formula has b of dimension 100. Points are uniform in the unit cube.
///
/// # Errors
///
/// When a side fails, or the products differ.
pub fn compare<T: Number>(size: usize, repetitions: usize, solvers: &mut Solvers) -> Result<Comparison> {
    let mut random = fastrand::Rng::with_seed(4);
    let [x, y] = [(); 2].map(|()| cube::<T>(size, &mut random));
    let b = Array2::from_shape_simple_fn((size, COLUMNS), || T::round(random.f64()));
    let product = || kernel!("Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)).bind(&x, &y)?.dot(&b);

    let arrays = [("x", &x), ("y", &y), ("b", &b)];
    let (theirs, _) = solvers.prepare("columns", &arrays, json!({}), (size, COLUMNS))?;
    // PyKeOps sums one term after the other, so its errors grow with the number of terms.
    let difference = agreement(&product()?, &theirs, 1e-4)?;
    let [ours, theirs] = in_turns(repetitions, || Ok(seconds(product)?), || solvers.run())?;
    let what = format!("dot with {COLUMNS} columns, M = N = {size}, gauss D=3 {}", T::NAME);
    let note = format!("products differ by {difference:.1e}");
    Ok(Comparison { what, other: "PyKeOps Genred", wanted: 25.0, ours, theirs, note })
}
