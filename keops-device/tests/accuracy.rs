//! The errors of the elementary functions, in units in the last place, for every kind of lanes that the processor has.
//!
//! References are the standard library's `f64` functions for `f32`, arbitrary-precision ones for `f64`. The tables show
//! with `cargo test -p keops-device --test accuracy -- --nocapture`.

mod common;

use astro_float::{BigFloat, Consts, RoundingMode};
use common::{Function, for_all_lanes};
use keops_device::{Bits, Math, Real, Scalar};

/// The largest error accepted, in units in the last place.
const ACCEPTED: f64 = 2.0;
const SAMPLES_F32: usize = 1_000_000;
const SAMPLES_F64: usize = 20_000;
const SAMPLES_BESSEL: usize = 2_000;

functions! {
    Exp(x, _y) = x.exp();
    ExpOfNegative(x, _y) = (-x).exp();
    Exp2Neg(x, _y) = x.exp2_neg();
    Log(x, _y) = x.log();
    Sin(x, _y) = x.sin();
    Cos(x, _y) = x.cos();
    Asin(x, _y) = x.asin();
    Acos(x, _y) = x.acos();
    Atan(x, _y) = x.atan();
    Atan2(x, y) = x.atan2(y);
    Pow(x, y) = x.powf(y);
    Sqrt(x, _y) = x.sqrt();
    Rsqrt(x, _y) = x.rsqrt();
    Recip(x, _y) = x.recip();
    XLogX(x, _y) = x.xlogx();
    SinXDivX(x, _y) = x.sinxdivx();
}

/// An exact value as a multiple of the unit in the last place that its magnitude has in the type under test.
#[derive(Clone, Copy)]
struct Exact {
    integral: f64,
    fraction: f64,
    unit_exponent: i32,
}

/// `2^exponent` for exponents beyond those of `f64`, applied to `x`.
fn scale(x: f64, exponent: i32) -> f64 {
    let half = exponent / 2;
    x * 2f64.powi(half) * 2f64.powi(exponent - half)
}

impl Exact {
    fn in_f32(value: f64) -> Self {
        // Far beyond the range of the type all numbers are alike.
        let value = value.clamp(-1e100, 1e100);
        let exponent = if value == 0.0 { -149 } else { value.abs().log2().floor() as i32 - 23 };
        let unit_exponent = exponent.max(-149);
        Self { integral: scale(value, -unit_exponent), fraction: 0.0, unit_exponent }
    }

    fn in_f64(value: &BigFloat) -> Self {
        if value.is_zero() {
            return Self { integral: 0.0, fraction: 0.0, unit_exponent: -1074 };
        }
        if value.is_inf() {
            let infinity = if value.is_positive() { 1e300 } else { -1e300 };
            return Self { integral: infinity, fraction: 0.0, unit_exponent: 971 };
        }
        let (words, _, sign, exponent, _) = value.as_raw_parts().expect("the reference is a number");
        // The value is 0.m * 2^exponent with the highest bit of m set; 128 bits of m are enough.
        let top = words.len() - 1;
        let mantissa = u128::from(words[top]) << 64 | if top > 0 { u128::from(words[top - 1]) } else { 0 };
        let unit_exponent = (exponent - 53).max(-1074);
        let drop = (unit_exponent - exponent + 128) as u32;
        let (integral, rest) = if drop < 128 { (mantissa >> drop, mantissa << (128 - drop)) } else { (0, mantissa) };
        let fraction = scale(rest as f64, -128 - (drop.max(128) as i32 - 128));
        let sign = if sign.is_negative() { -1.0 } else { 1.0 };
        Self { integral: sign * integral as f64, fraction: sign * fraction, unit_exponent }
    }

    fn to_f64(self) -> f64 {
        scale(self.integral + self.fraction, self.unit_exponent)
    }

    /// The same value as a multiple of the unit of `other`, if that is larger.
    fn with_unit_of(self, other: Self) -> Self {
        let unit_exponent = self.unit_exponent.max(other.unit_exponent);
        let shift = self.unit_exponent - unit_exponent;
        Self { integral: scale(self.integral, shift), fraction: scale(self.fraction, shift), unit_exponent }
    }

    fn error(self, computed: f64, largest: f64) -> f64 {
        let exact = self.integral + self.fraction;
        let infinity = scale(largest, -self.unit_exponent);
        if computed.is_infinite() && computed * exact > 0.0 && exact.abs() >= infinity - 0.5 {
            return 0.0;
        }
        let error = ((scale(computed, -self.unit_exponent) - self.integral) - self.fraction).abs();
        if error.is_nan() { f64::INFINITY } else { error }
    }
}

