//! Launches on several emulated devices, with a kernel that tells what it was given.

use keops_device::gpu::geometry::Sizes;
use ndarray::{Array2, ArrayView2, s};

use super::code::Code;
use super::driver::Driver;
use super::emulated::Emulated;
use super::launch::on_all;
use crate::Matrix;
use crate::problem::{Indexed, Problem};
use crate::ranges::Blocks;

/// Six numbers for each row: x, the kept index, the first y, the first parameter, the number of places, the first index.
const TELL: &str = "
.version 7.0
.target sm_80
.address_size 64

.visible .entry tell(
    .param .u64 values, .param .u64 positions, .param .u64 states, .param .u64 table, .param .u32 stride,
    .param .u64 intervals, .param .u64 params, .param .u64 x, .param .u64 y
)
{
    .reg .pred %p<4>;
    .reg .f32 %f<8>;
    .reg .b32 %r<24>;
    .reg .b64 %rd<16>;

    ld.param.u32 %r1, [stride];
    mov.u32 %r2, %ctaid.x;
    mov.u32 %r3, %tid.x;
    setp.eq.u32 %p1, %r1, 0;
    selp.b32 %r4, %r2, 0, %p1;
    mad.lo.s32 %r5, %r4, 128, %r3;
    mul.lo.s32 %r6, %r1, %r2;
    ld.param.u64 %rd1, [table];
    mul.wide.u32 %rd2, %r6, 4;
    add.s64 %rd3, %rd1, %rd2;
    ld.global.u32 %r7, [%rd3];
    setp.ge.u32 %p2, %r5, %r7;
    @%p2 bra $L__END;
    ld.global.u32 %r8, [%rd3+4];
    add.s32 %r8, %r8, %r5;
    cvt.rn.f32.u32 %f2, %r8;
    ld.global.u32 %r9, [%rd3+48];
    add.s32 %r9, %r9, %r5;
    ld.param.u64 %rd4, [x];
    mul.wide.u32 %rd5, %r9, 4;
    add.s64 %rd4, %rd4, %rd5;
    ld.global.f32 %f1, [%rd4];
    ld.global.u32 %r10, [%rd3+52];
    ld.param.u64 %rd6, [y];
    mul.wide.u32 %rd7, %r10, 4;
    add.s64 %rd6, %rd6, %rd7;
    ld.global.f32 %f3, [%rd6];
    ld.global.u32 %r11, [%rd3+12];
    ld.param.u64 %rd8, [params];
    mul.wide.u32 %rd9, %r11, 12;
    add.s64 %rd8, %rd8, %rd9;
    ld.global.f32 %f4, [%rd8];
    ld.global.u32 %r12, [%rd3+20];
    cvt.rn.f32.u32 %f5, %r12;
    ld.global.u32 %r13, [%rd3+32];
    ld.global.u32 %r14, [%rd3+36];
    setp.eq.u32 %p3, %r13, %r14;
    mov.u32 %r15, 0;
    @%p3 bra $L__WRITE;
    ld.param.u64 %rd10, [intervals];
    mul.wide.u32 %rd11, %r13, 8;
    add.s64 %rd10, %rd10, %rd11;
    ld.global.u32 %r15, [%rd10+4];
$L__WRITE:
    cvt.rn.f32.u32 %f6, %r15;
    ld.global.u32 %r16, [%rd3+8];
    add.s32 %r16, %r16, %r5;
    mul.wide.u32 %rd12, %r16, 24;
    ld.param.u64 %rd13, [values];
    add.s64 %rd13, %rd13, %rd12;
    st.global.f32 [%rd13], %f1;
    st.global.f32 [%rd13+4], %f2;
    st.global.f32 [%rd13+8], %f3;
    st.global.f32 [%rd13+12], %f4;
    st.global.f32 [%rd13+16], %f5;
    st.global.f32 [%rd13+20], %f6;
$L__END:
    ret;
}
";

/// A kernel of one row per thread.
fn code() -> Code<f32> {
    let sizes = Sizes { thread_rows: 1, tile: 16, chunks: 1, state_bytes: 4 };
    Code { ptx: TELL, entry: "tell".to_owned(), sizes, results: 6, prepare: |raw| raw.to_vec() }
}

/// Devices that have nothing in common.
fn devices(count: usize) -> Vec<&'static dyn Driver> {
    (0..count).map(|_| -> &'static dyn Driver { Box::leak(Box::new(Emulated::new())) }).collect()
}

