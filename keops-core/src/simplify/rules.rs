//! The table of rules, and those of arithmetic; the others stand in `vectors`.

use super::{Rule, vectors};
use crate::graph::{FoldKind, Function, Graph, Id, Node, Source};
use crate::ops::Meaning;
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, POW, SQUARE, SUBTRACT};
use crate::ops::elementwise::INV;
use crate::ops::logic::IF_ELSE;

/// In the order in which they are tried.
pub(super) static RULES: &[Rule] = &[
    Rule { name: "f(constants) -> constant", apply: fold_constants },
    Rule { name: "repeat(x) op y -> x op y", apply: drop_broadcasts },
    Rule { name: "x + 0 -> x, x - 0 -> x, 0 - x -> -x", apply: zero_terms },
    Rule { name: "x + x -> 2 * x, x - x -> 0", apply: like_terms },
    Rule { name: "0 * x -> 0, 0 / x -> 0", apply: zero_factors },
    Rule { name: "1 * x -> x, -1 * x -> -x", apply: one_factors },
    Rule { name: "x / c -> x * (1/c)", apply: constant_divisors },
    Rule { name: "-(-x) -> x, -(c * x) -> (-c) * x, -(x - y) -> y - x", apply: negated },
    Rule { name: "x + (-y) -> x - y, x - (-y) -> x + y", apply: negative_terms },
    Rule { name: "(-x) * y -> -(x * y), (-x)**2 -> x**2", apply: negative_factors },
    Rule { name: "x * c -> c * x, c * (d * x) -> (c*d) * x", apply: constant_factors },
    Rule { name: "c * (x * y) <- x * (c * y)", apply: constants_outwards },
    Rule { name: "x * x -> x**2", apply: squares },
    Rule { name: "x**1 -> x, x**2 -> x * x, x**-1 -> 1/x, x**0 -> 1", apply: small_powers },
    Rule { name: "if(c, x, 0) + if(c, 0, y) -> if(c, x, y)", apply: masked_terms },
    Rule { name: "sum(s * v) -> s * sum(v), sum(-v) -> -sum(v)", apply: vectors::sum_of_products },
    Rule { name: "sum(v) -> sum(pick(v)) without the entries that are 0", apply: vectors::sums_with_zeros },
    Rule { name: "fold(scalar) -> scalar, sum(repeat(s)) -> n * s", apply: vectors::trivial_folds },
    Rule { name: "pick(pick(x)) -> pick(x), pick all -> x", apply: vectors::gathered_gathers },
];

/// The function and operands of an elementwise node.
pub(super) fn map(graph: &Graph, id: Id) -> Option<(Function, Vec<Id>)> {
    match graph.node(id) {
        Node::Map(function, operands) => Some((*function, operands.clone())),
        _ => None,
    }
}

/// The operands of a node that applies `operator`.
fn operands_of(graph: &Graph, id: Id, operator: &crate::ops::Operator) -> Option<Vec<Id>> {
    map(graph, id).filter(|(function, _)| function.is(operator)).map(|(_, operands)| operands)
}

/// The value of a constant whose entries are all equal.
pub(super) fn constant(graph: &Graph, id: Id) -> Option<f64> {
    match graph.node(id) {
        Node::Constant(numbers) if numbers.iter().all(|number| *number == numbers[0]) => Some(numbers[0].0),
        _ => None,
    }
}

/// `scalar`, repeated if the dimension that it stands for is larger.
fn spread(graph: &mut Graph, scalar: Id, dim: usize) -> Id {
    match constant(graph, scalar) {
        Some(value) => graph.constants(vec![value; dim]),
        None => graph.spread(scalar, dim),
    }
}

/// Terminates: a node with operands becomes one without.
fn fold_constants(graph: &mut Graph, id: Id) -> Option<Id> {
    let numbers = |graph: &Graph, id: Id| -> Option<Vec<f64>> {
        match graph.node(id) {
            Node::Constant(numbers) => Some(numbers.iter().map(|number| number.0).collect()),
            _ => None,
        }
    };
    let dim = graph.dim(id);
    let values = match graph.node(id).clone() {
        Node::Map(Function { operator, parameter }, operands) => {
            let Meaning::Elementwise { value, .. } = operator.meaning else { return None };
            let operands: Vec<Vec<f64>> = operands.iter().map(|&x| numbers(graph, x)).collect::<Option<_>>()?;
            let entry = |v: &Vec<f64>, k: usize| if v.len() == 1 { v[0] } else { v[k] };
            (0..dim).map(|k| value(&operands.iter().map(|v| entry(v, k)).collect::<Vec<_>>(), parameter)).collect()
        }
        Node::Broadcast(scalar, n) => vec![numbers(graph, scalar)?[0]; n],
        Node::Fold(FoldKind::Sum, vector) => vec![numbers(graph, vector)?.iter().sum()],
        Node::Gather(operands, sources) => {
            let operands: Vec<Vec<f64>> = operands.iter().map(|&x| numbers(graph, x)).collect::<Option<_>>()?;
            let entry = |source: &Source| match source {
                Source::Zero => 0.0,
                Source::Entry { operand, entry } => operands[*operand][*entry],
            };
            sources.iter().map(entry).collect()
        }
        _ => return None,
    };
    Some(graph.constants(values))
}

