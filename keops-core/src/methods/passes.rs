//! From the plan of a pass to its program.

use super::plan::{Part, PassPlan};
use crate::check::{Formula, Variable};
use crate::diff::{Input, jvp, vjp};
use crate::fast_math::{self, Way};
use crate::graph::{Axis, FoldKind, Graph, Id, Node};
use crate::lower::{self, Program};
use crate::ops::arithmetic::{ADD, MULT, SUBTRACT};
use crate::ops::elementwise::EXP;
use crate::ops::logic::IF_ELSE;
use crate::parse::Category;
use crate::reduction::{Gradient, LOG_SUM_EXP_AND_SOFT_MAX, Reduction, SUM, Terms};

/// One sweep over all pairs: a graph with its inputs, and how its terms are reduced.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a> {
    /// The text of the formula.
    pub text: &'a str,
    /// The inputs.
    pub variables: &'a [Variable],
    /// The axis of the result.
    pub kept: Axis,
    /// The reduction.
    pub reduction: &'static Reduction,
    /// The number K, for reductions that give K results.
    pub count: Option<usize>,
    /// Whether roundings may change.
    pub fast_math: bool,
}

/// The program of a pass. Its inputs are those that it reads, but for selected passes, whose inputs are gathered.
pub fn compile(formula: &Formula, plan: &PassPlan) -> Program {
    let program = fast_math::cheapest(formula, |way| program(formula, plan, way));
    if plan.selected { program } else { program.with_inputs_as_used() }
}

/// The program of a pass in one of the ways of `fast_math`, if it is one.
fn program(formula: &Formula, plan: &PassPlan, way: Option<Way>) -> Program {
    let variables = variables(formula, plan);
    let reduction = match plan.parts.as_slice() {
        [Part::Value] => formula.reduction,
        [Part::Forward] => &LOG_SUM_EXP_AND_SOFT_MAX,
        _ => &SUM,
    };
    let count = formula.count.filter(|_| reduction.terms == Terms::Counted);
    let pass = Pass {
        text: &formula.text,
        variables: &variables,
        kept: plan.kept,
        reduction,
        count,
        fast_math: way.is_some(),
    };
    let mut graph = Graph::new();
    let value = fast_math::build(&formula.term, &mut graph, &formula.variables, way);
    let weights = formula.weights.as_ref();
    let weights = weights.map(|weights| fast_math::build(weights, &mut graph, &formula.variables, way));
    let mut roots = match reduction.terms {
        Terms::Scored { ones, .. } => {
            let ones = ones.then(|| graph.constant(1.0));
            [value].into_iter().chain(ones).chain(weights).collect()
        }
        Terms::Components | Terms::Counted if plan.parts == [Part::Value] => vec![value],
        Terms::Components | Terms::Counted => derivatives(&mut graph, formula, plan, (value, weights)),
    };
    if plan.selected {
        roots = at_position(&mut graph, &roots, plan.kept.other(), formula.variables.len());
    }
    crate::verify("graph", &graph, formula);
    let (graph, roots) = fast_math::simplify(&graph, &roots, &variables, way);
    crate::verify("simplify", &graph, formula);
    lower::lower(&pass, &graph, &roots)
}

/// The inputs of a pass. One that runs along the kept axis alone reads all rows along that axis, and the position as a
/// variable after those of the formula.
fn variables(formula: &Formula, plan: &PassPlan) -> Vec<Variable> {
    let all = formula.variables.iter().chain(&plan.further).cloned();
    if !plan.selected {
        return all.collect();
    }
    let kept = Category::Indexed(plan.kept);
    let along = |variable: Variable| match variable.category {
        Category::Indexed(_) => Variable { category: kept, ..variable },
        Category::Parameter => variable,
    };
    let mut along: Vec<Variable> = all.map(along).collect();
    if let (Some(last), false) = (along.last_mut(), matches!(plan.parts.as_slice(), [Part::Change(_)])) {
        // Of the K results for each component one at a time.
        last.dim = formula.term.dim;
    }
    along.insert(formula.variables.len(), Variable { name: "position".to_owned(), category: kept, dim: 1 });
    along
}

/// The nodes with variable number `number` for the index along `axis`.
pub(super) fn at_position(graph: &mut Graph, roots: &[Id], axis: Axis, number: usize) -> Vec<Id> {
    let position = graph.variable(number, 1);
    let mut moved: Vec<Id> = Vec::new();
    for id in graph.ids().collect::<Vec<_>>() {
        let node = graph.node(id).clone();
        let operands: Vec<Id> = node.operands().iter().map(|operand| moved[operand.position()]).collect();
        let dim = graph.dim(id);
        moved.push(if node == Node::Index(axis) { position } else { graph.insert(node.with_operands(&operands), dim) });
    }
    roots.iter().map(|root| moved[root.position()]).collect()
}

