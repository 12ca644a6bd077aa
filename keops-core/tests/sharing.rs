//! Passes that do the same share a kernel.

use keops_core::check::Formula;
use keops_core::parse::parse_invocation;

fn tokens(call: &str) -> proc_macro2::TokenStream {
    call.parse().unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// How many kernels there are in the code of `formula!`, or of `kernel!`.
fn kernels(call: &str, matrix: bool) -> usize {
    let invocation = parse_invocation(tokens(call));
    let code = if matrix { keops_core::compile_kernel(&invocation) } else { keops_core::compile(&invocation) };
    let code = code.unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()));
    code.to_string().matches("impl Kernel for").count()
}

fn formula(call: &str) -> Formula {
    keops_core::check(tokens(call)).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()))
}

fn passes(call: &str) -> usize {
    keops_core::plan(&formula(call)).passes.len()
}

#[test]
fn derivatives_of_symmetric_formulas_by_both_axes() {
    let gauss = r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#;
    assert_eq!((passes(gauss), kernels(gauss, false)), (9, 5));
    // The order of the declarations, and whether the results are wide, is all the same.
    for call in [
        r#""Exp(-SqDist(x, y)) * b", b = Vj(1), y = Vj(3), x = Vi(3)"#,
        r#""b * Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3), b = Vj(1)"#,
        r#""Exp(-SqDist(x, y)) * b", x = Vi(64), y = Vj(64), b = Vj(1)"#,
        r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(64)"#,
        r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), axis = 0"#,
        r#""Exp((x | y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#,
        r#""Exp(-Norm2(x - y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#,
    ] {
        assert!(kernels(call, false) < passes(call) - 1, "{call}: {}", kernels(call, false));
    }
    // What is not symmetric shares what it can, such as the value and its change with b, which it is linear in.
    let call = r#""Sin(x - 2 * y) * b", x = Vi(1), y = Vj(1), b = Vj(1)"#;
    assert_eq!((passes(call), kernels(call, false)), (9, 7));
}

#[test]
fn a_symmetric_matrix_and_its_transpose() {
    let call = r#""Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)"#;
    // Six along each axis, and that of pairs.
    assert_eq!(kernels(call, true), 7);
    assert_eq!(kernels(r#""Exp(-SqDist(x, 2 * y))", x = Vi(3), y = Vj(3)"#, true), 13);
}

/// The program of the value.
fn program(call: &str) -> String {
    keops_core::lowered(&formula(call)).to_string()
}

#[test]
fn differences_are_kept_minus_reduced_unless_that_could_be_told() {
    let is_turned = |formula: &str, more: &str| {
        let program = program(&format!("\"{formula}\", x = Vi(1), y = Vj(1), b = Vj(1), s = Vi(1){more}"));
        program.contains("(Kept[0], Reduced[0])")
    };
    for formula in ["Square(y - x) * b", "Exp(-Square(y - x))", "Abs(y - x)", "(y - x) * b", "s * (y - x)", "x - y"] {
        assert!(is_turned(formula, ""), "{formula}");
    }
    // 1 / 0 and 1 / -0 are not the same, nor are those of 2^-inf; and a maximum may be a zero.
    for formula in ["Inv(y - x)", "b / (y - x)", "Exp(b / (y - x))", "Atan2(b, y - x)", "Sign(y - x)"] {
        assert!(!is_turned(formula, ""), "{formula}");
    }
    assert!(!is_turned("y - x", ", reduction = Max"));
    assert!(is_turned("Square(y - x)", ", reduction = Max"));
}

#[test]
fn inputs_are_those_that_are_read() {
    let call = r#""Exp(-SqDist(x, y)) * b", b = Vj(2), x = Vi(3), y = Vj(3), p = Pm(4)"#;
    let program = keops_core::lowered(&formula(call));
    // The distance is needed before b is.
    assert_eq!(program.inputs, [vec![], vec![1], vec![2, 0]]);
    assert_eq!((program.dims, program.raw), ([vec![], vec![3], vec![3, 2]], [2, 3, 5]));
}
