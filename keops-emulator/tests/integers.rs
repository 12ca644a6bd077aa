//! Integer and bitwise instructions against the arithmetic of Rust.

mod support;

use support::{binary, ternary, unary};

macro_rules! arithmetic {
    ($signed:ident $unsigned:ident $wider:ident $bits:literal) => {{
        let code = |name: &str, sign: &str| format!("{name}.{sign}{} {{d}}, {{a}}, {{b}};", $bits);
        binary(&code("add", "s"), <$signed>::wrapping_add);
        binary(&code("add", "u"), <$unsigned>::wrapping_add);
        binary(&code("sub", "s"), <$signed>::wrapping_sub);
        binary(&code("mul.lo", "s"), <$signed>::wrapping_mul);
        binary(&code("mul.lo", "u"), <$unsigned>::wrapping_mul);
        binary(&code("mul.hi", "s"), |a: $signed, b: $signed| ((a as i128 * b as i128) >> $bits) as $signed);
        binary(&code("mul.hi", "u"), |a: $unsigned, b: $unsigned| ((a as u128 * b as u128) >> $bits) as $unsigned);
        binary(&code("min", "s"), |a: $signed, b: $signed| a.min(b));
        binary(&code("max", "s"), |a: $signed, b: $signed| a.max(b));
        binary(&code("min", "u"), |a: $unsigned, b: $unsigned| a.min(b));
        binary(&code("max", "u"), |a: $unsigned, b: $unsigned| a.max(b));
        // A division by zero is an error, so the divisor is made odd.
        let odd = format!("or.b{0} {{b}}, {{b}}, 1; ", $bits);
        binary(&(odd.clone() + &code("div", "s")), |a: $signed, b: $signed| a.wrapping_div(b | 1));
        binary(&(odd.clone() + &code("div", "u")), |a: $unsigned, b: $unsigned| a / (b | 1));
        binary(&(odd.clone() + &code("rem", "s")), |a: $signed, b: $signed| a.wrapping_rem(b | 1));
        binary(&(odd.clone() + &code("rem", "u")), |a: $unsigned, b: $unsigned| a % (b | 1));
        binary(&code("and", "b"), |a: $unsigned, b: $unsigned| a & b);
        binary(&code("or", "b"), |a: $unsigned, b: $unsigned| a | b);
        binary(&code("xor", "b"), |a: $unsigned, b: $unsigned| a ^ b);
        unary(&format!("not.b{} {{d}}, {{a}};", $bits), |a: $unsigned| !a);
        unary(&format!("neg.s{} {{d}}, {{a}};", $bits), <$signed>::wrapping_neg);
        unary(&format!("abs.s{} {{d}}, {{a}};", $bits), <$signed>::wrapping_abs);
        binary(&code("shl", "b"), |a: $unsigned, by: u32| a.checked_shl(by).unwrap_or(0));
        binary(&code("shr", "u"), |a: $unsigned, by: u32| a.checked_shr(by).unwrap_or(0));
        binary(&code("shr", "s"), |a: $signed, by: u32| a >> by.min($bits - 1));
        ternary(&format!("mad.lo.s{} {{d}}, {{a}}, {{b}}, {{c}};", $bits), |a: $signed, b: $signed, c: $signed| {
            a.wrapping_mul(b).wrapping_add(c)
        });
        ternary(
            &format!("selp.b{} {{d}}, {{a}}, {{b}}, {{c}};", $bits),
            |a: $unsigned, b: $unsigned, c: bool| {
                if c { a } else { b }
            },
        );
        for (name, test) in [("eq", [false, true, false]), ("ne", [true, false, true]), ("lt", [true, false, false])] {
            let holds = move |order: std::cmp::Ordering| test[(order as i8 + 1) as usize];
            binary(&code(&format!("setp.{name}"), "s"), move |a: $signed, b: $signed| holds(a.cmp(&b)));
            binary(&code(&format!("setp.{name}"), "u"), move |a: $unsigned, b: $unsigned| holds(a.cmp(&b)));
        }
        for (name, other, test) in
            [("le", "ls", [true, true, false]), ("gt", "hi", [false, false, true]), ("ge", "hs", [false, true, true])]
        {
            let holds = move |order: std::cmp::Ordering| test[(order as i8 + 1) as usize];
            binary(&code(&format!("setp.{name}"), "s"), move |a: $signed, b: $signed| holds(a.cmp(&b)));
            binary(&code(&format!("setp.{other}"), "u"), move |a: $unsigned, b: $unsigned| holds(a.cmp(&b)));
        }
    }};
}

