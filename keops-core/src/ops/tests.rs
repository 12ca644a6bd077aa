//! Every row of the tables: the built graph has the value of the definition, and the rules for dimensions hold.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use super::{Call, Mismatch, Operator, Parameter, all, elementwise, find, logic};
use crate::graph::{FoldKind, Graph, Id, Node, Source};

/// The arguments of a call: dimensions of the operands, integers, lists.
type Shape = (&'static [usize], &'static [i64], &'static [&'static [i64]]);

/// An operator, calls that are right with the dimension of their result, and calls that are wrong with the position of
/// the culprit.
struct Sample {
    name: &'static str,
    right: &'static [(Shape, usize)],
    wrong: &'static [(Shape, usize)],
}

const UNARY: &[(Shape, usize)] = &[((&[1], &[], &[]), 1), ((&[4], &[], &[]), 4)];
const BINARY: &[(Shape, usize)] =
    &[((&[1, 1], &[], &[]), 1), ((&[3, 3], &[], &[]), 3), ((&[1, 4], &[], &[]), 4), ((&[4, 1], &[], &[]), 4)];
const BINARY_WRONG: &[(Shape, usize)] = &[((&[2, 3], &[], &[]), 1)];
const TERNARY: &[(Shape, usize)] = &[
    ((&[1, 1, 1], &[], &[]), 1),
    ((&[3, 3, 3], &[], &[]), 3),
    ((&[1, 4, 1], &[], &[]), 4),
    ((&[4, 1, 4], &[], &[]), 4),
    ((&[1, 1, 2], &[], &[]), 2),
];
const TERNARY_WRONG: &[(Shape, usize)] =
    &[((&[2, 3, 1], &[], &[]), 1), ((&[1, 3, 2], &[], &[]), 2), ((&[3, 1, 2], &[], &[]), 2)];
const FOLD: &[(Shape, usize)] = &[((&[1], &[], &[]), 1), ((&[5], &[], &[]), 1)];
const COMPLEX_TO_REAL: &[(Shape, usize)] = &[((&[2], &[], &[]), 1), ((&[6], &[], &[]), 3)];
const COMPLEX_UNARY: &[(Shape, usize)] = &[((&[2], &[], &[]), 2), ((&[6], &[], &[]), 6)];
const COMPLEX_UNARY_WRONG: &[(Shape, usize)] = &[((&[5], &[], &[]), 0), ((&[1], &[], &[]), 0)];
const REAL_TO_COMPLEX: &[(Shape, usize)] = &[((&[1], &[], &[]), 2), ((&[3], &[], &[]), 6)];
const COMPLEX_BINARY: &[(Shape, usize)] =
    &[((&[2, 2], &[], &[]), 2), ((&[4, 4], &[], &[]), 4), ((&[2, 6], &[], &[]), 6), ((&[6, 2], &[], &[]), 6)];
const COMPLEX_BINARY_WRONG: &[(Shape, usize)] =
    &[((&[3, 4], &[], &[]), 0), ((&[4, 3], &[], &[]), 1), ((&[4, 6], &[], &[]), 1), ((&[1, 4], &[], &[]), 0)];

const fn row(name: &'static str, right: &'static [(Shape, usize)], wrong: &'static [(Shape, usize)]) -> Sample {
    Sample { name, right, wrong }
}

