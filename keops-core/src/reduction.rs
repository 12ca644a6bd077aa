//! The reductions of the language: which names there are and which type of keops-device carries each out.

use Results::{Positions, Values, ValuesAndPositions};
use Terms::{Components, Counted};

/// A reduction of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reduction {
    /// The name in the language.
    pub name: &'static str,
    /// The type in keops-device.
    pub device_type: &'static str,
    /// What the terms are.
    pub terms: Terms,
    /// What the documentation of the generated method says of the result.
    pub result: &'static str,
    /// What the result is.
    pub results: Results,
    /// How it is differentiated.
    pub gradient: Gradient,
}

/// What is reduced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terms {
    /// The formula, component by component.
    Components,
    /// The same, with a number K of results for each.
    Counted,
    /// Sums with the weights `exp(score)`, where the formula is the score: of 1, and so on.
    Scored {
        /// Whether the weights themselves are summed, before anything else.
        ones: bool,
        /// Whether there is a second formula whose components are summed.
        weights: Weights,
        /// The number of results beside those of the components of the second formula.
        more_results: usize,
    },
}

/// Whether a reduction takes a second formula.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weights {
    /// No; but with one it is the reduction of this name.
    None(&'static str),
    /// Yes.
    Required,
}

/// What a reduction gives for each index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Results {
    /// Numbers.
    Values,
    /// Reduced indices, or a number of them.
    Positions,
    /// Both.
    ValuesAndPositions,
}

/// How a reduction is differentiated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gradient {
    /// As the sum of the derivatives of its terms.
    Sum,
    /// As the logarithm of a sum of exponentials: with the weights `exp(term - result)`.
    Logarithm,
    /// As a mean weighted by exponentials: with the weights `exp(score - log-sum-exp)`.
    Quotient,
    /// As the derivative of the term at the position that this type of keops-device finds.
    Selected(&'static str),
    /// Not at all: the result is an integer, or an intermediate one.
    None,
}

impl Reduction {
    /// Whether the terms are added up, so that a factor which all have in common can be multiplied with the sum.
    pub fn adds(&self) -> bool {
        self.device_type == SUM.device_type
    }

    /// Whether the formula is the score of weights.
    pub fn is_scored(&self) -> bool {
        matches!(self.terms, Terms::Scored { .. })
    }

    /// The number of results per index, for a formula and a second formula of these dimensions, and the number K.
    pub fn dim(&self, formula: usize, weights: Option<usize>, count: Option<usize>) -> usize {
        match self.terms {
            Components => formula,
            Counted => count.unwrap_or(1) * formula,
            Terms::Scored { more_results, .. } => more_results + weights.unwrap_or(0),
        }
    }
}

const fn reduction(
    name: &'static str,
    device_type: &'static str,
    terms: Terms,
    result: &'static str,
    results: Results,
    gradient: Gradient,
) -> Reduction {
    Reduction { name, device_type, terms, result, results, gradient }
}

const fn scored(
    name: &'static str,
    device_type: &'static str,
    terms: Terms,
    result: &'static str,
    gradient: Gradient,
) -> Reduction {
    reduction(name, device_type, terms, result, Values, gradient)
}

/// The sum, which is also the reduction of all derivatives.
pub static SUM: Reduction = REDUCTIONS[0];

/// The mean: the sum of the terms divided by the number of reduced indices, a division that the check writes into the
/// formula.
pub static MEAN: Reduction = REDUCTIONS[1];

/// `LogSumExp` of the score, and `SumSoftMaxWeight`: what the derivatives of the latter need. Not in the language.
pub static LOG_SUM_EXP_AND_SOFT_MAX: Reduction = scored(
    "LogSumExp_SumSoftMaxWeight",
    "LogSumExpAndSoftMax",
    Terms::Scored { ones: true, weights: Weights::Required, more_results: 1 },
    "the logarithm of the sum of the exponentials, and the mean weighted by them",
    Gradient::None,
);