/// A sequence of random bits, always the same.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d049bb133111eb);
        z ^ z >> 31
    }
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// A finite number with a random sign, exponent and mantissa.
    fn any<T: Scalar>(&mut self) -> T {
        loop {
            let bits = <T::Bits as Bits>::splat(self.bits() >> 1);
            let x = <T as Real>::from_bits(bits | <T::Bits as Bits>::splat(self.bits() & (1 << 31 | 1 << 63)));
            if x.to_f64().is_finite() {
                return x;
            }
        }
    }
    /// A number within few units in the last place, or little more, of `centre`.
    fn near<T: Scalar>(&mut self, centre: f64) -> T {
        let distance = scale(self.uniform(-1.0, 1.0), -((self.bits() % 60) as i32));
        T::from_f64(centre + centre.abs().max(1e-3) * distance)
    }
}

/// Where a function is tested: anywhere on the number line, in intervals and around points.
struct Domain {
    positive: bool,
    within_one: bool,
    intervals: &'static [(f64, f64)],
    centres: &'static [f64],
}

const LINE: Domain = Domain { positive: false, within_one: false, intervals: &[], centres: &[1.0, -1.0] };

impl Domain {
    fn sample<T: Scalar>(&self, random: &mut Random) -> T {
        loop {
            let x: T = match random.bits() % 4 {
                0 if !self.centres.is_empty() => {
                    let centre = self.centres[random.bits() as usize % self.centres.len()];
                    random.near(centre)
                }
                1 | 2 if !self.intervals.is_empty() => {
                    let (low, high) = self.intervals[random.bits() as usize % self.intervals.len()];
                    T::from_f64(random.uniform(low, high))
                }
                _ => random.any(),
            };
            let v = x.to_f64();
            if (!self.positive || v > 0.0) && (!self.within_one || v.abs() <= 1.0) && v.is_finite() && v != 0.0 {
                return x;
            }
        }
    }
}

/// The points at which a binary function is tested: bases and exponents of powers, or the coordinates of atan2.
fn pairs<T: Scalar>(random: &mut Random, count: usize, power: bool) -> (Vec<T>, Vec<T>) {
    (0..count)
        .map(|i| {
            if power {
                let x: T = match i % 3 {
                    0 => random.near(1.0),
                    1 => T::from_f64(random.uniform(0.0, 20.0)),
                    _ => random.any::<T>().abs(),
                };
                // Results over the whole range, those that overflow and underflow included.
                let limit = if size_of::<T>() == 4 { 105.0 } else { 750.0 };
                let exponent = random.uniform(-limit, limit) / x.to_f64().ln();
                let y = T::from_f64(if i % 5 == 0 { exponent.round() } else { exponent });
                if x.to_f64() > 0.0 && y.to_f64().is_finite() { (x, y) } else { (T::from_f64(2.0), T::from_f64(0.3)) }
            } else {
                let x: T = random.any();
                let y = if i % 2 == 0 { random.any() } else { T::from_f64(x.to_f64() * random.uniform(-4.0, 4.0)) };
                if y.to_f64().is_finite() { (x, y) } else { (x, x) }
            }
        })
        .unzip()
}

/// Prints a line per kind of lanes and returns the lines whose error, in the units of `exact`, is not accepted.
fn measure<F: Function, T: Scalar>(
    name: &str,
    accepted: f64,
    x: &[T],
    y: &[T],
    exact: &[Exact],
    largest: f64,
) -> Vec<String> {
    let mut failures = Vec::new();
    for_all_lanes::<F, T>(x, y, |lanes, values| {
        let errors = values.iter().zip(exact).map(|(value, exact)| exact.error(value.to_f64(), largest));
        let (worst, error) =
            errors.enumerate().fold((0, 0.0), |worst, (i, error)| if error > worst.1 { (i, error) } else { worst });
        let kind = if size_of::<T>() == 4 { "f32" } else { "f64" };
        let line = format!(
            "{name:10} {kind} {lanes:9} {error:6.3} ulp at {:e}, {:e}: {:e}",
            x[worst].to_f64(),
            y[worst].to_f64(),
            values[worst].to_f64()
        );
        println!("{line}");
        if error > accepted {
            failures.push(line);
        }
    });
    failures
}