const SAMPLES: &[Sample] = &[
    row("Add", BINARY, BINARY_WRONG),
    row("Subtract", BINARY, BINARY_WRONG),
    row("Minus", UNARY, &[]),
    row("Mult", BINARY, BINARY_WRONG),
    row("Divide", BINARY, BINARY_WRONG),
    row(
        "Pow",
        &[((&[3], &[3], &[]), 3), ((&[3], &[-2], &[]), 3), ((&[1], &[0], &[]), 1)],
        &[((&[3], &[1 << 31], &[]), 1)],
    ),
    row("Square", UNARY, &[]),
    row(
        "Scalprod",
        &[((&[1, 1], &[], &[]), 1), ((&[3, 3], &[], &[]), 1), ((&[1, 4], &[], &[]), 1), ((&[4, 1], &[], &[]), 1)],
        BINARY_WRONG,
    ),
    row("Inv", UNARY, &[]),
    row("Exp", UNARY, &[]),
    row("Log", UNARY, &[]),
    row("XLogX", UNARY, &[]),
    row("Sin", UNARY, &[]),
    row("Cos", UNARY, &[]),
    row("SinXDivX", UNARY, &[]),
    row("Asin", UNARY, &[]),
    row("Acos", UNARY, &[]),
    row("Atan", UNARY, &[]),
    row("Sqrt", UNARY, &[]),
    row("Rsqrt", UNARY, &[]),
    row("Abs", UNARY, &[]),
    row("Sign", UNARY, &[]),
    row("Step", UNARY, &[]),
    row("ReLU", UNARY, &[]),
    row("Floor", UNARY, &[]),
    row("Round", &[((&[3], &[0], &[]), 3), ((&[3], &[2], &[]), 3), ((&[1], &[-1], &[]), 1)], &[]),
    row("Equal", BINARY, BINARY_WRONG),
    row("NotEqual", BINARY, BINARY_WRONG),
    row("LessThan", BINARY, BINARY_WRONG),
    row("LessOrEqual", BINARY, BINARY_WRONG),
    row("IfElse", TERNARY, TERNARY_WRONG),
    row("Clamp", TERNARY, TERNARY_WRONG),
    row("ClampInt", &[((&[1], &[0, 1], &[]), 1), ((&[5], &[-1, 1], &[]), 5), ((&[5], &[1, -1], &[]), 5)], &[]),
    row("DiffClampInt", &[((&[1], &[0, 1], &[]), 1), ((&[5], &[-1, 1], &[]), 5)], &[]),
    row("Mod", TERNARY, TERNARY_WRONG),
    row("Powf", BINARY, BINARY_WRONG),
    row("Atan2", BINARY, BINARY_WRONG),
    row("SqNorm2", FOLD, &[]),
    row("Norm2", FOLD, &[]),
    row("Normalize", UNARY, &[]),
    row(
        "SqDist",
        &[((&[1, 1], &[], &[]), 1), ((&[3, 3], &[], &[]), 1), ((&[1, 4], &[], &[]), 1), ((&[4, 1], &[], &[]), 1)],
        BINARY_WRONG,
    ),
    row("SqNormIso", &[((&[1, 1], &[], &[]), 1), ((&[1, 3], &[], &[]), 1)], &[((&[3, 3], &[], &[]), 0)]),
    row(
        "SqNormDiag",
        &[((&[1, 1], &[], &[]), 1), ((&[3, 3], &[], &[]), 1)],
        &[((&[1, 3], &[], &[]), 0), ((&[3, 1], &[], &[]), 0)],
    ),
    row(
        "SymSqNorm",
        &[((&[1, 1], &[], &[]), 1), ((&[9, 3], &[], &[]), 1)],
        &[((&[3, 3], &[], &[]), 0), ((&[4, 1], &[], &[]), 0)],
    ),
    row(
        "WeightedSqNorm",
        &[((&[1, 1], &[], &[]), 1), ((&[1, 3], &[], &[]), 1), ((&[3, 3], &[], &[]), 1), ((&[9, 3], &[], &[]), 1)],
        &[((&[2, 1], &[], &[]), 0), ((&[2, 3], &[], &[]), 0), ((&[4, 3], &[], &[]), 0)],
    ),
    row(
        "WeightedSqDist",
        &[
            ((&[1, 1, 1], &[], &[]), 1),
            ((&[1, 3, 1], &[], &[]), 1),
            ((&[3, 1, 3], &[], &[]), 1),
            ((&[9, 3, 3], &[], &[]), 1),
        ],
        &[((&[3, 3, 2], &[], &[]), 2), ((&[2, 1, 1], &[], &[]), 0), ((&[2, 3, 1], &[], &[]), 0)],
    ),
    row("IntCst", &[((&[], &[0], &[]), 1), ((&[], &[-7], &[]), 1)], &[]),
    row("IntInv", &[((&[], &[3], &[]), 1), ((&[], &[-4], &[]), 1)], &[((&[], &[0], &[]), 0)]),
    row(
        "RatCst",
        &[((&[], &[2, 3], &[]), 1), ((&[], &[0, -3], &[]), 1), ((&[], &[4, -6], &[]), 1)],
        &[((&[], &[1, 0], &[]), 1)],
    ),
    row(
        "Zero",
        &[((&[], &[1], &[]), 1), ((&[], &[3], &[]), 3)],
        &[((&[], &[0], &[]), 0), ((&[], &[-1], &[]), 0), ((&[], &[1 << 40], &[]), 0)],
    ),
    row("Sum", FOLD, &[]),
    row(
        "SumT",
        &[((&[1], &[1], &[]), 1), ((&[1], &[5], &[]), 5)],
        &[((&[2], &[5], &[]), 0), ((&[1], &[0], &[]), 1), ((&[1], &[1 << 40], &[]), 1)],
    ),
    row("Max", FOLD, &[]),
    row("Min", FOLD, &[]),
    row("ArgMax", FOLD, &[]),
    row("ArgMin", FOLD, &[]),
    row("Elem", &[((&[1], &[0], &[]), 1), ((&[4], &[3], &[]), 1)], &[((&[4], &[4], &[]), 1), ((&[4], &[-1], &[]), 1)]),
    row(
        "ElemT",
        &[((&[1], &[5, 3], &[]), 5), ((&[1], &[1, 0], &[]), 1)],
        &[((&[2], &[5, 3], &[]), 0), ((&[1], &[0, 0], &[]), 1), ((&[1], &[3, 3], &[]), 2), ((&[1], &[3, -1], &[]), 2)],
    ),
    row(
        "Extract",
        &[((&[5], &[1, 3], &[]), 3), ((&[5], &[0, 5], &[]), 5), ((&[1], &[0, 1], &[]), 1)],
        &[
            ((&[5], &[-1, 2], &[]), 1),
            ((&[5], &[5, 1], &[]), 1),
            ((&[5], &[3, 3], &[]), 2),
            ((&[5], &[3, 0], &[]), 2),
            ((&[5], &[3, i64::MAX], &[]), 2),
        ],
    ),
    row(
        "ExtractT",
        &[((&[2], &[1, 4], &[]), 4), ((&[2], &[0, 2], &[]), 2), ((&[1], &[2, 3], &[]), 3)],
        &[((&[2], &[-1, 4], &[]), 1), ((&[2], &[4, 4], &[]), 1), ((&[2], &[3, 4], &[]), 2), ((&[2], &[0, 0], &[]), 2)],
    ),
    row("Concat", &[((&[1, 1], &[], &[]), 2), ((&[3, 2], &[], &[]), 5)], &[]),
    row("OneHot", &[((&[1], &[1], &[]), 1), ((&[1], &[3], &[]), 3)], &[((&[2], &[3], &[]), 0), ((&[1], &[0], &[]), 1)]),
    row(
        "MatVecMult",
        &[((&[6, 3], &[], &[]), 2), ((&[3, 3], &[], &[]), 1), ((&[3, 1], &[], &[]), 3), ((&[1, 1], &[], &[]), 1)],
        &[((&[5, 3], &[], &[]), 0), ((&[1, 3], &[], &[]), 0)],
    ),
    row(
        "VecMatMult",
        &[((&[2, 6], &[], &[]), 3), ((&[3, 3], &[], &[]), 1), ((&[1, 3], &[], &[]), 3)],
        &[((&[3, 5], &[], &[]), 1), ((&[3, 1], &[], &[]), 1)],
    ),
    row("TensorProd", &[((&[2, 3], &[], &[]), 6), ((&[1, 1], &[], &[]), 1), ((&[3, 1], &[], &[]), 3)], &[]),
    row(
        "TensorDot",
        &[
            ((&[2, 3], &[], &[&[2], &[3], &[], &[]]), 6),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0]]), 4),
            ((&[6, 6], &[], &[&[2, 3], &[2, 3], &[0, 1], &[0, 1]]), 1),
            ((&[12, 4], &[], &[&[2, 3, 2], &[2, 2], &[0, 2], &[1, 0]]), 3),
            ((&[6, 12], &[], &[&[2, 3], &[3, 2, 2], &[1], &[0], &[2, 0, 1]]), 8),
            ((&[24, 6], &[], &[&[2, 3, 4], &[3, 2], &[1], &[0], &[1, 2, 0]]), 16),
            ((&[4, 6], &[], &[&[2, 2], &[2, 3], &[], &[], &[0, 3, 1, 2]]), 24),
            ((&[3, 3], &[], &[&[3], &[3], &[0], &[0], &[]]), 1),
            ((&[1, 3], &[], &[&[], &[3], &[], &[]]), 3),
        ],
        &[
            ((&[5, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0]]), 2),
            ((&[6, 6], &[], &[&[-2, -3], &[3, 2], &[1], &[0]]), 2),
            ((&[6, 5], &[], &[&[2, 3], &[3, 2], &[1], &[0]]), 3),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[2], &[0]]), 4),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1, 1], &[0, 1]]), 4),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[-1]]), 5),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0, 1]]), 5),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[1]]), 5),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0], &[0]]), 6),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0], &[0, 0]]), 6),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[0], &[0, 2]]), 6),
            ((&[3, 3], &[], &[&[3], &[3], &[0], &[0], &[0]]), 6),
        ],
    ),
    row(
        "Kron",
        &[
            ((&[3, 2], &[], &[&[3], &[2]]), 6),
            ((&[6, 6], &[], &[&[2, 3], &[3, 2]]), 36),
            ((&[4, 6], &[], &[&[1, 2, 2], &[2, 3, 1]]), 24),
            ((&[1, 1], &[], &[&[], &[]]), 1),
        ],
        &[
            ((&[5, 6], &[], &[&[2, 3], &[3, 2]]), 2),
            ((&[6, 5], &[], &[&[2, 3], &[3, 2]]), 3),
            ((&[6, 6], &[], &[&[2, 3], &[6]]), 3),
        ],
    ),
    row("ComplexReal", COMPLEX_TO_REAL, COMPLEX_UNARY_WRONG),
    row("ComplexImag", COMPLEX_TO_REAL, COMPLEX_UNARY_WRONG),
    row("Real2Complex", REAL_TO_COMPLEX, &[]),
    row("Imag2Complex", REAL_TO_COMPLEX, &[]),
    row("Conj", COMPLEX_UNARY, COMPLEX_UNARY_WRONG),
    row("ComplexAbs", COMPLEX_TO_REAL, COMPLEX_UNARY_WRONG),
    row("ComplexSquareAbs", COMPLEX_TO_REAL, COMPLEX_UNARY_WRONG),
    row("ComplexAngle", COMPLEX_TO_REAL, COMPLEX_UNARY_WRONG),
    row("ComplexSum", &[((&[2], &[], &[]), 2), ((&[6], &[], &[]), 2)], COMPLEX_UNARY_WRONG),
    row(
        "ComplexSumT",
        &[((&[2], &[2], &[]), 2), ((&[2], &[6], &[]), 6)],
        &[((&[4], &[6], &[]), 0), ((&[2], &[5], &[]), 1), ((&[2], &[0], &[]), 1)],
    ),
    row("ComplexAdd", COMPLEX_BINARY, COMPLEX_BINARY_WRONG),
    row("ComplexSubtract", COMPLEX_BINARY, COMPLEX_BINARY_WRONG),
    row("ComplexMult", COMPLEX_BINARY, COMPLEX_BINARY_WRONG),
    row("ComplexDivide", COMPLEX_BINARY, COMPLEX_BINARY_WRONG),
    row(
        "ComplexRealScal",
        &[((&[1, 2], &[], &[]), 2), ((&[1, 6], &[], &[]), 6), ((&[6, 1], &[], &[]), 6)],
        &[((&[1, 1], &[], &[]), 0), ((&[1, 3], &[], &[]), 1), ((&[3, 1], &[], &[]), 0), ((&[2, 4], &[], &[]), 0)],
    ),
    row(
        "ComplexScal",
        &[((&[2, 2], &[], &[]), 2), ((&[2, 6], &[], &[]), 6), ((&[6, 2], &[], &[]), 6)],
        &[((&[4, 4], &[], &[]), 0), ((&[1, 4], &[], &[]), 0), ((&[2, 3], &[], &[]), 1)],
    ),
    row("ComplexExp", COMPLEX_UNARY, COMPLEX_UNARY_WRONG),
    row("ComplexExp1j", REAL_TO_COMPLEX, &[]),
    row(
        "SoftDTW_SqDist",
        &[((&[1, 1, 1], &[], &[]), 1), ((&[3, 5, 1], &[], &[]), 1), ((&[4, 1, 1], &[], &[]), 1)],
        &[((&[3, 5, 2], &[], &[]), 2)],
    ),
    row("Factorize", &[((&[3, 2], &[], &[]), 3)], &[]),
    row(
        "BSpline",
        &[
            ((&[2, 1], &[0], &[]), 1),
            ((&[5, 1], &[0], &[]), 4),
            ((&[6, 1], &[1], &[]), 4),
            ((&[7, 1], &[3], &[]), 3),
            ((&[4, 1], &[2], &[]), 1),
        ],
        &[((&[5, 2], &[1], &[]), 1), ((&[5, 1], &[-1], &[]), 2), ((&[5, 1], &[4], &[]), 2), ((&[1, 1], &[0], &[]), 0)],
    ),
];

