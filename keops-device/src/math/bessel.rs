//! Spherical Bessel functions of the first kind.
//!
//! Near 0 they are the power series
//!
//! ```text
//! j_n(x) = x^n / (2n+1)!! * sum over k of (-x²/2)^k / (k! (2n+3) (2n+5) ... (2n+2k+1))
//! ```
//!
//! (DLMF 10.53.1). Its terms grow with |x| and cancel. Far from 0 they follow from sin(x) and cos(x) by the recurrence
//! j_{n+1}(x) = (2n+1)/x j_n(x) - j_{n-1}(x) (DLMF 10.49 and 10.51.1), which magnifies errors where j_n(x) is small: for
//! |x| < n. From one to the other it goes where their errors are about the same.

use super::{power, trigonometric};
use crate::real::{Real, Scalar};

/// The power series of one order.
#[derive(Clone, Copy)]
struct Series {
    /// The largest argument for which it is used.
    limit: f64,
    /// 1 / (2n+1)!!
    factor: f64,
    /// The coefficients of the sum as a polynomial in (x/8)², of which no term leaves the range of `f32`.
    coefficients: [f64; 32],
    /// How many of them matter to `f32` and to `f64`.
    lengths: [usize; 2],
}

impl Series {
    const fn of_order(n: usize) -> Self {
        let limit = 0.8 * n as f64 + 1.5;
        let mut double_factorial = 1u64;
        let mut k = 1;
        while k <= n {
            double_factorial *= 2 * k as u64 + 1;
            k += 1;
        }
        let mut coefficients = [1.0; 32];
        let mut lengths = [1; 2];
        let mut largest_term = 1.0;
        let mut k = 1;
        while k < coefficients.len() {
            let divisor = (k * (2 * n + 2 * k + 1)) as f64;
            coefficients[k] = -32.0 * coefficients[k - 1] / divisor;
            largest_term *= 0.5 * limit * limit / divisor;
            // A fraction of the last place, even after some cancellation.
            if largest_term > 1.0 / (1u64 << 29) as f64 {
                lengths[0] = k + 1;
            }
            if largest_term > 1.0 / (1u64 << 58) as f64 {
                lengths[1] = k + 1;
            }
            k += 1;
        }
        assert!(lengths[1] < coefficients.len());
        Self { limit, factor: 1.0 / double_factorial as f64, coefficients, lengths }
    }
}

/// The power series of the orders from 0 on.
const SERIES: [Series; 17] = {
    let mut series = [Series::of_order(0); 17];
    let mut n = 1;
    while n < series.len() {
        series[n] = Series::of_order(n);
        n += 1;
    }
    series
};

/// j_n(x), for 0 <= n <= 16.
#[inline(always)]
pub(super) fn spherical_bessel<S: Real>(x: S, n: i32) -> S {
    if n == 0 {
        return trigonometric::sinxdivx(x);
    }
    let series = &SERIES[n as usize];
    S::select(x.abs().le(S::constant(series.limit)), near_zero(x, n, series), far_from_zero(x, n))
}

/// The power series.
#[inline(always)]
fn near_zero<S: Real>(x: S, n: i32, series: &Series) -> S {
    let eighth = S::constant(0.125) * x;
    let z = eighth * eighth;
    let length = series.lengths[if S::Scalar::MANTISSA_BITS < 52 { 0 } else { 1 }];
    let mut sum = S::constant(series.coefficients[length - 1]);
    for k in (0..length - 1).rev() {
        sum = sum.mul_add(z, S::constant(series.coefficients[k]));
    }
    power::powi(x, n) * S::constant(series.factor) * sum
}

/// The recurrence, for x j_n(x), so that there is a single quotient that may be subnormal.
#[inline(always)]
fn far_from_zero<S: Real>(x: S, n: i32) -> S {
    let inverse = S::constant(1.0) / x;
    let mut previous = trigonometric::sin(x);
    let mut current = previous.mul_add(inverse, -trigonometric::cos(x));
    for k in 1..n {
        let next = current.mul_add(S::constant(f64::from(2 * k + 1)) * inverse, -previous);
        (previous, current) = (current, next);
    }
    current / x
}