/// Elementwise operations repeat their scalars themselves. Terminates: one node fewer on the way.
fn drop_broadcasts(graph: &mut Graph, id: Id) -> Option<Id> {
    let (function, operands) = map(graph, id)?;
    let dim = graph.dim(id);
    let stripped: Vec<Id> = operands
        .iter()
        .map(|&operand| match graph.node(operand) {
            Node::Broadcast(scalar, _) => *scalar,
            _ => operand,
        })
        .collect();
    if stripped == operands {
        return None;
    }
    let scalar = graph.insert(Node::Map(function, stripped), 1);
    Some(spread(graph, scalar, dim))
}

fn zero_terms(graph: &mut Graph, id: Id) -> Option<Id> {
    let dim = graph.dim(id);
    let (function, x) = map(graph, id)?;
    let zero = |graph: &Graph, id: Id| constant(graph, id) == Some(0.0);
    if function.is(&ADD) {
        let other = if zero(graph, x[0]) {
            x[1]
        } else if zero(graph, x[1]) {
            x[0]
        } else {
            return None;
        };
        return Some(spread(graph, other, dim));
    }
    if !function.is(&SUBTRACT) {
        return None;
    }
    if zero(graph, x[1]) {
        return Some(spread(graph, x[0], dim));
    }
    if zero(graph, x[0]) {
        let other = spread(graph, x[1], dim);
        return Some(graph.map(&MINUS, &[other]));
    }
    None
}

/// As in KeOps, also where x is NaN.
fn like_terms(graph: &mut Graph, id: Id) -> Option<Id> {
    let (function, x) = map(graph, id)?;
    if x.first() != x.get(1) {
        return None;
    }
    if function.is(&ADD) {
        let two = graph.constant(2.0);
        return Some(graph.map(&MULT, &[two, x[0]]));
    }
    let dim = graph.dim(id);
    function.is(&SUBTRACT).then(|| graph.constants(vec![0.0; dim]))
}

/// What the derivative of a choice between two branches comes to.
fn masked_terms(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &ADD)?;
    let (a, b) = (operands_of(graph, x[0], &IF_ELSE)?, operands_of(graph, x[1], &IF_ELSE)?);
    let zero = |id: Id| constant(graph, id) == Some(0.0);
    if a[0] != b[0] {
        return None;
    }
    let (yes, no) = match (zero(a[1]), zero(a[2]), zero(b[1]), zero(b[2])) {
        (_, true, true, _) => (a[1], b[2]),
        (true, _, _, true) => (b[1], a[2]),
        _ => return None,
    };
    let dim = graph.dim(id);
    let chosen = graph.map(&IF_ELSE, &[a[0], yes, no]);
    Some(spread(graph, chosen, dim))
}

/// A structural zero wins over anything, NaN and infinity included, as in KeOps.
fn zero_factors(graph: &mut Graph, id: Id) -> Option<Id> {
    let dim = graph.dim(id);
    let (function, x) = map(graph, id)?;
    let zero = |id: Id| constant(graph, id) == Some(0.0);
    let vanishes = (function.is(&MULT) && (zero(x[0]) || zero(x[1]))) || (function.is(&DIVIDE) && zero(x[0]));
    vanishes.then(|| graph.constants(vec![0.0; dim]))
}

fn one_factors(graph: &mut Graph, id: Id) -> Option<Id> {
    let dim = graph.dim(id);
    let x = operands_of(graph, id, &MULT)?;
    let unit = |id: Id| constant(graph, id).filter(|factor| factor.abs() == 1.0);
    let (sign, other) = match (unit(x[0]), unit(x[1])) {
        (Some(sign), _) => (sign, x[1]),
        (_, Some(sign)) => (sign, x[0]),
        (None, None) => return None,
    };
    let other = spread(graph, other, dim);
    Some(if sign > 0.0 { other } else { graph.map(&MINUS, &[other]) })
}

/// As in KeOps, whose `x / n` is the rational 1/n times x. Terminates: one division fewer.
fn constant_divisors(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &DIVIDE)?;
    if let Some(divisor) = constant(graph, x[1]).filter(|c| *c != 0.0) {
        let inverse = graph.constant(1.0 / divisor);
        let dim = graph.dim(id);
        let other = spread(graph, x[0], dim);
        return Some(graph.map(&MULT, &[inverse, other]));
    }
    // 1 / x has a function of its own.
    if constant(graph, x[0]) == Some(1.0) && graph.dim(x[1]) == graph.dim(id) {
        return Some(graph.map(&INV, &[x[1]]));
    }
    None
}

