//! `kernel!`: the three ways to write a formula, and what becomes of it.

use keops_core::parse::parse_invocation;
use keops_core::{check::check_kernel, matrix_programs};

fn tokens(call: &str) -> proc_macro2::TokenStream {
    call.parse().unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// The programs of all passes.
fn programs(call: &str) -> String {
    let formula = check_kernel(&parse_invocation(tokens(call))).unwrap_or_else(|reports| {
        panic!("{call}: {}", reports.iter().map(|r| r.text()).collect::<Vec<_>>().join("\n"))
    });
    format!("{:?}", matrix_programs(&formula))
}

/// The complaints about a call.
fn complaints(call: &str) -> Vec<String> {
    match check_kernel(&parse_invocation(tokens(call))) {
        Ok(_) => panic!("{call} is right"),
        Err(reports) => reports.iter().map(|report| report.text().to_owned()).collect(),
    }
}

/// The code that a call becomes, its formula's text replaced.
fn code(call: &str) -> String {
    let invocation = parse_invocation(tokens(call));
    let text = invocation.formula.text().to_owned();
    let code = keops_core::compile_kernel(&invocation).unwrap_or_else(|_| panic!("{call}"));
    code.to_string().replace(&format!("{text:?}"), "TEXT").replace(format!("{text:?}").trim_matches('"'), "TEXT")
}

/// A formula in the language, and as the body of a closure.
const PAIRS: [(&str, &str); 17] = [
    ("Exp(-SqNorm2(x - y))", "(-(x - y).sqnorm2()).exp()"),
    ("Exp(-SqDist(x, y))", "(-x.sqdist(y)).exp()"),
    ("Exp(-SqDist(x, y))", "exp(-sq_dist(x, y))"),
    ("Exp(-SqDist(x, y))", "(-SqDist(x, y)).Exp()"),
    ("-Norm2(x - y)", "-(x - y).norm()"),
    ("(x | y)", "x.dot(y)"),
    ("(x | y) ** 3 + 1", "(x | y).powi(3) + 1_f64"),
    ("Powf((x | y) + p, 0.5)", "((x | y) + p).powf(0.5_f64)"),
    ("Log(1 + SqDist(x, y))", "(1.0 + x.sqdist(y)).ln()"),
    ("Inv(p + Sqrt(SqDist(x, y)))", "(p + x.sqdist(y).sqrt()).recip()"),
    ("Elem(x, 2) * Elem(y, 0)", "x.elem(2) * y.elem(0)"),
    ("Sum(Clamp(x * y, 0, 1))", "(x * y).clamp(0, 1).sum()"),
    ("Sum(TensorDot(x, y, [3], [3], [0], [0]))", "x.tensor_dot(y, [3], [3], [0], [0]).sum()"),
    ("IfElse((p < (x | y)) - 1, (x | y), 2 * p)", "if p < (x | y) { (x | y) } else { 2.0 * p }"),
    (
        "IfElse((I == J) - 1, 0, IfElse((I > J) - 1, 1000 * p, Exp(-p)))",
        "{ if I == J { 0. } else if I > J { 1_000.0 * p } else { (-p).exp() } }",
    ),
    ("-(x | y) ** 2 / 2", "-(x | y).square() / 2"),
    ("1 / Rsqrt(p)", "1.0 / p.rsqrt()"),
];

#[test]
fn a_formula_has_three_spellings() {
    for (formula, body) in PAIRS {
        let variables = "x = Vi(3), y = Vj(3), p = Pm(1)";
        let quoted = programs(&format!("\"{formula}\", {variables}"));
        assert_eq!(programs(&format!("{formula}, {variables}")), quoted, "{formula}");
        assert_eq!(programs(&format!("|x: Vi<3>, y: Vj<3>, p: Pm<1>| {body}")), quoted, "{body}");
        assert_eq!(programs(&format!("|x: Vi<3>, y: Vj<3>, p: Pm<1>,| {body},")), quoted, "{body}");
    }
}

#[test]
fn the_generated_code_is_the_same() {
    let quoted = code(r#""Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)"#);
    assert_eq!(code("Exp(-SqDist(x, y)), x = Vi(3), y = Vj(3)"), quoted);
    assert_eq!(code("|x: Vi<3>, y: Vj<3>| (-x.sqdist(y)).exp()"), quoted);
}

#[test]
fn closures_serve_as_formulas_too() {
    let formula = |call: &str| keops_core::check(tokens(call)).map(|formula| keops_core::lowered(&formula).to_string());
    assert_eq!(
        formula("|x: Vi<3>, y: Vj<3>, b: Vj<2>| (-x.sqdist(y)).exp() * b, reduction = Sum, axis = 0").ok(),
        formula(r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(2), axis = 0"#).ok(),
    );
}

#[test]
fn the_passes_of_a_kernel_share_scaled_data() {
    let call = r#""Exp(-SqDist(x, y) / (2 * s**2))", x = Vi(3), y = Vj(3), s = Pm(1)"#;
    let programs = |options: &str| {
        let formula = check_kernel(&parse_invocation(tokens(&format!("{call}{options}")))).expect("a kernel");
        matrix_programs(&formula)
    };
    let (plain, fast) = (programs(", fast_math = false"), programs(", fast_math = true"));
    assert_eq!(plain, programs(""));
    for (plain, fast) in plain.iter().zip(&fast) {
        assert!(fast.operations().total() <= plain.operations().total(), "{fast}");
    }
    // Entries, products with one vector and with several: a factor less per pair.
    for pass in [0, 2, 3] {
        assert_eq!(fast[pass].operations().total() + 1, plain[pass].operations().total());
    }
    // Single entries are computed once each: there is no inner loop in which anything could be saved.
    assert_eq!(fast.last(), plain.last());
}

#[test]
fn errors_of_kernels() {
    let first = |call: &str| complaints(call)[0].lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        first("\"x - y\", x = Vi(3), y = Vj(3)"),
        "the entries of a matrix are numbers: the formula must be scalar"
    );
    assert_eq!(first("\"x\", x = Vi(1), reduction = Sum"), "`kernel!` takes no `reduction`");
    assert_eq!(first("\"x\", x = Vi(1), axis = 0"), "`kernel!` takes no `axis`");
    assert_eq!(first("\"x\", x = Vi(1), derivatives = false"), "`kernel!` takes no `derivatives`");
    assert_eq!(first("\"x\", x = Vi(1), fast_math = yes"), "bad value of `fast_math`");
    assert_eq!(first("\"Sum_Reduction(x, 0)\", x = Vi(1)"), "unknown operator `Sum_Reduction`");
    assert_eq!(first("|x: Vi<1> x"), "the parameters of this closure have no end");
    assert_eq!(first("|x| x"), "the variable `x` has no type");
    assert_eq!(first("|x: Vk<1>| x"), "unknown type `Vk`");
    assert_eq!(first("|x: Vi| x"), "the dimension of `x` must be an integer literal");
    assert_eq!(first("|x: Vi<D>| x"), "the dimension of `x` must be an integer literal");
    assert_eq!(first("|x: Vi<0>| x"), "`x: Vi<0>`: a variable has dimension 1 or more");
    assert_eq!(first("|x: Vi<1>| x, y = Vj(1)"), "a closure declares its variables between its bars");
    assert_eq!(first("|x: Vi<1>|"), "the formula is empty");
    assert_eq!(first("|x: Vi<1>| x.foo()"), "unknown operator `foo`");
    assert_eq!(first("|x: Vi<1>| x.exp"), "`exp` is not called");
    assert_eq!(first("|x: Vi<1>| x.0"), "unexpected number `0`");
    assert_eq!(first("|x: Vi<1>| { let a = x; a }"), "`let` has no meaning in a formula");
    assert_eq!(first("|x: Vi<1>| if x { 1 } else { 2 }"), "the condition of an `if` must be a comparison");
    assert_eq!(first("|x: Vi<1>| if x < 0 { 1 }"), "this `if` has no `else`");
    assert_eq!(first("|x: Vi<1>| x as f32"), "`as` has no meaning in a formula");
    assert_eq!(first("|x: Vi<1>| x * 0x10"), "`0x10` is not a number");
    assert_eq!(first("|x: Vi<1>| x.sqdist()"), "`SqDist` takes 2 arguments, found 1");
    // One complaint each.
    for call in ["|x: Vi<1> x", "|x| x", "|x: Vk<1>| x + 1"] {
        assert_eq!(complaints(call).len(), 1, "{:?}", complaints(call));
    }
    let nested = format!("|x: Vi<1>| x{}", ".exp()".repeat(1000));
    assert_eq!(first(&nested), "the formula is nested too deeply");
    let chain = format!("|x: Vi<1>| {} {{ x }}", "if x < 1 { x } else ".repeat(1000));
    assert_eq!(first(&chain), "the formula is nested too deeply");
}

/// `cargo test -p keops-core --test kernels -- --nocapture` prints the times.
#[test]
fn time_of_a_call() {
    for call in [
        r#""Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)"#,
        r#""Exp(-SqDist(x, y))", x = Vi(100), y = Vj(100)"#,
        r#""(1 + Sqrt(3) * Norm2(x / s - y / s)) * Exp(-Sqrt(3) * Norm2(x / s - y / s))", x = Vi(3), y = Vj(3), s = Pm(1)"#,
    ] {
        let time = |expand: fn(proc_macro2::TokenStream) -> proc_macro2::TokenStream| {
            let start = std::time::Instant::now();
            let code = expand(tokens(call)).to_string();
            (start.elapsed(), code.len())
        };
        let (formula, kernel) = (time(keops_core::expand), time(keops_core::expand_kernel));
        println!("{call}: formula! {:?}, {} bytes; kernel! {:?}, {} bytes", formula.0, formula.1, kernel.0, kernel.1);
    }
}
