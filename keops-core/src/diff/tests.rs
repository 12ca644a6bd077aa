//! The form of derivatives. That their values are right is tested on the interpreter and on compiled kernels.

use super::{all, is_linear};
use crate::graph::{Graph, Id, Node};
use crate::simplify::simplify;

const VARIABLES: &str = "x = Vi(3), y = Vj(3), s = Vi(1), t = Vj(1), A = Pm(9), e = Vi(3)";

/// The simplified graph of a formula.
fn graph(formula: &str) -> (Graph, Id) {
    let tokens = format!("\"{formula}\", {VARIABLES}").parse().unwrap();
    let checked = crate::check(tokens).unwrap_or_else(|reports| panic!("{formula}: {}", reports[0].text()));
    let mut graph = Graph::new();
    let root = checked.term.build(&mut graph);
    graph.verify().unwrap();
    let (graph, roots) = simplify(&graph, &[root]);
    (graph, roots[0])
}

fn linear(formula: &str) -> bool {
    let (graph, root) = graph(formula);
    is_linear(&graph, root, 0)
}

#[test]
fn linear_formulas_are_known_by_their_form() {
    for formula in [
        "x",
        "-x/3 + y*x",
        "x*Exp(y) - 2*x/t",
        "(x|y)*y",
        "Sum(x)*s",
        "Concat(Elem(x,2), Extract(x,0,2))",
        "MatVecMult(A,x)",
        "TensorProd(y,x)",
        "IfElse(y,x,2*x)",
        "x - x",
        "x + 0*Exp(x)",
        "Grad(SqNorm2(x)*s,x,1)",
        "Diff(Exp(y),y,x)",
    ] {
        assert!(linear(formula), "{formula}");
    }
    for formula in ["x+1", "x*x", "(x|x)", "Exp(x)", "1/x", "y", "Abs(x)", "IfElse(x,x,y)", "s*x+t", "Max(x)"] {
        assert!(!linear(formula), "{formula}");
    }
}

#[test]
fn what_does_not_contain_the_variable_is_no_term() {
    for formula in ["Grad(y*s,x,e)", "Diff(Sign(x)+Floor(y),x,e)", "GradMatrix(t,x)"] {
        let (graph, root) = graph(formula);
        assert!(matches!(graph.node(root), Node::Constant(numbers) if numbers.iter().all(|n| n.0 == 0.0)), "{formula}");
    }
}

#[test]
fn a_trace_of_elementwise_functions_needs_no_matrix() {
    let nodes = |formula: &str| graph(formula).0.len();
    let of = |d: usize| {
        let tokens = format!("\"Laplacian(Exp(-SqDist(x,y))*t,x)\", x = Vi({d}), y = Vj({d}), t = Vj(1)");
        let formula = crate::check(tokens.parse().unwrap()).unwrap();
        formula.term.build(&mut Graph::new()).position()
    };
    assert_eq!(of(3), of(300));
    assert!(nodes("Divergence(Normalize(x-y)*Exp(-x),x)") < 80);
}

#[test]
fn every_operator_has_another_name() {
    let names: Vec<&str> = all().map(|operator| operator.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), names.len());
    assert!(all().all(|operator| operator.usage.starts_with(operator.name)));
}
