//! What is gained, that the value stays the same, and what stays as it is.

use super::{Roots, WAYS, build};
use crate::check::Formula;
use crate::eval::nodes;
use crate::graph::{Axis, Graph, Node};
use crate::lower::Program;
use crate::methods::{self, Part};

const VARIABLES: &str = "x = Vi(3), y = Vj(3), b = Vj(1), f = Vi(1), g = Vj(1), p = Pm(1), w = Pm(3)";

fn checked(formula: &str, fast: bool) -> Formula {
    let call = format!("\"{formula}\", {VARIABLES}, fast_math = {fast}");
    crate::check(call.parse().unwrap()).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()))
}

/// The program of a part of a formula, without and with `fast_math`.
fn programs(formula: &str, part: Part) -> [Program; 2] {
    [false, true].map(|fast| {
        let formula = checked(formula, fast);
        let plan = crate::plan(&formula);
        let pass = plan.passes.iter().find(|pass| pass.parts == [part]).expect("a pass of its own");
        methods::compile(&formula, pass)
    })
}

/// Operations per pair, without and with `fast_math`.
type Gain = (usize, usize);

/// Formulas, with the operations of the value, of the gradient by x, and of that by p. An exponential to the base e counts
/// as two, and so does a quotient or a root that is rounded correctly.
const GAINS: [(&str, Gain, Gain, Gain); 22] = [
    // The product of the exponential.
    ("Exp(-SqDist(x,y)) * b", (9, 8), (12, 11), (1, 1)),
    // And the factor.
    ("Exp(-SqDist(x,y)/2) * b", (10, 8), (13, 11), (1, 1)),
    // The sign of p is not known: one factor is left. The gradient by p needs the distance without it.
    ("Exp(-p*SqDist(x,y)) * b", (10, 9), (13, 12), (11, 10)),
    ("Exp(-Abs(p)*SqDist(x,y)) * b", (10, 8), (13, 11), (11, 10)),
    ("Exp(-SqDist(x,y)/(2*p**2)) * b", (10, 8), (13, 11), (11, 10)),
    ("Exp(-Norm2(x-y)) * b", (11, 9), (17, 14), (1, 1)),
    ("Exp(-Norm2(x-y)/p) * b", (12, 10), (18, 15), (13, 11)),
    ("Exp(-Norm2(x-y)/Abs(p)) * b", (12, 9), (18, 14), (13, 11)),
    // A weight per entry.
    ("Exp(-WeightedSqDist(Square(w),x,y)) * b", (12, 8), (15, 11), (1, 1)),
    ("Exp(-WeightedSqDist(w,x,y)) * b", (12, 11), (15, 14), (1, 1)),
    // The sum starts from 1.
    ("1/(1+p**2*SqDist(x,y)) * b", (10, 8), (14, 12), (12, 11)),
    ("Exp((x|y)) * b", (6, 5), (8, 7), (1, 1)),
    ("Exp((x|y)/p) * b", (7, 5), (9, 7), (8, 8)),
    ("Exp((f+g-SqDist(x,y)/2)/p) * b", (12, 10), (15, 13), (13, 11)),
    // The same distance, with factors and without: computed once.
    ("(1+Sqrt(3)*Norm2(x-y))*Exp(-Sqrt(3)*Norm2(x-y)) * b", (14, 11), (21, 17), (1, 1)),
    ("Exp(-SqDist(x,y)/2)*(x-y)", (12, 10), (18, 16), (1, 1)),
    ("SqDist(x,y)*Exp(-SqDist(x,y)/2)", (10, 8), (15, 12), (1, 1)),
    ("Exp(-SqDist(x,y)/2) + Exp(-SqDist(x,y))", (13, 11), (15, 13), (1, 1)),
    ("Exp(-Sum(Abs(x-y)))*b", (11, 10), (17, 16), (1, 1)),
    // Derivatives in the formula.
    ("Grad(Exp(-SqDist(x,y)) * b, x, f)", (12, 11), (18, 17), (1, 1)),
    ("Laplacian(Exp(-SqDist(x,y)) * b, x)", (11, 10), (15, 14), (1, 1)),
    // Nothing to gain.
    ("SqDist(x,y) * b", (7, 7), (6, 6), (1, 1)),
];

#[test]
fn operations_are_saved() {
    for (formula, value, by_x, by_p) in GAINS {
        let counts = [Part::Value, Part::Gradient(0), Part::Gradient(5)].map(|part| {
            let [plain, fast] = programs(formula, part).map(|program| program.operations().cost());
            (plain, fast)
        });
        assert_eq!(counts, [value, by_x, by_p], "{formula}");
    }
}

/// The weights of a log-sum-exp are exponentials that only its derivatives have.
#[test]
fn derivatives_of_a_log_sum_exp() {
    for (formula, gain) in [("b-SqDist(x,y)", (13, 11)), ("b-p*SqDist(x,y)", (13, 12)), ("b-p*Norm2(x-y)", (18, 15))] {
        let counts = [false, true].map(|fast| {
            let call = format!("\"{formula}\", {VARIABLES}, reduction = LogSumExp, fast_math = {fast}");
            let formula = crate::check(call.parse().unwrap()).expect("a formula");
            let plan = crate::plan(&formula);
            let pass = plan.passes.iter().find(|pass| pass.parts == [Part::Gradient(0)]).expect("a pass of its own");
            methods::compile(&formula, pass).operations().cost()
        });
        assert_eq!(counts, [gain.0, gain.1], "{formula}");
    }
}

