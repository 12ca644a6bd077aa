//! The temperatures of the iterations, from the size of the clouds down to the square of the blur.

use ndarray::Array2;

/// The temperatures eps of GeomLoss' `epsilon_schedule` with p = 2: the squares of the diameter (twice), of the diameter times
/// `scaling`, times `scaling` again and so on, and of the blur at the end.
pub(crate) fn temperatures(diameter: f64, blur: f64, scaling: f64) -> Vec<f64> {
    let (first, last, step) = (2.0 * diameter.ln(), 2.0 * blur.ln(), 2.0 * scaling.ln());
    // As NumPy's `arange`: `last` itself is left out. A diameter below the blur leaves the first and the last number.
    let count = ((last - first) / step).ceil().max(0.0) as usize;
    let between = (0..count).map(|k| (first + k as f64 * step).exp());
    std::iter::once(diameter * diameter).chain(between).chain([blur * blur]).collect()
}

/// The diagonal of the box around all points of both clouds.
pub(crate) fn diameter(clouds: [&Array2<f64>; 2]) -> f64 {
    let sides = (0..3).map(|k| {
        let coordinates = clouds.into_iter().flat_map(|cloud| cloud.column(k));
        let (low, high) =
            coordinates.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
        high - low
    });
    sides.map(|side| side * side).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn temperatures_are_those_of_geomloss() {
        let eps = temperatures(1.0, 0.1, 0.5);
        let expected = [1.0, 1.0, 0.25, 0.0625, 0.015625, 0.01];
        assert_eq!(eps.len(), expected.len());
        assert!(eps.iter().zip(expected).all(|(eps, expected)| (eps - expected).abs() < 1e-12), "{eps:?}");
        assert_eq!(temperatures(0.5, 1.0, 0.5), [0.25, 1.0]);
    }

    #[test]
    fn the_diameter_is_that_of_the_common_box() {
        assert_eq!(diameter([&array![[0.0, 0.0, 1.0]], &array![[3.0, -4.0, 1.0], [1.0, 0.0, 1.0]]]), 5.0);
    }
}
