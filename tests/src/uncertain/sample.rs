//! The interpreter, run several times with random rounding errors.

use keops_core::check::{Formula, Term, TermKind};
use keops_core::eval::{Data, input, length, nodes, variable};
use keops_core::graph::{Axis, Graph, Id, Node};
use keops_core::ops::Call;

use super::zeros::Zeros;

/// Perturbed runs per pair.
const SAMPLES: u64 = 4;

/// Perturbed runs per pair of a formula that jumps: a value at the very edge, such as the floor of a squared cosine
/// plus a squared sine, must be caught on both sides.
const SAMPLES_OF_JUMPS: u64 = 24;

/// Operators that jump.
const JUMPS: [&str; 17] = [
    "Floor",
    "Round",
    "Sign",
    "Step",
    "Mod",
    "OneHot",
    "IfElse",
    "Equal",
    "NotEqual",
    "LessThan",
    "LessOrEqual",
    "ArgMax",
    "ArgMin",
    "DiffClampInt",
    "BSpline",
    "Atan2",
    "ComplexAngle",
];

/// Continuous operators whose derivatives jump.
const KINKS: [&str; 14] = [
    "Abs",
    "ReLU",
    "Clamp",
    "ClampInt",
    "Max",
    "Min",
    "Sqrt",
    "Rsqrt",
    "Norm2",
    "Normalize",
    "ComplexAbs",
    "XLogX",
    "Powf",
    "SoftDTW_SqDist",
];

/// Whether a term may jump; `derived` is true inside of a derivative.
fn jumps(term: &Term, derived: bool) -> bool {
    match &term.kind {
        TermKind::Call { operator, operands, .. } => {
            let name = operator.name();
            let here = JUMPS.contains(&name) || (derived && KINKS.contains(&name));
            here || operands.iter().any(|operand| jumps(operand, derived))
        }
        TermKind::Derivative { of, operands, .. } => {
            jumps(of, true) || operands.iter().any(|operand| jumps(operand, derived))
        }
        _ => false,
    }
}

/// What the spread of so few samples is multiplied with.
const SAFETY: f64 = 8.0;

/// Operators of one rounding, or none, of their exact operands. The others also have their operands perturbed: an
/// algorithm is as good as the exact result for slightly wrong operands.
const SIMPLE: [&str; 31] = [
    "Add",
    "Subtract",
    "Minus",
    "Mult",
    "Divide",
    "Square",
    "Inv",
    "Abs",
    "Sign",
    "Step",
    "ReLU",
    "Floor",
    "Equal",
    "NotEqual",
    "LessThan",
    "LessOrEqual",
    "IfElse",
    "Clamp",
    "ClampInt",
    "DiffClampInt",
    "SumT",
    "Max",
    "Min",
    "ArgMax",
    "ArgMin",
    "Elem",
    "ElemT",
    "Extract",
    "ExtractT",
    "Concat",
    "IntCst",
];

/// The number type that is imitated.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// Relative rounding error.
    pub rounding: f64,
    /// Beyond this, and below its reciprocal, overflow and underflow are near and nothing is claimed.
    pub wild: f64,
}

/// The term of one pair: its value, and how far a correct program may be off. NaN: no claim.
#[derive(Clone, Copy, Debug)]
pub struct Uncertain {
    /// The value.
    pub value: f64,
    /// The possible difference.
    pub slack: f64,
}

/// The graphs of the derivatives in a formula, so that they are built once and not for each pair.
#[derive(Debug, Default)]
pub struct Graphs {
    derivatives: Vec<(*const Term, Graph, Id)>,
    /// That of the whole formula.
    zeros: Option<Zeros>,
}

impl Graphs {
    /// The graph of a term, which stays where it is as long as this lives.
    fn of(&mut self, term: &Term) -> (&Graph, Id) {
        let number = self.derivatives.iter().position(|(known, ..)| std::ptr::eq(*known, term)).unwrap_or_else(|| {
            let mut graph = Graph::new();
            let root = term.build(&mut graph);
            self.derivatives.push((term, graph, root));
            self.derivatives.len() - 1
        });
        (&self.derivatives[number].1, self.derivatives[number].2)
    }
}

/// How many units of rounding the value of a node may be off, given the values of its operands.
pub fn units(node: &Node) -> f64 {
    match node {
        Node::Variable(_) | Node::Index(_) | Node::Length(_) | Node::Broadcast(..) | Node::Gather(..) => 0.0,
        Node::Constant(numbers) if numbers.iter().all(|x| f64::from(x.0 as f32) == x.0) => 0.0,
        Node::Constant(_) => 1.0,
        Node::Map(function, _) if SIMPLE.contains(&function.operator.name()) => 1.0,
        Node::Map(..) => 5.0,
        Node::Fold(..) | Node::Contract(..) => 8.0,
    }
}

