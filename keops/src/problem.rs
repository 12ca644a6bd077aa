//! Checked inputs: the one place where arguments meet the declarations of the formula.

use keops_device::Scalar;
use ndarray::{ArrayView2, CowArray, Ix1};

use crate::Error;

/// What a variable depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Category {
    /// One row per i.
    I,
    /// One row per j.
    J,
    /// The same for all pairs.
    Parameter,
}

/// A declared variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it depends on.
    pub category: Category,
    /// Its dimension.
    pub dim: usize,
}

/// What the macro knows of a formula and the run time needs.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The text.
    pub formula: &'static str,
    /// The variables of the formula, in the order of the arguments; after them further inputs, such as a cotangent.
    pub variables: &'static [Variable],
    /// The number of variables of the formula: they decide how many rows there are, further inputs follow.
    pub inputs: usize,
    /// The index of the result, `I` or `J`.
    pub kept: Category,
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Input<'a, T: Scalar> {
    /// For an indexed variable.
    Rows(ArrayView2<'a, T>),
    /// For a parameter.
    Vector(CowArray<'a, T, Ix1>),
}

/// Checked data, sorted by the stage of the kernel that reads it.
pub(crate) struct Problem<'a, T: Scalar> {
    /// Entries of all parameters, one after the other, and last the numbers of rows i and of columns j.
    pub(crate) params: Vec<T>,
    /// The variables on the kept axis.
    pub(crate) kept: Vec<ArrayView2<'a, T>>,
    /// The variables on the reduced axis.
    pub(crate) reduced: Vec<ArrayView2<'a, T>>,
    /// Number of kept indices.
    pub(crate) kept_len: usize,
    /// Number of reduced indices.
    pub(crate) reduced_len: usize,
}

impl<'a, T: Scalar> Problem<'a, T> {
    /// Checks all arguments.
    pub(crate) fn new(signature: &Signature, inputs: &[Input<'a, T>]) -> Result<Self, Error> {
        let formula = signature.formula;
        let mut problem =
            Problem { params: Vec::new(), kept: Vec::new(), reduced: Vec::new(), kept_len: 1, reduced_len: 1 };
        let mut first_kept = None;
        let mut first_reduced = None;
        for (number, (variable, input)) in signature.variables.iter().zip(inputs).enumerate() {
            let found = match input {
                Input::Rows(view) => view.ncols(),
                Input::Vector(vector) => vector.len(),
            };
            if found != variable.dim {
                return Err(Error::Dimension { variable: variable.name, formula, expected: variable.dim, found });
            }
            match input {
                Input::Vector(vector) => problem.params.extend(vector.iter().copied()),
                Input::Rows(view) => {
                    let index = if variable.category == Category::I { "i" } else { "j" };
                    let (views, len, first) = if variable.category == signature.kept {
                        (&mut problem.kept, &mut problem.kept_len, &mut first_kept)
                    } else {
                        (&mut problem.reduced, &mut problem.reduced_len, &mut first_reduced)
                    };
                    match *first {
                        // Without a variable of the formula along this axis there is one index.
                        None if number >= signature.inputs => {
                            if view.nrows() != 1 {
                                let (variable, found) = (variable.name, view.nrows());
                                return Err(Error::SingleRow { variable, formula, index, found });
                            }
                        }
                        None => {
                            *first = Some(variable.name);
                            *len = view.nrows();
                        }
                        Some(other) if view.nrows() != *len => {
                            let (expected, found) = (*len, view.nrows());
                            return Err(Error::Rows {
                                variable: variable.name,
                                formula,
                                other,
                                index,
                                expected,
                                found,
                            });
                        }
                        Some(_) => {}
                    }
                    views.push(*view);
                }
            }
        }
        if problem.reduced_len > T::MAX_INDEX {
            return Err(Error::TooManyIndices { formula, largest: T::MAX_INDEX, found: problem.reduced_len });
        }
        let mut lengths = [problem.kept_len, problem.reduced_len];
        if signature.kept == Category::J {
            lengths.reverse();
        }
        problem.params.extend(lengths.map(|length| T::from_f64(length as f64)));
        Ok(problem)
    }
}
