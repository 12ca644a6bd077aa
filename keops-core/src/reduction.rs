//! The reductions of the language: which names there are and which type of keops-device carries each out.

/// A reduction of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reduction {
    /// The name in the language.
    pub name: &'static str,
    /// The type in keops-device.
    pub device_type: &'static str,
    /// True when only scalar formulas can be reduced this way.
    pub scalar: bool,
    /// What the documentation of the generated method says of the result.
    pub result: &'static str,
    /// What the result is.
    pub results: Results,
    /// How it is differentiated.
    pub gradient: Gradient,
}

/// What a reduction gives for each index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Results {
    /// Numbers.
    Values,
    /// Reduced indices.
    Positions,
    /// Both.
    ValuesAndPositions,
}

/// How a reduction is differentiated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gradient {
    /// As the sum of the derivatives of its terms.
    Sum,
    /// The same with the weights `exp(term - result)`.
    LogSumExp,
    /// As the derivative of the term at the position that this type of keops-device finds.
    Selected(&'static str),
    /// Not at all: the result is a position.
    None,
}

const fn extremum(
    name: &'static str,
    device_type: &'static str,
    result: &'static str,
    results: Results,
    gradient: Gradient,
) -> Reduction {
    Reduction { name, device_type, scalar: false, result, results, gradient }
}

/// The sum, which is also the reduction of all derivatives.
pub static SUM: Reduction = REDUCTIONS[0];

/// All reductions, in the order of the reference.
pub static REDUCTIONS: [Reduction; 8] = [
    Reduction {
        name: "Sum",
        device_type: "Sum",
        scalar: false,
        result: "the sum",
        results: Results::Values,
        gradient: Gradient::Sum,
    },
    Reduction {
        name: "LogSumExp",
        device_type: "LogSumExp",
        scalar: true,
        result: "the logarithm of the sum of the exponentials",
        results: Results::Values,
        gradient: Gradient::LogSumExp,
    },
    extremum("Min", "Min", "the smallest entry", Results::Values, Gradient::Selected("ArgMin")),
    extremum("ArgMin", "ArgMin", "the position of the smallest entry", Results::Positions, Gradient::None),
    extremum(
        "Min_ArgMin",
        "MinArgMin",
        "the smallest entry and its position",
        Results::ValuesAndPositions,
        Gradient::Selected("ArgMin"),
    ),
    extremum("Max", "Max", "the largest entry", Results::Values, Gradient::Selected("ArgMax")),
    extremum("ArgMax", "ArgMax", "the position of the largest entry", Results::Positions, Gradient::None),
    extremum(
        "Max_ArgMax",
        "MaxArgMax",
        "the largest entry and its position",
        Results::ValuesAndPositions,
        Gradient::Selected("ArgMax"),
    ),
];

/// The reduction called `name`.
pub fn find(name: &str) -> Option<&'static Reduction> {
    REDUCTIONS.iter().find(|reduction| reduction.name == name)
}
