//! `cvt` against the conversions of Rust.

mod support;

use support::unary;

#[test]
fn floats_to_integers_saturate() {
    macro_rules! to_integers {
        ($($float:ident $name:literal)*) => {$(
            unary(concat!("cvt.rzi.s32.", $name, " {d}, {a};"), |a: $float| a as i32);
            unary(concat!("cvt.rzi.u32.", $name, " {d}, {a};"), |a: $float| a as u32);
            unary(concat!("cvt.rzi.s64.", $name, " {d}, {a};"), |a: $float| a as i64);
            unary(concat!("cvt.rzi.u64.", $name, " {d}, {a};"), |a: $float| a as u64);
            unary(concat!("cvt.rzi.s16.", $name, " {d}, {a};"), |a: $float| a as i16);
            unary(concat!("cvt.rzi.u16.", $name, " {d}, {a};"), |a: $float| a as u16);
            unary(concat!("cvt.rni.s32.", $name, " {d}, {a};"), |a: $float| a.round_ties_even() as i32);
            unary(concat!("cvt.rmi.s64.", $name, " {d}, {a};"), |a: $float| a.floor() as i64);
            unary(concat!("cvt.rpi.u32.", $name, " {d}, {a};"), |a: $float| a.ceil() as u32);
            unary(concat!("cvt.rzi.s8.", $name, " {d}, {a};"), |a: $float| a as i8 as i32);
            unary(concat!("cvt.rni.", $name, ".", $name, " {d}, {a};"), |a: $float| a.round_ties_even());
            unary(concat!("cvt.rzi.", $name, ".", $name, " {d}, {a};"), |a: $float| a.trunc());
            unary(concat!("cvt.rmi.", $name, ".", $name, " {d}, {a};"), |a: $float| a.floor());
            unary(concat!("cvt.rpi.", $name, ".", $name, " {d}, {a};"), |a: $float| a.ceil());
        )*};
    }
    to_integers!(f32 "f32" f64 "f64");
}

#[test]
fn integers_to_floats() {
    unary("cvt.rn.f32.s32 {d}, {a};", |a: i32| a as f32);
    unary("cvt.rn.f32.u32 {d}, {a};", |a: u32| a as f32);
    unary("cvt.rn.f32.s64 {d}, {a};", |a: i64| a as f32);
    unary("cvt.rn.f32.u64 {d}, {a};", |a: u64| a as f32);
    unary("cvt.rn.f32.s16 {d}, {a};", |a: i16| f32::from(a));
    unary("cvt.rn.f32.u16 {d}, {a};", |a: u16| f32::from(a));
    unary("cvt.rn.f64.s32 {d}, {a};", |a: i32| f64::from(a));
    unary("cvt.rn.f64.s64 {d}, {a};", |a: i64| a as f64);
    unary("cvt.rn.f64.u64 {d}, {a};", |a: u64| a as f64);
    unary("cvt.rn.f32.s8 {d}, {a};", |a: u32| f32::from(a as i8));
}

#[test]
fn directed_roundings() {
    // For each: not on the wrong side of the exact value, and the neighbour would be.
    unary("cvt.rm.f32.f64 {d}, {a};", |a: f64| {
        let near = a as f32;
        if f64::from(near) > a { near.next_down() } else { near }
    });
    unary("cvt.rp.f32.f64 {d}, {a};", |a: f64| {
        let near = a as f32;
        if f64::from(near) < a { near.next_up() } else { near }
    });
    unary("cvt.rz.f32.f64 {d}, {a};", |a: f64| {
        let near = a as f32;
        if f64::from(near).abs() <= a.abs() || near.is_nan() {
            near
        } else if a > 0.0 {
            near.next_down()
        } else {
            near.next_up()
        }
    });
    unary("cvt.rz.f32.u64 {d}, {a};", |a: u64| {
        let near = a as f32;
        if near as u128 > u128::from(a) { near.next_down() } else { near }
    });
    unary("cvt.rp.f64.s64 {d}, {a};", |a: i64| {
        let near = a as f64;
        if (near as i128) < i128::from(a) { near.next_up() } else { near }
    });
    unary("cvt.rn.f32.f64 {d}, {a};", |a: f64| a as f32);
    unary("cvt.f64.f32 {d}, {a};", |a: f32| f64::from(a));
}

#[test]
fn integers_to_integers() {
    unary("cvt.s64.s32 {d}, {a};", |a: i32| i64::from(a));
    unary("cvt.u64.u32 {d}, {a};", |a: u32| u64::from(a));
    unary("cvt.u32.u64 {d}, {a};", |a: u64| a as u32);
    unary("cvt.u16.u64 {d}, {a};", |a: u64| a as u16);
    unary("cvt.s64.s8 {d}, {a};", |a: u64| i64::from(a as i8));
    unary("cvt.s64.s16 {d}, {a};", |a: u64| i64::from(a as i16));
    unary("cvt.s32.s8 {d}, {a};", |a: u16| i32::from(a as i8));
    unary("cvt.u32.u8 {d}, {a};", |a: u16| u32::from(a as u8));
    unary("cvt.u32.u16 {d}, {a};", |a: u16| u32::from(a));
    unary("cvt.s32.s16 {d}, {a};", |a: i16| i32::from(a));
    unary("cvt.s8.s32 {d}, {a};", |a: u32| i32::from(a as i8));
    unary("cvt.u8.u32 {d}, {a};", |a: u32| u32::from(a as u8));
    unary("cvt.sat.s16.s32 {d}, {a};", |a: i32| a.clamp(i16::MIN.into(), i16::MAX.into()) as i16);
    unary("cvt.sat.u8.s32 {d}, {a};", |a: i32| a.clamp(0, 255) as u32);
    unary("cvt.sat.u32.s64 {d}, {a};", |a: i64| a.clamp(0, u32::MAX.into()) as u32);
}
