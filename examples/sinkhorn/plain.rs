//! The iteration with whole matrices in f64, for tests.

use ndarray::{Array1, Array2, Axis};

/// The divergence of clouds whose points all weigh the same.
pub(crate) fn divergence(x: &Array2<f64>, y: &Array2<f64>, temperatures: &[f64]) -> f64 {
    let costs = |x: &Array2<f64>, y: &Array2<f64>| {
        Array2::from_shape_fn((x.nrows(), y.nrows()), |(i, j)| {
            0.5 * (&x.row(i) - &y.row(j)).mapv(|difference| difference * difference).sum()
        })
    };
    let (xy, yx, xx, yy) = (costs(x, y), costs(y, x), costs(x, x), costs(y, y));
    let zeros = |cloud: &Array2<f64>| Array1::<f64>::zeros(cloud.nrows());
    let next = |eps: f64, [f, g, p, q]: &[Array1<f64>; 4]| {
        [soft_min(&xy, eps, g), soft_min(&yx, eps, f), soft_min(&xx, eps, p), soft_min(&yy, eps, q)]
    };
    let mut potentials = next(temperatures[0], &[zeros(x), zeros(y), zeros(x), zeros(y)]);
    for &eps in temperatures {
        let new = next(eps, &potentials);
        for (old, new) in potentials.iter_mut().zip(&new) {
            *old = 0.5 * (&*old + new);
        }
    }
    let [f, g, p, q] = next(temperatures[temperatures.len() - 1], &potentials);
    (f - p).sum() / x.nrows() as f64 + (g - q).sum() / y.nrows() as f64
}

fn soft_min(costs: &Array2<f64>, eps: f64, potential: &Array1<f64>) -> Array1<f64> {
    costs.map_axis(Axis(1), |costs| {
        let scores = (potential - &costs) / eps;
        let top = scores.fold(f64::NEG_INFINITY, |top, &score| top.max(score));
        let mean = scores.mapv(|score| (score - top).exp()).sum() / scores.len() as f64;
        -eps * (top + mean.ln())
    })
}
