//! The constants and polynomials of `f64`.
//!
//! The coefficients are minimax ones (Remez' algorithm in 220-bit arithmetic), rounded to `f64` one by one from the
//! lowest on, the remaining ones fitted again after each. The errors stated are those of the rounded polynomials in
//! exact arithmetic. For scale: half a unit in the last place is a relative error between 2^-54 and 2^-53.

use super::precision::{Precision, excess_from_eighth, polynomial};
use crate::real::Real;

impl Precision for f64 {
    const LN_2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];
    const EXP_MAX: f64 = 709.782_712_893_384;
    const EXP_LIMIT: f64 = 746.0;
    const POWER_LIMIT: f64 = 18446744073709551616.0;
    const PI_FUSED: [f64; 3] = [core::f64::consts::PI, 1.224646799147353e-16, 2.165713347843828e-32];
    const PI_UNFUSED: [f64; 4] =
        [3.1415926534682512, 1.2154201012607932e-10, 4.044532497422333e-21, 1.69568553207378e-31];
    const SIN_LIMIT: [f64; 2] = [1e8, 3e6];
    const FRAC_PI_4: [f64; 2] = [core::f64::consts::FRAC_PI_4, 3.061616997868383e-17];
    const FRAC_PI_2: [f64; 2] = [core::f64::consts::FRAC_PI_2, 6.123233995736766e-17];
    const TWO_THIRDS: [f64; 2] = [0.6666666666666666, 3.700743415417188e-17];
    const SPLITTER: f64 = 134217729.0;
    const BELOW_HALF: f64 = 0.5 - 1.0 / (1u64 << 54) as f64;
    const LARGE: f64 = f64::MAX / 4.0;

    /// Relative error 2^-57.87.
    #[inline(always)]
    fn exp_reduced<S: Real<Scalar = f64>>(r: S) -> S {
        polynomial!(r; 1.0, 1.0, 0.5000000000000011, 0.16666666666666413, 0.04166666666652543, 0.008333333333491585,
            0.0013888888945026965, 0.00019841269518195638, 2.4801491515930734e-05, 2.755757119015145e-06,
            2.7630855464467785e-07, 2.5006378880804648e-08)
    }

    /// The same: rounding dominates.
    #[inline(always)]
    fn exp_reduced_fast<S: Real<Scalar = f64>>(r: S) -> S {
        Self::exp_reduced(r)
    }

    /// Relative error 2^-57.77.
    #[inline(always)]
    fn exp2_neg_reduced_fast<S: Real<Scalar = f64>>(r: S) -> S {
        polynomial!(r; 1.0, -core::f64::consts::LN_2, 0.24022650695910108, -0.05550410866482172, 0.009618129107601606, -0.001333355814654635, 0.0001540353044903389, -1.525273363395788e-05, 1.3215438837203029e-06, -1.0178160044109574e-07, 7.07323281118772e-09, -4.438864045052354e-10)
    }

    /// Relative error 2^-62.66, by way of 2 atanh(f / (2 + f)) = log(1 + f).
    #[inline(always)]
    fn log<S: Real<Scalar = f64>>(x: S) -> S {
        let (m, e) = x.split_pow2();
        let f = m - S::constant(1.0);
        let s = f / (f + S::constant(2.0));
        let z = s * s;
        let r = polynomial!(z; 0.666666666666666, 0.4000000000005668, 0.28571428555825595, 0.222222242970338,
            0.18181665827024224, 0.1539111398578016, 0.13173558140312897, 0.1384336052858649);
        // log(1 + f) = f - (h - s (h + z r)) with h = f²/2: the last place of f, which is exact, is not lost in s.
        let h = S::constant(0.5) * f * f;
        let small = s.mul_add(z.mul_add(r, h), e * S::constant(Self::LN_2[1]));
        e.mul_add(S::constant(Self::LN_2[0]), f - (h - small))
    }

    /// Relative error 2^-61.55 of sin(r).
    #[inline(always)]
    fn sin_excess<S: Real<Scalar = f64>>(z: S) -> S {
        excess_from_eighth(
            z,
            polynomial!(z; 0.125 - 0.16666666666666666, 0.008333333333333207, -0.0001984126984121248,
                2.755731921156948e-06, -2.5052106904421652e-08, 1.605894100219032e-10, -7.64301936825234e-13,
                2.7214195404808474e-15),
        )
    }

    /// Relative error 2^-57.77 of atan(t).
    #[inline(always)]
    fn atan_excess<S: Real<Scalar = f64>>(z: S) -> S {
        polynomial!(z; 0.0, -0.3333333333333298, 0.19999999999903, -0.14285714276371436, 0.1111111065887889,
            -0.09090896223548837, 0.0769207355564006, -0.06663806778198814, 0.058582719200237575,
            -0.05121882152323501, 0.0418614895224923, -0.02742912923664446, 0.010112703585345287)
    }

    /// Relative error 2^-59.85 of asin(s).
    #[inline(always)]
    fn asin_excess<S: Real<Scalar = f64>>(z: S) -> S {
        polynomial!(z; 0.0, 0.1666666666666676, 0.0749999999997081, 0.04464285717464569, 0.03038194270472145,
            0.02237221510441297, 0.017351609477228695, 0.013980855364478883, 0.011398596074143497,
            0.010782180608290434, 0.003698593697258569, 0.0217276545861303, -0.02102922963263032, 0.032648411779013994)
    }

    /// Error 2^-69.02 relative to 2 atanh(s).
    #[inline(always)]
    fn atanh_tail<S: Real<Scalar = f64>>(z: S) -> S {
        polynomial!(z; 0.3999999999999972, 0.28571428571579977, 0.22222222190767107, 0.18181821569923143,
            0.15384404419929312, 0.13341208372602034, 0.11591392738747848, 0.1257741519708885)
    }

    #[inline(always)]
    fn decompose(self) -> (u64, i32) {
        let bits = self.to_bits();
        (bits & 0xf_ffff_ffff_ffff | 0x10_0000_0000_0000, (bits >> 52) as i32 - 1075)
    }
    #[inline(always)]
    fn compose(mantissa: u64, exponent: i32) -> f64 {
        mantissa as f64 * f64::from_bits(((exponent + 1023) as u64) << 52)
    }
}
