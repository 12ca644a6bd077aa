//! What the language says of derivatives, one sentence after the other.

use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::eval::{self, Data};
use keops_core::graph::Axis;
use proc_macro2::TokenStream;

fn checked(call: &str) -> Formula {
    let tokens = TokenStream::from_str(call).expect("a call should be tokens");
    keops_core::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()))
}

/// The value of a formula at one row of each variable.
fn value(text: &str, declarations: &str, rows: &[&[f64]]) -> Vec<f64> {
    let data: Vec<Data> = rows.iter().map(|row| Data { rows: 1, values: row.to_vec() }).collect();
    eval::value(&checked(&format!("{text:?}, {declarations}")), &data, 0, 0)
}

#[test]
fn every_occurrence_of_a_variable_counts() {
    let expected = vec![2.0 * 0.5 * 3.0, 2.0 * -2.0 * 4.0];
    for text in ["Grad(x*x,x,e)", "Grad(x*Var(0,2,0),x,e)", "Grad(Var(0,2,0)**2,Vi(0,2),e)", "Diff(x*Vi(0,2),x,e)"] {
        assert_eq!(value(text, "x = Vi(2), e = Vj(2)", &[&[0.5, -2.0], &[3.0, 4.0]]), expected, "{text}");
    }
}

#[test]
fn a_variable_that_does_not_occur_has_derivative_zero() {
    // Whatever the value of the formula.
    let declarations = "x = Vi(2), y = Vj(1)";
    for y in [1.0, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        let data: [&[f64]; 2] = [&[1.0, 2.0], &[y]];
        assert_eq!(value("Grad(Log(y)/y,x,1)", declarations, &data), [0.0, 0.0]);
        assert_eq!(value("Diff(Log(y)/y,x,x)", declarations, &data), [0.0]);
        assert_eq!(value("GradMatrix(Log(y)/y,x)", declarations, &data), [0.0, 0.0]);
        assert_eq!(value("Divergence(Concat(y,1/y),x)", declarations, &data), [0.0]);
        assert_eq!(value("Laplacian(Log(y),x)", declarations, &data), [0.0]);
        // The same for what is constant between jumps, beside something infinite.
        assert_eq!(value("Grad(Sign(x)/(y*0),x,x)", declarations, &data), [0.0, 0.0]);
        assert_eq!(value("Diff(Floor(x)*Log(y*0),x,x)", declarations, &data), [0.0, 0.0]);
        assert_eq!(value("Divergence(Step(x)/(y*0),x)", declarations, &data), [0.0]);
    }
    assert_eq!(value("Laplacian((x|y),x)", "x = Vi(2), y = Vj(2)", &[&[1.0, 2.0], &[3.0, 4.0]]), [0.0]);
    assert_eq!(value("Divergence(y,x)", "x = Vi(2), y = Vj(2)", &[&[1.0, 2.0], &[3.0, 4.0]]), [0.0]);
}

#[test]
fn an_outer_derivative_goes_through_the_cotangent() {
    let at = |text: &str| value(text, "x = Vi(2)", &[&[0.5, -2.0]]);
    // Grad(x², x, x) is 2 x².
    assert_eq!(at("Grad(Grad(x**2,x,x),x,1+0*x)"), [2.0, -8.0]);
    assert_eq!(at("Diff(Grad(x**2,x,x),x,x)"), [4.0 * 0.25, 4.0 * 4.0]);
    assert_eq!(at("Grad(Diff(x**2,x,x),x,x)"), [4.0 * 0.25, 4.0 * 4.0]);
    assert_eq!(at("Divergence(Grad(x**2,x,x),x)"), [2.0 - 8.0]);
    let trace = value("Grad(TraceOperator(Sin(y)*x,x),y,1)", "x = Vi(2), y = Vj(2)", &[&[1.0, 2.0], &[0.0, 0.5]]);
    assert_eq!(trace, [1.0, 0.5f64.cos()]);
}

#[test]
fn matrices_are_row_major() {
    let data: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[1.0, 10.0, 100.0]];
    let declarations = "a = Vi(6), x = Vj(3)";
    assert_eq!(value("GradMatrix(MatVecMult(a,x),x)", declarations, &data), data[0]);
    // Two rows, three columns, and the other way round: the matrix is made from rows or from columns.
    assert_eq!(value("GradMatrix(Concat((x|x),Sum(x)),x)", declarations, &data), [2.0, 20.0, 200.0, 1.0, 1.0, 1.0]);
    assert_eq!(
        value("GradMatrix(Concat(x,Elem(x,0)*x),x)", declarations, &data),
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [2.0, 0.0, 0.0], [10.0, 1.0, 0.0], [100.0, 0.0, 1.0]]
            .concat()
    );
}

