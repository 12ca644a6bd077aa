//! Runs a function through every kind of lanes that the processor has.

use keops_device::{Real, Scalar};

/// A function of two numbers, over any kind of lanes; functions of one number ignore the second.
pub(crate) trait Function {
    /// The value of the function.
    fn call<S: Real>(x: S, y: S) -> S;
}

/// Defines types that implement [`Function`].
#[macro_export]
macro_rules! functions {
    ($($name:ident($x:ident, $y:ident) = $value:expr;)+) => {
        $(struct $name;
        impl common::Function for $name {
            #[inline(always)]
            fn call<S: keops_device::Real>($x: S, $y: S) -> S {
                $value
            }
        })+
    };
}

/// The values at the points `(x[i], y[i])`, computed with lanes `S`.
#[inline(always)]
fn evaluate<F: Function, S: Real>(x: &[S::Scalar], y: &[S::Scalar], out: &mut [S::Scalar]) {
    let count = x.len();
    for start in (0..count).step_by(S::LANES) {
        // The last lanes repeat the last point.
        let at = |l: usize| (start + l).min(count - 1);
        let value = F::call(S::from_fn(|l| x[at(l)]), S::from_fn(|l| y[at(l)]));
        for l in 0..S::LANES.min(count - start) {
            out[start + l] = value.lane(l);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn evaluate_avx2<F: Function, S: Real>(x: &[S::Scalar], y: &[S::Scalar], out: &mut [S::Scalar]) {
    evaluate::<F, S>(x, y, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn evaluate_avx512<F: Function, S: Real>(x: &[S::Scalar], y: &[S::Scalar], out: &mut [S::Scalar]) {
    evaluate::<F, S>(x, y, out);
}

/// The values at the points `(x[i], y[i])` with each kind of lanes that the processor has, handed to `check` with the
/// name of the lanes.
pub(crate) fn for_all_lanes<F: Function, T: Scalar>(x: &[T], y: &[T], mut check: impl FnMut(&'static str, &[T])) {
    let mut out = vec![T::default(); x.len()];
    evaluate::<F, T>(x, y, &mut out);
    check("scalar", &out);
    evaluate::<F, T::Portable>(x, y, &mut out);
    check("portable", &out);
    #[cfg(target_arch = "aarch64")]
    {
        evaluate::<F, T::Neon>(x, y, &mut out);
        check("neon", &out);
    }
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the features were just detected.
            unsafe { evaluate_avx2::<F, T::Avx2>(x, y, &mut out) };
            check("avx2", &out);
        }
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the features were just detected; every processor with AVX-512 has AVX2 and FMA.
            unsafe { evaluate_avx512::<F, T::Avx512>(x, y, &mut out) };
            check("avx512", &out);
        }
    }
}