type Reference32 = fn(f64, f64) -> f64;
type Reference64 = fn(&BigFloat, &BigFloat, &mut Consts) -> BigFloat;

const PRECISION: usize = 192;
const ROUNDING: RoundingMode = RoundingMode::ToEven;

/// The same number.
fn big(x: f64) -> BigFloat {
    // Subnormal numbers are brought into the range of normal ones and back.
    if x.abs() < f64::MIN_POSITIVE {
        let scaled = BigFloat::from_f64(x * 2f64.powi(600), PRECISION);
        scaled.mul(&BigFloat::from_f64(2f64.powi(-600), PRECISION), PRECISION, ROUNDING)
    } else {
        BigFloat::from_f64(x, PRECISION)
    }
}

fn check<F: Function>(name: &str, domain: Option<Domain>, reference32: Reference32, reference64: Reference64) {
    let mut random = Random(1);
    let zeros;
    let (x, y): (Vec<f32>, Vec<f32>) = match &domain {
        Some(domain) => {
            zeros = vec![0.0; SAMPLES_F32];
            ((0..SAMPLES_F32).map(|_| domain.sample(&mut random)).collect(), zeros)
        }
        None => pairs(&mut random, SAMPLES_F32, name == "pow"),
    };
    let exact: Vec<Exact> =
        x.iter().zip(&y).map(|(&x, &y)| Exact::in_f32(reference32(f64::from(x), f64::from(y)))).collect();
    let mut failures = measure::<F, f32>(name, ACCEPTED, &x, &y, &exact, scale(1.0, 128) - scale(1.0, 103));

    let (x, y): (Vec<f64>, Vec<f64>) = match &domain {
        Some(domain) => ((0..SAMPLES_F64).map(|_| domain.sample(&mut random)).collect(), vec![0.0; SAMPLES_F64]),
        None => pairs(&mut random, SAMPLES_F64, name == "pow"),
    };
    let mut constants = Consts::new().expect("memory for constants");
    let exact: Vec<Exact> = x
        .iter()
        .zip(&y)
        .map(|(&x, &y)| {
            let (x, y) = (big(x), big(y));
            Exact::in_f64(&reference64(&x, &y, &mut constants))
        })
        .collect();
    failures.extend(measure::<F, f64>(name, ACCEPTED, &x, &y, &exact, f64::MAX));
    assert!(failures.is_empty(), "{failures:#?}");
}

/// exp as documented: small results of `f32` are 0.
fn flushed_exp(x: f64) -> f64 {
    if x < -125.5 * std::f64::consts::LN_2 { 0.0 } else { x.exp() }
}

/// exp as documented: small results of `f64` are 0.
fn big_flushed_exp(x: &BigFloat, constants: &mut Consts) -> BigFloat {
    let lowest = BigFloat::from_f64(-1021.5 * std::f64::consts::LN_2, PRECISION);
    if *x < lowest { BigFloat::from_f64(0.0, PRECISION) } else { x.exp(PRECISION, ROUNDING, constants) }
}

#[test]
fn exp() {
    let domain = Domain { intervals: &[(-1.0, 1.0), (-104.0, 89.0), (-746.0, 710.0), (-746.0, -708.0)], ..LINE };
    check::<Exp>("exp", Some(domain), |x, _| flushed_exp(x), |x, _, c| big_flushed_exp(x, c));
}

#[test]
fn exp_of_negative() {
    let domain = Domain { intervals: &[(0.0, 2.0), (0.0, 104.0)], ..LINE };
    check::<ExpOfNegative>("exp(-x)", Some(domain), |x, _| flushed_exp(-x), |x, _, c| big_flushed_exp(&x.neg(), c));
}

#[test]
fn exp2_neg() {
    let domain = Domain { intervals: &[(-1.0, 1.0), (-128.0, 150.0), (-1025.0, 1080.0), (1021.0, 1076.0)], ..LINE };
    check::<Exp2Neg>(
        "exp2(-x)",
        Some(domain),
        |x, _| if x > 125.5 { 0.0 } else { (-x).exp2() },
        |x, _, c| {
            let two = BigFloat::from_f64(2.0, PRECISION);
            let small = *x > BigFloat::from_f64(1021.5, PRECISION);
            if small { BigFloat::from_f64(0.0, PRECISION) } else { two.pow(&x.neg(), PRECISION, ROUNDING, c) }
        },
    );
}

