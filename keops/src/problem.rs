//! Checked inputs: the one place where arguments meet the declarations of the formula.

use keops_device::Scalar;
use ndarray::ArrayView2;

use crate::input::Input;
use crate::ranges::Blocks;
use crate::{Device, Error, Matrix};

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
    /// The numbers of those that the kernel reads, in the order in which it does for each category.
    pub read: &'static [usize],
    /// The index of the result, `I` or `J`.
    pub kept: Category,
    /// Whether it is a mean, or a derivative of one.
    pub mean: bool,
}

/// An indexed variable and its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed<'a, T> {
    /// The name of the variable.
    pub(crate) variable: &'static str,
    /// The data.
    pub(crate) matrix: Matrix<'a, T>,
}

impl<T: Scalar> Indexed<'_, T> {
    /// What the processor can read.
    fn on_host(&self, formula: &'static str) -> Result<ArrayView2<'_, T>, Error> {
        match &self.matrix {
            Matrix::Host(view) => Ok(view.reborrow()),
            Matrix::Device(array) => {
                let (variable, device, wanted) = (self.variable, array.device(), Device::Cpu);
                Err(Error::ArrayOnDevice { variable, formula, device, wanted })
            }
        }
    }
}

/// Checked data, sorted by the stage of the kernel that reads it.
pub(crate) struct Problem<'a, T: Scalar> {
    /// The text of the formula.
    pub(crate) formula: &'static str,
    /// Entries of all parameters, one after the other, and last the numbers of rows i and of columns j.
    pub(crate) params: Vec<T>,
    /// The variables on the kept axis that the kernel reads.
    pub(crate) kept: Vec<Indexed<'a, T>>,
    /// The variables on the reduced axis that the kernel reads.
    pub(crate) reduced: Vec<Indexed<'a, T>>,
    /// The variables of either axis that it does not read.
    pub(crate) unread: Vec<Indexed<'a, T>>,
    /// Number of kept indices.
    pub(crate) kept_len: usize,
    /// Number of reduced indices.
    pub(crate) reduced_len: usize,
    /// The blocks of pairs that are reduced, if not all pairs are.
    pub(crate) blocks: Option<&'a Blocks>,
}

/// A problem all of whose data is in the memory of the processor.
pub(crate) struct HostProblem<'a, T: Scalar> {
    /// Entries of all parameters, as in [`Problem`].
    pub(crate) params: &'a [T],
    /// The variables on the kept axis.
    pub(crate) kept: Vec<ArrayView2<'a, T>>,
    /// The variables on the reduced axis.
    pub(crate) reduced: Vec<ArrayView2<'a, T>>,
    /// Number of kept indices.
    pub(crate) kept_len: usize,
    /// Number of reduced indices.
    pub(crate) reduced_len: usize,
    /// The blocks of pairs that are reduced, if not all pairs are.
    pub(crate) blocks: Option<&'a Blocks>,
}

impl<'a, T: crate::Scalar> Problem<'a, T> {
    /// Checks all arguments, which are those of a single problem.
    pub(crate) fn new(signature: &Signature, inputs: &[Input<'a, T>]) -> Result<Self, Error> {
        let formula = signature.formula;
        let mut problem = Problem {
            formula,
            params: Vec::new(),
            kept: Vec::new(),
            reduced: Vec::new(),
            unread: Vec::new(),
            kept_len: 1,
            reduced_len: 1,
            blocks: None,
        };
        let mut first_kept = None;
        let mut first_reduced = None;
        for (number, (variable, input)) in signature.variables.iter().zip(inputs).enumerate() {
            let found = input.dim();
            if found != variable.dim {
                return Err(Error::Dimension { variable: variable.name, formula, expected: variable.dim, found });
            }
            match input {
                Input::Vector(_) | Input::Resident(_) => {}
                Input::Rows(matrix) => {
                    let index = if variable.category == Category::I { "i" } else { "j" };
                    let (len, first) = if variable.category == signature.kept {
                        (&mut problem.kept_len, &mut first_kept)
                    } else {
                        (&mut problem.reduced_len, &mut first_reduced)
                    };
                    match *first {
                        // Without a variable of the formula along this axis there is one index.
                        None if number >= signature.inputs => {
                            if matrix.nrows() != 1 {
                                let (variable, found) = (variable.name, matrix.nrows());
                                return Err(Error::SingleRow { variable, formula, index, found });
                            }
                        }
                        None => {
                            *first = Some(variable.name);
                            *len = matrix.nrows();
                        }
                        Some(other) if matrix.nrows() != *len => {
                            let (expected, found) = (*len, matrix.nrows());
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
                    if !signature.read.contains(&number) {
                        problem.unread.push(Indexed { variable: variable.name, matrix: *matrix });
                    }
                }
                Input::Batch(_) | Input::Vectors(_) => unreachable!("an entry of a batch is no batch"),
            }
        }
        for &number in signature.read {
            problem.add(&signature.variables[number], &inputs[number], signature.kept)?;
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

    /// Takes in an argument that the kernel reads.
    fn add(&mut self, variable: &Variable, input: &Input<'a, T>, kept: Category) -> Result<(), Error> {
        match input {
            Input::Vector(vector) => self.params.extend(vector.iter().copied()),
            Input::Resident(array) => self.params.extend(array.download()?.iter().copied()),
            Input::Rows(matrix) => {
                let side = if variable.category == kept { &mut self.kept } else { &mut self.reduced };
                side.push(Indexed { variable: variable.name, matrix: *matrix });
            }
            Input::Batch(_) | Input::Vectors(_) => unreachable!("an entry of a batch is no batch"),
        }
        Ok(())
    }
}

impl<'a, T: Scalar> Problem<'a, T> {
    /// All variables on both axes.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = &Indexed<'a, T>> {
        self.kept.iter().chain(&self.reduced).chain(&self.unread)
    }

    /// The problem as the processor can read it.
    pub(crate) fn on_host(&self) -> Result<HostProblem<'_, T>, Error> {
        let view = |indexed| Indexed::on_host(indexed, self.formula);
        Ok(HostProblem {
            params: &self.params,
            kept: self.kept.iter().map(view).collect::<Result<_, _>>()?,
            reduced: self.reduced.iter().map(view).collect::<Result<_, _>>()?,
            kept_len: self.kept_len,
            reduced_len: self.reduced_len,
            blocks: self.blocks,
        })
    }
}
