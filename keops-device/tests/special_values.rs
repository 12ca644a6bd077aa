//! Zeros, infinities, NaN, subnormal numbers and ties, for every function and every kind of lanes that the processor
//! has.

mod common;

use common::{Function, for_all_lanes};
use keops_device::{Math, Scalar};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
/// A huge number that `f32` holds exactly.
const HUGE: f64 = 1e30f32 as f64;
const PI: f64 = std::f64::consts::PI;

/// What a lane must hold.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// This number, with this sign if it is zero, or NaN.
    Exactly(f64),
    /// This number but for a few units in the last place.
    Nearly(f64),
}
use Expected::{Exactly, Nearly};

fn holds<T: Scalar>(expected: Expected, value: T) -> bool {
    let value = value.to_f64();
    match expected {
        Exactly(number) if number.is_nan() => value.is_nan(),
        Exactly(number) => {
            T::from_f64(number).to_f64() == value && number.is_sign_negative() == value.is_sign_negative()
        }
        Nearly(number) => {
            let precision = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
            (value - number).abs() <= 2.0 * precision * number.abs()
        }
    }
}

fn check_as<F: Function, T: Scalar>(cases: &[(f64, f64, Expected)]) {
    // Every case meets every lane.
    const SHIFTS: usize = 16;
    let repeated: Vec<_> =
        (0..SHIFTS).flat_map(|shift| std::iter::repeat_n(cases[0], shift).chain(cases.iter().copied())).collect();
    let x: Vec<T> = repeated.iter().map(|case| T::from_f64(case.0)).collect();
    let y: Vec<T> = repeated.iter().map(|case| T::from_f64(case.1)).collect();
    for_all_lanes::<F, T>(&x, &y, |lanes, values| {
        for (case, &value) in repeated.iter().zip(values) {
            assert!(holds(case.2, value), "{} {lanes}: {case:?} gives {:?}", std::any::type_name::<F>(), value);
        }
    });
}

fn check<F: Function>(cases: &[(f64, f64, Expected)]) {
    check_as::<F, f32>(cases);
    check_as::<F, f64>(cases);
}

fn check_unary<F: Function>(cases: &[(f64, Expected)]) {
    let cases: Vec<_> = cases.iter().map(|&(x, expected)| (x, 0.0, expected)).collect();
    check::<F>(&cases);
}

functions! {
    Exp(x, _y) = x.exp();
    Exp2Neg(x, _y) = x.exp2_neg();
    Log(x, _y) = x.log();
    Sin(x, _y) = x.sin();
    Cos(x, _y) = x.cos();
    Asin(x, _y) = x.asin();
    Acos(x, _y) = x.acos();
    Atan(x, _y) = x.atan();
    Atan2(x, y) = x.atan2(y);
    Pow(x, y) = x.powf(y);
    Rsqrt(x, _y) = x.rsqrt();
    Recip(x, _y) = x.recip();
    XLogX(x, _y) = x.xlogx();
    SinXDivX(x, _y) = x.sinxdivx();
    SphericalBessel0(x, _y) = x.spherical_bessel(0);
    SphericalBessel1(x, _y) = x.spherical_bessel(1);
    SphericalBessel2(x, _y) = x.spherical_bessel(2);
    SphericalBessel16(x, _y) = x.spherical_bessel(16);
    Sign(x, _y) = x.sign();
    Step(x, _y) = x.step();
    Relu(x, _y) = x.relu();
    RoundHalfAway(x, _y) = x.round_half_away();
    RoundToHundredths(x, _y) = x.round_decimals(2);
    RoundToHundreds(x, _y) = x.round_decimals(-2);
    Clamp(x, _y) = Math::clamp(x, S::constant(-1.0), S::constant(2.0));
    ClampReversed(x, _y) = Math::clamp(x, S::constant(2.0), S::constant(-1.0));
    DiffClamp(x, _y) = x.diff_clamp(S::constant(-1.0), S::constant(2.0));
    IfElse(x, _y) = x.if_else(S::constant(3.0), S::constant(4.0));
    Modulo(x, y) = x.modulo(y, S::constant(0.0));
    ModuloFromOne(x, y) = x.modulo(y, S::constant(1.0));
    Equal(x, y) = x.equal(y);
    NotEqual(x, y) = x.not_equal(y);
    LessThan(x, y) = x.less_than(y);
    LessOrEqual(x, y) = x.less_or_equal(y);
    Power0(x, _y) = x.powi(0);
    Power1(x, _y) = x.powi(1);
    Power5(x, _y) = x.powi(5);
    PowerMinus3(x, _y) = x.powi(-3);
    Trunc(x, _y) = x.trunc();
    Floor(x, _y) = x.floor();
    RoundTiesEven(x, _y) = x.round_ties_even();
    Sqrt(x, _y) = x.sqrt();
    Abs(x, _y) = x.abs();
    Negated(x, _y) = -x;
    CopySign(x, y) = x.copysign(y);
    Min(x, y) = x.min(y);
    Max(x, y) = x.max(y);
}

