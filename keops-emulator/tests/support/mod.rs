//! Runs small pieces of PTX on edge values and compares with functions of Rust.

#![allow(dead_code, reason = "each test file uses a part of it")]

use keops_emulator::{Argument, Device, Error, Module, Statistics};

/// The first lines of a module.
pub(crate) const HEADER: &str = ".version 7.0\n.target sm_80\n.address_size 64\n";

/// A type of Rust whose values registers hold.
pub(crate) trait Value: Copy + PartialEq + std::fmt::Debug + 'static {
    /// The letter of its registers.
    const LETTER: char;
    fn edges() -> Vec<Self>;
    fn of(bits: u64) -> Self;
    fn bits(self) -> u64;
    fn same(self, other: Self) -> bool {
        self.bits() == other.bits()
    }
}

macro_rules! integer {
    ($($type:ident $unsigned:ident $letter:literal),*) => {$(
        impl Value for $type {
            const LETTER: char = $letter;
            fn edges() -> Vec<Self> {
                let some = [0, 1, 2, 3, 7, 15, 16, 31, 33, 100, 0x1234, $type::MAX, $type::MIN, $type::MAX - 1, $type::MIN + 1];
                some.into_iter().chain([$type::MAX / 3, $type::MAX / 2 + 1, !0, !1, !6]).collect()
            }
            fn of(bits: u64) -> Self { bits as $type }
            fn bits(self) -> u64 { self as $unsigned as u64 }
        }
    )*};
}

integer!(u16 u16 'h', i16 u16 'h', u32 u32 'r', i32 u32 'r', u64 u64 'l', i64 u64 'l');

macro_rules! float {
    ($type:ident $bits:ident $letter:literal) => {
        impl Value for $type {
            const LETTER: char = $letter;
            fn edges() -> Vec<Self> {
                let some = [0.0, 0.25, 0.5, 1.0, 1.5, 2.5, 3.0, 1e-3, 7.3e4, 4294967296.0, 9.3e18, 3e19, 1e-30, 1e30];
                let tiny =
                    [$type::MIN_POSITIVE, $type::from_bits(1), $type::MIN_POSITIVE / 4.0, $type::EPSILON, $type::MAX];
                let all = some.into_iter().chain(tiny).chain([
                    $type::INFINITY,
                    0.1,
                    1.0 + $type::EPSILON,
                    2147483647.5,
                    127.5,
                ]);
                all.flat_map(|value| [value, -value]).chain([$type::NAN]).collect()
            }
            fn of(bits: u64) -> Self {
                $type::from_bits(bits as $bits)
            }
            fn bits(self) -> u64 {
                self.to_bits().into()
            }
            fn same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    };
}

float!(f32 u32 'r');
float!(f64 u64 'l');

impl Value for bool {
    const LETTER: char = 'p';
    fn edges() -> Vec<Self> {
        vec![false, true]
    }
    fn of(bits: u64) -> Self {
        bits & 1 == 1
    }
    fn bits(self) -> u64 {
        self.into()
    }
}

/// Runs instructions in which `{d}`, `{a}`, `{b}` and `{c}` are registers: `r0` is `{d}` of 32 bits, `l1` is `{a}` of 64 bits.
fn evaluate(code: &str, letters: [char; 4], inputs: &[[u64; 3]]) -> Vec<u64> {
    let mut code = code.to_owned();
    for (at, (name, letter)) in ["{d}", "{a}", "{b}", "{c}"].into_iter().zip(letters).enumerate() {
        code = code.replace(name, &format!("%{letter}{at}"));
    }
    let widen = match letters[0] {
        'h' => "cvt.u64.u16 %l9, %h0;",
        'r' => "cvt.u64.u32 %l9, %r0;",
        'p' => "selp.b64 %l9, 1, 0, %p0;",
        _ => "mov.b64 %l9, %l0;",
    };
    let narrow: String = (1..4)
        .map(|at| {
            let (word, offset) = (format!("[%l8+{}]", 8 * (at - 1)), at);
            format!("ld.global.b64 %l{at}, {word}; cvt.u32.u64 %r{offset}, %l{at}; cvt.u16.u64 %h{offset}, %l{at}; and.b64 %l7, %l{at}, 1; setp.ne.b64 %p{at}, %l7, 0;\n")
        })
        .collect();
    let text = format!(
        "{HEADER}.visible .entry k(.param .u64 in, .param .u64 out, .param .u32 n) {{
            .reg .pred %p<10>; .reg .b16 %h<10>; .reg .b32 %r<10>; .reg .b64 %l<10>;
            mov.u32 %r8, %ctaid.x; mov.u32 %r9, %tid.x; mad.lo.u32 %r7, %r8, 128, %r9;
            ld.param.u32 %r6, [n]; setp.hs.u32 %p9, %r7, %r6; @%p9 exit;
            ld.param.u64 %l8, [in]; mad.wide.u32 %l8, %r7, 24, %l8;
            {narrow}
            {code}
            {widen}
            ld.param.u64 %l8, [out]; mad.wide.u32 %l8, %r7, 8, %l8; st.global.u64 [%l8], %l9;
            ret; }}"
    );
    let module = Module::parse(&text).unwrap_or_else(|error| panic!("{code}: {error}"));
    let mut device = Device::new(1 << 26);
    let bytes: Vec<u8> = inputs.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let input = device.allocate(bytes.len()).unwrap();
    let output = device.allocate(8 * inputs.len()).unwrap();
    device.write(input, &bytes).unwrap();
    let arguments = [Argument::U64(input), Argument::U64(output), Argument::U32(inputs.len() as u32)];
    let blocks = (inputs.len() as u32).div_ceil(128);
    device
        .launch(&module, "k", [blocks, 1, 1], [128, 1, 1], &arguments)
        .unwrap_or_else(|error| panic!("{code}: {error}"));
    let mut results = vec![0; 8 * inputs.len()];
    device.read(output, &mut results).unwrap();
    results.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// Compares an instruction with a function of one value.
