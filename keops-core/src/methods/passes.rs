//! From the plan of a pass to its program.

use super::plan::{Part, PassPlan};
use crate::check::{Formula, Variable};
use crate::diff::{Input, jvp, vjp};
use crate::graph::{Axis, Graph, Id, Node, Source};
use crate::lower::{self, Program};
use crate::ops::arithmetic::{ADD, MULT, SUBTRACT};
use crate::ops::elementwise::EXP;
use crate::ops::logic::IF_ELSE;
use crate::parse::Category;
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
    let variables = variables(formula, plan);
    let is_value = plan.parts == [Part::Value];
    let reduction = if is_value { formula.reduction } else { &SUM };
    let pass = Pass { text: &formula.text, variables: &variables, kept: plan.kept, reduction };
    let mut graph = Graph::new();
    let value = formula.term.build(&mut graph);
    let parts: Vec<Id> = if is_value { vec![value] } else { derivatives(&mut graph, formula, plan, value) };
    let mut root = concatenated(&mut graph, &parts);
    if plan.selected {
        root = at_position(&mut graph, root, plan.kept.other(), formula.variables.len());
    }
    crate::verify("graph", &graph, formula);
    let (graph, root) = simplify(&graph, root);
    crate::verify("simplify", &graph, formula);
    lower::lower(&pass, &graph, root)
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
    along.insert(formula.variables.len(), Variable { name: "position".to_owned(), category: kept, dim: 1 });
    along
}

/// The node with variable number `number` for the index along `axis`.
fn at_position(graph: &mut Graph, root: Id, axis: Axis, number: usize) -> Id {
    let position = graph.variable(number, 1);
    let mut moved: Vec<Id> = Vec::new();
    for id in graph.ids().take_while(|id| *id <= root).collect::<Vec<_>>() {
        let node = graph.node(id).clone();
        let operands: Vec<Id> = node.operands().iter().map(|operand| moved[operand.position()]).collect();
        let dim = graph.dim(id);
        moved.push(if node == Node::Index(axis) { position } else { graph.insert(node.with_operands(&operands), dim) });
    }
    moved[root.position()]
}

/// The parts of a pass that is a sum.
fn derivatives(graph: &mut Graph, formula: &Formula, plan: &PassPlan, value: Id) -> Vec<Id> {
    let first = formula.variables.len() + usize::from(plan.selected);
    let further: Vec<Id> =
        plan.further.iter().enumerate().map(|(k, input)| graph.variable(first + k, input.dim)).collect();
    let last = *further.last().unwrap_or_else(|| unreachable!("a derivative has a cotangent or a tangent"));
    let weight = match formula.reduction.gradient {
        Gradient::LogSumExp => Some(soft_max(graph, value, further[0])),
        Gradient::Sum | Gradient::Selected(_) | Gradient::None => None,
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
