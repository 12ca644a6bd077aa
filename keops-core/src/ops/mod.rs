//! The operators of the language, one row each, grouped by family.
//!
//! A row holds everything about its operator: names, operands and parameters, the rule for its dimension, its value,
//! and what it becomes in the [`Graph`]. To add an operator, add its row to the table of its family, and a test.

pub(crate) mod arithmetic;
pub(crate) mod complex;
pub(crate) mod constants;
pub(crate) mod elementwise;
pub(crate) mod logic;
pub(crate) mod norms;
pub(crate) mod selection;
mod slope;
pub(crate) mod special;
pub(crate) mod tensor;
#[cfg(test)]
mod tests;

use crate::graph::{Graph, Id};

pub(crate) use slope::zero;
pub use slope::{Applied, Slope, SlopeRule};

/// A parameter of an operator: written after the operands, fixed at compile time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter {
    /// An integer literal, with its name in the documentation.
    Integer(&'static str),
    /// A list of integers, `[2,3]`.
    List(&'static str),
    /// A list that may be left out.
    OptionalList(&'static str),
}

impl Parameter {
    /// The name in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Parameter::Integer(name) | Parameter::List(name) | Parameter::OptionalList(name) => name,
        }
    }
}

/// What a call of an operator looks like when its operands have been checked.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Dimension of each operand.
    pub dims: &'a [usize],
    /// The integer parameters, in order.
    pub integers: &'a [i64],
    /// The lists, in order.
    pub lists: &'a [Vec<i64>],
}

/// The largest dimension that an integer parameter can ask for: a slip of the keyboard must not fill the memory.
const LONGEST: usize = 1 << 20;

impl Call<'_> {
    /// Checks that operand number `operand` is a scalar.
    fn scalar(&self, operand: usize) -> Result<(), Mismatch> {
        match self.dims[operand] {
            1 => Ok(()),
            d => Err(Mismatch::new(operand, dimension(d), "dimension 1")),
        }
    }

    /// Integer parameter number `number`, checked to be a possible dimension.
    fn length(&self, number: usize) -> Result<usize, Mismatch> {
        match usize::try_from(self.integers[number]) {
            Ok(n) if (1..=LONGEST).contains(&n) => Ok(n),
            _ => {
                let expected = format!("a number of entries, from 1 to {LONGEST}");
                Err(Mismatch::new(self.dims.len() + number, self.integers[number].to_string(), expected))
            }
        }
    }

    /// Integer parameter number `number` as a dimension or position, after the check.
    fn size(&self, number: usize) -> usize {
        usize::try_from(self.integers[number]).expect("the check refuses negative numbers")
    }
}

/// Why a call is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// Position of the culprit among all arguments (operands, then parameters).
    pub argument: usize,
    /// What is there, e.g. "`y` has dimension 2".
    pub found: String,
    /// What should be, e.g. "dimension 1 or 3, as the first operand".
    pub expected: String,
}

impl Mismatch {
    /// A complaint about argument number `argument`.
    pub fn new(argument: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { argument, found: found.into(), expected: expected.into() }
    }
}