/// Numbers in (-2, 2), the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 51) as f64 - 2.0
    }

    fn vector(&mut self, dim: usize) -> Vec<f64> {
        (0..dim).map(|_| self.next()).collect()
    }
}

fn operator(name: &str) -> &'static Operator {
    find(name).unwrap_or_else(|| panic!("no operator {name}"))
}

fn dim(name: &str, (dims, integers, lists): Shape) -> Result<usize, Mismatch> {
    let lists: Vec<Vec<i64>> = lists.iter().map(|list| list.to_vec()).collect();
    operator(name).dim(&Call { dims, integers, lists: &lists })
}

/// The value by definition, after comparing it with that of the built graph.
fn value(operator: &'static Operator, operands: &[Vec<f64>], integers: &[i64], lists: &[&[i64]]) -> Vec<f64> {
    let dims: Vec<usize> = operands.iter().map(Vec::len).collect();
    let lists: Vec<Vec<i64>> = lists.iter().map(|list| list.to_vec()).collect();
    let call = Call { dims: &dims, integers, lists: &lists };
    let expected = operator.value(&call, operands);

    let mut graph = Graph::new();
    let variables: Vec<Id> = dims.iter().enumerate().map(|(number, &dim)| graph.variable(number, dim)).collect();
    let root = operator.build(&mut graph, &call, &variables);
    graph.verify().unwrap_or_else(|violation| panic!("{operator:?} {call:?}: {violation}"));
    assert_eq!(graph.dim(root), operator.dim(&call).expect("a right call"), "dimension of {operator:?} {call:?}");
    let built = evaluate(&graph, operands)[root.position()].clone();
    assert_close(&built, &expected, &format!("{operator:?} {call:?} of {operands:?}"));
    expected
}

