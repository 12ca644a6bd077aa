//! Vectors, spaces, generic addresses, and the variables of modules and functions.

mod support;

use keops_emulator::{Argument, Device, Module};
use support::{kernel, results, run};

#[test]
fn vectors_of_all_widths() {
    let body = ".shared .align 16 .b8 tile[1024]; mov.u64 %l1, tile; mad.wide.u32 %l1, %t, 16, %l1;
        cvt.u64.u32 %l2, %t; add.s64 %l3, %l2, 0x100000000; st.shared.v2.b64 [%l1], {%l2, %l3};
        ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%l1];
        add.u32 %r5, %r1, %r2; add.u32 %r5, %r5, %r3; mad.lo.u32 %r5, %r4, 1000, %r5;   // 2 t + 1000
        ld.shared.v4.u16 {%h1, %h2, %h3, %h4}, [%l1]; cvt.u32.u16 %r6, %h1; add.u32 %r5, %r5, %r6;
        ld.shared.v2.u8 {%h5, %h6}, [%l1]; cvt.u32.u16 %r6, %h5; add.u32 %r5, %r5, %r6;
        ld.shared.v2.f32 {%r7, _}, [%l1]; add.u32 %r5, %r5, %r7;
        st.global.b32 [%out], %r5;";
    assert_eq!(results(body, 64, 0), (0..64).map(|t| 5 * t + 1000).collect::<Vec<_>>());
}

#[test]
fn narrow_reads_are_extended() {
    let body = ".shared .align 4 .b8 tile[8]; mov.u64 %l1, tile; st.shared.u32 [%l1], -2; st.shared.u16 [%l1+4], %h0;
        ld.shared.s8 %r1, [%l1]; ld.shared.u8 %r2, [%l1]; ld.shared.s16 %l2, [%l1]; cvt.u32.u64 %r3, %l2; shr.u64 %l2, %l2, 48;
        ld.shared.s8 %h1, [%l1]; cvt.u32.u16 %r5, %h1;
        cvt.u32.u64 %r4, %l2; add.u32 %r1, %r1, 2; add.u32 %r3, %r3, 2; or.b32 %r1, %r1, %r3;       // 0
        sub.u32 %r2, %r2, 254; or.b32 %r1, %r1, %r2; sub.u32 %r4, %r4, 65535; or.b32 %r1, %r1, %r4;
        sub.u32 %r5, %r5, 65534; or.b32 %r1, %r1, %r5; st.global.b32 [%out], %r1;";
    assert_eq!(results(body, 1, 0), [0]);
}

#[test]
fn generic_addresses() {
    let body = ".shared .align 4 .b8 tile[256]; .local .align 8 .b8 depot[16]; .reg .b64 %SP, %SPL;
        mov.b64 %SPL, depot; cvta.local.u64 %SP, %SPL;
        mov.u64 %l1, tile; mad.wide.u32 %l1, %t, 4, %l1; cvta.shared.u64 %l2, %l1;
        st.u32 [%l2], %t; st.u32 [%SP+4], 100; st.local.u32 [%SPL+8], 1000;
        ld.shared.u32 %r1, [%l1]; ld.local.u32 %r2, [%SPL+4]; ld.b32 %r3, [%SP+8];
        cvta.to.shared.u64 %l3, %l2; ld.shared.u32 %r4, [%l3]; cvta.to.local.u64 %l4, %SP; ld.local.u32 %r5, [%l4+4];
        add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3; add.u32 %r1, %r1, %r4; add.u32 %r1, %r1, %r5;
        isspacep.shared %p1, %l2; isspacep.local %p2, %SP; isspacep.global %p3, %out; isspacep.shared %p4, %out;
        and.pred %p1, %p1, %p2; and.pred %p1, %p1, %p3; not.pred %p4, %p4; and.pred %p1, %p1, %p4;
        selp.b32 %r1, %r1, 0, %p1; st.b32 [%out], %r1;";
    assert_eq!(results(body, 64, 0), (0..64).map(|t| 2 * t + 1200).collect::<Vec<_>>());
}

#[test]
fn variables_of_the_module() {
    let declarations = ".global .align 8 .b8 bytes[12] = {1, 0, 0, 0, 255, 1};
        .const .align 4 .f32 one = 0f3F800000;
        .const .b32 table[2][2] = {{10, 20}, {30, -1}};
        .visible .global .u32 zero;
        .extern .shared .align 16 .b8 dynamic[];
        .shared .align 8 .b8 fixed[64];";
    let body = "mov.b64 %l1, bytes; ld.global.u32 %r1, [%l1+4]; ld.global.nc.b32 %r2, [bytes]; ld.const.f32 %r3, [one];
        ld.const.u32 %r4, [table+8]; ld.global.u32 %r5, [zero]; ld.u32 %r8, [%l1+8];
        add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r4; add.u32 %r1, %r1, %r5; add.u32 %r1, %r1, %r8;
        sub.u32 %r3, %r3, 0x3F800000; add.u32 %r1, %r1, %r3;
        mov.u64 %l2, fixed; mov.u64 %l3, dynamic; st.shared.u32 [%l3+12], %r1; ld.shared.u32 %r7, [dynamic+12];
        st.shared.u32 [fixed], %r7; ld.shared.u32 %r7, [%l2];
        st.global.b32 [%out], %r7;";
    let text = kernel(declarations, body);
    assert!(run(&text, 1, 1, 0).unwrap_err().to_string().contains("out of bounds"));
    let module = Module::parse(&text).unwrap();
    let mut device = Device::new(1000);
    let out = device.allocate(4).unwrap();
    let arguments = [Argument::U64(out), Argument::U32(0)];
    device.launch_with_shared(&module, "k", [1, 1, 1], [1, 1, 1], &arguments, 16).unwrap();
    let mut bytes = [0; 4];
    device.read(out, &mut bytes).unwrap();
    assert_eq!(u32::from_le_bytes(bytes), 511 + 1 + 30);
    assert!(device.launch_with_shared(&module, "k", [1, 1, 1], [1, 1, 1], &arguments, 300_000).is_err());
}

#[test]
fn braces_open_a_scope() {
    let body = "{.shared .align 16 .b8 tile[4]; .reg .b32 %t; mov.u32 %t, 7; st.shared.u32 [tile], %t;}
        {.shared .align 16 .b8 tile[4]; mov.u64 %l1, tile; st.shared.u32 [%l1], 5; ld.shared.u32 %r1, [tile];}
        add.u32 %r1, %r1, %t; st.global.u32 [%out], %r1;";
    assert_eq!(results(body, 1, 0), [5]);
}

#[test]
fn what_a_compiler_writes_around_the_code() {
    let text = format!(
        "{}\n\t.section .debug_abbrev {{ .b8 1, 2 }}\n$L__sec_end0:\n",
        kernel(
            "/* a comment\n of two lines */ // .frob
             .visible .func (.param .b32 r) helper(.param .b64 p) .noreturn { { call x; } }
             .extern .func panic(.param .b64 p) ;
             .file 1 \"lib.rs\"",
            "\t.loc 1 2 3\n\t// begin inline asm\n\t\t.pragma \"nounroll\";\n$L__tmp0: st.global.u32 [%out], %t; $L__BB0_1:"
        )
    );
    let text = text.replace("n_)\n{", "n_)\n.maxntid 128, 1, 1\n.minnctapersm 2\n{\n\t.reg .b32 %unused;");
    let (found, _) = run(&text, 1, 3, 0).unwrap();
    assert_eq!(found, [0, 1, 2]);
}
