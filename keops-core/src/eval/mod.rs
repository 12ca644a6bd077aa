//! The meaning of a formula: a naive interpreter in f64, written for the reader.
//!
//! Nothing here is shared with the compiled code: no graph, no simplification, no lowering. Every test compares
//! compiled kernels with this. But derivatives are the graph that the rules of [`crate::diff`] make, node by node, as
//! they stand: the tests compare them with differences of values.

mod nodes;
mod scored;

use crate::check::{Formula, Term, TermKind};
use crate::graph::{Axis, Graph, Node};
use crate::ops::Call;
use crate::parse::Category;
pub use nodes::nodes;

/// The data of one variable: `rows` vectors of its dimension, one after the other. A parameter has one row.
#[derive(Clone, Debug)]
pub struct Data {
    /// Number of rows.
    pub rows: usize,
    /// The entries, row-major.
    pub values: Vec<f64>,
}

/// The result of a reduction: one vector per kept index, row-major. Positions are integral numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Reduced {
    /// Number of kept indices.
    pub rows: usize,
    /// Entries per kept index.
    pub dim: usize,
    /// The entries, row-major.
    pub values: Vec<f64>,
}

/// The value of the formula at the pair (i, j).
pub fn value(formula: &Formula, data: &[Data], i: usize, j: usize) -> Vec<f64> {
    term_value(&formula.term, formula, data, i, j)
}

pub(super) fn term_value(term: &Term, formula: &Formula, data: &[Data], i: usize, j: usize) -> Vec<f64> {
    match &term.kind {
        TermKind::Number(value) => vec![*value],
        TermKind::Index(Axis::I) => vec![i as f64],
        TermKind::Index(Axis::J) => vec![j as f64],
        TermKind::Length(axis) => vec![length(formula, data, *axis) as f64],
        TermKind::Variable(number) => variable(formula, data, *number, i, j),
        TermKind::Call { operator, operands, integers, lists } => {
            let values: Vec<Vec<f64>> =
                operands.iter().map(|operand| term_value(operand, formula, data, i, j)).collect();
            operator.value(&Call { dims: &term.operand_dims(), integers, lists }, &values)
        }
        TermKind::Derivative { .. } => {
            let mut graph = Graph::new();
            let root = term.build(&mut graph);
            nodes(&graph, root, &|node| input(formula, data, node, (i, j)), &mut |_, _| ())
        }
    }
}

/// The value of an input variable at the pair (i, j).
pub fn variable(formula: &Formula, data: &[Data], number: usize, i: usize, j: usize) -> Vec<f64> {
    let variable = &formula.variables[number];
    let row = match variable.category {
        Category::Indexed(Axis::I) => i,
        Category::Indexed(Axis::J) => j,
        Category::Parameter => 0,
    };
    data[number].values[row * variable.dim..(row + 1) * variable.dim].to_vec()
}

/// The value of a variable, an index or a length, as a node of a graph, at the pair (i, j).
///
/// # Panics
/// When the node is anything else.
pub fn input(formula: &Formula, data: &[Data], node: &Node, (i, j): (usize, usize)) -> Vec<f64> {
    match node {
        Node::Variable(number) => variable(formula, data, *number, i, j),
        Node::Index(Axis::I) => vec![i as f64],
        Node::Index(Axis::J) => vec![j as f64],
        Node::Length(axis) => vec![length(formula, data, *axis) as f64],
        other => unreachable!("{other:?} is no input"),
    }
}

/// Number of indices along an axis: the rows of its first variable, 1 when there is none.
pub fn length(formula: &Formula, data: &[Data], axis: Axis) -> usize {
    let on_axis = |category| category == Category::Indexed(axis);
    formula.variables.iter().zip(data).find(|(v, _)| on_axis(v.category)).map_or(1, |(_, d)| d.rows)
}

/// Reduces the formula over all pairs; the values, where the reduction gives values and positions.
pub fn reduce(formula: &Formula, data: &[Data]) -> Reduced {
    results(formula, data).swap_remove(0)
}

/// Reduces the formula over all pairs: one result, or two, values and positions.
pub fn results(formula: &Formula, data: &[Data]) -> Vec<Reduced> {
    let terms = length(formula, data, formula.kept.other());
    results_over(formula, data, &|_| (0..terms).collect())
}

