//! One planted bug of each kind, and what the emulator says.

mod support;

use keops_emulator::{Argument, Device, Error, Fault, Module, Problem};
use support::{HEADER, kernel, run};

/// Each thread writes a word of shared memory, and reads the one of its left neighbour.
const NEIGHBOUR: &str = "
    .shared .align 4 .b8 tile[256];
    mov.u64 %l1, tile;
    mad.wide.u32 %l2, %t, 4, %l1;
    st.shared.u32 [%l2], %t;
    bar.sync 0;                         // the barrier
    max.u32 %r1, %t, 1; sub.s32 %r1, %r1, 1;
    mad.wide.u32 %l3, %r1, 4, %l1;
    ld.shared.u32 %r2, [%l3];           // the read
    st.global.u32 [%out], %r2;";

fn fault(body: &str, blocks: u32, threads: u32) -> Fault {
    fault_of(&kernel("", body), blocks, threads)
}

/// The fault of a kernel; the line is checked to be the one with the comment `// here`.
fn fault_of(text: &str, blocks: u32, threads: u32) -> Fault {
    match run(text, blocks, threads, 7) {
        Err(Error::Fault(fault)) => {
            if let Some(line) = text.lines().position(|line| line.contains("// here")) {
                assert_eq!(fault.line as usize, line + 1, "{fault}");
            }
            *fault
        }
        other => panic!("expected a fault, found {other:?}"),
    }
}

fn line_of(text: &str, part: &str) -> u32 {
    text.lines().position(|line| line.contains(part)).unwrap() as u32 + 1
}

#[test]
fn the_kernel_without_a_bug_runs() {
    let (results, _) = run(&kernel("", NEIGHBOUR), 3, 64, 0).unwrap();
    assert!(results.iter().enumerate().all(|(at, &found)| found == (at as u32 % 64).saturating_sub(1)));
}

#[test]
fn a_missing_barrier() {
    let text = kernel("", &NEIGHBOUR.replace("bar.sync 0;", ""));
    let fault = fault_of(&text, 1, 64);
    let Problem::Race { other, other_line, other_thread, .. } = &fault.problem else { panic!("{fault}") };
    assert_eq!((*other, *other_line), ("write", line_of(&text, "st.shared")));
    assert_eq!(fault.line, line_of(&text, "// the read"));
    assert_eq!((fault.thread, other_thread.as_str()), ([1, 0, 0], "thread [0, 0, 0] of block [0, 0, 0]"));
}

#[test]
fn a_missing_barrier_before_the_next_tile() {
    let body = format!("{NEIGHBOUR}\n st.shared.u32 [%l2], %t; // here");
    let fault = fault(&body, 1, 64);
    assert!(matches!(fault.problem, Problem::Race { other: "read", .. }), "{fault}");
}

#[test]
fn two_writers_of_equal_values() {
    let fault = fault(".shared .align 4 .b8 tile[256]; mov.u32 %r1, tile;\n st.shared.u32 [%r1], 1; // here", 1, 2);
    assert!(matches!(fault.problem, Problem::Race { other: "write", .. }), "{fault}");
}

#[test]
fn bytes_of_one_word_do_not_conflict() {
    let body = ".shared .align 4 .b8 tile[256]; mov.u32 %r1, tile; add.u32 %r1, %r1, %t;
        cvt.u16.u32 %h1, %t; st.shared.u8 [%r1], %h1; bar.sync 0; ld.shared.u8 %r2, [%r1]; st.global.u32 [%out], %r2;";
    assert_eq!(support::results(body, 64, 0), (0..64).collect::<Vec<_>>());
}