/// Terminates: one negation fewer.
fn negated(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &MINUS)?[0];
    let (function, inner) = map(graph, x)?;
    if function.is(&MINUS) {
        return Some(inner[0]);
    }
    if function.is(&SUBTRACT) {
        return Some(graph.map(&SUBTRACT, &[inner[1], inner[0]]));
    }
    if function.is(&MULT)
        && let Some(factor) = constant(graph, inner[0])
    {
        let factor = graph.constant(-factor);
        let dim = graph.dim(id);
        let other = spread(graph, inner[1], dim);
        return Some(graph.map(&MULT, &[factor, other]));
    }
    None
}

/// Terminates: one negation fewer.
fn negative_terms(graph: &mut Graph, id: Id) -> Option<Id> {
    let (function, x) = map(graph, id)?;
    if function.is(&SUBTRACT) {
        let inner = operands_of(graph, x[1], &MINUS)?[0];
        return Some(graph.map(&ADD, &[x[0], inner]));
    }
    if !function.is(&ADD) {
        return None;
    }
    if let Some(inner) = operands_of(graph, x[1], &MINUS) {
        return Some(graph.map(&SUBTRACT, &[x[0], inner[0]]));
    }
    let inner = operands_of(graph, x[0], &MINUS)?[0];
    Some(graph.map(&SUBTRACT, &[x[1], inner]))
}

/// Signs go outwards, where they meet an exponential or another sign. Terminates: the negation is nearer to the root.
fn negative_factors(graph: &mut Graph, id: Id) -> Option<Id> {
    let (function, x) = map(graph, id)?;
    if function.is(&SQUARE) {
        let inner = operands_of(graph, x[0], &MINUS)?[0];
        return Some(graph.map(&SQUARE, &[inner]));
    }
    if !function.is(&MULT) {
        return None;
    }
    let strip = |graph: &Graph, id: Id| operands_of(graph, id, &MINUS).map(|inner| inner[0]);
    let product = match (strip(graph, x[0]), strip(graph, x[1])) {
        (Some(a), Some(b)) => return Some(graph.map(&MULT, &[a, b])),
        (Some(a), None) => graph.map(&MULT, &[a, x[1]]),
        (None, Some(b)) => graph.map(&MULT, &[x[0], b]),
        (None, None) => return None,
    };
    Some(graph.map(&MINUS, &[product]))
}

/// Constants stand first, and meet. Terminates: fewer products, or a constant in front that was not.
fn constant_factors(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &MULT)?;
    if constant(graph, x[1]).is_some() && constant(graph, x[0]).is_none() {
        return Some(graph.map(&MULT, &[x[1], x[0]]));
    }
    let outer = constant(graph, x[0])?;
    let inner = match map(graph, x[1])? {
        (function, inner) if function.is(&MULT) => (constant(graph, inner[0])?, inner[1]),
        (function, inner) if function.is(&MINUS) => (-1.0, inner[0]),
        _ => return None,
    };
    let factor = graph.constant(outer * inner.0);
    let dim = graph.dim(id);
    let other = spread(graph, inner.1, dim);
    Some(graph.map(&MULT, &[factor, other]))
}

/// A constant inside a product goes in front of it. Terminates: the constant is nearer to the root.
fn constants_outwards(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &MULT)?;
    if constant(graph, x[0]).is_some() {
        return None;
    }
    let scaled = |graph: &Graph, id: Id| -> Option<(Id, Id)> {
        let inner = operands_of(graph, id, &MULT)?;
        constant(graph, inner[0]).map(|_| (inner[0], inner[1]))
    };
    let (factor, a, b) = match (scaled(graph, x[0]), scaled(graph, x[1])) {
        (Some((factor, a)), _) => (factor, a, x[1]),
        (None, Some((factor, b))) => (factor, x[0], b),
        (None, None) => return None,
    };
    let value = constant(graph, factor)?;
    let factor = graph.constant(value);
    let dim = graph.dim(id);
    let product = graph.map(&MULT, &[a, b]);
    let product = spread(graph, product, dim);
    Some(graph.map(&MULT, &[factor, product]))
}

fn squares(graph: &mut Graph, id: Id) -> Option<Id> {
    let x = operands_of(graph, id, &MULT)?;
    (x[0] == x[1]).then(|| graph.map(&SQUARE, &[x[0]]))
}

fn small_powers(graph: &mut Graph, id: Id) -> Option<Id> {
    let (function, x) = map(graph, id)?;
    if !function.is(&POW) {
        return None;
    }
    match function.parameter {
        0 => {
            let dim = graph.dim(id);
            Some(graph.constants(vec![1.0; dim]))
        }
        1 => Some(x[0]),
        2 => Some(graph.map(&SQUARE, &[x[0]])),
        -1 => Some(graph.map(&INV, &[x[0]])),
        _ => None,
    }
}