/// The value of every node.
fn evaluate(graph: &Graph, variables: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut values: Vec<Vec<f64>> = Vec::new();
    for id in graph.ids() {
        let value = match graph.node(id) {
            Node::Variable(number) => variables[*number].clone(),
            Node::Index(_) | Node::Length(_) => panic!("no operator builds an index"),
            Node::Constant(numbers) => numbers.iter().map(|number| number.0).collect(),
            Node::Map(function, operands) => {
                let operands: Vec<Vec<f64>> = operands.iter().map(|id| values[id.position()].clone()).collect();
                let dims: Vec<usize> = operands.iter().map(Vec::len).collect();
                let integers = [function.parameter];
                function.operator.value(&Call { dims: &dims, integers: &integers, lists: &[] }, &operands)
            }
            Node::Fold(kind, operand) => vec![fold(*kind, &values[operand.position()])],
            Node::Broadcast(operand, n) => vec![values[operand.position()][0]; *n],
            Node::Gather(operands, sources) => sources
                .iter()
                .map(|source| match *source {
                    Source::Zero => 0.0,
                    Source::Entry { operand, entry } => values[operands[operand].position()][entry],
                })
                .collect(),
            Node::Contract(einsum, a, b) => {
                let (a, b) = (&values[a.position()], &values[b.position()]);
                einsum.terms().iter().map(|terms| terms.iter().map(|&(k, l)| a[k] * b[l]).sum()).collect()
            }
        };
        values.push(value);
    }
    values
}

