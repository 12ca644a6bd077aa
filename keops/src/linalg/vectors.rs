//! Blocks of vectors, one per column: what iterations do with them.

use ndarray::{Array1, Array2, ArrayView2, Zip};

use crate::Scalar;

/// The scalar product of each pair of columns, summed in `f64`: in `f32` a sum of a million products would cost the
/// conjugate directions their conjugacy.
pub(super) fn dots<T: Scalar>(a: &Array2<T>, b: &Array2<T>) -> Vec<f64> {
    let columns = a.columns().into_iter().zip(b.columns());
    columns.map(|(a, b)| Zip::from(a).and(b).fold(0.0, |sum, a, b| sum + a.to_f64() * b.to_f64())).collect()
}

/// The Euclidean norm of each column.
pub(super) fn norms<T: Scalar>(a: ArrayView2<'_, T>) -> Vec<f64> {
    let norm = |sum: f64, x: &T| sum + x.to_f64() * x.to_f64();
    a.columns().into_iter().map(|column| column.fold(0.0, norm).sqrt()).collect()
}

/// `y + factor x`, with a factor for each column.
pub(super) fn add_scaled<T: Scalar>(y: &mut Array2<T>, factors: &[f64], x: &Array2<T>) {
    let factors: Array1<T> = factors.iter().map(|&factor| T::from_f64(factor)).collect();
    Zip::from(y).and(x).and_broadcast(&factors).for_each(|y, &x, &factor| *y = *y + factor * x);
}

/// `x + factor y`, with a factor for each column, in place of `y`.
pub(super) fn scale_and_add<T: Scalar>(y: &mut Array2<T>, factors: &[f64], x: &Array2<T>) {
    let factors: Array1<T> = factors.iter().map(|&factor| T::from_f64(factor)).collect();
    Zip::from(y).and(x).and_broadcast(&factors).for_each(|y, &x, &factor| *y = x + factor * *y);
}

/// The distance from 1 to the next number.
pub(super) fn epsilon<T: Scalar>() -> f64 {
    f64::from(T::MANTISSA_BITS).exp2().recip()
}

/// Pseudo-random numbers, from the generator SplitMix64.
#[cfg(any(test, feature = "faer"))]
pub(super) struct Random(u64);

#[cfg(any(test, feature = "faer"))]
impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// Numbers in [-1, 1).
    pub(super) fn block<T: Scalar>(&mut self, rows: usize, columns: usize) -> Array2<T> {
        Array2::from_shape_simple_fn((rows, columns), || {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            T::from_f64(((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)
        })
    }
}
