//! A system of equations with a Gaussian kernel matrix: `(K + alpha I) a = b`.

use super::{Comparison, Solvers, agreement, cube, in_turns};
use crate::data::Number;
use crate::measure::seconds;
use anyhow::{Result, ensure};
use keops::linalg::{ConjugateGradient, Solution};
use keops::prelude::*;
use ndarray::{Array2, ArrayRef2};
use serde_json::json;

/// Of the diagonal.
const ALPHA: f64 = 10.0;
/// The kernel is exp(-G |x - y|^2).
const G: f64 = 4.0;

/// The root of the mean square of the residual where both sides stop. In f32 rounding errors of the products forbid less.
fn stop<T: Number>() -> f64 {
    if T::NAME == "f64" { 1e-6 } else { 1e-3 }
}

/// Conjugate gradients against PyKeOps' KernelSolve: the same alpha, and both stop at the same root of the mean square of the
/// residual. Points are uniform in the unit cube, and b in \[0, 1).
///
/// # Errors
///
/// When a side fails, or the solutions differ by more than the residuals allow.
pub fn compare<T: Number>(size: usize, repetitions: usize, solvers: &mut Solvers) -> Result<Comparison> {
    let mut random = fastrand::Rng::with_seed(3);
    let x = cube::<T>(size, &mut random);
    let b = Array2::from_shape_simple_fn((size, 1), || T::round(random.f64()));
    let eps = stop::<T>();
    let solve = || solution(&x, &b, eps);

    let ours = solve()?;
    let settings = json!({"alpha": ALPHA, "g": G, "eps": eps});
    let (theirs, reply) = solvers.prepare("system", &[("x", &x), ("b", &b)], settings, (size, 1))?;
    // A residual r makes an error of at most |r| / alpha, on either side.
    let largest = theirs.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let difference = agreement(&ours.x, &theirs, 2.0 * eps * (size as f64).sqrt() / ALPHA / largest)?;
    ensure!(ours.converged, "we have not converged");

    let [ours_seconds, theirs_seconds] = in_turns(repetitions, || seconds(solve), || solvers.run())?;
    Ok(Comparison {
        what: format!("CG, N = {size}, gauss D=3 {}", T::NAME),
        other: "PyKeOps KernelSolve",
        wanted: 20.0,
        ours: ours_seconds,
        theirs: theirs_seconds,
        note: format!(
            "alpha = {ALPHA}, kernel exp(-{G} |x - y|²), stop at a root mean square residual of {eps:.0e}: {} iterations and \
             one more product, which checks the residual, against {} products; solutions differ by {difference:.1e}",
            ours.iterations, reply["products"]
        ),
    })
}

fn solution<T: Number>(x: &Array2<T>, b: &ArrayRef2<T>, eps: f64) -> Result<Solution<T>> {
    let k = kernel!("Exp(-SqDist(x, y) * g)", x = Vi(3), y = Vj(3), g = Pm(1)).bind(x, x, T::round(G))?;
    Ok(ConjugateGradient::new().ridge(ALPHA).absolute_tolerance(eps).solve(&k, b)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_are_below_the_limit() -> Result<()> {
        let x = cube::<f64>(60, &mut fastrand::Rng::with_seed(1));
        let b = Array2::from_elem((60, 1), 0.5);
        let a = solution(&x, &b, 1e-6)?.x;
        let residual = (0..60).map(|i| {
            let row = (0..60).map(|j| (-G * (&x.row(i) - &x.row(j)).mapv(|v| v * v).sum()).exp() * a[[j, 0]]);
            b[[i, 0]] - row.sum::<f64>() - ALPHA * a[[i, 0]]
        });
        let mean: f64 = residual.map(|r| r * r).sum::<f64>() / 60.0;
        assert!(mean.sqrt() <= 1e-6, "{mean}");
        Ok(())
    }
}
