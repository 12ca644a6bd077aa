//! Products and quotients, rewritten by what their factors depend on.
//!
//! A product of several factors is computed in the cheapest order: what is known before the inner loop is multiplied
//! there, scalars are multiplied before vectors, and what a sum over the reduced index has in all its terms is
//! multiplied once, with the sum. A division by something that is known before is a product with its reciprocal.

use std::collections::{HashMap, HashSet};

use super::program::Stage;
use super::staging::{Stages, reachable};
use crate::graph::{Graph, Id, Node, Source};
use crate::methods::Pass;
use crate::ops::arithmetic::{ADD, DIVIDE, MINUS, MULT, SUBTRACT};
use crate::ops::elementwise::INV;

/// Longer products stay as they are.
const MAX_FACTORS: usize = 16;

/// A part of the formula taken apart: a factor that does not depend on the reduced index, if there is one, and the rest.
type Parts = (Option<Id>, Id);

/// Rewrites all products and quotients below the roots.
pub(super) fn rewrite(pass: &Pass<'_>, graph: &Graph, roots: &[Id]) -> (Graph, Vec<Id>) {
    let nodes = reachable(graph, roots);
    let mut old_stages = Stages::new(pass);
    let shared = shared_divisors(graph, &nodes);
    let mut new = Graph::new();
    let mut stages = Stages::new(pass);
    let mut ids: HashMap<Id, Id> = HashMap::new();
    for id in nodes {
        let operands: Vec<Id> = graph.node(id).operands().iter().map(|operand| ids[operand]).collect();
        let rewritten = match graph.node(id) {
            Node::Map(function, old)
                if function.is(&DIVIDE)
                    && (shared.contains(&old[1]) || old_stages.of(graph, old[1]) < old_stages.of(graph, id)) =>
            {
                let reciprocal = new.map(&INV, &[operands[1]]);
                product(&mut new, &mut stages, &[operands[0], reciprocal])
            }
            Node::Map(function, _) if function.is(&MULT) => product(&mut new, &mut stages, &operands),
            Node::Map(function, _) if function.is(&ADD) || function.is(&SUBTRACT) => {
                let sum = factored(&mut new, &mut stages, function.is(&ADD), [operands[0], operands[1]]);
                let dim = graph.dim(id);
                match sum {
                    Some(sum) => new.spread(sum, dim),
                    None => new.map(function.operator, &operands),
                }
            }
            Node::Map(function, _) if function.is(&MINUS) => negated(&mut new, &mut stages, operands[0]),
            node => new.insert(node.with_operands(&operands), graph.dim(id)),
        };
        ids.insert(id, rewritten);
    }
    (new, roots.iter().map(|root| ids[root]).collect())
}

/// The divisors whose reciprocal is computed anyway, or would be used twice.
fn shared_divisors(graph: &Graph, nodes: &[Id]) -> HashSet<Id> {
    let mut seen = HashSet::new();
    let mut shared = HashSet::new();
    for &id in nodes {
        let divisor = match graph.node(id) {
            Node::Map(function, x) if function.is(&INV) => x[0],
            Node::Map(function, x) if function.is(&DIVIDE) => x[1],
            _ => continue,
        };
        if !seen.insert(divisor) {
            shared.insert(divisor);
        }
    }
    shared
}

/// Takes apart formulas whose terms are summed over the reduced index: the factors of all terms that do not depend on
/// that index, if there are some, one per component, and the rest.
pub(super) fn without_kept_factors(pass: &Pass<'_>, graph: &mut Graph, roots: &[Id]) -> (Option<Id>, Vec<Id>) {
    let mut stages = Stages::new(pass);
    let mut known = HashMap::new();
    let Some((mut factors, mut rests)) = split_all(graph, &mut stages, &mut known, roots) else {
        return (None, roots.to_vec());
    };
    // A mean is a product as a whole; below that it may be a concatenation whose parts have factors of their own.
    if let Some((more, rest)) = split_all(graph, &mut stages, &mut known, &rests) {
        factors = factors.iter().zip(more).map(|(&factor, more)| graph.map(&MULT, &[factor, more])).collect();
        rests = rest;
    }
    (Some(concatenated(graph, &factors)), rests)
}

/// All entries of some nodes, one after the other.
pub(super) fn concatenated(graph: &mut Graph, ids: &[Id]) -> Id {
    if let [one] = ids {
        return *one;
    }
    let sources = concatenation(graph, ids);
    graph.gather(ids, sources)
}

fn concatenation(graph: &Graph, ids: &[Id]) -> Vec<Source> {
    let entries = |(operand, &id): (usize, &Id)| (0..graph.dim(id)).map(move |entry| Source::Entry { operand, entry });
    ids.iter().enumerate().flat_map(entries).collect()
}

