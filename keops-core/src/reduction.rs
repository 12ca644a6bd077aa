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
    /// How it is differentiated.
    pub gradient: Gradient,
}

/// How the derivative of a reduction is a sum of derivatives of its terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gradient {
    /// With the weight 1.
    Sum,
    /// With the weight `exp(term - result)`.
    LogSumExp,
    /// Not at all: the result is a position.
    None,
}

/// The sum, which is also the reduction of all derivatives.
pub static SUM: Reduction = REDUCTIONS[0];

/// All reductions, in the order of the reference.
pub static REDUCTIONS: [Reduction; 3] = [
    Reduction { name: "Sum", device_type: "Sum", scalar: false, result: "the sum", gradient: Gradient::Sum },
    Reduction {
        name: "LogSumExp",
        device_type: "LogSumExp",
        scalar: true,
        result: "the logarithm of the sum of the exponentials",
        gradient: Gradient::LogSumExp,
    },
    Reduction {
        name: "ArgMin",
        device_type: "ArgMin",
        scalar: false,
        result: "the position of the smallest entry",
        gradient: Gradient::None,
    },
];

/// The reduction called `name`.
pub fn find(name: &str) -> Option<&'static Reduction> {
    REDUCTIONS.iter().find(|reduction| reduction.name == name)
}
