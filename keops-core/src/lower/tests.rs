//! What is computed where, and how long the code is.

use super::program::{Program, Statement};
use super::verify::verify;
use crate::graph::{Axis, Graph, Id, Source};
use crate::methods::Pass;
use crate::ops::arithmetic::{ADD, MULT};
use crate::ops::elementwise::SIN;
use crate::reduction::SUM;

fn program(call: &str) -> Program {
    let tokens = call.parse().unwrap();
    let formula = crate::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()));
    let program = crate::lowered(&formula);
    verify(&program).unwrap_or_else(|violation| panic!("{call}: {violation}\n{program}"));
    program
}

/// Number of instructions in the inner loop of a program without loops, the product of the term included.
fn pair_instructions(program: &Program) -> usize {
    let count = |statements: &[Statement]| statements.iter().filter(|s| matches!(s, Statement::Let { .. })).count();
    count(&program.pair.statements) + count(&program.terms[0].statements)
}

#[test]
fn values_are_computed_in_the_stage_that_knows_them() {
    let p = program("\"Exp(-g*SqDist(x/s,y/s)) * Exp(b)\", x=Vi(2), y=Vj(2), g=Pm(1), s=Pm(1), b=Vj(1)");
    // g and 1/s.
    assert_eq!((p.params.results, p.kept.results, p.reduced.results), (2, 2, 3));
    // Two differences, a square and a multiply-add, the product with -g, an exponential; the last product is left to
    // the sum.
    assert_eq!(pair_instructions(&p), 6, "{p}");
    assert!(p.terms[0].term.1.is_some());
}

#[test]
fn the_kept_index_follows_the_axis() {
    let p = program("\"x*y\", x=Vi(2), y=Vj(5), axis=0, reduction=ArgMin".replace("Vi(2)", "Vi(5)").as_str());
    assert_eq!((p.raw, p.kept.results, p.reduced.results), ([2, 5, 5], 5, 5));
    let p = program("\"x\", x=Vi(3)");
    assert_eq!((p.kept.results, p.pair.results, p.dim), (3, 0, 3));
    let p = program("\"x\", x=Vi(3), axis=0");
    assert_eq!((p.kept.results, p.reduced.results), (0, 3));
}

#[test]
fn common_subexpressions_are_computed_once() {
    let once = pair_instructions(&program("\"Exp(-SqDist(x,y))\", x=Vi(3), y=Vj(3)"));
    let twice = pair_instructions(&program("\"Exp(-SqDist(x,y))*SqDist(x,y)+Exp(-SqDist(x,y))\", x=Vi(3), y=Vj(3)"));
    assert_eq!(twice, once + 1);
}

#[test]
fn long_sums_become_folds_and_long_vectors_loops() {
    let p = program("\"Exp(-SqDist(x,y)/2)*b\", x=Vi(700), y=Vj(700), b=Vj(1)");
    assert_eq!((p.folds.len(), p.folds[0].count), (1, 700));
    assert_eq!(p.folds[0].statements.len(), 1, "{p}");
    let p = program("\"Exp(-SqDist(x,y))*b\", x=Vi(3), y=Vj(3), b=Vj(200)");
    assert_eq!((p.dim, p.pair.results), (200, 1));
    let p = program("\"Normalize(x-y)\", x=Vi(100), y=Vj(100)");
    assert_eq!((p.folds.len(), p.pair.results), (1, 1), "{p}");
}

#[test]
fn the_code_of_large_dimensions_is_no_longer_than_that_of_small_ones() {
    for call in [
        "\"MatVecMult(a,x-y)\", a=Pm(4096), x=Vi(64), y=Vj(64)",
        "\"TensorProd(x,y)\", x=Vi(40), y=Vj(50)",
        "\"ComplexMult(z,w)\", z=Vi(200), w=Vj(200)",
        "\"Concat(x,y)*Max(x-y)\", x=Vi(100), y=Vj(100)".replace("*Max(x-y)", "").as_str(),
        "\"ArgMax(x*y)\", x=Vi(100), y=Vj(100)",
        "\"Sum(Exp(Max(x-y)*x*y))\", x=Vi(100), y=Vj(100)",
        "\"OneHot(s*t,100)*y\", s=Vi(1), t=Vj(1), y=Vj(100)",
        "\"Elem(Sin(x*y)*Exp(x-y),70)\", x=Vi(100), y=Vj(100)",
        "\"Normalize(Sin(x*y))\", x=Vi(100), y=Vj(100)",
    ] {
        let text = program(call).to_string();
        assert!(text.lines().count() < 60, "{call}\n{text}");
    }
}

#[test]
fn what_all_terms_of_a_sum_share_is_multiplied_in_the_end() {
    let variables = "x=Vi(3), y=Vj(3), b=Vj(1), e=Vi(1), p=Pm(1)";
    let p = program(&format!("\"Grad(Exp(-SqDist(x,y))*b,x,e)\", {variables}"));
    assert_eq!((p.kept.results, p.factors.results, p.operations().total()), (3, 3, 11), "{p}");
    let p = program(&format!("\"-p*(e*Exp(x-y))\", {variables}"));
    assert_eq!((p.factors.results, p.operations().products), (3, 0), "{p}");
    // Part by part; 1 where there is none.
    let p = program(&format!("\"Concat(e*Exp(x-y),b*x)\", {variables}"));
    assert_eq!((p.terms.len(), p.factors.results, p.operations().products), (2, 6, 0), "{p}");
    for reduction in ["Max", "Count"] {
        let p = program(&format!("\"e*(x|y)\", {variables}, reduction={reduction}"));
        assert_eq!(p.factors.results, 0, "{reduction} is not linear");
    }
}

