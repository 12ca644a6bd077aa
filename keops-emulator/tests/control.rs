//! Branches, loops, barriers, positions of threads, and the counts of instructions.

mod support;

use keops_emulator::{Argument, Class, Device, Module};
use support::{HEADER, kernel, results, run};

#[test]
fn loops_of_different_lengths() {
    // The sum of 0 .. t.
    let body = "mov.u32 %r1, 0; mov.u32 %r2, 0;
        LOOP: setp.ge.u32 %p1, %r2, %t; @%p1 bra DONE; add.u32 %r1, %r1, %r2; add.u32 %r2, %r2, 1; bra.uni LOOP;
        DONE: st.global.u32 [%out], %r1;";
    assert_eq!(results(body, 100, 0), (0..100).map(|t| (0..t).sum()).collect::<Vec<u32>>());
}

#[test]
fn nested_conditions_and_early_ends() {
    let body = "st.global.u32 [%out], 0;
        and.b32 %r1, %t, 1; setp.eq.u32 %p1, %r1, 1; @%p1 bra ODD;
        setp.lt.u32 %p2, %t, 50; @%p2 ret;
        mov.u32 %r2, 10; bra JOIN;
        ODD: setp.lt.u32 %p2, %t, 30; @!%p2 bra LARGE; mov.u32 %r2, 20; bra JOIN;
        LARGE: mov.u32 %r2, 30;
        JOIN: add.u32 %r2, %r2, %r1; st.global.u32 [%out], %r2;";
    let expected = |t: u32| match (t % 2, t) {
        (0, 0..50) => 0,
        (0, _) => 10,
        (_, 0..30) => 21,
        _ => 31,
    };
    assert_eq!(results(body, 100, 0), (0..100).map(expected).collect::<Vec<_>>());
}

#[test]
fn branches_by_index() {
    let body = "and.b32 %r1, %t, 3;
        $L_brx_0: .branchtargets
            A,
            B, A,
            C;
        brx.idx %r1, $L_brx_0;
        A: mov.u32 %r2, 1; bra D; B: mov.u32 %r2, 2; bra D; C: mov.u32 %r2, 3;
        D: st.global.u32 [%out], %r2;";
    assert_eq!(results(body, 64, 0), (0..64).map(|t| [1, 2, 1, 3][t % 4]).collect::<Vec<_>>());
}

#[test]
fn a_sum_over_the_block_by_halving() {
    let body = ".shared .align 4 .b8 tile[512]; mov.u32 %r1, tile; mad.lo.u32 %r1, %t, 4, %r1;
        st.shared.u32 [%r1], %t; mov.u32 %r2, 64;
        LOOP: bar.sync 0; setp.lt.u32 %p1, %t, %r2;
        shl.b32 %r3, %r2, 2; add.u32 %r3, %r3, %r1;
        @%p1 ld.shared.u32 %r4, [%r3]; @%p1 ld.shared.u32 %r5, [%r1]; @%p1 add.u32 %r5, %r5, %r4; @%p1 st.shared.u32 [%r1], %r5;
        shr.u32 %r2, %r2, 1; setp.ne.u32 %p2, %r2, 0; @%p2 bra LOOP;
        bar.sync 0; mov.u32 %r1, tile; ld.shared.u32 %r6, [%r1]; add.u32 %r6, %r6, %b; st.global.u32 [%out], %r6;";
    let (found, _) = run(&kernel("", body), 3, 128, 0).unwrap();
    assert!(found.iter().enumerate().all(|(at, &sum)| sum == 127 * 64 + at as u32 / 128));
}

#[test]
fn threads_know_where_they_are() {
    let text = format!(
        "{HEADER}.entry k(.param .u64 out) {{ .reg .b32 %r<20>; .reg .b64 %l<4>;
        mov.u32 %r0, %tid.x; mov.u32 %r1, %tid.y; mov.u32 %r2, %tid.z; mov.u32 %r3, %ntid.x; mov.u32 %r4, %ntid.y;
        mov.u32 %r5, %ntid.z; mov.u32 %r6, %ctaid.x; mov.u32 %r7, %ctaid.y; mov.u32 %r8, %ctaid.z; mov.u32 %r9, %nctaid.x;
        mov.u32 %r10, %nctaid.y; mov.u32 %r11, %nctaid.z; mov.u32 %r12, %laneid;
        mad.lo.u32 %r13, %r8, %r10, %r7; mad.lo.u32 %r13, %r13, %r9, %r6;   // the block
        mad.lo.u32 %r13, %r13, %r5, %r2; mad.lo.u32 %r13, %r13, %r4, %r1; mad.lo.u32 %r13, %r13, %r3, %r0;
        ld.param.u64 %l0, [out]; mad.wide.u32 %l0, %r13, 8, %l0; st.global.v2.u32 [%l0], {{%r13, %r12}}; }}"
    );
    let module = Module::parse(&text).unwrap();
    let mut device = Device::new(1 << 20);
    let count = 2 * 3 * 4 * 5 * 6 * 7;
    let out = device.allocate(8 * count).unwrap();
    device.launch(&module, "k", [2, 3, 4], [5, 6, 7], &[Argument::U64(out)]).unwrap();
    let mut bytes = vec![0; 8 * count];
    device.read(out, &mut bytes).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[4 * at..][..4].try_into().unwrap()) as usize;
    assert!((0..count).all(|at| word(2 * at) == at && word(2 * at + 1) == at % 210 % 32));
}

#[test]
fn instructions_are_counted_per_thread() {
    let body = "mov.u32 %r1, 0; mov.b32 %r2, 0f00000000;
        LOOP: add.rn.f32 %r2, %r2, 0f3F800000; ex2.approx.f32 %r3, %r2; add.u32 %r1, %r1, 1; setp.ne.u32 %p1, %r1, %n;
        @%p1 bra LOOP;
        bar.sync 0; st.global.f32 [%out], %r2; ld.global.f32 %r4, [%out];";
    let (found, statistics) = run(&kernel("", body), 2, 50, 10).unwrap();
    assert!(found.iter().all(|&bits| f32::from_bits(bits) == 10.0));
    assert_eq!(statistics.count(Class::Single), 1000);
    assert_eq!(statistics.count(Class::Special), 1000);
    assert_eq!(statistics.count(Class::Compare), 1000);
    assert_eq!(statistics.count(Class::Barrier), 100);
    assert_eq!(statistics.count(Class::Parameter), 200);
    assert_eq!(statistics.count(Class::Control), 1000 + 100);
    assert_eq!((statistics.global_bytes_read, statistics.global_bytes_written), (400, 400));
    assert_eq!(statistics.count(Class::Integer), 1000 + 200);
    let mut twice = statistics.clone();
    twice += &statistics;
    assert_eq!(twice.instructions(), 2 * statistics.instructions());
    assert!(statistics.to_string().contains("1000 Special\n"), "{statistics}");
}