fn fold(kind: FoldKind, x: &[f64]) -> f64 {
    let first_extreme =
        |beats: fn(&f64, &f64) -> bool| (1..x.len()).fold(0, |best, k| if beats(&x[k], &x[best]) { k } else { best });
    match kind {
        FoldKind::Sum => x.iter().sum(),
        FoldKind::Max => x[first_extreme(f64::gt)],
        FoldKind::Min => x[first_extreme(f64::lt)],
        FoldKind::ArgMax => first_extreme(f64::gt) as f64,
        FoldKind::ArgMin => first_extreme(f64::lt) as f64,
    }
}

fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    let close = |x: f64, y: f64| x == y || x.is_nan() && y.is_nan() || (x - y).abs() <= 1e-12 * (1.0 + y.abs());
    let all_close = found.len() == expected.len() && found.iter().zip(expected).all(|(&x, &y)| close(x, y));
    assert!(all_close, "{what}: found {found:?}, expected {expected:?}");
}

/// Asserts a value, of both the definition and the graph.
fn check(name: &str, operands: &[&[f64]], integers: &[i64], expected: &[f64]) {
    check_row(operator(name), operands, integers, expected);
}

fn check_row(operator: &'static Operator, operands: &[&[f64]], integers: &[i64], expected: &[f64]) {
    let operands: Vec<Vec<f64>> = operands.iter().map(|operand| operand.to_vec()).collect();
    let found = value(operator, &operands, integers, &[]);
    assert_close(&found, expected, &format!("{operator:?} of {operands:?}, {integers:?}"));
}

/// A function of one number at many.
fn check_points(name: &str, points: &[(f64, f64)]) {
    let (x, expected): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    check(name, &[&x], &[], &expected);
}

#[test]
fn every_operator_has_a_sample() {
    let sampled: BTreeSet<&str> = SAMPLES.iter().map(|sample| sample.name).collect();
    let in_tables: BTreeSet<&str> = all().map(Operator::name).collect();
    assert_eq!(sampled, in_tables);
    assert_eq!(sampled.len(), SAMPLES.len(), "a sample is there twice");
}

#[test]
fn names_are_unique_and_found() {
    let mut names = BTreeSet::new();
    for operator in all() {
        for name in operator.names {
            assert!(names.insert(*name), "{name} is there twice");
            assert_eq!(find(name).map(Operator::name), Some(operator.name()));
        }
    }
}

#[test]
fn samples_have_the_arguments_of_their_operators() {
    for sample in SAMPLES {
        let operator = operator(sample.name);
        let is_integer = |parameter: &&Parameter| matches!(parameter, Parameter::Integer(_));
        let integers = operator.parameters.iter().filter(is_integer).count();
        let most_lists = operator.parameters.len() - integers;
        for ((dims, given_integers, given_lists), _) in sample.right.iter().chain(sample.wrong) {
            assert_eq!(dims.len(), operator.operands.len(), "{}", sample.name);
            assert_eq!(given_integers.len(), integers, "{}", sample.name);
            assert!(given_lists.len() <= most_lists, "{}", sample.name);
        }
        assert!(!sample.right.is_empty(), "{}", sample.name);
    }
}

#[test]
fn graphs_have_the_value_of_the_definition() {
    let mut numbers = Numbers(1);
    for sample in SAMPLES {
        for ((dims, integers, lists), expected_dim) in sample.right {
            for _ in 0..5 {
                let operands: Vec<Vec<f64>> = dims.iter().map(|&dim| numbers.vector(dim)).collect();
                let found = value(operator(sample.name), &operands, integers, lists);
                assert_eq!(found.len(), *expected_dim, "{} {dims:?} {integers:?} {lists:?}", sample.name);
            }
        }
    }
}