/// A part of the formula taken apart likewise, with scalars for vectors of equal entries. What several parts share is
/// taken apart once: `known` remembers.
fn split(graph: &mut Graph, stages: &mut Stages<'_>, known: &mut HashMap<Id, Parts>, id: Id) -> Parts {
    if let Some(&parts) = known.get(&id) {
        return parts;
    }
    let parts = match graph.node(id).clone() {
        Node::Map(function, _) if function.is(&MULT) => {
            let factors = factors(graph, &[id]);
            let (kept, rest): (Vec<Id>, Vec<Id>) =
                factors.into_iter().partition(|&factor| stages.of(graph, factor) <= Stage::Kept);
            match (kept.is_empty(), rest.is_empty()) {
                (true, _) => (None, id),
                (false, true) => (Some(id), graph.constant(1.0)),
                (false, false) => {
                    let factor = ordered(graph, stages, &kept);
                    (Some(factor), ordered(graph, stages, &rest))
                }
            }
        }
        Node::Map(function, x) if function.is(&MINUS) => {
            let (factor, rest) = split(graph, stages, known, x[0]);
            let factor = factor.unwrap_or_else(|| graph.constant(1.0));
            (Some(negated(graph, stages, factor)), rest)
        }
        Node::Broadcast(scalar, _) => split(graph, stages, known, scalar),
        Node::Gather(operands, sources) => match split_all(graph, stages, known, &operands) {
            Some((factors, rests)) => (Some(graph.gather(&factors, sources.clone())), graph.gather(&rests, sources)),
            None => (None, id),
        },
        _ => (None, id),
    };
    known.insert(id, parts);
    parts
}

/// Several parts of the formula taken apart, with factors and rests of the dimensions of the parts; `None` when none
/// of them has a factor.
fn split_all(
    graph: &mut Graph,
    stages: &mut Stages<'_>,
    known: &mut HashMap<Id, Parts>,
    ids: &[Id],
) -> Option<(Vec<Id>, Vec<Id>)> {
    let parts: Vec<Parts> = ids.iter().map(|&id| split(graph, stages, known, id)).collect();
    if parts.iter().all(|(factor, _)| factor.is_none()) {
        return None;
    }
    let spread = |(&id, (factor, rest)): (&Id, Parts)| {
        let dim = graph.dim(id);
        let factor = factor.unwrap_or_else(|| graph.constant(1.0));
        (graph.spread(factor, dim), graph.spread(rest, dim))
    };
    Some(ids.iter().zip(parts).map(spread).unzip())
}

/// The operands of a formula that is their concatenation, or a scalar times that: each can have code of its own.
pub(super) fn segments(graph: &mut Graph, root: Id) -> Vec<Id> {
    let is_scalar = |id: Id| graph.dim(id) == 1 || matches!(graph.node(id), Node::Broadcast(..));
    let (scalar, vector) = match graph.node(root) {
        Node::Map(function, x) if function.is(&MULT) && is_scalar(x[0]) => (Some(x[0]), x[1]),
        Node::Map(function, x) if function.is(&MULT) && is_scalar(x[1]) => (Some(x[1]), x[0]),
        _ => (None, root),
    };
    let operands = match graph.node(vector) {
        Node::Gather(operands, sources) if *sources == concatenation(graph, operands) => operands.clone(),
        _ => return vec![root],
    };
    let Some(factor) = scalar else { return operands };
    let scalar = match graph.node(factor) {
        Node::Broadcast(scalar, _) => *scalar,
        _ => factor,
    };
    operands.into_iter().map(|operand| graph.map(&MULT, &[scalar, operand])).collect()
}

/// The factors of a product, those of products among them included.
fn factors(graph: &Graph, ids: &[Id]) -> Vec<Id> {
    let mut leaves = Vec::new();
    let mut stack: Vec<Id> = ids.iter().rev().copied().collect();
    while let Some(id) = stack.pop() {
        match graph.node(id) {
            Node::Map(function, x) if function.is(&MULT) && leaves.len() + stack.len() + 2 <= MAX_FACTORS => {
                stack.extend(x.iter().rev());
            }
            _ => leaves.push(id),
        }
    }
    leaves
}

fn product(graph: &mut Graph, stages: &mut Stages<'_>, ids: &[Id]) -> Id {
    let factors = factors(graph, ids);
    let product = ordered(graph, stages, &factors);
    let dim = ids.iter().map(|&id| graph.dim(id)).max().unwrap_or(1);
    graph.spread(product, dim)
}