/// Value and translation of an operator.
#[derive(Clone, Copy)]
pub enum Meaning {
    /// Acts entry by entry; operands of dimension 1 are repeated. It may have one integer parameter.
    Elementwise {
        /// The value, from one entry of each operand and the integer parameter (0 where there is none).
        value: fn(&[f64], i64) -> f64,
        /// The method of `Real` or `Math` (in keops-device) that computes it.
        method: &'static str,
        /// The derivatives, one per operand.
        slopes: &'static [SlopeRule],
    },
    /// Anything else: a composition of nodes.
    Composite {
        /// The dimension of the result.
        dim: fn(&Call<'_>) -> Result<usize, Mismatch>,
        /// The value, by its definition: written for the reader, as the compiled code is compared with it.
        value: fn(&Call<'_>, &[Vec<f64>]) -> Vec<f64>,
        /// The nodes that compute it.
        build: fn(&mut Graph, &Call<'_>, &[Id]) -> Id,
    },
}

/// An operator of the language.
pub struct Operator {
    /// The names it can be called by; the first is the usual one.
    pub names: &'static [&'static str],
    /// The names of its operands in the documentation.
    pub operands: &'static [&'static str],
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// What it does.
    pub meaning: Meaning,
}

impl Operator {
    /// An elementwise operator without parameter.
    const fn elementwise(
        names: &'static [&'static str],
        operands: &'static [&'static str],
        method: &'static str,
        value: fn(&[f64], i64) -> f64,
        slopes: &'static [SlopeRule],
    ) -> Self {
        assert!(slopes.len() == operands.len(), "one derivative per operand");
        Self { names, operands, parameters: &[], meaning: Meaning::Elementwise { value, method, slopes } }
    }

    /// The usual name.
    pub fn name(&self) -> &'static str {
        self.names[0]
    }

    /// How a call looks, for messages: `Clamp(f, g, h)`.
    pub fn usage(&self) -> String {
        let parameters = self.parameters.iter().map(|parameter| match parameter {
            Parameter::OptionalList(name) => format!("[{name}]"),
            other => other.name().to_owned(),
        });
        let arguments: Vec<String> = self.operands.iter().map(|&name| name.to_owned()).chain(parameters).collect();
        format!("{}({})", self.name(), arguments.join(", "))
    }

    /// The dimension of a call.
    ///
    /// # Errors
    /// The rule that the operands or parameters break.
    pub fn dim(&self, call: &Call<'_>) -> Result<usize, Mismatch> {
        match self.meaning {
            Meaning::Elementwise { .. } => {
                if let Some(n) = call.integers.iter().find(|&&n| i32::try_from(n).is_err()) {
                    let expected = format!("an integer from {} to {}", i32::MIN, i32::MAX);
                    return Err(Mismatch::new(call.dims.len(), n.to_string(), expected));
                }
                broadcast_dim(call.dims)
            }
            Meaning::Composite { dim, .. } => dim(call),
        }
    }

    /// The value of a call: naive, in f64.
    pub fn value(&self, call: &Call<'_>, operands: &[Vec<f64>]) -> Vec<f64> {
        match self.meaning {
            Meaning::Elementwise { value, .. } => {
                let parameter = call.integers.first().copied().unwrap_or(0);
                let dim = operands.iter().map(Vec::len).max().unwrap_or(1);
                let entries = |k: usize| -> Vec<f64> { operands.iter().map(|v| entry(v, k)).collect() };
                (0..dim).map(|k| value(&entries(k), parameter)).collect()
            }
            Meaning::Composite { value, .. } => value(call, operands),
        }
    }

    /// The nodes of a call.
    pub fn build(&'static self, graph: &mut Graph, call: &Call<'_>, operands: &[Id]) -> Id {
        match self.meaning {
            Meaning::Elementwise { .. } => graph.map_with(self, call.integers.first().copied().unwrap_or(0), operands),
            Meaning::Composite { build, .. } => build(graph, call, operands),
        }
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The elementwise rule: all dimensions are d or 1, the result has dimension d.
///
/// # Errors
/// The first operand that does not fit.
pub fn broadcast_dim(dims: &[usize]) -> Result<usize, Mismatch> {
    let mut dim = 1;
    for (position, &d) in dims.iter().enumerate() {
        if d != 1 && dim != 1 && d != dim {
            let first = dims.iter().position(|&other| other == dim).map_or(1, |p| p + 1);
            return Err(Mismatch::new(position, dimension(d), format!("dimension {dim}, as operand {first}, or 1")));
        }
        dim = dim.max(d);
    }
    Ok(dim)
}

/// Entry `k` of a vector that is repeated if it is a scalar.
fn entry(v: &[f64], k: usize) -> f64 {
    if v.len() == 1 { v[0] } else { v[k] }
}

/// The integer parameter of an elementwise operator.
fn whole(parameter: i64) -> i32 {
    i32::try_from(parameter).expect("the check refuses larger integers")
}

/// How a message speaks of a dimension.
fn dimension(d: usize) -> String {
    format!("dimension {d}")
}

/// All operators, family by family.
pub fn all() -> impl Iterator<Item = &'static Operator> {
    [
        arithmetic::TABLE,
        elementwise::TABLE,
        logic::TABLE,
        norms::TABLE,
        constants::TABLE,
        selection::TABLE,
        tensor::TABLE,
        complex::TABLE,
        special::TABLE,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The operator called `name`.
pub fn find(name: &str) -> Option<&'static Operator> {
    all().find(|operator| operator.names.contains(&name))
}