/// The parts of a pass that is a sum of derivatives of the formula, and of the second one if there is one.
fn derivatives(graph: &mut Graph, formula: &Formula, plan: &PassPlan, (value, weights): (Id, Option<Id>)) -> Vec<Id> {
    let first = formula.variables.len() + usize::from(plan.selected);
    let further: Vec<Id> = (first..)
        .zip(variables(formula, plan)[first..].iter())
        .map(|(k, input)| graph.variable(k, input.dim))
        .collect();
    let (forward, last) = match further.as_slice() {
        [last] => (None, *last),
        [forward, last] => (Some(*forward), *last),
        _ => unreachable!("a derivative has a cotangent or a tangent, and perhaps the result of a forward pass"),
    };
    let slopes = slopes(graph, formula.reduction.gradient, value, weights, forward);
    let by: Vec<Input> = plan
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Gradient(number) => Some((*number, formula.variables[*number].dim)),
            _ => None,
        })
        .collect();
    let mut gradients = Vec::new();
    if !by.is_empty() {
        let cotangents: Vec<(Id, Id)> = slopes
            .iter()
            .map(|(root, slope)| {
                let Some(slope) = slope else { return (*root, last) };
                let product = graph.map(&MULT, &[last, *slope]);
                let repeated = graph.dim(*root) < graph.dim(product);
                (*root, if repeated { graph.fold(FoldKind::Sum, product) } else { product })
            })
            .collect();
        gradients = vjp(graph, &cotangents, &by);
    }
    let mut gradients = gradients.into_iter();
    plan.parts
        .iter()
        .filter_map(|part| match part {
            Part::Value | Part::Forward => Some(value),
            Part::Gradient(_) => gradients.next(),
            Part::Change(number) => {
                let changes: Vec<Id> = slopes
                    .iter()
                    .map(|(root, slope)| {
                        let change = jvp(graph, *root, &[(*number, last)]);
                        slope.map_or(change, |slope| graph.map(&MULT, &[slope, change]))
                    })
                    .collect();
                changes.into_iter().reduce(|sum, change| graph.map(&ADD, &[sum, change]))
            }
        })
        .collect()
}

/// How the result, which is a sum over pairs, changes with the formula and with the second one: each with its
/// elementwise derivative, if that is not 1.
fn slopes(
    graph: &mut Graph,
    gradient: Gradient,
    value: Id,
    weights: Option<Id>,
    forward: Option<Id>,
) -> Vec<(Id, Option<Id>)> {
    match (gradient, forward) {
        // d log(sum(exp(f) g)) = sum(exp(f - result) (g df + dg))
        (Gradient::Logarithm, Some(result)) => {
            let exponential = soft_max(graph, value, result);
            match weights {
                None => vec![(value, Some(exponential))],
                Some(weights) => {
                    let slope = graph.map(&MULT, &[exponential, weights]);
                    vec![(value, Some(slope)), (weights, Some(exponential))]
                }
            }
        }
        // d (sum(exp(f) g) / sum(exp(f))) = sum(exp(f - log) ((g - result) df + dg))
        (Gradient::Quotient, Some(forward)) => {
            let log = graph.pick(forward, [0]);
            let result = graph.pick(forward, 1..graph.dim(forward));
            let exponential = soft_max(graph, value, log);
            let weights = weights.unwrap_or_else(|| unreachable!("there is something to take the mean of"));
            let deviation = graph.map(&SUBTRACT, &[weights, result]);
            let slope = graph.map(&MULT, &[exponential, deviation]);
            vec![(value, Some(slope)), (weights, Some(exponential))]
        }
        _ => vec![(value, None)],
    }
}

/// The derivative of a log-sum-exp by one of its terms: `Exp(term - value)`. Where the value is -inf, as there is no
/// term or all are -inf, it counts as 0: the weights are then 0 and not NaN.
fn soft_max(graph: &mut Graph, term: Id, value: Id) -> Id {
    // Near the largest number of single precision.
    let limit = graph.constant(3e38);
    let none = graph.constant(0.0);
    let above = graph.map(&ADD, &[value, limit]);
    let shift = graph.map(&IF_ELSE, &[above, value, none]);
    let shifted = graph.map(&SUBTRACT, &[term, shift]);
    graph.map(&EXP, &[shifted])
}