/// All reductions, in the order of the reference.
pub static REDUCTIONS: [Reduction; 20] = [
    reduction("Sum", "Sum", Components, "the sum", Values, Gradient::Sum),
    reduction("Mean", "Sum", Components, "the mean", Values, Gradient::Sum),
    reduction("Count", "Count", Components, "the number of entries that are not 0", Positions, Gradient::None),
    scored(
        "Max_SumShiftExp",
        "MaxSumShiftExp",
        Terms::Scored { ones: true, weights: Weights::None("Max_SumShiftExpWeight"), more_results: 2 },
        "the maximum, and the sum of the exponentials shifted by it",
        Gradient::None,
    ),
    scored(
        "Max_SumShiftExpWeight",
        "MaxSumShiftExp",
        Terms::Scored { ones: false, weights: Weights::Required, more_results: 1 },
        "the maximum, and the weighted sums of the exponentials shifted by it",
        Gradient::None,
    ),
    scored(
        "LogSumExp",
        "LogSumExp",
        Terms::Scored { ones: true, weights: Weights::None("LogSumExpWeight"), more_results: 1 },
        "the logarithm of the sum of the exponentials",
        Gradient::Logarithm,
    ),
    scored(
        "LogSumExpWeight",
        "LogSumExp",
        Terms::Scored { ones: false, weights: Weights::Required, more_results: 0 },
        "the logarithms of the weighted sums of the exponentials",
        Gradient::Logarithm,
    ),
    scored(
        "SumSoftMaxWeight",
        "SumSoftMaxWeight",
        Terms::Scored { ones: true, weights: Weights::Required, more_results: 0 },
        "the mean of the second formula, weighted by the exponentials",
        Gradient::Quotient,
    ),
    reduction("Min", "Min", Components, "the smallest entry", Values, Gradient::Selected("ArgMin")),
    reduction("ArgMin", "ArgMin", Components, "the position of the smallest entry", Positions, Gradient::None),
    reduction(
        "Min_ArgMin",
        "MinArgMin",
        Components,
        "the smallest entry and its position",
        ValuesAndPositions,
        Gradient::Selected("ArgMin"),
    ),
    reduction("Max", "Max", Components, "the largest entry", Values, Gradient::Selected("ArgMax")),
    reduction("ArgMax", "ArgMax", Components, "the position of the largest entry", Positions, Gradient::None),
    reduction(
        "Max_ArgMax",
        "MaxArgMax",
        Components,
        "the largest entry and its position",
        ValuesAndPositions,
        Gradient::Selected("ArgMax"),
    ),
    reduction("KMin", "KMin", Counted, "the K smallest entries", Values, Gradient::Selected("ArgKMin")),
    reduction("ArgKMin", "ArgKMin", Counted, "the positions of the K smallest entries", Positions, Gradient::None),
    reduction(
        "KMin_ArgKMin",
        "KMinArgKMin",
        Counted,
        "the K smallest entries and their positions",
        ValuesAndPositions,
        Gradient::Selected("ArgKMin"),
    ),
    reduction("KMax", "KMax", Counted, "the K largest entries", Values, Gradient::Selected("ArgKMax")),
    reduction("ArgKMax", "ArgKMax", Counted, "the positions of the K largest entries", Positions, Gradient::None),
    reduction(
        "KMax_ArgKMax",
        "KMaxArgKMax",
        Counted,
        "the K largest entries and their positions",
        ValuesAndPositions,
        Gradient::Selected("ArgKMax"),
    ),
];

/// The largest number K: what is kept for each index must fit into a cache.
pub const MAX_COUNT: usize = 1024;

/// Further names of reductions: KeOps' old ones.
const ALIASES: [(&str, &str); 1] = [("SoftMax", "SumSoftMaxWeight")];

/// The reduction called `name`.
pub fn find(name: &str) -> Option<&'static Reduction> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| *name);
    REDUCTIONS.iter().find(|reduction| reduction.name == name)
}