#[test]
fn exp() {
    check_unary::<Exp>(&[
        (0.0, Exactly(1.0)),
        (-0.0, Exactly(1.0)),
        (INF, Exactly(INF)),
        (-INF, Exactly(0.0)),
        (NAN, Exactly(NAN)),
        (1e-40, Exactly(1.0)),
        (1e38, Exactly(INF)),
        (-1e38, Exactly(0.0)),
        (3.1e6, Exactly(INF)),
        (-3.1e6, Exactly(0.0)),
        (1.0, Nearly(std::f64::consts::E)),
    ]);
    check_as::<Exp, f32>(&[
        (88.0, 0.0, Nearly(88f64.exp())),
        (88.73, 0.0, Exactly(INF)),
        (-104.0, 0.0, Exactly(0.0)),
        // The smallest results that are not flushed, and subnormal ones.
        (-86.5, 0.0, Nearly((-86.5f64).exp())),
        (-87.0, 0.0, Exactly(0.0)),
        (-103.0, 0.0, Exactly(0.0)),
        (88.722_83, 0.0, Nearly(f64::from(88.722_83f32).exp())),
    ]);
    check_as::<Exp, f64>(&[
        (709.0, 0.0, Nearly(709f64.exp())),
        (709.8, 0.0, Exactly(INF)),
        (-745.2, 0.0, Exactly(0.0)),
        (-708.0, 0.0, Nearly((-708f64).exp())),
        (-708.1, 0.0, Exactly(0.0)),
        (-745.0, 0.0, Exactly(0.0)),
        (1e308, 0.0, Exactly(INF)),
        (-1e308, 0.0, Exactly(0.0)),
    ]);
}

#[test]
fn exp2_neg() {
    check_unary::<Exp2Neg>(&[
        (-0.0, Exactly(1.0)),
        (0.0, Exactly(1.0)),
        (-INF, Exactly(INF)),
        (INF, Exactly(0.0)),
        (NAN, Exactly(NAN)),
        (1e-40, Exactly(1.0)),
        (-1e38, Exactly(INF)),
        (1e38, Exactly(0.0)),
        (-3.1e6, Exactly(INF)),
        (3.1e6, Exactly(0.0)),
        (-1.0, Exactly(2.0)),
        (-10.0, Exactly(1024.0)),
        (3.0, Exactly(0.125)),
        (-0.5, Nearly(std::f64::consts::SQRT_2)),
    ]);
    check_as::<Exp2Neg, f32>(&[
        (-127.0, 0.0, Exactly(2f64.powi(127))),
        (-127.99, 0.0, Nearly(f64::from(127.99f32).exp2())),
        (-128.0, 0.0, Exactly(INF)),
        // The smallest results that are not flushed, and subnormal ones.
        (125.0, 0.0, Exactly(2f64.powi(-125))),
        (125.6, 0.0, Exactly(0.0)),
        (149.0, 0.0, Exactly(0.0)),
    ]);
    check_as::<Exp2Neg, f64>(&[
        (-1023.0, 0.0, Exactly(2f64.powi(1023))),
        (-1024.0, 0.0, Exactly(INF)),
        (1021.0, 0.0, Exactly(2f64.powi(-1021))),
        (1021.6, 0.0, Exactly(0.0)),
        (1074.0, 0.0, Exactly(0.0)),
        (-1e308, 0.0, Exactly(INF)),
        (1e308, 0.0, Exactly(0.0)),
    ]);
}

#[test]
fn log() {
    check_unary::<Log>(&[
        (1.0, Exactly(0.0)),
        (0.0, Exactly(-INF)),
        (-0.0, Exactly(-INF)),
        (INF, Exactly(INF)),
        (-INF, Exactly(NAN)),
        (-1.0, Exactly(NAN)),
        (-1e-40, Exactly(NAN)),
        (NAN, Exactly(NAN)),
    ]);
    check_as::<Log, f32>(&[(f64::from(f32::from_bits(1)), 0.0, Nearly(-149.0 * std::f64::consts::LN_2))]);
    check_as::<Log, f64>(&[(f64::from_bits(1), 0.0, Nearly(-1074.0 * std::f64::consts::LN_2))]);
}