#[test]
fn rules_for_dimensions_name_the_culprit() {
    for sample in SAMPLES {
        for (shape, expected) in sample.right {
            assert_eq!(dim(sample.name, *shape).as_ref(), Ok(expected), "{} {shape:?}", sample.name);
        }
        for (shape, culprit) in sample.wrong {
            let mismatch = dim(sample.name, *shape).expect_err(sample.name);
            assert_eq!(mismatch.argument, *culprit, "{} {shape:?}: {mismatch:?}", sample.name);
        }
    }
}

#[test]
fn messages_say_what_is_there_and_what_should_be() {
    let says = |name, shape, found: &str, expected: &str| {
        let mismatch = dim(name, shape).expect_err(name);
        assert_eq!((mismatch.found.as_str(), mismatch.expected.as_str()), (found, expected));
    };
    says("Add", (&[3, 2], &[], &[]), "dimension 2", "dimension 3, as operand 1, or 1");
    says("Elem", (&[4], &[-1], &[]), "-1", "an entry from 0 to 3");
    says(
        "ComplexReal",
        (&[5], &[], &[]),
        "dimension 5",
        "an even dimension: a complex vector is re0, im0, re1, im1, ...",
    );
    says(
        "WeightedSqNorm",
        (&[2, 1], &[], &[]),
        "dimension 2",
        "dimension 1, the weights of a vector of dimension 1: one number, one per entry or a matrix",
    );
    says("MatVecMult", (&[5, 3], &[], &[]), "dimension 5", "a multiple of 3, the dimension of operand 2");
    says(
        "TensorDot",
        (&[6, 6], &[], &[&[2, 3], &[3, 2], &[1], &[1]]),
        "axis 1 of size 2",
        "an axis of size 3, as axis 1 of the first operand",
    );
}

