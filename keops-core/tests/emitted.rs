//! Snapshots of the code that is emitted, so that a reader sees what comes out, and a change of it is seen in review.
//!
//! `INSTA_UPDATE=always cargo test -p keops-core --test emitted` writes them anew.

fn emitted(call: &str) -> String {
    let tokens = call.parse().unwrap_or_else(|error| panic!("{call}: {error}"));
    let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()));
    let code = keops_core::emit::kernel_only(&keops_core::lowered(&formula));
    let file = syn::parse2(code).unwrap_or_else(|error| panic!("{call}: {error}"));
    prettyplease::unparse(&file)
}

macro_rules! snapshot {
    ($($name:ident: $call:literal;)*) => {$(
        #[test]
        fn $name() {
            insta::with_settings!({ description => $call, omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), emitted($call));
            });
        }
    )*};
}

snapshot! {
    gauss: r#""Exp(-SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#;
    gauss_with_fast_math: r#""Exp(-SqDist(x, y) / 2) * b", x = Vi(3), y = Vj(3), b = Vj(1), fast_math = true"#;
    gauss_of_dimension_64: r#""Exp(-SqDist(x, y) / 2) * b", x = Vi(64), y = Vj(64), b = Vj(1)"#;
    sinkhorn: r#""(B - (P * (SqDist(X, Y) / IntCst(2))))", X = Vi(3), Y = Vj(3), B = Vj(1), P = Pm(1), reduction = LogSumExp"#;
    gradient: r#""Grad(Exp(-SqDist(x, y)) * b, x, e)", x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1)"#;
    hessian_vector_product: r#""Grad(Grad(Exp(-SqDist(x, y)) * b, x, e), x, h)", x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1), h = Vi(3)"#;
    gradients_of_two_variables: r#""Concat(Grad(Exp(-SqDist(x, y)) * b, y, e), Grad(Exp(-SqDist(x, y)) * b, b, e))", x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1), axis = 0"#;
    causal_mask: r#""IfElse(I - J, Exp((q | k)), 0) * v", q = Vi(4), k = Vj(4), v = Vj(40)"#;
    complex_product: r#""ComplexMult(v, ComplexExp(ComplexMult(x, l)))", x = Vi(2), l = Vj(2), v = Vj(2)"#;
    network: r#""ReLU(MatVecMult(A, Concat(x, y)) + b)", A = Pm(1024), b = Pm(16), x = Vi(32), y = Vj(32), axis = 0"#;
}