#[test]
fn an_index_that_is_off_by_one() {
    let behind = fault(&NEIGHBOUR.replace("[%l3];           // the read", "[%l1+256]; // here"), 1, 64);
    assert!(matches!(behind.problem, Problem::OutOfBounds { .. }), "{behind}");
    assert!(behind.to_string().contains("0 bytes behind the nearest variable, of 256 bytes"), "{behind}");
    let global = fault("st.global.u32 [%out+4], %t; // here", 1, 32);
    assert!(matches!(global.problem, Problem::OutOfBounds { .. }) || global.thread == [31, 0, 0], "{global}");
    assert!(global.to_string().contains("0 bytes behind the nearest allocation, of 128 bytes"), "{global}");
    let before = fault("ld.global.u32 %r1, [%out+-4]; // here", 1, 1);
    assert!(before.to_string().contains("4 bytes before the nearest allocation, of 4 bytes"), "{before}");
    assert!(before.text.starts_with("ld.global.u32"), "{before}");
    let null = fault("mov.u64 %l1, 0;\n ld.u32 %r1, [%l1]; // here", 1, 1);
    assert!(matches!(null.problem, Problem::OutOfBounds { address: 0, .. }), "{null}");
}

#[test]
fn memory_that_nobody_wrote() {
    let shared = fault(".shared .align 4 .b8 tile[8]; mov.u64 %l1, tile;\n ld.shared.u32 %r1, [%l1]; // here", 1, 1);
    assert!(matches!(shared.problem, Problem::Unwritten { byte: 0, .. }), "{shared}");
    let part = ".shared .align 4 .b8 tile[8]; mov.u64 %l1, tile; mov.u16 %h1, 1; st.shared.u8 [%l1], %h1;
        ld.shared.u32 %r1, [%l1]; // here";
    assert!(matches!(fault(part, 1, 1).problem, Problem::Unwritten { byte: 1, .. }));
    let global = fault("ld.global.u32 %r1, [%out]; // here", 1, 1);
    assert!(matches!(global.problem, Problem::Unwritten { .. }), "{global}");
    let local = fault(".local .align 8 .b8 depot[16]; mov.u64 %l1, depot;\n ld.local.u64 %l2, [%l1+8]; // here", 1, 1);
    assert!(matches!(local.problem, Problem::Unwritten { .. }), "{local}");
}

#[test]
fn shared_memory_does_not_outlive_a_block() {
    let body = ".shared .align 4 .b8 tile[8]; mov.u64 %l1, tile; setp.ne.u32 %p1, %b, 0; @!%p1 st.shared.u32 [%l1], 1;
        ld.shared.u32 %r1, [%l1]; // here
        st.global.u32 [%out], %r1;";
    let fault = fault(body, 2, 1);
    assert_eq!((fault.block, matches!(fault.problem, Problem::Unwritten { .. })), ([1, 0, 0], true), "{fault}");
}

#[test]
fn barriers_that_not_all_threads_reach() {
    let ended = fault("setp.gt.u32 %p1, %t, 40; @%p1 exit;\n bar.sync 0; // here", 1, 64);
    assert_eq!(
        ended.problem,
        Problem::BarrierDivergence { others: "thread [41, 0, 0] has ended".to_owned() },
        "{ended}"
    );
    let different = "setp.gt.u32 %p1, %t, 40; @%p1 bra OTHER;
        bar.sync 0; // here
        bra.uni DONE;
        OTHER: barrier.sync 0;
        DONE:";
    let different = fault(different, 1, 64);
    assert!(
        matches!(&different.problem, Problem::BarrierDivergence { others } if others.contains("waits at line")),
        "{different}"
    );
    let predicated = fault("setp.gt.u32 %p1, %t, 40;\n @%p1 bar.sync 0; // here", 1, 64);
    assert!(matches!(predicated.problem, Problem::BarrierDivergence { .. }), "{predicated}");
}

#[test]
fn misaligned_accesses() {
    let vector = fault(
        ".shared .align 8 .b8 tile[32]; mov.u64 %l1, tile;\n st.shared.v4.b32 [%l1], {%t, %t, %t, %t}; // here",
        1,
        1,
    );
    assert!(matches!(vector.problem, Problem::Misaligned { .. }), "{vector}");
    let word = fault("st.global.u32 [%out+2], %t; // here", 2, 1);
    assert!(matches!(word.problem, Problem::Misaligned { .. }), "{word}");
    let array = fault("ld.global.v2.b32 {%r1, %r2}, [%out+4]; // here", 4, 1);
    assert!(matches!(array.problem, Problem::Misaligned { .. }), "{array}");
}

