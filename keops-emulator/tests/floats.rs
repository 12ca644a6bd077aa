//! Instructions on floats against the arithmetic of Rust.

mod support;

use support::{binary, ternary, unary};

macro_rules! arithmetic {
    ($type:ident $bits:literal $zero:literal) => {{
        let code = |name: &str| format!("{name}.f{} {{d}}, {{a}}, {{b}};", $bits);
        binary(&code("add.rn"), |a: $type, b: $type| a + b);
        binary(&code("sub"), |a: $type, b: $type| a - b);
        binary(&code("mul.rn"), |a: $type, b: $type| a * b);
        binary(&code("div.rn"), |a: $type, b: $type| a / b);
        ternary(&format!("fma.rn.f{} {{d}}, {{a}}, {{b}}, {{c}};", $bits), <$type>::mul_add);
        unary(&format!("rcp.rn.f{} {{d}}, {{a}};", $bits), |a: $type| 1.0 / a);
        unary(&format!("sqrt.rn.f{} {{d}}, {{a}};", $bits), <$type>::sqrt);
        unary(&format!("neg.f{} {{d}}, {{a}};", $bits), |a: $type| -a);
        unary(&format!("abs.f{} {{d}}, {{a}};", $bits), <$type>::abs);
        binary(&code("copysign"), |a: $type, b: $type| b.copysign(a));
        // Which zero is the smaller one, Rust leaves open.
        binary(&code("min"), |a: $type, b: $type| {
            if a == b && a.is_sign_negative() {
                a
            } else if a == b {
                b
            } else {
                a.min(b)
            }
        });
        binary(&code("max"), |a: $type, b: $type| {
            if a == b && a.is_sign_negative() {
                b
            } else if a == b {
                a
            } else {
                a.max(b)
            }
        });
        binary(&code("min.NaN"), |a: $type, b: $type| {
            if a.is_nan() || b.is_nan() {
                $type::NAN
            } else if a == b {
                if a.is_sign_negative() { a } else { b }
            } else {
                a.min(b)
            }
        });
        type Test = fn($type, $type) -> bool;
        let tests: [(&str, Test); 6] = [
            ("eq", |a, b| a == b),
            ("ne", |a, b| a != b),
            ("lt", |a, b| a < b),
            ("le", |a, b| a <= b),
            ("gt", |a, b| a > b),
            ("ge", |a, b| a >= b),
        ];
        for (name, test) in tests {
            let nan = |a: $type, b: $type| a.is_nan() || b.is_nan();
            binary(&code(&format!("setp.{name}")), |a, b| !nan(a, b) && test(a, b));
            binary(&code(&format!("setp.{name}u")), |a, b| nan(a, b) || test(a, b));
        }
        binary(&code("setp.num"), |a: $type, b: $type| !a.is_nan() && !b.is_nan());
        binary(&code("setp.nan"), |a: $type, b: $type| a.is_nan() || b.is_nan());
        ternary(&format!("setp.gtu.or.f{} {{d}}, {{a}}, {{b}}, {{c}};", $bits), |a: $type, b: $type, c: bool| {
            a > b || a.is_nan() || b.is_nan() || c
        });
        ternary(
            &format!("selp.f{} {{d}}, {{a}}, {{b}}, {{c}};", $bits),
            |a: $type, b: $type, c: bool| if c { a } else { b },
        );
        unary(&format!("testp.finite.f{} {{d}}, {{a}};", $bits), |a: $type| a.is_finite());
        unary(&format!("testp.normal.f{} {{d}}, {{a}};", $bits), |a: $type| a.is_normal());
        unary(&format!("testp.subnormal.f{} {{d}}, {{a}};", $bits), |a: $type| a.is_subnormal());
        unary(&format!("testp.notanumber.f{} {{d}}, {{a}};", $bits), |a: $type| a.is_nan());
        unary(&format!("setp.gt.f{} {{d}}, {{a}}, {};", $bits, $zero), |a: $type| a > 0.0);
    }};
}

#[test]
fn of_single_precision() {
    arithmetic!(f32 32 "0f00000000");
}

#[test]
fn of_double_precision() {
    arithmetic!(f64 64 "0d0000000000000000");
}

fn flushed(a: f32) -> f32 {
    if a.is_subnormal() { 0f32.copysign(a) } else { a }
}

#[test]
fn denormal_numbers_are_flushed_where_asked_for() {
    binary("add.rn.ftz.f32 {d}, {a}, {b};", |a: f32, b: f32| flushed(flushed(a) + flushed(b)));
    binary("mul.rn.ftz.f32 {d}, {a}, {b};", |a: f32, b: f32| flushed(flushed(a) * flushed(b)));
    binary("max.ftz.f32 {d}, {a}, {b};", |a: f32, b: f32| {
        let (a, b) = (flushed(a), flushed(b));
        if a == b { if a.is_sign_negative() { b } else { a } } else { a.max(b) }
    });
    binary("setp.lt.ftz.f32 {d}, {a}, {b};", |a: f32, b: f32| flushed(a) < flushed(b));
    unary("cvt.ftz.f64.f32 {d}, {a};", |a: f32| f64::from(flushed(a)));
    unary("cvt.rn.ftz.f32.f64 {d}, {a};", |a: f64| flushed(a as f32));
}

#[test]
fn approximate_functions() {
    let single = |value: f64| value as f32;
    unary("ex2.approx.f32 {d}, {a};", |a: f32| single(f64::from(a).exp2()));
    unary("ex2.approx.ftz.f32 {d}, {a};", |a: f32| flushed(single(f64::from(flushed(a)).exp2())));
    unary("lg2.approx.f32 {d}, {a};", |a: f32| single(f64::from(a).log2()));
    unary("rsqrt.approx.f32 {d}, {a};", |a: f32| single(1.0 / f64::from(a).sqrt()));
    unary("sqrt.approx.ftz.f32 {d}, {a};", |a: f32| flushed(a).sqrt());
    unary("rcp.approx.ftz.f32 {d}, {a};", |a: f32| flushed(1.0 / flushed(a)));
    binary("div.full.f32 {d}, {a}, {b};", |a: f32, b: f32| a / b);
    unary("sin.approx.f32 {d}, {a};", |a: f32| single(f64::from(a).sin()));
    unary("tanh.approx.f32 {d}, {a};", |a: f32| single(f64::from(a).tanh()));
    unary("ex2.approx.f32 {d}, {a}; sub.f32 {d}, {d}, {d};", |a: f32| if a < 128.0 { 0.0 } else { f32::NAN });
}

#[test]
fn saturation() {
    binary("add.sat.f32 {d}, {a}, {b};", |a: f32, b: f32| {
        let sum = a + b;
        if sum > 0.0 { sum.min(1.0) } else { 0.0 }
    });
    unary("cvt.sat.f32.f32 {d}, {a};", |a: f32| if a > 0.0 { a.min(1.0) } else { 0.0 });
}
