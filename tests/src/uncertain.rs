//! What a correct result in limited precision may look like: the interpreter with rounding errors.
//!
//! Two correct programs differ by their rounding errors, and how much these change the result depends on the formula
//! and the data: cancellation magnifies them, a jump (`Floor`, a comparison) makes anything of them. So the
//! interpreter runs several times, with the result of every operator wrong by a few random units of rounding (Monte
//! Carlo arithmetic, Parker 1997): the spread of these samples tells what to tolerate.

use keops_core::check::{Formula, Term, TermKind};
use keops_core::eval::{Data, Reduced, length, nodes, value, variable};
use keops_core::graph::{Axis, Graph, Node};
use keops_core::ops::Call;

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

fn jumps(term: &Term) -> bool {
    match &term.kind {
        TermKind::Call { operator, operands, .. } => JUMPS.contains(&operator.name()) || operands.iter().any(jumps),
        // That of a continuous operator can jump.
        TermKind::Derivative { .. } => true,
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

struct Sample<'a> {
    formula: &'a Formula,
    data: &'a [Data],
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
        let mut graph = Graph::new();
        let root = term.build(&mut graph);
        let (formula, data, i, j) = (self.formula, self.data, self.i, self.j);
        nodes(&graph, root, i, j, &|number| variable(formula, data, number, i, j), &mut |node, values| {
            let units = match node {
                Node::Variable(_) | Node::Index(_) | Node::Broadcast(..) | Node::Gather(..) => 0.0,
                Node::Constant(numbers) if numbers.iter().all(|x| f64::from(x.0 as f32) == x.0) => 0.0,
                Node::Constant(_) => 1.0,
                Node::Map(function, _) if SIMPLE.contains(&function.operator.name()) => 1.0,
                Node::Map(..) => 5.0,
                Node::Fold(..) | Node::Contract(..) => 8.0,
            };
            for x in values {
                *x = self.perturbed(*x, units);
                self.wild |= self.is_wild(*x);
            }
        })
    }

    fn is_wild(&self, x: f64) -> bool {
        let size = x.abs();
        size > self.precision.wild || (size > 0.0 && size < 1.0 / self.precision.wild)
    }
}

/// The entries of the term at the pair (i, j).
pub fn term(formula: &Formula, data: &[Data], precision: Precision, i: usize, j: usize) -> Vec<Uncertain> {
    let mut sample = Sample { formula, data, precision, i, j, state: 0, wild: false };
    let values = value(formula, data, i, j);
    sample.term(&formula.term);
    let mut slack = vec![0.0; values.len()];
    let samples = if jumps(&formula.term) { SAMPLES_OF_JUMPS } else { SAMPLES };
    for number in 1..=samples {
        sample.state = (number << 48) ^ ((i as u64) << 24) ^ (j as u64) ^ 0x5851_f42d;
        for ((slack, perturbed), exact) in slack.iter_mut().zip(sample.term(&formula.term)).zip(&values) {
            let same = perturbed == *exact || (perturbed.is_nan() && exact.is_nan());
            let difference = if same { 0.0 } else { SAFETY * (perturbed - exact).abs() };
            // Once NaN, always NaN.
            *slack = if difference.is_nan() || *slack >= difference { *slack + 0.0 * difference } else { difference };
        }
    }
    let claim = |(value, slack)| Uncertain { value, slack: if sample.wild { f64::NAN } else { slack } };
    values.into_iter().zip(slack).map(claim).collect()
}

/// How a comparison went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Entries compared with a tolerance that says something.
    pub sharp: usize,
    /// Entries near a jump, an overflow or a cancellation, where nothing is claimed or little.
    pub vague: usize,
}

/// Checks a result of `Sum`, `LogSumExp` or `ArgMin`.
///
/// # Errors
/// The first entry that no correct program computes.
pub fn check(formula: &Formula, data: &[Data], precision: Precision, got: &Reduced) -> Result<Tally, String> {
    let rows = length(formula, data, formula.kept);
    let count = length(formula, data, formula.kept.other());
    let dim = formula.term.dim;
    if (got.rows, got.dim) != (rows, dim) {
        return Err(format!("shape {} x {}, expected {rows} x {dim}", got.rows, got.dim));
    }
    let mut tally = Tally::default();
    for row in 0..rows {
        let pair = |other| if formula.kept == Axis::I { (row, other) } else { (other, row) };
        let all: Vec<Vec<Uncertain>> = (0..count)
            .map(|other| {
                let (i, j) = pair(other);
                term(formula, data, precision, i, j)
            })
            .collect();
        for k in 0..dim {
            let terms: Vec<Uncertain> = all.iter().map(|entries| entries[k]).collect();
            let found = got.values[row * dim + k];
            match one(formula.reduction.name, &terms, precision, found) {
                Ok(true) => tally.sharp += 1,
                Ok(false) => tally.vague += 1,
                Err(why) => return Err(format!("row {row}, entry {k}: {why}")),
            }
        }
    }
    Ok(tally)
}

/// Checks one reduced number; the truth value tells whether the comparison was sharp.
fn one(reduction: &str, terms: &[Uncertain], precision: Precision, found: f64) -> Result<bool, String> {
    if terms.iter().any(|term| term.slack.is_nan()) {
        return Ok(false);
    }
    let count = terms.len() as f64;
    let (expected, slack) = match reduction {
        "Sum" => {
            let sizes: f64 = terms.iter().map(|term| term.value.abs()).sum();
            let slack: f64 = terms.iter().map(|term| term.slack).sum();
            (terms.iter().map(|term| term.value).sum(), slack + precision.rounding * (2.0 + count) * sizes)
        }
        "LogSumExp" => {
            let max = terms.iter().map(|term| term.value).fold(f64::NEG_INFINITY, f64::max);
            let slack = terms.iter().map(|term| term.slack).fold(0.0, f64::max);
            let sum: f64 = terms.iter().map(|term| (term.value - max).exp()).sum();
            let expected = if terms.is_empty() { max } else { max + sum.ln() };
            let size = if expected.is_finite() { expected.abs() } else { 0.0 };
            (expected, slack + precision.rounding * (8.0 + count) * (1.0 + size))
        }
        "ArgMin" => return position(terms, found),
        other => return Err(format!("no comparison is known for {other}")),
    };
    let same = found == expected || (found.is_nan() && expected.is_nan());
    if same || (found - expected).abs() <= slack {
        return Ok(slack <= 1e-2 * expected.abs().max(1.0));
    }
    Err(format!("{found:e}, expected {expected:e} up to {slack:e}"))
}

/// The term at the position found must be the smallest, as far as can be told.
fn position(terms: &[Uncertain], found: f64) -> Result<bool, String> {
    let smallest = terms.iter().filter(|term| term.value < f64::INFINITY);
    let smallest = smallest.fold(None, |best: Option<&Uncertain>, term| match best {
        Some(best) if best.value <= term.value => Some(best),
        _ => Some(term),
    });
    match (smallest, terms.get(found as usize)) {
        (None, None) if found == terms.len() as f64 => Ok(true),
        (Some(best), Some(term)) if term.value <= best.value + best.slack + term.slack => {
            // Among exact terms it must be the first.
            let first = terms.iter().position(|term| term.value == best.value);
            let exact = terms.iter().all(|term| term.slack == 0.0);
            if exact && first != Some(found as usize) {
                return Err(format!("position {found}, expected the first of equals, {first:?}"));
            }
            Ok(exact)
        }
        (best, term) => Err(format!("position {found} with the term {term:?}, but the smallest is {best:?}")),
    }
}