struct Sample<'a> {
    formula: &'a Formula,
    data: &'a [Data],
    graphs: &'a mut Graphs,
    precision: Precision,
    i: usize,
    j: usize,
    /// State of the random perturbations; 0 for none.
    state: u64,
    wild: bool,
}

impl Sample<'_> {
    fn perturbed(&mut self, x: f64, units: f64) -> f64 {
        if self.state == 0 {
            return x;
        }
        self.state = self.state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let unit = (self.state >> 40) as f64 / 2f64.powi(23) - 1.0;
        x * (1.0 + unit * units * self.precision.rounding)
    }

    fn term(&mut self, term: &Term) -> Vec<f64> {
        match &term.kind {
            TermKind::Number(x) if f64::from(*x as f32) == *x => vec![*x],
            TermKind::Number(x) => vec![self.perturbed(*x, 1.0)],
            TermKind::Index(Axis::I) => vec![self.i as f64],
            TermKind::Index(Axis::J) => vec![self.j as f64],
            TermKind::Length(axis) => vec![length(self.formula, self.data, *axis) as f64],
            TermKind::Variable(number) => variable(self.formula, self.data, *number, self.i, self.j),
            TermKind::Derivative { .. } => self.derivative(term),
            TermKind::Call { operator, operands, integers, lists } => {
                let mut values: Vec<Vec<f64>> = operands.iter().map(|operand| self.term(operand)).collect();
                let simple = SIMPLE.contains(&operator.name());
                if !simple {
                    for x in values.iter_mut().flatten() {
                        *x = self.perturbed(*x, 2.0);
                    }
                }
                let longest = values.iter().map(Vec::len).max().unwrap_or(1) as f64;
                let units = if simple { 1.0 } else { 4.0 + longest };
                // Without smoothing a soft minimum is 0 / 0, which may come in sooner or later.
                self.wild |= operator.name() == "SoftDTW_SqDist" && values[2] == [0.0];
                let mut result = operator.value(&Call { dims: &term.operand_dims(), integers, lists }, &values);
                for x in &mut result {
                    *x = self.perturbed(*x, units);
                    self.wild |= self.is_wild(*x);
                }
                result
            }
        }
    }
}

impl Sample<'_> {
    /// A derivative, with the value of each node of its graph perturbed.
    fn derivative(&mut self, term: &Term) -> Vec<f64> {
        let mut graphs = std::mem::take(self.graphs);
        let (graph, root) = graphs.of(term);
        let (formula, data, pair) = (self.formula, self.data, (self.i, self.j));
        let values = nodes(graph, root, &|node| input(formula, data, node, pair), &mut |node, values| {
            let units = units(node);
            for x in values {
                *x = self.perturbed(*x, units);
                self.wild |= self.is_wild(*x);
            }
        });
        *self.graphs = graphs;
        values
    }

    fn is_wild(&self, x: f64) -> bool {
        let size = x.abs();
        size > self.precision.wild || (size > 0.0 && size < 1.0 / self.precision.wild)
    }
}

/// The entries of the term at the pair (i, j).
pub fn term(
    formula: &Formula,
    data: &[Data],
    graphs: &mut Graphs,
    precision: Precision,
    (i, j): (usize, usize),
) -> Vec<Uncertain> {
    let mut sample = Sample { formula, data, graphs, precision, i, j, state: 0, wild: false };
    let values = sample.term(&formula.term);
    let mut slack = vec![0.0; values.len()];
    let samples = if jumps(&formula.term, false) { SAMPLES_OF_JUMPS } else { SAMPLES };
    for number in 1..=samples {
        sample.state = (number << 48) ^ ((i as u64) << 24) ^ (j as u64) ^ 0x5851_f42d;
        for ((slack, perturbed), exact) in slack.iter_mut().zip(sample.term(&formula.term)).zip(&values) {
            let same = perturbed == *exact || (perturbed.is_nan() && exact.is_nan());
            let difference = if same { 0.0 } else { SAFETY * (perturbed - exact).abs() };
            // Once NaN, always NaN.
            *slack = if difference.is_nan() || *slack >= difference { *slack + 0.0 * difference } else { difference };
        }
    }
    let wild = sample.wild;
    if values.iter().any(|value| value.is_nan()) {
        let zeros = graphs.zeros.get_or_insert_with(|| Zeros::new(formula));
        for ((slack, value), otherwise) in slack.iter_mut().zip(&values).zip(zeros.value(formula, data, (i, j))) {
            if value.is_nan() && !otherwise.is_nan() {
                *slack = f64::NAN;
            }
        }
    }
    let claim = |(value, slack)| Uncertain { value, slack: if wild { f64::NAN } else { slack } };
    values.into_iter().zip(slack).map(claim).collect()
}