#[test]
fn log() {
    let domain = Domain { positive: true, intervals: &[(0.5, 2.0), (0.0, 100.0)], ..LINE };
    check::<Log>("log", Some(domain), |x, _| x.ln(), |x, _, c| x.ln(PRECISION, ROUNDING, c));
}

const ANGLES: Domain = Domain {
    intervals: &[(-4.0, 4.0), (-30.0, 30.0), (-3200.0, 3200.0), (-26000.0, 26000.0), (-1.1e8, 1.1e8)],
    centres: &[
        std::f64::consts::FRAC_PI_2,
        std::f64::consts::PI,
        -1.5 * std::f64::consts::PI,
        2.0 * std::f64::consts::PI,
        101.0 * std::f64::consts::PI,
        -1000.5 * std::f64::consts::PI,
        7000.0 * std::f64::consts::PI,
        1e6 * std::f64::consts::PI,
    ],
    ..LINE
};

#[test]
fn sin() {
    check::<Sin>("sin", Some(ANGLES), |x, _| x.sin(), |x, _, c| x.sin(PRECISION, ROUNDING, c));
}

#[test]
fn cos() {
    check::<Cos>("cos", Some(ANGLES), |x, _| x.cos(), |x, _, c| x.cos(PRECISION, ROUNDING, c));
}

#[test]
fn sinxdivx() {
    let reference: Reference64 = |x, _, c| x.sin(PRECISION, ROUNDING, c).div(x, PRECISION, ROUNDING);
    check::<SinXDivX>("sinxdivx", Some(ANGLES), |x, _| x.sin() / x, reference);
}

struct SphericalBessel<const N: i32>;

impl<const N: i32> Function for SphericalBessel<N> {
    #[inline(always)]
    fn call<S: Real>(x: S, _y: S) -> S {
        x.spherical_bessel(N)
    }
}

/// The spherical Bessel function, also as a reference for `f32`: the power series where the precision outweighs its
/// cancellation, else the recurrence.
fn big_spherical_bessel(n: i32, x: &BigFloat, c: &mut Consts) -> BigFloat {
    let number = |i: i32| BigFloat::from_i32(i, PRECISION);
    let divide = |a: &BigFloat, b: &BigFloat| a.div(b, PRECISION, ROUNDING);
    let multiply = |a: &BigFloat, b: &BigFloat| a.mul(b, PRECISION, ROUNDING);
    if x.abs() < number(20) {
        let z = divide(&multiply(x, x), &number(-2));
        let mut term = (1..=n).fold(number(1), |power, k| divide(&multiply(&power, x), &number(2 * k + 1)));
        let mut sum = term.clone();
        for k in 1..70 {
            term = divide(&multiply(&term, &z), &number(k * (2 * n + 2 * k + 1)));
            sum = sum.add(&term, PRECISION, ROUNDING);
        }
        return sum;
    }
    let mut previous = divide(&x.cos(PRECISION, ROUNDING, c), x);
    let mut current = divide(&x.sin(PRECISION, ROUNDING, c), x);
    for k in 0..n {
        let factor = divide(&number(2 * k + 1), x);
        let next = multiply(&factor, &current).sub(&previous, PRECISION, ROUNDING);
        (previous, current) = (current, next);
    }
    current
}

/// Measures the error of a spherical Bessel function for |x| < 1 + n/2 in units in the last place, elsewhere in those of
/// 1 / (1 + |x|) if they are larger, since it oscillates with about this amplitude.
fn measure_spherical_bessel<const N: i32, T: Scalar>(largest: f64) -> Vec<String> {
    let domain = Domain { intervals: &[(-2.0, 2.0), (-6.0, 6.0), (-18.0, 18.0), (-300.0, 300.0)], ..LINE };
    let mut random = Random(1);
    let mut constants = Consts::new().expect("memory for constants");
    let is_near = |x: &T| x.to_f64().abs() < 1.0 + 0.5 * f64::from(N);
    let (near, far): (Vec<T>, Vec<T>) = (0..SAMPLES_BESSEL).map(|_| domain.sample(&mut random)).partition(is_near);
    let rounded = |exact: Exact| if size_of::<T>() == 4 { Exact::in_f32(exact.to_f64()) } else { exact };
    let mut exact = |x: T| rounded(Exact::in_f64(&big_spherical_bessel(N, &big(x.to_f64()), &mut constants)));
    let near_exact: Vec<Exact> = near.iter().map(|&x| exact(x)).collect();
    let amplitude = |x: T| rounded(Exact::in_f64(&big(1.0 / (1.0 + x.to_f64().abs()))));
    let far_exact: Vec<Exact> = far.iter().map(|&x| exact(x).with_unit_of(amplitude(x))).collect();
    let zeros = vec![T::default(); SAMPLES_BESSEL];
    let accepted = f64::from(N + 3);
    let mut failures =
        measure::<SphericalBessel<N>, T>(&format!("j{N} near 0"), accepted, &near, &zeros, &near_exact, largest);
    let accepted = match N {
        0..=2 => 4.0,
        3..=6 => 8.0,
        7..=14 => 32.0,
        _ => 64.0,
    };
    failures.extend(measure::<SphericalBessel<N>, T>(&format!("j{N}"), accepted, &far, &zeros, &far_exact, largest));
    failures
}