#[test]
fn misspelt_names_are_recognised() {
    let nearest = |name| crate::diagnostic::nearest(name, all().flat_map(|operator| operator.names.iter().copied()));
    assert_eq!(nearest("sqnorm2"), Some("SqNorm2"));
    assert_eq!(nearest("SQDIST"), Some("SqDist"));
    assert_eq!(nearest("SqNorm"), Some("SqNorm2"));
    assert_eq!(nearest("Epx"), Some("Exp"));
    assert_eq!(nearest("TensorDott"), Some("TensorDot"));
    assert_eq!(nearest("Frobnicate"), None);
    assert_eq!(nearest(""), None);
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

#[test]
fn functions_of_one_number_at_special_points() {
    check_points("Inv", &[(0.0, INF), (-0.0, -INF), (INF, 0.0), (4.0, 0.25)]);
    check_points("Log", &[(0.0, -INF), (-1.0, NAN), (INF, INF)]);
    check_points("XLogX", &[(0.0, 0.0), (-0.0, 0.0), (-1.0, NAN), (1.0, 0.0), (2.0, 2.0 * 2f64.ln())]);
    check_points("SinXDivX", &[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (PI, 0.0)]);
    check_points("Asin", &[(1.5, NAN), (-1.5, NAN), (1.0, PI / 2.0)]);
    check_points("Acos", &[(1.5, NAN), (-1.5, NAN), (-1.0, PI)]);
    check_points("Sqrt", &[(-1.0, NAN), (9.0, 3.0)]);
    check_points("Rsqrt", &[(0.0, 0.0), (-0.0, 0.0), (INF, 0.0), (-1.0, NAN), (4.0, 0.5)]);
    check_points("Sign", &[(0.0, 0.0), (-0.0, 0.0), (NAN, 0.0), (-3.0, -1.0), (0.1, 1.0)]);
    check_points("Step", &[(0.0, 1.0), (-0.0, 1.0), (NAN, 1.0), (-0.1, 0.0), (0.1, 1.0)]);
    check_points("ReLU", &[(NAN, NAN), (-2.0, 0.0), (2.0, 2.0)]);
    check_points("Floor", &[(-0.5, -1.0), (1.5, 1.0)]);
    for (x, decimals, rounded) in
        [(2.5, 0, 3.0), (-0.5, 0, -1.0), (0.125, 2, 0.13), (15.0, -1, 20.0), (-15.0, -1, -20.0)]
    {
        check("Round", &[&[x]], &[decimals], &[rounded]);
    }
    check("Pow", &[&[0.0, INF, NAN, -2.0]], &[0], &[1.0; 4]);
    check("Pow", &[&[2.0, -2.0]], &[-3], &[0.125, -0.125]);
    check("ClampInt", &[&[-3.0, 0.5, 3.0, NAN]], &[-1, 1], &[-1.0, 0.5, 1.0, NAN]);
    check("DiffClampInt", &[&[-3.0, -1.0, 1.0, 1.5, NAN]], &[-1, 1], &[0.0, 1.0, 1.0, 0.0, 1.0]);
}

#[test]
fn functions_of_several_numbers_at_special_points() {
    check("Atan2", &[&[0.0, 0.0, -0.0, 1.0], &[0.0, -1.0, -1.0, 0.0]], &[], &[0.0, PI, -PI, PI / 2.0]);
    check("Powf", &[&[-2.0, -2.0, 0.0], &[3.0, 0.5, 0.0]], &[], &[-8.0, NAN, 1.0]);
    check("Clamp", &[&[-3.0, 0.5, 3.0, NAN], &[-1.0], &[1.0]], &[], &[-1.0, 0.5, 1.0, NAN]);
    // Crossed bounds: the test against the lower one comes first.
    check("Clamp", &[&[0.0, 3.0], &[2.0], &[1.0]], &[], &[2.0, 1.0]);
    check("IfElse", &[&[0.0, -0.0, -1.0, NAN], &[1.0], &[2.0]], &[], &[1.0, 1.0, 2.0, 2.0]);
    check("Mod", &[&[5.0, -5.0], &[3.0], &[-1.0]], &[], &[-1.0, 1.0]);
    check("Mod", &[&[5.0, 1.0], &[-3.0, 0.0], &[0.0]], &[], &[-1.0, NAN]);
    check("Equal", &[&[0.0, NAN, 1.0], &[-0.0, NAN, 1.0]], &[], &[1.0, 0.0, 1.0]);
    check("NotEqual", &[&[0.0, NAN, 1.0], &[-0.0, NAN, 2.0]], &[], &[0.0, 1.0, 1.0]);
    check("LessThan", &[&[1.0, 1.0, NAN], &[2.0, 1.0, 1.0]], &[], &[1.0, 0.0, 0.0]);
    check("LessOrEqual", &[&[3.0, 1.0, NAN], &[2.0, 1.0, 1.0]], &[], &[0.0, 1.0, 0.0]);
    check_row(&logic::DIFF_CLAMP, &[&[-2.0, -1.0, 1.0, NAN], &[-1.0], &[1.0]], &[], &[0.0, 1.0, 1.0, 1.0]);
    check_row(&elementwise::TRUNC, &[&[1.9, -1.9, -0.1, NAN]], &[], &[1.0, -1.0, 0.0, NAN]);
}

#[test]
fn norms_at_special_points() {
    check("Norm2", &[&[3.0, 4.0]], &[], &[5.0]);
    check("Normalize", &[&[0.0, 0.0]], &[], &[0.0, 0.0]);
    check("Normalize", &[&[3.0, 4.0]], &[], &[0.6, 0.8]);
    // Not symmetric: the exact quadratic form is taken.
    check("SymSqNorm", &[&[1.0, 2.0, 0.0, 3.0], &[1.0, 2.0]], &[], &[17.0]);
    check("WeightedSqNorm", &[&[2.0, 3.0], &[1.0, 2.0]], &[], &[14.0]);
    check("WeightedSqNorm", &[&[2.0], &[1.0, 2.0]], &[], &[10.0]);
    check("WeightedSqDist", &[&[2.0, 3.0], &[1.0, 2.0], &[1.0]], &[], &[3.0]);
}

#[test]
fn constants_are_exact() {
    check("IntCst", &[], &[16_777_217], &[16_777_217.0]);
    check("IntInv", &[], &[3], &[1.0 / 3.0]);
    check("RatCst", &[], &[2, 3], &[2.0 / 3.0]);
    check("Zero", &[], &[2], &[0.0, 0.0]);
    // Whatever the sign of its denominator, a zero is the same node.
    let mut graph = Graph::new();
    let zero = graph.constant(0.0);
    let call = Call { dims: &[], integers: &[0, -3], lists: &[] };
    assert_eq!(operator("RatCst").build(&mut graph, &call, &[]), zero);
}

#[test]
fn selections() {
    check("Max", &[&[1.0, NAN, 3.0, 3.0]], &[], &[3.0]);
    check("ArgMax", &[&[1.0, NAN, 3.0, 3.0]], &[], &[2.0]);
    check("Min", &[&[NAN, 1.0]], &[], &[NAN]);
    check("ArgMin", &[&[NAN, 1.0]], &[], &[0.0]);
    check("ElemT", &[&[7.0]], &[3, 1], &[0.0, 7.0, 0.0]);
    check("Extract", &[&[1.0, 2.0, 3.0, 4.0]], &[1, 2], &[2.0, 3.0]);
    check("ExtractT", &[&[1.0, 2.0]], &[1, 4], &[0.0, 1.0, 2.0, 0.0]);
    check("Concat", &[&[1.0], &[2.0, 3.0]], &[], &[1.0, 2.0, 3.0]);
    for (x, hot) in [(0.5, Some(1)), (1.49, Some(1)), (1.5, Some(2)), (-0.6, Some(0)), (-1.4, Some(0))]
        .into_iter()
        .chain([(-1.5, None), (2.5, None), (1e300, None), (NAN, None), (INF, None)])
    {
        let expected: Vec<f64> = (0..3).map(|k| if hot == Some(k) { 1.0 } else { 0.0 }).collect();
        check("OneHot", &[&[x]], &[3], &expected);
    }
}

#[test]
fn tensors_are_row_major() {
    let matrix: &[f64] = &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    check("MatVecMult", &[matrix, &[1.0, 10.0, 100.0]], &[], &[321.0, 654.0]);
    check("VecMatMult", &[&[1.0, 10.0], matrix], &[], &[41.0, 52.0, 63.0]);
    check("TensorProd", &[&[1.0, 2.0], &[3.0, 4.0, 5.0]], &[], &[3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);

    let (f, g) = (matrix.to_vec(), vec![1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let dot = |lists: &[&[i64]]| value(operator("TensorDot"), &[f.clone(), g.clone()], &[], lists);
    // The matrices (1 2 3; 4 5 6) and (1 0; 0 0; 0 1), and the transpose of their product.
    assert_eq!(dot(&[&[2, 3], &[3, 2], &[1], &[0]]), [1.0, 3.0, 4.0, 6.0]);
    assert_eq!(dot(&[&[2, 3], &[3, 2], &[1], &[0], &[1, 0]]), [1.0, 4.0, 3.0, 6.0]);
    // Kept axes (a, b, c) of sizes 1, 2, 3 go to the places 1, 2, 0: the result has the axes (c, a, b).
    let moved = value(
        operator("TensorDot"),
        &[vec![1.0, 10.0], vec![1.0, 2.0, 3.0]],
        &[],
        &[&[1, 2], &[3], &[], &[], &[1, 2, 0]],
    );
    assert_eq!(moved, [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);

    let kron = value(operator("Kron"), &[vec![1.0, 2.0], vec![1.0, 10.0]], &[], &[&[1, 2], &[2, 1]]);
    assert_eq!(kron, [1.0, 2.0, 10.0, 20.0]);
}

#[test]
fn complex_numbers() {
    check("ComplexMult", &[&[1.0, 2.0], &[3.0, -1.0, 0.0, 1.0]], &[], &[5.0, 5.0, -2.0, 1.0]);
    check("ComplexScal", &[&[3.0, -1.0, 0.0, 1.0], &[1.0, 2.0]], &[], &[5.0, 5.0, -2.0, 1.0]);
    check("ComplexDivide", &[&[5.0, 5.0], &[3.0, -1.0]], &[], &[1.0, 2.0]);
    check("ComplexDivide", &[&[4.0, 2.0, 0.0, 2.0], &[0.0, 2.0]], &[], &[1.0, -2.0, 1.0, 0.0]);
    check("ComplexSubtract", &[&[1.0, 2.0, 3.0, 4.0], &[1.0, 1.0]], &[], &[0.0, 1.0, 2.0, 3.0]);
    check("ComplexRealScal", &[&[1.0, 2.0], &[3.0]], &[], &[3.0, 6.0]);
    check("ComplexAbs", &[&[3.0, 4.0, 0.0, 0.0]], &[], &[5.0, 0.0]);
    check("ComplexAngle", &[&[-1.0, 0.0, 0.0, 1.0]], &[], &[PI, PI / 2.0]);
    check("ComplexSum", &[&[1.0, 2.0, 3.0, 4.0]], &[], &[4.0, 6.0]);
    check("ComplexSumT", &[&[1.0, 2.0]], &[4], &[1.0, 2.0, 1.0, 2.0]);
    check("ComplexExp", &[&[0.0, PI]], &[], &[-1.0, 0.0]);
    check("ComplexExp1j", &[&[0.0, PI]], &[], &[1.0, 0.0, -1.0, 0.0]);
    check("Conj", &[&[1.0, 2.0]], &[], &[1.0, -2.0]);
    check("Imag2Complex", &[&[1.0, 2.0]], &[], &[0.0, 1.0, 0.0, 2.0]);
}

#[test]
fn soft_dtw_does_not_underflow() {
    // Every cost is at least 9, and exp(-9 / 0.01) is 0.
    check("SoftDTW_SqDist", &[&[0.0, 10.0], &[3.0, 13.0], &[0.01]], &[], &[18.0]);
    // The costs are (1 4; 0 1), so the three ways to the last cell are worth 1, 5 and 1.
    let gamma = 0.5;
    let softmin = -gamma * (2.0 * f64::exp(-1.0 / gamma) + f64::exp(-5.0 / gamma)).ln();
    check("SoftDTW_SqDist", &[&[0.0, 1.0], &[1.0, 2.0], &[gamma]], &[], &[1.0 + softmin]);
}

#[test]
fn splines_are_half_open_and_allow_repeated_knots() {
    let knots: &[f64] = &[0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0];
    check("BSpline", &[knots, &[0.0]], &[2], &[1.0, 0.0, 0.0, 0.0]);
    check("BSpline", &[knots, &[0.5]], &[2], &[0.25, 0.625, 0.125, 0.0]);
    check("BSpline", &[knots, &[1.0]], &[2], &[0.0, 0.5, 0.5, 0.0]);
    check("BSpline", &[knots, &[2.0]], &[2], &[0.0; 4]);
    check("BSpline", &[knots, &[-0.5]], &[2], &[0.0; 4]);
    check("BSpline", &[&[0.0, 1.0, 2.0], &[1.0]], &[0], &[0.0, 1.0]);
}
