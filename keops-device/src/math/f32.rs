//! The constants and polynomials of `f32`.
//!
//! The coefficients are minimax ones (Remez' algorithm in 220-bit arithmetic), rounded to `f32` one by one from the
//! lowest on, the remaining ones fitted again after each. The errors stated are those of the rounded polynomials in
//! exact arithmetic. For scale: half a unit in the last place is a relative error between 2^-25 and 2^-24.

use super::precision::{Precision, excess_from_eighth, polynomial};
use crate::real::Real;

impl Precision for f32 {
    const LN_2: [f64; 2] = [0.693145751953125, 1.428606765330187e-06];
    const EXP_MAX: f64 = 88.722_83;
    const EXP_LIMIT: f64 = 104.0;
    const POWER_LIMIT: f64 = 4294967296.0;
    const PI_FUSED: [f64; 3] = [3.141592502593994, 1.5099578831723193e-07, 1.0780605906948477e-14];
    const PI_UNFUSED: [f64; 4] = [3.14111328125, 0.0004793405532836914, 3.1781382858753204e-08, 5.126688136514179e-12];
    const SIN_LIMIT: [f64; 2] = [25000.0, 3200.0];
    const FRAC_PI_4: [f64; 2] = [0.785398006439209, 1.5695823663008923e-07];
    const FRAC_PI_2: [f64; 2] = [1.5707963705062866, -4.371138828673793e-08];
    const TWO_THIRDS: [f64; 2] = [0.6666666865348816, -1.9868215517249155e-08];
    const SPLITTER: f64 = 4097.0;
    const BELOW_HALF: f64 = 0.5 - 1.0 / (1u64 << 25) as f64;
    const LARGE: f64 = (1u128 << 126) as f64;

    /// Relative error 2^-28.22.
    #[inline(always)]
    fn exp_reduced<S: Real<Scalar = f32>>(r: S) -> S {
        polynomial!(r; 1.0, 1.0, 0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369192481040955,
            0.001383890165016055)
    }

    /// Where arithmetic is fused, and rounds less on the way, one degree less: error 2^-22.90 relative to the binade of
    /// the result, which is 1.07 units in the last place. With all roundings 1.92 units, by exhaustive test.
    #[inline(always)]
    fn exp_reduced_fast<S: Real<Scalar = f32>>(r: S) -> S {
        if S::FUSED {
            polynomial!(r; 1.0, 0.999999463558197, 0.4999912977218628, 0.16668233275413513, 0.04190025478601456,
                0.008256185799837112)
        } else {
            Self::exp_reduced(r)
        }
    }

    /// Where arithmetic is fused, error 2^-22.92 relative to the binade of the result, which is 1.06 units in the last
    /// place; else relative error 2^-28.32.
    #[inline(always)]
    fn exp2_neg_reduced_fast<S: Real<Scalar = f32>>(r: S) -> S {
        if S::FUSED {
            polynomial!(r; 1.0, -0.693146824836731, 0.24022237956523895, -0.05550896003842354, 0.009671720676124096, -0.0013224551221355796)
        } else {
            polynomial!(r; 1.0, -0.6931471824645996, 0.24022647738456726, -0.05550359934568405, 0.009618505835533142, -0.0013390806270763278, 0.00015326471475418657)
        }
    }

    /// Relative error 2^-27.50.
    #[inline(always)]
    fn log<S: Real<Scalar = f32>>(x: S) -> S {
        let (m, e) = x.split_pow2();
        let f = m - S::constant(1.0);
        let q = polynomial!(f; -0.5, 0.33333462476730347, -0.2500019371509552, 0.1999039500951767, -0.1664274036884308,
            0.1447535753250122, -0.13204771280288696, 0.10578012466430664, -0.04592517763376236);
        // e ln 2 + (f + f² q), from the smallest to the largest.
        let small = (f * f).mul_add(q, e * S::constant(Self::LN_2[1]));
        e.mul_add(S::constant(Self::LN_2[0]), f + small)
    }

    /// Relative error 2^-27.27 of sin(r).
    #[inline(always)]
    fn sin_excess<S: Real<Scalar = f32>>(z: S) -> S {
        excess_from_eighth(
            z,
            polynomial!(z; 0.125 - 0.16666659712791443, 0.008333069272339344, -0.00019809776858892292, 2.606095677037956e-06),
        )
    }

    /// Relative error 2^-27.46 of atan(t).
    #[inline(always)]
    fn atan_excess<S: Real<Scalar = f32>>(z: S) -> S {
        polynomial!(z; 0.0, -0.3333323299884796, 0.19994167983531952, -0.14174212515354156, 0.10155835002660751,
            -0.051251620054244995)
    }

    /// Relative error 2^-27.61 of asin(s).
    #[inline(always)]
    fn asin_excess<S: Real<Scalar = f32>>(z: S) -> S {
        polynomial!(z; 0.0, 0.16666752099990845, 0.07495306432247162, 0.045469772070646286, 0.02418077364563942,
            0.04216641187667847)
    }

    /// Error 2^-34.52 relative to 2 atanh(s).
    #[inline(always)]
    fn atanh_tail<S: Real<Scalar = f32>>(z: S) -> S {
        polynomial!(z; 0.40000391006469727, 0.28525614738464355, 0.2387310117483139)
    }

    #[inline(always)]
    fn decompose(self) -> (u64, i32) {
        let bits = self.to_bits();
        (u64::from(bits & 0x7f_ffff | 0x80_0000), (bits >> 23) as i32 - 150)
    }
    #[inline(always)]
    fn compose(mantissa: u64, exponent: i32) -> f32 {
        mantissa as f32 * f32::from_bits(((exponent + 127) as u32) << 23)
    }
}
