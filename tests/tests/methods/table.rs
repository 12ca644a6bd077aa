//! Compiled formulas with functions that call all of their methods.

use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::eval::Reduced;
use keops_tests::kernel::{Number, Outcome};
use ndarray::Array2;
use proc_macro2::TokenStream;

mod written {
    //! By the build script.

    use super::{Answers, Array2, Methods, Number};

    include!(concat!(env!("OUT_DIR"), "/methods.rs"));
}

pub(crate) use written::{METHODS, REDUCTIONS};

pub(crate) fn checked(call: &str) -> Formula {
    let tokens = TokenStream::from_str(call).expect("a call should be tokens");
    keops_core::check(tokens).unwrap_or_else(|reports| panic!("{call}: {}", reports[0].text()))
}

/// What the methods of a formula returned. Several methods compute the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) values: Vec<Reduced>,
    /// With the numbers of the variables.
    pub(crate) gradients: Vec<(usize, Reduced)>,
    pub(crate) changes: Vec<(usize, Reduced)>,
}

impl Answers {
    fn value(&mut self, value: impl Outcome) {
        self.values.extend(value.results());
    }

    fn gradient(&mut self, variable: usize, gradient: impl Outcome) {
        self.gradients.extend(gradient.results().into_iter().map(|gradient| (variable, gradient)));
    }

    fn change(&mut self, variable: usize, change: impl Outcome) {
        self.changes.extend(change.results().into_iter().map(|change| (variable, change)));
    }
}

/// Arguments, cotangent, tangents.
pub(crate) type Run<T> = fn(&[Array2<T>], &Array2<T>, &[Array2<T>]) -> Result<Answers, keops::Error>;

/// A formula with a function that calls all of its methods.
pub(crate) struct Methods {
    pub(crate) call: &'static str,
    /// The term of one pair.
    pub(crate) term: &'static str,
    pub(crate) double: Run<f64>,
    pub(crate) single: Option<Run<f32>>,
}
