//! Several problems of one call: the entries of a batch.
//!
//! Whatever runs over pairs runs over the pairs of each entry by itself: indices, positions and numbers of rows are those
//! within the entry.

use std::ops::Range;

use keops_device::Scalar;

use crate::input::Input;
use crate::options::Options;
use crate::problem::{Category, Indexed, Problem, Signature, Variable};
use crate::{Device, Error};

/// The checked problems of a call, whose results stand one after the other.
pub(crate) struct Problems<'a, T: Scalar> {
    /// One for each entry of the batch.
    pub(crate) entries: Vec<Problem<'a, T>>,
    /// The length of the batch and the number of results of each of its entries, as the results are shaped.
    pub(crate) shape: (usize, usize),
}

/// The arguments of each entry of the batch.
pub(crate) fn entry_inputs<'a, T: Scalar>(
    signature: &Signature,
    inputs: &[Input<'a, T>],
    options: &Options<'_>,
) -> Result<Vec<Vec<Input<'a, T>>>, Error> {
    if let Some((rows_of, columns_of)) = options.ragged {
        return ragged(signature, inputs, rows_of, columns_of);
    }
    let batch = batch(signature, inputs)?;
    Ok((0..batch).map(|entry| inputs.iter().map(|input| input.entry(entry)).collect()).collect())
}

/// The length of the batch.
fn batch<T: Scalar>(signature: &Signature, inputs: &[Input<'_, T>]) -> Result<usize, Error> {
    let mut longest: Option<(usize, &'static str)> = None;
    for (variable, input) in signature.variables.iter().zip(inputs) {
        match (input.batch(), longest) {
            (1, _) => {}
            (found, None) => longest = Some((found, variable.name)),
            (found, Some((expected, _))) if found == expected => {}
            (found, Some((expected, other))) => {
                let (variable, formula) = (variable.name, signature.formula);
                return Err(Error::Batch { variable, formula, other, expected, found });
            }
        }
    }
    Ok(longest.map_or(1, |(length, _)| length))
}

impl<'p, T: crate::Scalar> Problems<'p, T> {
    /// Checks all arguments.
    pub(crate) fn new<'a: 'p>(
        signature: &Signature,
        inputs: &[Input<'a, T>],
        options: &Options<'p>,
    ) -> Result<Self, Error> {
        let inputs_of = entry_inputs(signature, inputs, options)?;
        let mut entries: Vec<Problem<'p, T>> =
            inputs_of.iter().map(|inputs| Problem::new(signature, inputs)).collect::<Result<_, _>>()?;
        if let Some(ranges) = options.ranges {
            let formula = signature.formula;
            let [problem] = entries.as_mut_slice() else { return Err(Error::RangesOfBatch { formula }) };
            let mut found = (problem.kept_len, problem.reduced_len);
            if signature.kept == Category::J {
                found = (found.1, found.0);
            }
            if signature.mean {
                return Err(Error::RangesOfMean { formula });
            }
            if ranges.shape() != found {
                return Err(Error::RangesShape { formula, expected: found, found: ranges.shape() });
            }
            if options.ragged.is_some() {
                return Err(Error::RangesOfBatch { formula });
            }
            problem.blocks = Some(ranges.blocks(signature.kept));
        }
        if options.ragged.is_some() {
            return Ok(Self::joined(entries));
        }
        let kept = signature.variables.iter().zip(inputs).find(|(variable, _)| variable.category == signature.kept);
        let shape = (entries.len(), kept.and_then(|(_, input)| input.rows()).unwrap_or(1));
        Ok(Self { entries, shape })
    }
}

impl<'p, T: Scalar> Problems<'p, T> {
    /// Problems whose results stand one after the other, as those of one problem.
    pub(crate) fn joined(entries: Vec<Problem<'p, T>>) -> Self {
        let rows = entries.iter().map(|entry| entry.kept_len).sum();
        Self { entries, shape: (1, rows) }
    }

    /// The GPU that holds the data of a variable, if one does.
    pub(crate) fn home(&self) -> Option<Device> {
        self.entries.iter().flat_map(Problem::indexed).find_map(|indexed| indexed.matrix.device())
    }

    /// Where to run, if this is where the user wants to: arrays on a device can only be read there.
    pub(crate) fn place(&self, mut wanted: Device) -> Result<Device, Error> {
        for problem in &self.entries {
            for Indexed { variable, matrix } in problem.indexed() {
                if let Some(device) = matrix.device() {
                    if wanted == Device::Auto {
                        wanted = device;
                    }
                    if wanted != device {
                        return Err(Error::ArrayOnDevice { variable, formula: problem.formula, device, wanted });
                    }
                }
            }
        }
        Ok(wanted)
    }
}

/// Cuts the rows of all arguments.
fn ragged<'a, T: Scalar>(
    signature: &Signature,
    inputs: &[Input<'a, T>],
    rows_of: &[usize],
    columns_of: &[usize],
) -> Result<Vec<Vec<Input<'a, T>>>, Error> {
    let formula = signature.formula;
    if rows_of.len() != columns_of.len() {
        let (rows, columns) = (rows_of.len(), columns_of.len());
        return Err(Error::RaggedCounts { formula, rows, columns });
    }
    for (variable, input) in signature.variables.iter().zip(inputs) {
        let lengths = match variable.category {
            Category::I => rows_of,
            Category::J => columns_of,
            Category::Parameter => continue,
        };
        let expected = lengths.iter().fold(0, |sum: usize, &length| sum.saturating_add(length));
        let found = input.rows().unwrap_or(1);
        if found != expected {
            return Err(Error::RaggedLengths { variable: variable.name, formula, expected, found });
        }
    }
    let (mut first_row, mut first_column) = (0, 0);
    let mut entries = Vec::with_capacity(rows_of.len());
    for (&rows, &columns) in rows_of.iter().zip(columns_of) {
        let part = |(variable, input): (&Variable, &Input<'a, T>)| {
            let range: Range<usize> = match variable.category {
                Category::I => first_row..first_row + rows,
                Category::J => first_column..first_column + columns,
                Category::Parameter => 0..0,
            };
            input.part(range).ok_or(Error::RaggedArgument { variable: variable.name, formula })
        };
        entries.push(signature.variables.iter().zip(inputs).map(part).collect::<Result<_, _>>()?);
        first_row += rows;
        first_column += columns;
    }
    Ok(entries)
}

impl<'a, T: Scalar> From<Problem<'a, T>> for Problems<'a, T> {
    fn from(problem: Problem<'a, T>) -> Self {
        Self::joined(vec![problem])
    }
}