#[test]
fn trigonometric() {
    check_unary::<Sin>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(-0.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (PI / 2.0, Exactly(1.0)),
        (-PI / 2.0, Exactly(-1.0)),
        (16777216.0, Nearly(16777216f64.sin())),
        (-HUGE, Nearly((-HUGE).sin())),
    ]);
    check_unary::<Cos>(&[
        (0.0, Exactly(1.0)),
        (-0.0, Exactly(1.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (PI, Exactly(-1.0)),
        (16777216.0, Nearly(16777216f64.cos())),
        (HUGE, Nearly(HUGE.cos())),
    ]);
    check_unary::<SinXDivX>(&[
        (0.0, Exactly(1.0)),
        (-0.0, Exactly(1.0)),
        (1e-40, Exactly(1.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (-HUGE, Nearly(HUGE.sin() / HUGE)),
    ]);
    // Subnormal numbers are their own sine.
    for x in [1, 0x7fffff, 0x800001].map(|bits| f64::from(f32::from_bits(bits))) {
        check_as::<Sin, f32>(&[(x, 0.0, Exactly(x)), (-x, 0.0, Exactly(-x))]);
    }
}

#[test]
fn spherical_bessel() {
    check_unary::<SphericalBessel0>(&[
        (0.0, Exactly(1.0)),
        (-0.0, Exactly(1.0)),
        (INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (-HUGE, Nearly(HUGE.sin() / HUGE)),
    ]);
    check_unary::<SphericalBessel1>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(-0.0)),
        (1.0, Nearly(0.301_168_678_939_756_8)),
        (-1.0, Nearly(-0.301_168_678_939_756_8)),
        (3e-30f32.into(), Nearly(f64::from(3e-30f32) / 3.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (HUGE, Nearly(-HUGE.cos() / HUGE)),
        (-HUGE, Nearly(HUGE.cos() / HUGE)),
    ]);
    check_unary::<SphericalBessel2>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(0.0)),
        (2.0, Nearly(0.198_447_949_057_146_58)),
        (-2.0, Nearly(0.198_447_949_057_146_58)),
        (1e-170, Exactly(0.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (-HUGE, Nearly(-HUGE.sin() / HUGE)),
    ]);
    check_unary::<SphericalBessel16>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(0.0)),
        (1e-170, Exactly(0.0)),
        (INF, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (HUGE, Nearly(HUGE.sin() / HUGE)),
    ]);
    // Subnormal results.
    check_as::<SphericalBessel1, f32>(&[(3e-40, 0.0, Exactly(f64::from(3e-40f32) / 3.0))]);
}

#[test]
fn inverse_trigonometric() {
    check_unary::<Asin>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(-0.0)),
        (1.0, Nearly(PI / 2.0)),
        (-1.0, Nearly(-PI / 2.0)),
        (0.5, Nearly(PI / 6.0)),
        (1.001, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<Acos>(&[
        (0.0, Exactly(PI / 2.0)),
        (-0.0, Exactly(PI / 2.0)),
        (1.0, Exactly(0.0)),
        (-1.0, Exactly(PI)),
        (-0.5, Nearly(PI / 1.5)),
        (1.001, Exactly(NAN)),
        (INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<Atan>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(-0.0)),
        (1.0, Exactly(PI / 4.0)),
        (INF, Exactly(PI / 2.0)),
        (-INF, Exactly(-PI / 2.0)),
        (1e38, Exactly(PI / 2.0)),
        (NAN, Exactly(NAN)),
    ]);
    let numbers = [0.0, 1.0, 2.0, f64::from(f32::MAX), f64::from(f32::from_bits(1)), INF];
    let signed = || numbers.iter().flat_map(|&number| [number, -number]);
    let mut cases = vec![(NAN, 1.0, Exactly(NAN)), (1.0, NAN, Exactly(NAN)), (NAN, NAN, Exactly(NAN))];
    for y in signed() {
        for x in signed() {
            let angle = y.atan2(x);
            // Quotients that are subnormal or 0 in f32 and normal in f64 stand apart.
            if angle == 0.0 || angle.abs() > 1e-30 {
                cases.push((y, x, if angle == 0.0 { Exactly(angle) } else { Nearly(angle) }));
            }
        }
    }
    check::<Atan2>(&cases);
    check_as::<Atan2, f64>(&[
        (f64::MAX, f64::MAX, Exactly(PI / 4.0)),
        (f64::from_bits(1), -f64::from_bits(1), Nearly(0.75 * PI)),
    ]);
}

