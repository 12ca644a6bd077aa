//! A listing as nvdisasm writes it, small enough to be counted by hand.

use super::*;

/// Two kernels. The first has a loop in a loop; the inner one has a rare branch, and loads by one address for all lanes and by
/// one that depends on the number of the thread.
const LISTING: &str = r#"
	.target	sm_90
//--------------------- .text.k0_Sum_f32          --------------------------
	.section	.text.k0_Sum_f32,"ax",@progbits
	.align	128
        .global         k0_Sum_f32
        .other          k0_Sum_f32,@"STO_CUDA_ENTRY STV_DEFAULT"
k0_Sum_f32:
.text.k0_Sum_f32:
        /*0000*/                   LDC R1, c[0x0][0x28] ;
        /*0010*/                   S2R R3, SR_TID.X ;
        /*0020*/                   UMOV UR4, 0x400 ;
        /*0030*/                   IMAD.SHL.U32 R9, R3, 0x4, RZ ;
.L_x_4:
        /*0040*/                   MOV R2, UR4 ;
.L_x_1:
        /*0050*/                   LDS.128 R4, [R2+0x10] ;
        /*0060*/                   LDS.128 R12, [R9+UR4] ;
        /*0070*/                   FFMA R8, R4, R5, R8 ;
        /*0080*/                   FSETP.GT.AND P0, PT, R8, R10, PT ;
        /*0090*/                   MUFU.EX2 R7, R7 ;
        /*00a0*/              @!P0 BRA `(.L_x_2) ;
        /*00b0*/                   FADD R10, R8, R10 ;
        /*00c0*/                   FMUL R11, R10, R11 ;
.L_x_2:
        /*00d0*/                   ISETP.NE.AND P1, PT, R2, R16, PT ;
        /*00e0*/                   VIADD R2, R2, 0x20 ;
        /*00f0*/               @P1 BRA `(.L_x_1) ;
        /*0100*/                   UIADD3 UR5, UR5, 0x1, URZ ;
        /*0110*/              @!P2 BRA `(.L_x_4) ;
        /*0120*/                   EXIT ;
.L_x_3:
        /*0130*/                   BRA `(.L_x_3);
        /*0140*/                   NOP;
.L_x_5:
	.section	.nv.shared.k0_Sum_f32,"aw",@nobits
	.section	.text.other,"ax",@progbits
other:
.text.other:
        /*0000*/                   EXIT ;
"#;

fn of_listing() -> Vec<Block> {
    let mut kernels = listing::kernels(LISTING);
    assert_eq!(kernels.keys().collect::<Vec<_>>(), ["k0_Sum_f32", "other"]);
    kernels.remove("k0_Sum_f32").expect("the kernel")
}

#[test]
fn blocks_and_their_flow() {
    let blocks = of_listing();
    let sizes: Vec<usize> = blocks.iter().map(|block| block.instructions.len()).collect();
    assert_eq!(sizes, [4, 1, 6, 2, 3, 2, 1, 1, 1]);
    let next: Vec<&[usize]> = blocks.iter().map(|block| block.next.as_slice()).collect();
    assert_eq!(next[..7], [&[1][..], &[2], &[3, 4], &[4], &[2, 5], &[1, 6], &[]]);
}

#[test]
fn the_shortest_and_the_longest_way() {
    let mut blocks = of_listing();
    let [shortest, longest] = costs(&mut blocks, 2.0, "sm_90").expect("a loop");
    assert_eq!((shortest.instructions, longest.instructions), (4.5, 5.5));
    let of = |cost: &Cost, wanted: Class| {
        let at = Class::ALL.iter().position(|(class, _)| *class == wanted).expect("a class");
        cost.classes[at]
    };
    assert_eq!((of(&shortest, Class::Fp32), of(&longest, Class::Fp32)), (1.0, 2.0));
    assert_eq!((of(&shortest, Class::Shared16), of(&shortest, Class::Mufu)), (1.0, 0.5));
    assert_eq!((of(&shortest, Class::Integer), of(&shortest, Class::Control)), (1.0, 1.0));
    // The load by the number of the thread takes four turns, the other one a single one: 32 * 2 / 5 pairs.
    assert_eq!((shortest.bound, shortest.limit), (12.8, "memory"));
}

#[test]
fn a_kernel_without_loops() {
    let mut kernels = listing::kernels(LISTING);
    assert!(costs(kernels.get_mut("other").expect("the kernel"), 1.0, "sm_90").is_none());
}

#[test]
fn options() {
    let options = Options::new(&["--arch", "sm_80", "--only", "gauss"]).expect("options");
    assert_eq!((options.architecture.as_str(), options.only.as_deref()), ("sm_80", Some("gauss")));
    assert!(Options::new(&["--arch"]).is_err());
}