#[test]
fn endless_loops() {
    let one = fault("LOOP: add.u32 %r1, %t, 1; bra.uni LOOP;", 1, 64);
    assert_eq!(one.problem, Problem::EndlessLoop { limit: 100_000 }, "{one}");
    let some = fault("setp.ne.u32 %p1, %t, 9; @%p1 bra DONE; LOOP: bra.uni LOOP; DONE:", 1, 64);
    assert_eq!((some.thread, some.problem), ([9, 0, 0], Problem::EndlessLoop { limit: 100_000 }));
    let with_barrier = fault("LOOP: bar.sync 0; bra LOOP;", 1, 64);
    assert_eq!(with_barrier.problem, Problem::EndlessLoop { limit: 100_000 });
}

#[test]
fn conflicts_in_global_memory() {
    // Each block writes the same word.
    let body = "ld.param.u64 %l1, [out_];\n st.global.u32 [%l1], 5; // here";
    let fault = fault(body, 2, 1);
    assert!(fault.to_string().contains("race with the write by thread [0, 0, 0] of block [0, 0, 0]"), "{fault}");
    assert_eq!(fault.block, [1, 0, 0]);
    // A word that another thread wrote.
    let body = "st.global.u32 [%out], %t; ld.param.u64 %l1, [out_];\n ld.global.u32 %r1, [%l1]; // here";
    assert!(matches!(run(&kernel("", body), 2, 1, 0), Err(Error::Fault(_))));

    let module = Module::parse(&kernel("", body)).unwrap();
    let mut device = Device::new(1000);
    let out = device.allocate(8).unwrap();
    device.check_global_conflicts(false);
    let arguments = [Argument::U64(out), Argument::U32(0)];
    device.launch(&module, "k", [2, 1, 1], [1, 1, 1], &arguments).unwrap();
    // Launches are in order.
    device.check_global_conflicts(true);
    let text = kernel("", "ld.param.u64 %l1, [out_];\n ld.global.u32 %r1, [%l1];");
    device.launch(&Module::parse(&text).unwrap(), "k", [2, 1, 1], [1, 1, 1], &arguments).unwrap();
}

#[test]
fn other_faults() {
    assert_eq!(fault("setp.eq.u32 %p1, %t, 3;\n @%p1 trap; // here", 1, 64).problem, Problem::Trap);
    let division = fault("div.u32 %r1, 7, %t; // here", 1, 64);
    assert_eq!((division.problem, division.thread), (Problem::DivisionByZero, [0, 0, 0]));
    let table = "T: .branchtargets A, B; brx.idx %t, T; // here\n A: B:";
    assert_eq!(fault(table, 1, 64).problem, Problem::BranchIndex { index: 2, targets: 2 });
    let constant =
        kernel(".global .align 4 .b32 table[2] = {1, 2};", "mov.u64 %l1, table;\n st.global.u32 [%l1], 1; // here");
    assert!(matches!(fault_of(&constant, 1, 1).problem, Problem::Constant { .. }));
}

#[test]
fn freed_memory_and_mistakes_of_the_host() {
    let mut device = Device::new(1000);
    let first = device.allocate(100).unwrap();
    assert_eq!(device.free_bytes(), 900);
    assert_eq!(device.allocate(901).unwrap_err().to_string(), "out of memory: 901 bytes were asked for, 900 are free");
    device.write(first, &[0; 100]).unwrap();
    assert!(device.write(first + 1, &[0; 100]).is_err());
    device.free(first).unwrap();
    assert!(device.free(first).unwrap_err().to_string().contains("freed before"));
    let error = device.write(first, &[0; 4]).unwrap_err();
    assert!(
        error.to_string().contains("in the allocation of 100 bytes") && error.to_string().contains("freed"),
        "{error}"
    );
    let second = device.allocate(1000).unwrap();
    assert!(second != first);
    assert!(matches!(
        device.read(second, &mut [0; 4]).unwrap_err().problem(),
        Some(Problem::Unwritten { byte: 0, .. })
    ));

    let module = Module::parse(&kernel("", "st.global.u32 [%out], 1; // here")).unwrap();
    let mut launch = |entry: &str, block: [u32; 3], arguments: &[Argument]| {
        device.launch(&module, entry, [1, 1, 1], block, arguments).unwrap_err().to_string()
    };
    assert!(launch("k", [1, 1, 1], &[Argument::U64(first), Argument::U32(0)]).contains("which was freed"));
    assert!(launch("j", [1, 1, 1], &[]).contains("no kernel `j`, but k"));
    assert!(launch("k", [1, 1, 1], &[]).contains("takes 2 arguments, not 0"));
    assert!(launch("k", [1, 1, 1], &[Argument::U32(1), Argument::U32(0)]).contains("parameter 0 has 64 bits"));
    assert!(launch("k", [1024, 2, 1], &[Argument::U64(first), Argument::U32(0)]).contains("no device has blocks"));
}