#[test]
fn a_repeated_scalar_receives_the_sum() {
    let data: [&[f64]; 3] = [&[1.0, 2.0, 3.0], &[2.0], &[1.0, 1.0, 2.0]];
    let declarations = "x = Vi(3), s = Vi(1), e = Vi(3)";
    let close = |text: &str, expected: f64| {
        let got = value(text, declarations, &data);
        assert!(got.len() == 1 && (got[0] - expected).abs() < 1e-14, "{text}: {got:?}, expected {expected}");
    };
    close("Grad(Atan2(x,s),s,e)", -1.0 / 5.0 - 2.0 / 8.0 - 6.0 / 13.0);
    close("Grad(Powf(x,s),s,e)", 4.0 * 2f64.ln() + 2.0 * 9.0 * 3f64.ln());
    close("Grad(IfElse(x-2,s,s*s),s,e)", 4.0 + 1.0 + 2.0);
    close("Grad(Clamp(x,s,2*s),s,e)", 1.0);
    close("Grad((s|x),s,1)", 6.0);
    close("Grad(x/s,s,e)", -(1.0 + 2.0 + 6.0) / 4.0);
    close("Grad(ComplexRealScal(s,Real2Complex(x)),s,Real2Complex(e))", 9.0);
    close("Grad(ComplexMult(Real2Complex(s),Real2Complex(x)),s,Imag2Complex(e))", 0.0);
}

#[test]
fn a_choice_passes_the_cotangent_on_to_one_branch() {
    // The branch is no elementwise function of the variable.
    let data: [&[f64]; 3] = [&[1.0, -1.0], &[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]];
    let declarations = "c = Vi(2), a = Vj(4), x = Vj(2)";
    assert_eq!(value("Grad(IfElse(c,MatVecMult(a,x),0),x,1+0*x)", declarations, &data), [1.0, 2.0]);
    assert_eq!(value("Grad(IfElse(c,0,VecMatMult(x,a)),x,1+0*x)", declarations, &data), [2.0, 4.0]);
    assert_eq!(value("GradMatrix(IfElse(c,x,MatVecMult(a,x)),x)", declarations, &data), [1.0, 0.0, 3.0, 4.0]);
}

#[test]
fn factorize_changes_nothing() {
    let declarations = "x = Vi(2), y = Vj(2), e = Vi(2)";
    let data: [&[f64]; 3] = [&[0.5, -0.25], &[1.0, 0.75], &[2.0, 3.0]];
    for text in ["Grad(F,x,1)", "Grad(Grad(F,x,1),y,e)", "Laplacian(F,x)", "Diff(Grad(F,x,1),x,e)"] {
        let plain = value(&text.replace('F', "Exp(-SqDist(x,y))"), declarations, &data);
        let with = value(&text.replace('F', "Factorize(Exp(-SqDist(x,y)),SqDist(x,y))"), declarations, &data);
        assert_eq!(plain, with, "{text}");
    }
}

/// `Grad(Sum_Reduction(F, tag), v, e)`: the axis of v decides that of the result; by a parameter it has one row.
#[test]
fn gradients_of_sums() {
    let declarations = "x = Vi(2), y = Vj(2), p = Pm(1), e = Vi(1), w = Vj(1)";
    let rows = |rows: usize, dim: usize, seed: f64| Data {
        rows,
        values: (0..rows * dim).map(|k| (seed + k as f64).sin()).collect(),
    };
    let data = [rows(3, 2, 1.0), rows(4, 2, 2.0), rows(1, 1, 3.0), rows(3, 1, 4.0), rows(4, 1, 5.0)];
    let f = "Exp(-p*SqDist(x,y))*Elem(y,1)";
    for (tag, e, v, kept, total) in [
        (0, "e", "x", Axis::I, false),
        (0, "e", "y", Axis::J, false),
        (0, "e", "p", Axis::I, true),
        (1, "w", "x", Axis::I, false),
        (1, "w", "y", Axis::J, false),
        (1, "w", "p", Axis::J, true),
    ] {
        let formula = checked(&format!("\"Grad(Sum_Reduction({f},{tag}),{v},{e})\", {declarations}"));
        assert_eq!((formula.kept, formula.total, formula.reduction.name), (kept, total, "Sum"), "by {v}, tag {tag}");
        let got = eval::reduce(&formula, &data);
        let term = checked(&format!("\"Grad({f},{v},{e})\", {declarations}"));
        let at = |i: usize, j: usize| eval::value(&term, &data, i, j);
        let dim = term.term.dim;
        let shape = (
            if total {
                1
            } else if kept == Axis::I {
                3
            } else {
                4
            },
            dim,
        );
        assert_eq!((got.rows, got.dim), shape, "by {v}, tag {tag}");
        let mut expected = vec![0.0; shape.0 * dim];
        for (i, j) in (0..3).flat_map(|i| (0..4).map(move |j| (i, j))) {
            let row = if total {
                0
            } else if kept == Axis::I {
                i
            } else {
                j
            };
            for (k, entry) in at(i, j).into_iter().enumerate() {
                expected[row * dim + k] += entry;
            }
        }
        for (got, expected) in got.values.iter().zip(&expected) {
            assert!((got - expected).abs() < 1e-14, "by {v}, tag {tag}: {got}, expected {expected}");
        }
    }
    // A directional derivative is reduced as the sum itself.
    let change = checked(&format!("\"Diff(Sum_Reduction({f},1),y,2*y)\", {declarations}"));
    assert_eq!((change.kept, change.total), (Axis::J, false));
}