/// The program of a sum of `Sin(x + y) * x` wrapped in many layers of `wrap`, each of which uses the one below twice: as
/// a tree it would have more nodes than there is memory.
fn wrapped(wrap: fn(&mut Graph, Id) -> Id) -> Program {
    let formula = crate::check("\"x*y\", x=Vi(2), y=Vj(2)".parse().unwrap()).unwrap();
    let pass = Pass {
        text: "wrapped",
        variables: &formula.variables,
        kept: Axis::I,
        reduction: &SUM,
        count: None,
        fast_math: false,
    };
    let mut graph = Graph::new();
    let (x, y) = (graph.variable(0, 2), graph.variable(1, 2));
    let sum = graph.map(&ADD, &[x, y]);
    let sine = graph.map(&SIN, &[sum]);
    let mut root = graph.map(&MULT, &[sine, x]);
    for _ in 0..60 {
        root = wrap(&mut graph, root);
    }
    super::lower(&pass, &graph, &[root])
}

#[test]
fn shared_nodes_are_lowered_once() {
    let swapped = |graph: &mut Graph, id| {
        graph.gather(&[id, id], vec![Source::Entry { operand: 0, entry: 1 }, Source::Entry { operand: 1, entry: 0 }])
    };
    let p = wrapped(swapped);
    assert_eq!((p.factors.results, p.operations().products), (2, 0), "{p}");
    let p = wrapped(|graph, id| graph.map(&ADD, &[id, id]));
    // For each entry: what is inside, an addition per layer, and the sum of all terms.
    assert_eq!(p.operations().total(), 2 * (3 + 60 + 1), "{p}");
}

/// The factor is computed with the parameters: the stage that hands it on must not begin it anew.
#[test]
fn a_long_factor_of_parameters_alone_is_copied() {
    let p = program("\"Normalize(p)*Sin(y)\", p=Pm(40), y=Vj(40)");
    assert_eq!((p.params.results, p.factors.results, p.factors.statements.len()), (40, 40, 1), "{p}");
}

#[test]
fn a_mean_divides_in_the_end() {
    let variables = "x=Vi(3), y=Vj(3), b=Vj(1), e=Vi(1)";
    for formula in ["Exp(-SqDist(x,y))*b", "x-y", "Max(x*y)", "Concat(e*Exp(x-y),b*x)", "Grad(Exp(-SqDist(x,y))*b,x,e)"]
    {
        let sum = program(&format!("\"{formula}\", {variables}"));
        let mean = program(&format!("\"{formula}\", {variables}, reduction=Mean"));
        assert_eq!((mean.operations(), mean.terms.len()), (sum.operations(), sum.terms.len()), "{formula}\n{mean}");
        // The reciprocal of the length, and it alone.
        assert_eq!(
            (mean.params.results, mean.factors.results),
            (sum.params.results + 1, mean.dim),
            "{formula}\n{mean}"
        );
    }
    let p = program("\"Sum(p)*x*y\", x=Vi(3), y=Vj(3), p=Pm(5), reduction=Mean, axis=0");
    assert_eq!(p.raw, [7, 3, 3]);
    // The parameters, the number of rows, the number of columns.
    assert!(p.to_string().contains("(Raw[5])"), "{p}");
}

#[test]
fn terms_share_factors_and_reciprocals() {
    let variables = "x=Vi(1), y=Vj(1), s=Vi(1), t=Vj(1)";
    let count = |formula: &str| program(&format!("\"{formula}\", {variables}")).operations();
    // (x y) (exp + sin): one product and the sum's multiply-add.
    let shared = count("Exp(x-t)*(x-y)*Sin(s+t) + Cos(x-t)*(x-y)*Sin(s+t)");
    assert_eq!((shared.products, shared.multiply_adds), (1, 1));
    // What is known before the inner loop stays there: s x is, and the sum of the squares is a multiply-add.
    assert_eq!(count("(s*x - s*y)**2").multiply_adds, 2);
    assert_eq!(count("Exp(x-y)/(x+y) + Sin(x-y)/(x+y)").divisions, 1);
    assert_eq!(count("Exp(x-y)/y + Sin(x-y)/t").divisions, 0);
    let signed = count("Exp(-s*(x-y))");
    assert_eq!((signed.signs, signed.total()), (0, 4));
}

#[test]
fn unit_vectors_cost_nothing() {
    let p = program("\"Diff(Exp(-SqDist(x,y)),x,ElemT(IntCst(1),3,1))\", x=Vi(3), y=Vj(3)");
    // The value, and the product with one difference.
    assert_eq!(p.operations().total(), 8, "{p}");
    let p = program("\"GradMatrix(x*SqNorm2(y),x)\", x=Vi(2), y=Vj(2)");
    assert_eq!(p.operations().products, 0, "{p}");
}

#[test]
fn the_verifier_notices() {
    let good = program("\"Exp(-SqDist(x,y))*b\", x=Vi(3), y=Vj(3), b=Vj(1)");
    let mut bad = good.clone();
    bad.pair.statements.remove(0);
    assert!(verify(&bad).unwrap_err().contains("is read where it is not known"));
    let mut bad = good.clone();
    bad.reduced.results = 3;
    assert!(verify(&bad).unwrap_err().contains("leaves its 3 entries"));
    let mut bad = good.clone();
    std::mem::swap(&mut bad.kept, &mut bad.pair);
    assert!(verify(&bad).is_err());
}