#[test]
fn pow() {
    let numbers = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 31.0, 1e10, 16777215.0, 16777216.0, 1e38, INF];
    let signed = || numbers.iter().flat_map(|&number| [number, -number]).chain([NAN]);
    let mut cases = Vec::new();
    for x in signed() {
        for y in signed() {
            let (x, y) = (f64::from(x as f32), f64::from(y as f32));
            let power = x.powf(y);
            let exact = power == 0.0 || !power.is_finite() || power.abs() == 1.0;
            if exact || (1e-37..1e38).contains(&power.abs()) {
                cases.push((x, y, if exact { Exactly(power) } else { Nearly(power) }));
            }
        }
    }
    check::<Pow>(&cases);
    check_as::<Pow, f32>(&[
        (2.0, -149.0, Exactly(2f64.powi(-149))),
        (2.0, 128.0, Exactly(INF)),
        (2.0, -151.0, Exactly(0.0)),
    ]);
    check_as::<Pow, f64>(&[
        (2.0, -1074.0, Exactly(f64::from_bits(1))),
        (2.0, 1024.0, Exactly(INF)),
        (-2.0, 1023.0, Exactly(-(2f64.powi(1023)))),
        (f64::from_bits(1), 0.5, Nearly(f64::from_bits(1).sqrt())),
    ]);
}

#[test]
fn powers_with_integral_exponents() {
    check_unary::<Power0>(&[(0.0, Exactly(1.0)), (NAN, Exactly(1.0)), (-INF, Exactly(1.0))]);
    check_unary::<Power1>(&[(-0.0, Exactly(-0.0)), (3.5, Exactly(3.5)), (NAN, Exactly(NAN))]);
    check_unary::<Power5>(&[(-2.0, Exactly(-32.0)), (-0.0, Exactly(-0.0)), (-INF, Exactly(-INF))]);
    check_unary::<PowerMinus3>(&[
        (-2.0, Exactly(-0.125)),
        (0.0, Exactly(INF)),
        (-0.0, Exactly(-INF)),
        (INF, Exactly(0.0)),
    ]);
}

#[test]
fn roots_and_reciprocals() {
    check_unary::<Sqrt>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(-0.0)),
        (4.0, Exactly(2.0)),
        (-1.0, Exactly(NAN)),
        (INF, Exactly(INF)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<Rsqrt>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(0.0)),
        (4.0, Exactly(0.5)),
        (INF, Exactly(0.0)),
        (-1.0, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
        (2f64.powi(-140), Exactly(2f64.powi(70))),
        (2f64.powi(126), Exactly(2f64.powi(-63))),
    ]);
    check_unary::<Recip>(&[
        (0.0, Exactly(INF)),
        (-0.0, Exactly(-INF)),
        (INF, Exactly(0.0)),
        (-4.0, Exactly(-0.25)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<XLogX>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(0.0)),
        (1.0, Exactly(0.0)),
        (INF, Exactly(INF)),
        (-1.0, Exactly(NAN)),
        (-INF, Exactly(NAN)),
        (NAN, Exactly(NAN)),
    ]);
}

