//! How many operations the formulas of real programs cost per pair of indices, in their values and their gradients.
//!
//! `cargo test -p keops-core --test operations -- --nocapture` prints the table.

use keops_core::lower::Operations;
use keops_core::methods::{self, Part};

/// The operations of the value and of the gradient by the first variable.
fn operations(call: &str) -> [Operations; 2] {
    let tokens = call.parse().unwrap_or_else(|error| panic!("{call}: {error}"));
    let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()));
    let plan = keops_core::plan(&formula);
    [Part::Value, Part::Gradient(0)].map(|part| {
        let pass = plan.passes.iter().find(|pass| pass.parts == [part]).expect("a pass of its own");
        methods::compile(&formula, pass).operations()
    })
}

/// Title, call, and the totals by hand: of the value and of the gradient by the first variable.
type Row = (&'static str, &'static str, Option<(usize, usize)>);

const ROWS: [Row; 17] = [
    // 3 differences, 3 for their squares, exp, the sum; for the gradient w = exp * b, and 3 sums of w (x - y). The
    // factor -2 e leaves the sum.
    ("Gaussian", r#""Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#, Some((8, 11))),
    // The scalar products are what there is to do.
    ("Gaussian, D = 64", r#""Exp(-SqDist(x,y)) * b", x = Vi(64), y = Vj(64), b = Vj(1)"#, Some((130, 258))),
    // B - P/2 s is one multiply-add, and the sum of the exponentials three operations more; the gradient needs exp(F - L),
    // and P e leaves the sum.
    (
        "Sinkhorn, squared distance",
        r#""( B - (P * (SqDist(X,Y) / IntCst(2)) ) )", X = Vi(3), Y = Vj(3), B = Vj(1), P = Pm(1), reduction = LogSumExp"#,
        Some((10, 12)),
    ),
    // A root more; the gradient needs its reciprocal, by which w is multiplied.
    (
        "Sinkhorn, distance",
        r#""( B - (P * Norm2(X-Y) ) )", X = Vi(3), Y = Vj(3), B = Vj(1), P = Pm(1), reduction = LogSumExp"#,
        Some((11, 15)),
    ),
    // A root; in the gradient also its reciprocal, by which w is multiplied.
    ("Laplace kernel", r#""Exp(-Norm2(x-y)) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#, Some((9, 14))),
    ("energy distance", r#""-Norm2(x-y) * b", x = Vi(3), y = Vj(3), b = Vj(1)"#, Some((8, 11))),
    (
        "transport of labels",
        r#""Exp( (F_i + G_j - IntInv(2)*SqDist(X_i,Y_j)) / E ) * L_j", X_i = Vi(3), Y_j = Vj(3), F_i = Vi(1), G_j = Vj(1), E = Pm(1), L_j = Vj(3)"#,
        None,
    ),
    (
        "Matern 3/2",
        r#""(IntCst(1) + Sqrt(IntCst(3)) * Norm2(x1 / s - x2 / s)) * (Exp(-Sqrt(IntCst(3)) * Norm2(x1 / s - x2 / s)) * v)", x1 = Vi(3), x2 = Vj(3), s = Pm(1), v = Vj(1)"#,
        None,
    ),
    ("periodic", r#""Exp(Sum(Square(Sin(Abs(x-y))) * (-2/l))) * b", x = Vi(3), y = Vj(3), l = Pm(1), b = Vj(1)"#, None),
    (
        "Falkon, Gaussian",
        r#""Exp(SqDist(x1 / g, x2 / g) * IntInv(-2)) * v", x1 = Vi(3), x2 = Vj(3), g = Pm(3), v = Vj(1)"#,
        None,
    ),
    // The gradient is the sum of v y, which is prepared with y: only additions are left.
    (
        "Falkon, linear",
        r#""(gamma * (X | Y) + beta) * v", X = Vi(3), Y = Vj(3), gamma = Pm(1), beta = Pm(1), v = Vj(1)"#,
        Some((5, 3)),
    ),
    (
        "Falkon, polynomial",
        r#""Powf((gamma * (X | Y) + beta), degree) * v", X = Vi(3), Y = Vj(3), gamma = Pm(1), beta = Pm(1), degree = Pm(1), v = Vj(1)"#,
        None,
    ),
    // The gradient needs e | P as well.
    (
        "Deformetrica, momenta",
        r#""Exp(-G*SqDist(X,Y)) * P", X = Vi(3), Y = Vj(3), P = Vj(3), G = Pm(1)"#,
        Some((11, 15)),
    ),
    (
        "Deformetrica, varifold",
        r#""Exp(-(WeightedSqDist(G, X, Y))) * Square((Nx|Ny)) * P", X = Vi(3), Y = Vj(3), Nx = Vi(3), Ny = Vj(3), G = Pm(1), P = Vj(1)"#,
        None,
    ),
    (
        "Deformetrica, geodesics",
        r#""(Px|Py) * Exp(-G*SqDist(X,Y)) * (X-Y)", X = Vi(3), Y = Vj(3), Px = Vi(3), Py = Vj(3), G = Pm(1)"#,
        None,
    ),
    ("S4", r#""ComplexMult(v, ComplexExp(ComplexMult(x, l)))", x = Vi(2), l = Vj(2), v = Vj(2)"#, None),
    (
        "hyperbolic",
        r#""Log(1 + 2*SqDist(x,y)/((1-SqNorm2(x))*(1-SqNorm2(y)))) * b", x = Vi(2), y = Vj(2), b = Vj(1)"#,
        None,
    ),
];

#[test]
fn of_values_and_gradients() {
    println!("operations per pair: total: sums + products * multiply-adds fma divisions / functions f");
    for (title, call, by_hand) in ROWS {
        let [value, gradient] = operations(call);
        println!("{title:28} value {value:42} gradient {gradient}");
        if let Some(expected) = by_hand {
            assert_eq!((value.total(), gradient.total()), expected, "{title}: {call}");
        }
    }
}

/// The derivatives that are written into formulas.
#[test]
fn of_second_derivatives() {
    let variables = "x = Vi(3), y = Vj(3), b = Vj(1), e = Vi(1), h = Vi(3)";
    let value = |formula: &str| operations(&format!("\"{formula}\", {variables}"))[0].total();
    // 3 differences d, 3 for their squares, 3 for their product with h, exp, b, 3 for (d | h) d - h/2, 3 sums.
    assert_eq!(value("Grad(Grad(Exp(-SqDist(x,y))*b,x,e),x,h)"), 17);
    // 3 differences, 3 for their squares s, exp, 4 s - 6, the product of these, the sum of the product with b.
    assert_eq!(value("Laplacian(Exp(-SqDist(x,y))*b,x)"), 10);
}