macro_rules! check_spherical_bessel {
    ($($order:literal)*) => {
        let mut failures = Vec::new();
        $(
            failures.extend(measure_spherical_bessel::<$order, f32>(f64::from(f32::MAX)));
            failures.extend(measure_spherical_bessel::<$order, f64>(f64::MAX));
        )*
        assert!(failures.is_empty(), "{failures:#?}");
    };
}

#[test]
fn spherical_bessel_of_low_order() {
    check_spherical_bessel!(0 1 2 3 4 5 6 7);
}

#[test]
fn spherical_bessel_of_high_order() {
    check_spherical_bessel!(8 9 10 11 12 13 14 15 16);
}

const SINES: Domain = Domain { within_one: true, intervals: &[(-1.0, 1.0), (-0.52, -0.48), (0.48, 0.52)], ..LINE };

#[test]
fn asin() {
    check::<Asin>("asin", Some(SINES), |x, _| x.asin(), |x, _, c| x.asin(PRECISION, ROUNDING, c));
}

#[test]
fn acos() {
    check::<Acos>("acos", Some(SINES), |x, _| x.acos(), |x, _, c| x.acos(PRECISION, ROUNDING, c));
}

#[test]
fn atan() {
    let domain = Domain { intervals: &[(-1.0, 1.0), (-4.0, 4.0), (0.4, 0.6), (1.8, 2.2)], ..LINE };
    check::<Atan>("atan", Some(domain), |x, _| x.atan(), |x, _, c| x.atan(PRECISION, ROUNDING, c));
}

/// atan2 for numbers other than 0.
fn big_atan2(y: &BigFloat, x: &BigFloat, c: &mut Consts) -> BigFloat {
    let angle = y.div(x, PRECISION, ROUNDING).atan(PRECISION, ROUNDING, c);
    if x.is_positive() {
        angle
    } else if y.is_positive() {
        angle.add(&c.pi(PRECISION, ROUNDING), PRECISION, ROUNDING)
    } else {
        angle.sub(&c.pi(PRECISION, ROUNDING), PRECISION, ROUNDING)
    }
}

#[test]
fn atan2() {
    check::<Atan2>("atan2", None, f64::atan2, big_atan2);
}

#[test]
fn pow() {
    check::<Pow>("pow", None, f64::powf, |x, y, c| x.pow(y, PRECISION, ROUNDING, c));
}

const POSITIVE: Domain = Domain { positive: true, intervals: &[(0.0, 4.0)], ..LINE };

#[test]
fn sqrt() {
    check::<Sqrt>("sqrt", Some(POSITIVE), |x, _| x.sqrt(), |x, _, _| x.sqrt(PRECISION, ROUNDING));
}

#[test]
fn rsqrt() {
    let reference: Reference64 = |x, _, _| x.sqrt(PRECISION, ROUNDING).reciprocal(PRECISION, ROUNDING);
    check::<Rsqrt>("rsqrt", Some(POSITIVE), |x, _| 1.0 / x.sqrt(), reference);
}

#[test]
fn recip() {
    check::<Recip>("recip", Some(LINE), |x, _| 1.0 / x, |x, _, _| x.reciprocal(PRECISION, ROUNDING));
}

#[test]
fn xlogx() {
    let domain = Domain { positive: true, intervals: &[(0.5, 2.0), (0.0, 100.0)], ..LINE };
    let reference: Reference64 = |x, _, c| x.ln(PRECISION, ROUNDING, c).mul(x, PRECISION, ROUNDING);
    check::<XLogX>("xlogx", Some(domain), |x, _| x * x.ln(), reference);
}