/// The same over some of the pairs: `over` says which reduced indices belong to a kept one, in the order in which they
/// are reduced.
pub fn results_over(formula: &Formula, data: &[Data], over: &dyn Fn(usize) -> Vec<usize>) -> Vec<Reduced> {
    let names: &[&str] = match formula.reduction.name {
        "Min_ArgMin" => &["Min", "ArgMin"],
        "Max_ArgMax" => &["Max", "ArgMax"],
        "KMin_ArgKMin" => &["KMin", "ArgKMin"],
        "KMax_ArgKMax" => &["KMax", "ArgKMax"],
        name => &[name],
    };
    names.iter().map(|name| reduced(formula, data, over, name)).collect()
}

fn reduced(formula: &Formula, data: &[Data], over: &dyn Fn(usize) -> Vec<usize>, reduction: &str) -> Reduced {
    if formula.reduction.is_scored() {
        return scored::reduce(formula, data, over);
    }
    let rows = length(formula, data, formula.kept);
    let terms = length(formula, data, formula.kept.other());
    let dim = formula.term.dim;
    let mut values = Vec::with_capacity(rows * formula.dim());
    for kept in 0..rows {
        let over = over(kept);
        let all: Vec<Vec<f64>> = over
            .iter()
            .map(|&reduced| match formula.kept {
                Axis::I => value(formula, data, kept, reduced),
                Axis::J => value(formula, data, reduced, kept),
            })
            .collect();
        // A place among the terms as an index; there is no term at the end of them.
        let position = |place: f64| over.get(place as usize).map_or(terms, |&index| index) as f64;
        let positions = reduction.starts_with("Arg");
        let first = values.len();
        let columns: Vec<Vec<f64>> = (0..dim).map(|k| all.iter().map(|vector| vector[k]).collect()).collect();
        match formula.count {
            None => values.extend(columns.iter().map(|column| reduced_value(reduction, column))),
            Some(count) => {
                let best: Vec<Vec<f64>> = columns.iter().map(|column| best(reduction, column, count)).collect();
                values.extend((0..count).flat_map(|k| best.iter().map(move |best| best[k])));
            }
        }
        if positions {
            values[first..].iter_mut().for_each(|place| *place = position(*place));
        }
    }
    let dim = formula.dim();
    if formula.total {
        let sums = (0..dim).map(|k| values.iter().skip(k).step_by(dim).sum()).collect();
        return Reduced { rows: 1, dim, values: sums };
    }
    Reduced { rows, dim, values }
}

fn reduced_value(reduction: &str, terms: &[f64]) -> f64 {
    match reduction {
        "Sum" | "Mean" => terms.iter().sum(),
        "Count" => terms.iter().filter(|term| **term != 0.0).count() as f64,
        "Min" => first(terms, f64::INFINITY, |new, best| new < best).0,
        "ArgMin" => first(terms, f64::INFINITY, |new, best| new < best).1 as f64,
        "Max" => first(terms, f64::NEG_INFINITY, |new, best| new > best).0,
        "ArgMax" => first(terms, f64::NEG_INFINITY, |new, best| new > best).1 as f64,
        other => unreachable!("the check knows no reduction `{other}`"),
    }
}

/// The `count` smallest or largest terms or their positions, best first, the first of equals before the others.
fn best(reduction: &str, terms: &[f64], count: usize) -> Vec<f64> {
    let sign = if reduction.ends_with("KMin") { 1.0 } else { -1.0 };
    let mut order: Vec<usize> = (0..terms.len()).filter(|&k| sign * terms[k] < f64::INFINITY).collect();
    // No NaN is left; 0 and -0 are equal.
    let by_value = |a: f64, b: f64| a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal);
    order.sort_by(|&a, &b| by_value(sign * terms[a], sign * terms[b]).then(a.cmp(&b)));
    let entry = |k: usize| match (order.get(k), reduction.starts_with("Arg")) {
        (Some(&position), true) => position as f64,
        (Some(&position), false) => terms[position],
        (None, true) => terms.len() as f64,
        (None, false) => sign * f64::INFINITY,
    };
    (0..count).map(entry).collect()
}

/// The term that no later one beats, and its position; `worst` and the number of terms, where none beats `worst`.
fn first(terms: &[f64], worst: f64, beats: fn(f64, f64) -> bool) -> (f64, usize) {
    let mut best = (worst, terms.len());
    for (position, &term) in terms.iter().enumerate() {
        if beats(term, best.0) {
            best = (term, position);
        }
    }
    best
}