pub(crate) fn unary<A: Value, D: Value>(code: &str, expected: impl Fn(A) -> D) {
    let inputs: Vec<_> = A::edges().into_iter().map(|a| [a.bits(), 0, 0]).collect();
    let found = evaluate(code, [D::LETTER, A::LETTER, 'r', 'r'], &inputs);
    for (input, found) in inputs.iter().zip(found) {
        let (a, found) = (A::of(input[0]), D::of(found));
        let expected = expected(a);
        assert!(found.same(expected), "{code} of {a:?}: {found:?}, not {expected:?}");
    }
}

/// Compares an instruction with a function of two values.
pub(crate) fn binary<A: Value, B: Value, D: Value>(code: &str, expected: impl Fn(A, B) -> D) {
    let pairs = A::edges().into_iter().flat_map(|a| B::edges().into_iter().map(move |b| [a.bits(), b.bits(), 0]));
    let inputs: Vec<_> = pairs.collect();
    let found = evaluate(code, [D::LETTER, A::LETTER, B::LETTER, 'r'], &inputs);
    for (input, found) in inputs.iter().zip(found) {
        let (a, b, found) = (A::of(input[0]), B::of(input[1]), D::of(found));
        let expected = expected(a, b);
        assert!(found.same(expected), "{code} of {a:?}, {b:?}: {found:?}, not {expected:?}");
    }
}

/// Compares an instruction with a function of three values.
pub(crate) fn ternary<A: Value, B: Value, C: Value, D: Value>(code: &str, expected: impl Fn(A, B, C) -> D) {
    let mut inputs = Vec::new();
    for a in A::edges() {
        for b in B::edges() {
            inputs.extend(C::edges().into_iter().map(|c| [a.bits(), b.bits(), c.bits()]));
        }
    }
    let found = evaluate(code, [D::LETTER, A::LETTER, B::LETTER, C::LETTER], &inputs);
    for (input, found) in inputs.iter().zip(found) {
        let (a, b, c, found) = (A::of(input[0]), B::of(input[1]), C::of(input[2]), D::of(found));
        let expected = expected(a, b, c);
        assert!(found.same(expected), "{code} of {a:?}, {b:?}, {c:?}: {found:?}, not {expected:?}");
    }
}

/// A kernel `k(out, n)` whose registers `%t` (the number of the thread in the block), `%n` and `%out` (the address of its
/// word in the result) are set.
pub(crate) fn kernel(declarations: &str, body: &str) -> String {
    format!(
        "{HEADER}{declarations}
.visible .entry k(.param .u64 .ptr .align 1 out_, .param .u32 n_)
{{
    .reg .pred %p<20>; .reg .b16 %h<20>; .reg .b32 %r<20>; .reg .b64 %l<20>;
    .reg .b32 %t, %n, %b, %s; .reg .b64 %out;
    mov.u32 %t, %tid.x; mov.u32 %b, %ctaid.x; mov.u32 %s, %ntid.x;
    ld.param.b64 %out, [out_]; ld.param.b32 %n, [n_];
    cvta.to.global.u64 %out, %out;
    mad.lo.s32 %s, %b, %s, %t;
    mad.wide.u32 %out, %s, 4, %out;
{body}
    ret;
}}"
    )
}

/// Runs such a kernel, with one word of 32 bits per thread as its result.
pub(crate) fn run(text: &str, blocks: u32, threads: u32, n: u32) -> Result<(Vec<u32>, Statistics), Error> {
    let module = Module::parse(text)?;
    let mut device = Device::new(1 << 26);
    device.limit_instructions(100_000);
    let count = (blocks * threads) as usize;
    let out = device.allocate(4 * count)?;
    let arguments = [Argument::U64(out), Argument::U32(n)];
    let statistics = device.launch(&module, "k", [blocks, 1, 1], [threads, 1, 1], &arguments)?;
    let mut bytes = vec![0; 4 * count];
    device.read(out, &mut bytes)?;
    let words = bytes.chunks_exact(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()));
    Ok((words.collect(), statistics))
}

/// Runs a kernel with the given body that must succeed.
pub(crate) fn results(body: &str, threads: u32, n: u32) -> Vec<u32> {
    run(&kernel("", body), 1, threads, n).unwrap_or_else(|error| panic!("{error}")).0
}