#[test]
fn of_16_bits() {
    arithmetic!(i16 u16 i32 16);
}

#[test]
fn of_32_bits() {
    arithmetic!(i32 u32 i64 32);
}

#[test]
fn of_64_bits() {
    arithmetic!(i64 u64 i128 64);
}

#[test]
fn wide_products() {
    binary("mul.wide.s16 {d}, {a}, {b};", |a: i16, b: i16| i32::from(a) * i32::from(b));
    binary("mul.wide.u16 {d}, {a}, {b};", |a: u16, b: u16| u32::from(a) * u32::from(b));
    binary("mul.wide.s32 {d}, {a}, {b};", |a: i32, b: i32| i64::from(a) * i64::from(b));
    binary("mul.wide.u32 {d}, {a}, {b};", |a: u32, b: u32| u64::from(a) * u64::from(b));
    ternary("mad.wide.s32 {d}, {a}, {b}, {c};", |a: i32, b: i32, c: i64| (i64::from(a) * i64::from(b)).wrapping_add(c));
    ternary("mad.hi.u32 {d}, {a}, {b}, {c};", |a: u32, b: u32, c: u32| {
        (((u64::from(a) * u64::from(b)) >> 32) as u32).wrapping_add(c)
    });
}

#[test]
fn carries_go_through_128_bits() {
    // (a, b) + (c, c) and (a, b) - (c, c), low part first; the upper halves are the results.
    let wide = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
    ternary("add.cc.s64 {d}, {a}, {c}; addc.s64 {d}, {b}, {c};", move |a: u64, b: u64, c: u64| {
        (wide(a, b).wrapping_add(wide(c, c)) >> 64) as u64
    });
    ternary("sub.cc.u64 {d}, {a}, {c}; subc.u64 {d}, {b}, {c};", move |a: u64, b: u64, c: u64| {
        (wide(a, b).wrapping_sub(wide(c, c)) >> 64) as u64
    });
    // The carry of a carry.
    ternary("add.cc.u32 {d}, {a}, {b}; addc.cc.u32 {d}, {a}, {c}; addc.u32 {d}, 0, 0;", |a: u32, b: u32, c: u32| {
        let first = u64::from(a) + u64::from(b);
        ((u64::from(a) + u64::from(c) + (first >> 32)) >> 32) as u32
    });
    // The product of two numbers of 64 bits plus a third one; the result is the upper half.
    ternary("mad.lo.cc.u64 {d}, {a}, {b}, {c}; madc.hi.u64 {d}, {a}, {b}, 0;", |a: u64, b: u64, c: u64| {
        ((u128::from(a) * u128::from(b) + u128::from(c)) >> 64) as u64
    });
}

#[test]
fn counting_bits() {
    unary("popc.b32 {d}, {a};", u32::count_ones);
    unary("popc.b64 {d}, {a};", u64::count_ones);
    unary("clz.b32 {d}, {a};", u32::leading_zeros);
    unary("clz.b64 {d}, {a};", u64::leading_zeros);
    unary("brev.b32 {d}, {a};", u32::reverse_bits);
    unary("brev.b64 {d}, {a};", u64::reverse_bits);
    unary("bfind.u32 {d}, {a};", |a: u32| a.checked_ilog2().unwrap_or(!0));
    unary("bfind.s64 {d}, {a};", |a: i64| (if a < 0 { !a } else { a }).checked_ilog2().unwrap_or(!0));
    unary("cnot.b32 {d}, {a};", |a: u32| u32::from(a == 0));
}

/// The definition of `bfe` in the manual of PTX.
fn extract(a: u64, bits: u32, position: u32, length: u32, signed: bool) -> u64 {
    let (position, length) = (position & 255, length & 255);
    let sign = if signed && length > 0 { a >> (position + length - 1).min(bits - 1) & 1 } else { 0 };
    (0..bits)
        .map(|at| {
            let inside = at < length && position + at < bits;
            (if inside { a >> (position + at) & 1 } else { sign }) << at
        })
        .sum()
}

