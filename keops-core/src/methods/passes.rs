//! From the plan of a pass to its program.

use super::plan::{Part, PassPlan};
use crate::check::{Formula, Variable};
use crate::diff::{Input, jvp, vjp};
use crate::graph::{Axis, Graph, Id, Source};
use crate::lower::{self, Program};
use crate::ops::arithmetic::{ADD, MULT, SUBTRACT};
use crate::ops::elementwise::EXP;
use crate::ops::logic::IF_ELSE;
use crate::reduction::{Gradient, Reduction, SUM};
use crate::simplify::simplify;

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
}

/// The program of a pass.
pub fn compile(formula: &Formula, plan: &PassPlan) -> Program {
    let variables = [formula.variables.as_slice(), &plan.further].concat();
    let is_value = plan.parts == [Part::Value];
    let reduction = if is_value { formula.reduction } else { &SUM };
    let pass = Pass { text: &formula.text, variables: &variables, kept: plan.kept, reduction };
    let mut graph = Graph::new();
    let value = formula.term.build(&mut graph);
    let parts: Vec<Id> = if is_value { vec![value] } else { derivatives(&mut graph, formula, plan, value) };
    let root = concatenated(&mut graph, &parts);
    crate::verify("graph", &graph, formula);
    let (graph, root) = simplify(&graph, root);
    crate::verify("simplify", &graph, formula);
    lower::lower(&pass, &graph, root)
}

/// The parts of a pass that is a sum.
fn derivatives(graph: &mut Graph, formula: &Formula, plan: &PassPlan, value: Id) -> Vec<Id> {
    let first = formula.variables.len();
    let further: Vec<Id> =
        plan.further.iter().enumerate().map(|(k, input)| graph.variable(first + k, input.dim)).collect();
    let last = *further.last().unwrap_or_else(|| unreachable!("a derivative has a cotangent or a tangent"));
    let weight = match formula.reduction.gradient {
        Gradient::LogSumExp => Some(soft_max(graph, value, further[0])),
        Gradient::Sum | Gradient::None => None,
    };
    let weighted = |graph: &mut Graph, x: Id| match weight {
        Some(weight) => graph.map(&MULT, &[weight, x]),
        None => x,
    };
    let by: Vec<Input> = plan
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Gradient(number) => Some((*number, formula.variables[*number].dim)),
            _ => None,
        })
        .collect();
    let cotangent = weighted(graph, last);
    let mut gradients = if by.is_empty() { Vec::new() } else { vjp(graph, value, &by, cotangent) }.into_iter();
    plan.parts
        .iter()
        .filter_map(|part| match part {
            Part::Value => Some(value),
            Part::Gradient(_) => gradients.next(),
            Part::Change(number) => {
                let change = jvp(graph, value, &[(*number, last)]);
                Some(weighted(graph, change))
            }
        })
        .collect()
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

fn concatenated(graph: &mut Graph, parts: &[Id]) -> Id {
    if let [one] = parts {
        return *one;
    }
    let mut sources = Vec::new();
    for (operand, part) in parts.iter().enumerate() {
        sources.extend((0..graph.dim(*part)).map(|entry| Source::Entry { operand, entry }));
    }
    graph.gather(parts, sources)
}