#[test]
fn what_is_not_known_names_its_line() {
    let refused = [
        ("frob.s32 %r1, %r2, %r3;", "unknown instruction `frob`"),
        ("add.frob.s32 %r1, %r2, %r3;", "`.frob` is not known here"),
        ("add.rz.f32 %r1, %r2, %r3;", "`.rz` is not known here"),
        ("add.f16 %h1, %h2, %h3;", "unknown type `.f16`"),
        ("add.s32 %r1, %r2;", "expected 3 operands, found 2"),
        ("add.s32 %r1, %r2, %r99;", "unknown name `%r99`"),
        ("add.s32 %r1, %r2, %l3;", "an operand of 64 bits where 32 are needed"),
        ("add.s64 %r1, %l2, %l3;", "for a register of 32 bits"),
        ("add.s32 %r1, %r2, 0d3FF0000000000000;", "a constant of another type"),
        ("add.s16 %h1, %h2, 70000;", "does not fit 16 bits"),
        ("add.f32 %r1, %r2, 1;", "a constant of another type"),
        ("mov.u32 %r1, %clock;", "unknown name `%clock`"),
        ("call.uni (retval0), f, (param0);", "calls of functions are not supported"),
        ("atom.global.add.u32 %r1, [%l1], 1;", "unknown instruction `atom`"),
        ("shfl.sync.bfly.b32 %r1, %r2, 1, 31, -1;", "unknown instruction `shfl`"),
        ("bar.arrive 0, 32;", "only barriers with `.sync`"),
        ("bar.sync 0, 32;", "expected 1 operands, found 2"),
        ("cvt.f32.s32 %r1, %r2;", "whose rounding is missing"),
        ("cvt.u32.f32 %r1, %r2;", "whose rounding is missing"),
        ("setp.lt.b32 %p1, %r1, %r2;", "unknown comparison"),
        ("setp.ltu.s32 %p1, %r1, %r2;", "unknown comparison"),
        ("ld.global.v2.u32 %r1, [%l1];", "the number of registers differs"),
        ("ld.global.v4.u64 {%l1, %l2, %l3, %l4}, [%l1];", "more than 16 bytes"),
        ("ld.global.u64 %r1, [%l1];", "a register of 32 bits for a value of 64"),
        ("ld.global.u32 %r1, [%r2];", "an address of 64 bits"),
        ("st.param.u32 [x], %r1;", "`.param` is not known here"),
        ("bra NOWHERE;", "unknown label `NOWHERE`"),
        ("@%r1 bra NOWHERE;", "`%r1` has 32 bits"),
        (".frob 7;", "unknown directive `.frob`"),
        (".shared .b8 much[50000];", "50000 bytes of shared memory are more than 49152"),
        (".shared .align 3 .b8 odd[4];", "a variable whose alignment or contents do not fit"),
        (".local .b8 much[600000];", "600000 bytes of local memory are more than 524288"),
    ];
    for (code, expected) in refused {
        let text = kernel("", &format!("\n    {code}\n"));
        let error = Module::parse(&text).unwrap_err();
        let Error::Parse { line, text: found, problem } = &error else { panic!("{code}: {error}") };
        assert!(problem.contains(expected), "{code}: {error}");
        if !code.contains("much") {
            assert_eq!((*line, found.as_str()), (line_of(&text, code), code), "{error}");
        }
    }
    let error = Module::parse(&format!("{HEADER}.visible .entry k()\n{{\n  ret")).unwrap_err();
    assert!(error.to_string().starts_with("line 6 of the PTX: expected a number, found the end"), "{error}");
}