#[test]
fn steps() {
    check_unary::<Sign>(&[
        (0.0, Exactly(0.0)),
        (-0.0, Exactly(0.0)),
        (1e-40, Exactly(1.0)),
        (-INF, Exactly(-1.0)),
        (NAN, Exactly(0.0)),
    ]);
    check_unary::<Step>(&[
        (0.0, Exactly(1.0)),
        (-0.0, Exactly(1.0)),
        (-1e-40, Exactly(0.0)),
        (INF, Exactly(1.0)),
        (NAN, Exactly(1.0)),
    ]);
    check_unary::<Relu>(&[
        (-1.0, Exactly(0.0)),
        (-INF, Exactly(0.0)),
        (2.5, Exactly(2.5)),
        (0.0, Exactly(0.0)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<Clamp>(&[
        (-2.0, Exactly(-1.0)),
        (5.0, Exactly(2.0)),
        (0.5, Exactly(0.5)),
        (-0.0, Exactly(-0.0)),
        (INF, Exactly(2.0)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<ClampReversed>(&[(0.0, Exactly(2.0)), (3.0, Exactly(-1.0)), (-5.0, Exactly(2.0))]);
    check_unary::<DiffClamp>(&[
        (-1.0, Exactly(1.0)),
        (-1.5, Exactly(0.0)),
        (2.0, Exactly(1.0)),
        (2.5, Exactly(0.0)),
        (NAN, Exactly(1.0)),
    ]);
    check_unary::<IfElse>(&[
        (0.0, Exactly(3.0)),
        (-0.0, Exactly(3.0)),
        (-1e-40, Exactly(4.0)),
        (INF, Exactly(3.0)),
        (NAN, Exactly(4.0)),
    ]);
}

#[test]
fn rounding() {
    let below_half_32 = f64::from(0.5f32.next_down());
    let cases = [
        -0.0,
        0.5,
        -0.5,
        1.5,
        -1.5,
        2.5,
        -2.5,
        below_half_32,
        0.3,
        -0.7,
        8388607.0,
        8388609.0,
        16777215.0,
        -1e30,
        1e-40,
        INF,
        -INF,
        NAN,
    ];
    let rounded = |f: fn(f64) -> f64| {
        cases.map(|x| {
            let x = f64::from(x as f32);
            (x, Exactly(f(x)))
        })
    };
    check_unary::<RoundHalfAway>(&rounded(f64::round));
    check_unary::<RoundTiesEven>(&rounded(f64::round_ties_even));
    check_unary::<Floor>(&rounded(f64::floor));
    check_unary::<Trunc>(&rounded(f64::trunc));
    check_as::<RoundHalfAway, f64>(&[
        (0.5f64.next_down(), 0.0, Exactly(0.0)),
        (4503599627370497.5, 0.0, Exactly(4503599627370498.0)),
    ]);
    check_unary::<RoundToHundredths>(&[
        (1.125, Exactly(1.13)),
        (-1.125, Exactly(-1.13)),
        (3.0, Exactly(3.0)),
        (NAN, Exactly(NAN)),
    ]);
    check_unary::<RoundToHundreds>(&[(1234.0, Nearly(1200.0)), (-1251.0, Nearly(-1300.0)), (49.0, Exactly(0.0))]);
}

#[test]
fn remainders() {
    check::<Modulo>(&[
        (5.5, 2.0, Exactly(1.5)),
        (-0.5, 2.0, Exactly(1.5)),
        (5.5, -2.0, Exactly(-0.5)),
        (1.0, 0.0, Exactly(NAN)),
        (0.0, 0.0, Exactly(NAN)),
        (INF, 2.0, Exactly(NAN)),
    ]);
    check::<ModuloFromOne>(&[(5.5, 2.0, Exactly(1.5)), (0.5, 2.0, Exactly(2.5)), (3.0, 2.0, Exactly(1.0))]);
}

#[test]
fn comparisons() {
    let pairs =
        [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (0.0, -0.0), (NAN, 1.0), (1.0, NAN), (NAN, NAN), (INF, INF), (-INF, INF)];
    let cases = |f: fn(f64, f64) -> bool| pairs.map(|(x, y)| (x, y, Exactly(f64::from(u8::from(f(x, y))))));
    check::<Equal>(&cases(|x, y| x == y));
    check::<NotEqual>(&cases(|x, y| x != y));
    check::<LessThan>(&cases(|x, y| x < y));
    check::<LessOrEqual>(&cases(|x, y| x <= y));
}

#[test]
fn signs_and_extremes() {
    check_unary::<Abs>(&[(-0.0, Exactly(0.0)), (-INF, Exactly(INF)), (NAN, Exactly(NAN))]);
    check_unary::<Negated>(&[(0.0, Exactly(-0.0)), (-0.0, Exactly(0.0)), (INF, Exactly(-INF)), (NAN, Exactly(NAN))]);
    check::<CopySign>(&[
        (1.0, -0.0, Exactly(-1.0)),
        (-2.0, 3.0, Exactly(2.0)),
        (0.0, -1.0, Exactly(-0.0)),
        (NAN, 1.0, Exactly(NAN)),
    ]);
    check::<Min>(&[
        (1.0, 2.0, Exactly(1.0)),
        (NAN, 2.0, Exactly(2.0)),
        (1.0, NAN, Exactly(NAN)),
        (0.0, -0.0, Exactly(-0.0)),
        (-0.0, 0.0, Exactly(0.0)),
    ]);
    check::<Max>(&[
        (1.0, 2.0, Exactly(2.0)),
        (NAN, 2.0, Exactly(2.0)),
        (1.0, NAN, Exactly(NAN)),
        (0.0, -0.0, Exactly(-0.0)),
        (-0.0, 0.0, Exactly(0.0)),
    ]);
}
