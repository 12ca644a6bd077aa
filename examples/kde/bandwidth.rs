//! The bandwidth when none is asked for: leave-one-out likelihood.
//!
//! The usual rules of thumb (Scott's, Silverman's) take the points for one bell-shaped heap. Points on the surface of
//! a body are nothing of the kind, and such a rule blurs them. Instead, each of some bandwidths h is judged by how
//! well the density that the *other* points give predicts each point:
//!
//! ```text
//! L(h) = mean over i of log( (2 pi h^2)^(-3/2) / (N - 1) * sum over j != i of exp(-|y_i - y_j|^2 / (2 h^2)) ).
//! ```
//!
//! The largest L wins. The candidates go down from Scott's bandwidth, which is larger than what such clouds need.

use crate::density::sums;
use anyhow::{Result, ensure};
use keops::Device;
use ndarray::{Array2, Axis};
use std::f64::consts::PI;

/// Points that a candidate is judged by, at most.
const JUDGES: usize = 2000;
/// Each candidate is this much smaller than the one before.
const STEP: f64 = 0.84;
const CANDIDATES: i32 = 20;

/// The bandwidth with the highest leave-one-out likelihood.
///
/// # Errors
///
/// When there are fewer than two different points.
pub(crate) fn by_likelihood(points: &Array2<f64>) -> Result<f64> {
    let count = points.nrows() as f64;
    let deviation = points.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0).sqrt();
    ensure!(deviation > 0.0, "all points are the same: choose a --bandwidth");
    let scott = deviation * count.powf(-1.0 / 7.0);
    let every = points.nrows().div_ceil(JUDGES);
    let judges = Array2::from_shape_fn((points.nrows().div_ceil(every), 3), |(i, k)| points[[i * every, k]]);

    let mut best = (f64::NEG_INFINITY, scott);
    for k in 0..CANDIDATES {
        let h = scott * STEP.powi(k);
        // Each point's own term is exp(0) = 1.
        let others = sums(&judges, points, 0.5 / (h * h), Device::Auto)? - 1.0;
        let likelihood = others.mapv(|sum| sum.max(f64::MIN_POSITIVE).ln()).mean().unwrap_or(f64::NEG_INFINITY)
            - 1.5 * (2.0 * PI * h * h).ln();
        if likelihood > best.0 {
            best = (likelihood, h);
        }
    }
    Ok(best.1)
}

#[cfg(test)]
mod tests {
    use super::by_likelihood;
    use ndarray::Array2;

    #[test]
    fn the_bandwidth_scales_with_the_points() {
        // A 10 x 10 x 10 lattice.
        let lattice = Array2::from_shape_fn((1000, 3), |(i, k)| (i / 10usize.pow(k as u32) % 10) as f64);
        let h = by_likelihood(&lattice).expect("the points differ");
        assert!((0.3..1.0).contains(&h), "{h} for points 1 apart");
        let scaled = by_likelihood(&(1e3 * &lattice)).expect("the points differ");
        assert!((scaled / h / 1e3 - 1.0).abs() < 1e-9, "{scaled} for {h}");
    }

    #[test]
    fn equal_points_have_none() {
        assert!(by_likelihood(&Array2::ones((5, 3))).is_err());
    }
}