#[test]
fn what_gains_nothing_stays_as_it_is() {
    for formula in ["SqDist(x,y) * b", "(x|y)", "Exp(f) * g", "Sin(x) * y", "f / g"] {
        let [plain, fast] = programs(formula, Part::Value);
        assert!(plain == fast, "{formula}");
    }
}

/// Quotients and roots of pairs are approximate on devices; then nothing else need change.
#[test]
fn quotients_and_roots() {
    let [plain, fast] = programs("2 * Norm2(x-y) * b / (x|y)", Part::Value).map(|program| program.to_string());
    let exact = fast.replace("Approximate", "Apply");
    assert!(exact != fast && !plain.contains("Approximate"));
    assert_eq!(fast.matches("Approximate").count(), 2, "{fast}");
    assert_eq!(plain.matches("Mult").count(), fast.matches("Mult").count(), "{fast}");
}

/// The numbers in all variables; the parameters in turn of either sign.
fn input(node: &Node, sign: f64) -> Vec<f64> {
    match node {
        Node::Variable(0) => vec![0.3, -1.2, 0.7],
        Node::Variable(1) => vec![-0.4, 0.1, 0.9],
        Node::Variable(2) => vec![1.7],
        Node::Variable(3) => vec![-0.6],
        Node::Variable(4) => vec![0.25],
        Node::Variable(5) => vec![sign * 0.8],
        Node::Variable(_) => vec![sign * 0.5, 1.5, -sign * 0.7],
        Node::Index(axis) | Node::Length(axis) => vec![if *axis == Axis::I { 3.0 } else { 5.0 }],
        _ => unreachable!("not an input: {node:?}"),
    }
}

#[test]
fn the_value_is_the_same() {
    let further = [
        "Exp(p*SqDist(x,y))",
        "Exp(p*Norm2(x-y)/3)",
        "Exp(-Inv(p)*SqDist(x,y))",
        "Exp(-(-2)*p*(-p)*SqDist(x,y))",
        "Exp(SqDist(x,y)/(0-2))",
        "Exp(-Sum(w*Square(x-y)))",
        "Exp(Sum(-w*Square(x-y))*p)",
        "Exp(-Sum(Abs(w)*Abs(x-y))/2)",
        "Exp(0*SqDist(x,y)) + Exp(-SqDist(x,y)) + Exp(SqDist(x,y)/4)",
        "Inv(1+SqDist(x,y)/p**2)",
        "Log(1+Abs(p)*SqDist(x,y))",
        "Exp(-(x|y)*p+f-g)",
        "Exp((x-y)/p)",
        "Exp(-(I-J)**2/9)",
        "Exp(-SqNorm2(Sin(x-y)))",
        "Exp(-Exp(-SqDist(x,y)))",
        "Exp(f*g)*Exp(-f*g/p)",
        "Grad(Exp(-SqDist(x,y)/p**2),p,1)",
        "Exp(-SymSqNorm(Concat(w,Concat(w,w)),x-y))",
    ];
    for formula in GAINS.iter().map(|row| row.0).chain(further) {
        let formula = checked(formula, true);
        for sign in [1.0, -1.0] {
            let value = |way| {
                let mut graph = Graph::new();
                let root = build(&formula.term, &mut graph, &formula.variables, way);
                graph.verify().expect("a graph");
                assert_eq!(graph.dim(root), formula.term.dim);
                nodes(&graph, root, &|node| input(node, sign), &mut |_, _| {})
            };
            let expected = value(None);
            for way in WAYS {
                let got = value(Some(way));
                let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
                assert!(got.iter().zip(&expected).all(near), "{}: {got:?}, not {expected:?}: {way:?}", formula.text);
            }
        }
    }
}

/// The functions of the graph of a formula whose factors have gone as far as they can.
fn functions(formula: &str) -> Vec<String> {
    let formula = checked(formula, true);
    let mut graph = Graph::new();
    let root = build(&formula.term, &mut graph, &formula.variables, Some(WAYS[3]));
    assert_eq!(WAYS[3].roots, Roots::OfParameters);
    let mut functions = Vec::new();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if let Node::Map(function, _) = graph.node(id) {
            functions.push(format!("{function:?}"));
        }
        stack.extend(graph.node(id).operands());
    }
    functions.sort();
    functions.dedup();
    functions
}

#[test]
fn no_root_is_taken_of_what_may_be_negative() {
    for factor in ["p", "Inv(p)", "p**3", "Sin(p)", "Elem(w,0)", "(p-1)", "Log(Abs(p))"] {
        let functions = functions(&format!("Exp(-{factor}*SqDist(x,y))"));
        assert!(!functions.contains(&"Sqrt".to_owned()), "{factor}: {functions:?}");
        assert!(functions.contains(&"Exp2Neg".to_owned()), "{factor}: {functions:?}");
    }
    for factor in ["Abs(p)", "Exp(p)", "Inv(Sqrt(p))", "(1+Sum(Square(w)))"] {
        assert!(functions(&format!("Exp(-{factor}*SqDist(x,y))")).contains(&"Sqrt".to_owned()), "{factor}");
    }
    // The root of a square is an absolute value.
    assert!(functions("Exp(-SqDist(x,y)/(2*p**2))").contains(&"Abs".to_owned()));
}