#[test]
fn bit_fields() {
    ternary("bfe.u32 {d}, {a}, {b}, {c};", |a: u32, b: u32, c: u32| extract(a.into(), 32, b, c, false) as u32);
    ternary("bfe.s32 {d}, {a}, {b}, {c};", |a: u32, b: u32, c: u32| extract(a.into(), 32, b, c, true) as u32);
    ternary("bfe.u64 {d}, {a}, {b}, {c};", |a: u64, b: u32, c: u32| extract(a, 64, b, c, false));
    ternary("bfe.s64 {d}, {a}, {b}, {c};", |a: u64, b: u32, c: u32| extract(a, 64, b, c, true));
    ternary("bfi.b32 {d}, {a}, 0x5a5a5a5a, {b}, {c};", |a: u32, b: u32, c: u32| {
        let (position, length) = (b & 255, c & 255);
        (0..32).fold(0, |all, at| {
            let from = if at >= position && at < position + length { a >> (at - position) } else { 0x5a5a_5a5a >> at };
            all | (from & 1) << at
        })
    });
}

#[test]
fn permutations_and_funnel_shifts() {
    binary("prmt.b32 {d}, {a}, {b}, 0x6F10;", |a: u32, b: u32| {
        let ([a0, a1, ..], [.., b2, b3]) = (a.to_le_bytes(), b.to_le_bytes());
        let [sign] = [if b3 & 128 == 0 { 0 } else { 255 }];
        u32::from_le_bytes([a0, a1, sign, b2])
    });
    unary("prmt.b32 {d}, {a}, 0, 0x123U;", u32::swap_bytes);
    let both = |a: u32, b: u32| u64::from(b) << 32 | u64::from(a);
    ternary("shf.l.wrap.b32 {d}, {a}, {b}, {c};", move |a: u32, b: u32, c: u32| (both(a, b) << (c & 31) >> 32) as u32);
    ternary("shf.r.wrap.b32 {d}, {a}, {b}, {c};", move |a: u32, b: u32, c: u32| (both(a, b) >> (c & 31)) as u32);
    ternary("shf.l.clamp.b32 {d}, {a}, {b}, {c};", move |a: u32, b: u32, c: u32| {
        (both(a, b) << c.min(32) >> 32) as u32
    });
    ternary("shf.r.clamp.b32 {d}, {a}, {b}, {c};", move |a: u32, b: u32, c: u32| (both(a, b) >> c.min(32)) as u32);
    ternary("lop3.b32 {d}, {a}, {b}, {c}, 0xE8;", |a: u32, b: u32, c: u32| a & b | a & c | b & c);
    ternary("lop3.b32 {d}, {a}, {b}, {c}, 0x96;", |a: u32, b: u32, c: u32| a ^ b ^ c);
    ternary("lop3.b32 {d}, {a}, {b}, {c}, 0xE4;", |a: u32, b: u32, c: u32| a & c | b & !c);
}

#[test]
fn predicates() {
    ternary("setp.lt.and.s32 {d}, {a}, {b}, {c};", |a: i32, b: i32, c: bool| a < b && c);
    ternary("setp.lt.or.s32 {d}, {a}, {b}, !{c};", |a: i32, b: i32, c: bool| a < b || !c);
    ternary("setp.lt.xor.u64 {d}, {a}, {b}, {c};", |a: u64, b: u64, c: bool| (a < b) ^ c);
    binary("setp.lt.u32 %p5|{d}, {a}, {b};", |a: u32, b: u32| a >= b);
    ternary("setp.lt.and.u32 %p5|{d}, {a}, {b}, {c};", |a: u32, b: u32, c: bool| a >= b && c);
    ternary("setp.lt.and.u32 {c}, {a}, {b}, {c}; mov.pred {d}, {c};", |a: u32, b: u32, c: bool| a < b && c);
    binary("and.pred {d}, {a}, {b};", |a: bool, b: bool| a & b);
    binary("or.pred {d}, {a}, {b};", |a: bool, b: bool| a | b);
    binary("xor.pred {d}, {a}, {b};", |a: bool, b: bool| a ^ b);
    unary("not.pred {d}, {a};", |a: bool| !a);
    binary("mov.u32 {d}, 5; @{b} mov.u32 {d}, {a};", |a: u32, b: bool| if b { a } else { 5 });
    binary("mov.u32 {d}, 5; @!{b} mov.u32 {d}, {a};", |a: u32, b: bool| if b { 5 } else { a });
}

#[test]
fn packing() {
    binary("mov.b64 {d}, {{a}, {b}};", |a: u32, b: u32| u64::from(b) << 32 | u64::from(a));
    binary("mov.b32 {d}, {{a}, {b}};", |a: u16, b: u16| u32::from(b) << 16 | u32::from(a));
    unary("mov.b64 {%r5, {d}}, {a};", |a: u64| (a >> 32) as u32);
    unary("mov.b64 {{d}, _}, {a};", |a: u64| a as u32);
    unary("mov.b64 {_, _, {d}, _}, {a};", |a: u64| (a >> 32) as u16);
}