/// The sum or difference of two products of the inner loop that have factors in common: these, times the sum of the
/// rest. As in KeOps.
fn factored(graph: &mut Graph, stages: &mut Stages<'_>, adds: bool, terms: [Id; 2]) -> Option<Id> {
    if terms.iter().any(|&term| stages.of(graph, term) < Stage::Pair) {
        return None;
    }
    let [mut a, mut b] = terms.map(|term| factors(graph, &[term]));
    let mut common = Vec::new();
    a.retain(|factor| match b.iter().position(|other| other == factor) {
        Some(place) => {
            common.push(b.remove(place));
            false
        }
        None => true,
    });
    if common.is_empty() || a.is_empty() || b.is_empty() {
        return None;
    }
    common.extend(common_constant(graph, &mut a, &mut b));
    let (a, b) = (ordered(graph, stages, &a), ordered(graph, stages, &b));
    common.push(graph.map(if adds { &ADD } else { &SUBTRACT }, &[a, b]));
    Some(ordered(graph, stages, &common))
}

/// The literal factor of `b`, divided out of both products, if that is exact and both have one.
fn common_constant(graph: &mut Graph, a: &mut Vec<Id>, b: &mut Vec<Id>) -> Option<Id> {
    let literal = |graph: &Graph, factors: &[Id]| {
        factors.iter().enumerate().find_map(|(place, &id)| match graph.node(id) {
            Node::Constant(numbers) if numbers.len() == 1 => Some((place, numbers[0].0)),
            _ => None,
        })
    };
    let ((place_a, value_a), (place_b, value_b)) = (literal(graph, a)?, literal(graph, b)?);
    let ratio = value_a / value_b;
    if a.len() < 2 || b.len() < 2 || ratio * value_b != value_a {
        return None;
    }
    let common = b.remove(place_b);
    a[place_a] = graph.constant(ratio);
    if ratio == 1.0 {
        a.remove(place_a);
    }
    Some(common)
}

/// The sign of a product goes to a factor that is known before the inner loop, if there is one: to a literal, if it can.
fn negated(graph: &mut Graph, stages: &mut Stages<'_>, id: Id) -> Id {
    let mut factors = factors(graph, &[id]);
    // What is known first is negated most cheaply.
    let mut stage = |place: usize| stages.of(graph, factors[place]);
    let is_literal = |place: usize| matches!(graph.node(factors[place]), Node::Constant(_));
    let first_known = (0..factors.len()).min_by_key(|&place| (stage(place), !is_literal(place)));
    let before = first_known.filter(|&place| stage(place) < Stage::Pair);
    match (graph.node(id).clone(), before) {
        (Node::Constant(numbers), _) => graph.constants(numbers.iter().map(|number| -number.0).collect()),
        (_, Some(before)) if factors.len() > 1 => {
            factors[before] = negated(graph, stages, factors[before]);
            product(graph, stages, &factors)
        }
        _ => graph.map(&MINUS, &[id]),
    }
}

/// The product of factors in the cheapest order.
fn ordered(graph: &mut Graph, stages: &mut Stages<'_>, factors: &[Id]) -> Id {
    let mut groups: [Vec<Id>; 4] = Default::default();
    for &factor in factors {
        groups[stages.of(graph, factor) as usize].push(factor);
    }
    let [params, mut kept, mut reduced, mut pair] = groups;
    // Parameters are multiplied with what is nearest to them.
    let beside = [&mut kept, &mut reduced, &mut pair].into_iter().find(|group| !group.is_empty());
    let params = multiplied(graph, params);
    match (beside, params) {
        (Some(beside), Some(params)) if stages.of(graph, beside[0]) < Stage::Pair => beside.push(params),
        (Some(_), Some(params)) => reduced.push(params),
        (None, Some(params)) => return params,
        (_, None) => {}
    }
    // In the inner loop: scalars first, and of these those that other products are likely to share.
    let known = [reduced, kept].map(|group| multiplied(graph, group));
    let (mut scalars, mut vectors) = (Vec::new(), Vec::new());
    pair.sort_unstable();
    for factor in pair.into_iter().chain(known.into_iter().flatten()) {
        if graph.dim(factor) == 1 { scalars.push(factor) } else { vectors.push(factor) }
    }
    let all: Vec<Id> = scalars.into_iter().chain(vectors).collect();
    all.into_iter()
        .reduce(|product, factor| graph.map(&MULT, &[product, factor]))
        .unwrap_or_else(|| unreachable!("a product has factors"))
}

/// The product of factors of one stage, scalars first.
fn multiplied(graph: &mut Graph, mut factors: Vec<Id>) -> Option<Id> {
    factors.sort_unstable_by_key(|&id| (graph.dim(id) > 1, id));
    factors.into_iter().reduce(|product, factor| graph.map(&MULT, &[product, factor]))
}
