//! The debiased Sinkhorn divergence of two clouds.
//!
//! The iteration is that of GeomLoss with `p = 2`: at each temperature eps the four potentials are averaged with their soft-mins,
//!
//! ```text
//! softmin_i(eps, h) = -eps log sum_j exp(h_j - |x_i - y_j|^2 / (2 eps)),
//! ```
//!
//! and a last step takes the soft-mins themselves. (J. Feydy and others: *Interpolating between Optimal Transport and MMD using
//! Sinkhorn Divergences*, 2019. The example `sinkhorn` has the same with gradients, and from coarse to fine.)

use super::{Comparison, Solvers, agreement, cube, in_turns};
use crate::data::Number;
use crate::measure::seconds;
use anyhow::{Context, Result, ensure};
use keops::prelude::*;
use ndarray::{Array2, array};
use serde_json::json;

/// Details below this length do not count.
const BLUR: f64 = 0.05;
/// The ratio of lengths of consecutive temperatures.
const SCALING: f64 = 0.5;
/// An upper bound of the largest distance.
const DIAMETER: f64 = 2.0;

/// Our iteration against `SamplesLoss("sinkhorn", p=2, debias=True, backend="online")` on the CPU, at the same temperatures. One
/// cloud is uniform in the unit cube, the other in a part of it.
///
/// # Errors
///
/// When a side fails, the temperatures are not the same, or the values differ by more than 1e-5.
pub fn compare<T: Number>(size: usize, repetitions: usize, solvers: &mut Solvers) -> Result<Comparison> {
    let mut random = fastrand::Rng::with_seed(6);
    let x = cube::<T>(size, &mut random);
    let y = cube::<T>(size, &mut random).mapv(|y| T::round(0.3 + 0.6 * y.exact()));
    let temperatures = temperatures();
    let value = || divergence(&x, &y, &temperatures);

    let settings = json!({"blur": BLUR, "scaling": SCALING, "diameter": DIAMETER});
    let (theirs, reply) = solvers.prepare("transport", &[("x", &x), ("y", &y)], settings, (1, 1))?;
    let used = reply["temperatures"].as_array().context("a reply without `temperatures`")?;
    let same = |(ours, theirs): (&f64, &serde_json::Value)| {
        theirs.as_f64().is_some_and(|theirs| (ours - theirs).abs() <= 1e-12 * theirs)
    };
    let all = used.len() == temperatures.len() && temperatures.iter().zip(used).all(same);
    ensure!(all, "temperatures {temperatures:?} here and {used:?} there");
    let ours = value()?;
    let difference = agreement(&array![[ours]], &theirs, 1e-5)?;

    let [ours_seconds, theirs_seconds] = in_turns(repetitions, || seconds(value), || solvers.run())?;
    Ok(Comparison {
        what: format!("Sinkhorn divergence, M = N = {size}, D=3 {}", T::NAME),
        other: "GeomLoss, online",
        wanted: 15.0,
        ours: ours_seconds,
        theirs: theirs_seconds,
        note: format!(
            "{} temperatures from {DIAMETER}² to {BLUR}², 4 soft-mins at each and 8 more; value {}, relative difference {difference:.1e}",
            temperatures.len(),
            ours.exact()
        ),
    })
}

/// GeomLoss' `epsilon_schedule`.
fn temperatures() -> Vec<f64> {
    let (first, last, step) = (2.0 * DIAMETER.ln(), 2.0 * BLUR.ln(), 2.0 * SCALING.ln());
    let count = ((last - first) / step).ceil() as usize;
    let between = (0..count).map(|k| (first + k as f64 * step).exp());
    std::iter::once(DIAMETER * DIAMETER).chain(between).chain([BLUR * BLUR]).collect()
}

/// The divergence of clouds whose points all weigh the same.
fn divergence<T: Number>(x: &Array2<T>, y: &Array2<T>, temperatures: &[f64]) -> Result<T> {
    let soft_min = |x: &Array2<T>, y: &Array2<T>, eps: f64, potential: &Array2<T>| -> Result<Array2<T>> {
        let f = formula!(
            "h - g * SqDist(x, y)",
            x = Vi(3),
            y = Vj(3),
            h = Vj(1),
            g = Pm(1),
            reduction = LogSumExp,
            derivatives = false
        );
        let log_weight = -(y.nrows() as f64).ln();
        let scores = potential.mapv(|potential| T::round(log_weight + potential.exact() / eps));
        Ok(f.call(x, y, &scores, T::round(0.5 / eps))?.mapv(|log| T::round(-eps * log.exact())))
    };
    // The potentials of x towards y, of y towards x, of x and of y towards themselves.
    let next = |eps: f64, [f, g, p, q]: &[Array2<T>; 4]| -> Result<[Array2<T>; 4]> {
        Ok([soft_min(x, y, eps, g)?, soft_min(y, x, eps, f)?, soft_min(x, x, eps, p)?, soft_min(y, y, eps, q)?])
    };
    let [f, g] = [x, y].map(|cloud| Array2::from_elem((cloud.nrows(), 1), T::round(0.0)));
    let mut potentials = next(DIAMETER * DIAMETER, &[f.clone(), g.clone(), f, g])?;
    for &eps in temperatures {
        let new = next(eps, &potentials)?;
        for (old, new) in potentials.iter_mut().zip(&new) {
            old.zip_mut_with(new, |old, &new| *old = T::round(0.5 * (old.exact() + new.exact())));
        }
    }
    let [f, g, p, q] = next(BLUR * BLUR, &potentials)?;
    let mean = |a: &Array2<T>, b: &Array2<T>| {
        a.iter().zip(b).map(|(a, b)| a.exact() - b.exact()).sum::<f64>() / a.nrows() as f64
    };
    Ok(T::round(mean(&f, &p) + mean(&g, &q)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_costs_half_its_square() -> Result<()> {
        let x = cube::<f64>(50, &mut fastrand::Rng::with_seed(1));
        assert!(divergence(&x, &x, &temperatures())?.abs() < 1e-15);
        let shifted = &x + &array![[0.3, 0.0, -0.1]];
        // At the last temperature until nothing moves.
        let many: Vec<f64> = temperatures().into_iter().chain([BLUR * BLUR; 2000]).collect();
        let value = divergence(&x, &shifted, &many)?;
        assert!((value - 0.05).abs() < 1e-3, "{value}");
        Ok(())
    }
}