fn problem<'a>(
    x: ArrayView2<'a, f32>,
    y: ArrayView2<'a, f32>,
    param: f32,
    blocks: Option<&'a Blocks>,
) -> Problem<'a, f32> {
    let (kept_len, reduced_len) = (x.nrows(), y.nrows());
    let indexed = |variable, view: ArrayView2<'a, f32>| vec![Indexed { variable, matrix: Matrix::Host(view) }];
    let params = vec![param, kept_len as f32, reduced_len as f32];
    Problem {
        formula: "F",
        params,
        kept: indexed("x", x),
        reduced: indexed("y", y),
        unread: Vec::new(),
        kept_len,
        reduced_len,
        blocks,
    }
}

/// What the kernel should tell of a problem.
fn expected(problem: &Problem<'_, f32>) -> Vec<[f32; 6]> {
    let (Matrix::Host(x), Matrix::Host(y)) = (&problem.kept[0].matrix, &problem.reduced[0].matrix) else {
        unreachable!("all data is here")
    };
    let of_row = |row: usize| {
        let Some(blocks) = problem.blocks else { return (problem.reduced_len, 0) };
        let number = blocks.kept.iter().position(|rows| rows.contains(&row));
        let intervals = number.map_or(&[][..], |number| &blocks.reduced[blocks.slices[number].clone()]);
        (intervals.iter().map(ExactSizeIterator::len).sum(), intervals.first().map_or(0, |interval| interval.start))
    };
    let row = |row: usize| {
        let (places, first) = of_row(row);
        [x[[row, 0]], row as f32, y[[0, 0]], problem.params[0], places as f32, first as f32]
    };
    (0..problem.kept_len).map(row).collect()
}

/// On any number of devices the results are those of all rows in their order.
fn check(problems: &[Problem<'_, f32>]) {
    let expected: Array2<f32> = Array2::from(problems.iter().flat_map(expected).collect::<Vec<_>>());
    for count in [1, 2, 3, 4, 7] {
        let got: Array2<f32> = on_all(&devices(count), &code(), problems).unwrap();
        assert_eq!(got, expected, "{count} devices");
    }
}

fn numbers(rows: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, 2), |(row, column)| (10 * row + column) as f32)
}

#[test]
fn one_problem_on_several_devices() {
    let (x, y) = (numbers(1001), numbers(50));
    for rows in [1, 2, 3, 128, 129, 500, 1001] {
        check(&[problem(x.slice(s![..rows, ..1]), y.slice(s![7.., 1..]), 0.5, None)]);
    }
}

#[test]
fn batches_on_several_devices() {
    let (x, y) = (numbers(3000), numbers(500));
    let lengths = [3, 0, 700, 1, 20, 20, 1000];
    let first = |k: usize| lengths[..k].iter().sum::<usize>();
    let rows_of = |k: usize| x.slice(s![first(k)..first(k) + lengths[k], ..1]);
    let own = |k: usize| problem(rows_of(k), y.slice(s![10 * k..10 * k + 5 + k, ..1]), k as f32, None);
    check(&(0..7).map(own).collect::<Vec<_>>());
    let common = |k: usize| problem(rows_of(k), y.slice(s![3..9, ..1]), 1.0, None);
    check(&(0..7).map(common).collect::<Vec<_>>());
}

#[test]
fn ranges_on_several_devices() {
    let (x, y) = (numbers(700), numbers(90));
    let blocks = Blocks {
        kept: vec![2..5, 7..300, 301..700],
        slices: vec![0..2, 1..3, 2..2],
        reduced: vec![80..90, 7..8, 20..25],
    };
    check(&[problem(x.slice(s![.., ..1]), y.slice(s![.., ..1]), 2.0, Some(&blocks))]);
}

#[test]
fn long_matrices_are_uploaded_in_pieces() {
    // Some are longer than what is gathered, some are short, and some are not contiguous.
    let (x, y) = (numbers(300_000), numbers(6));
    let (strided, contiguous) = (x.slice(s![.., 1..]), x.slice(s![.., ..1]).to_owned());
    let views = [
        contiguous.slice(s![..3, ..]),
        contiguous.slice(s![..290_000, ..]),
        strided.slice(s![..500, ..]),
        strided.slice(s![5..5, ..]),
        strided,
        contiguous.slice(s![1.., ..]),
    ];
    check(&views.map(|x| problem(x, y.slice(s![.., 1..]), 1.0, None)));
}
