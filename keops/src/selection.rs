//! Derivatives of reductions that select one term: those of the term at the selected position.
//!
//! The positions come from a pass over all pairs. After it there is one pair left per kept index and component of the
//! formula: the rows of the reduced variables are gathered by position, and the derivative is a pass along the kept
//! axis alone. What belongs to a reduced variable is scattered back.

use std::ops::Range;

use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::scheme::Direct;
use keops_device::reduction::{Reduction, Sum};
use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, Axis, CowArray, Ix2, concatenate, s};

use crate::batch::{Problems, entry_inputs};
use crate::input::Input;
use crate::options::Options;
use crate::parts::total;
use crate::problem::{Indexed, Problem, Signature};
use crate::results::Outcome;
use crate::{Device, Error, Matrix, Scalar, reduce};

/// The derivatives at the selected positions, for each entry of a batch.
pub struct Selections<T> {
    entries: Vec<Selected<T>>,
    /// The length of the batch, as the results are shaped.
    batch: usize,
    /// The GPU that holds an argument, if one does: results go there.
    home: Option<Device>,
}

/// The derivatives at the selected positions, component by component of the formula.
struct Selected<T> {
    /// For each result the position per kept index, and the derivatives there. Where nothing was selected the position
    /// is `reduced_len` and the derivatives mean nothing.
    components: Vec<(Component, Array1<usize>, Array2<T>)>,
    kept_len: usize,
    reduced_len: usize,
}

/// One of the results per kept index.
#[derive(Clone, Copy)]
struct Component {
    /// Its number among the results.
    result: usize,
    /// The component of the formula that it is about.
    component: usize,
    /// The number of components of the formula.
    of: usize,
}

/// Finds the positions with the kernel `V` of the value and the reduction `P`, and differentiates there with the
/// kernel `D`. `inputs` are those of the formula and, last, a cotangent or a tangent.
pub fn selected<V: Kernel, P: Reduction<Item<T> = usize>, D: Kernel, T: Scalar>(
    value: &Signature,
    derivative: &Signature,
    inputs: &[Input<'_, T>],
    options: &Options<'_>,
    cotangent: bool,
) -> Result<Selections<T>, Error> {
    // Whatever is wrong with the arguments is said before anything runs.
    let checked = Problems::new(derivative, inputs, options)?;
    let positions = reduce::<V, P, T>(&Problems::new(value, &inputs[..value.variables.len()], options)?, options)?;
    let positions = flat(&positions);
    let inputs_of = entry_inputs(derivative, inputs, options)?;
    let mut entries: Vec<Selected<T>> = checked.entries.iter().map(Selected::none).collect();
    for (number, positions) in positions.columns().into_iter().enumerate() {
        let component = Component { result: number, component: number % dim::<V>(), of: dim::<V>() };
        let masked = cotangent.then_some(component);
        // The pass along the kept axis is one for all entries that have anything to select.
        let (mut gathered_of, mut first) = (Vec::with_capacity(entries.len()), 0);
        for (number, (problem, inputs)) in checked.entries.iter().zip(&inputs_of).enumerate() {
            let here = positions.slice(s![first..first + problem.kept_len]);
            first += problem.kept_len;
            if problem.kept_len > 0 && problem.reduced_len > 0 {
                gathered_of.push((number, here, gathered(derivative, value.inputs, inputs, here, masked)?));
            }
        }
        let along =
            gathered_of.iter().map(|(number, _, gathered)| along(&checked.entries[*number], gathered)).collect();
        let derivatives = reduce::<D, Sum<Direct>, T>(&Problems::joined(along), options)?;
        let mut derivatives = flat(&derivatives);
        for (number, positions, _) in gathered_of {
            let (here, later) = derivatives.split_at(Axis(0), positions.len());
            entries[number].components.push((component, positions.to_owned(), here.to_owned()));
            derivatives = later;
        }
    }
    Ok(Selections { entries, batch: checked.shape.0, home: checked.home() })
}

/// The rows of all entries of a batch, one after the other.
fn flat<X>(results: &Array3<X>) -> ArrayView2<'_, X> {
    let (batch, rows, columns) = results.dim();
    let shape = (batch * rows, columns);
    results.view().into_shape_with_order(shape).unwrap_or_else(|error| unreachable!("results are contiguous: {error}"))
}

/// The pass along the kept axis of an entry.
fn along<'g, T: Scalar>(problem: &Problem<'_, T>, gathered: &'g [(&'static str, Gathered<'_, T>)]) -> Problem<'g, T> {
    Problem {
        formula: problem.formula,
        params: problem.params.clone(),
        kept: gathered.iter().map(|(variable, rows)| Indexed { variable, matrix: rows.matrix() }).collect(),
        reduced: Vec::new(),
        unread: Vec::new(),
        kept_len: problem.kept_len,
        reduced_len: 1,
        blocks: None,
    }
}

/// Data of the pass along the kept axis.
enum Gathered<'a, T> {
    /// An argument.
    Given(Matrix<'a, T>),
    /// What was gathered.
    Made(Array2<T>),
}

impl<T: Scalar> Gathered<'_, T> {
    fn matrix(&self) -> Matrix<'_, T> {
        match self {
            Gathered::Given(matrix) => matrix.reborrow(),
            Gathered::Made(rows) => rows.view().into(),
        }
    }
}

/// The inputs of the pass along the kept axis, parameters left out: one row per kept index, the position after the
/// variables of the formula; of the cotangent, the last input, only the component at hand.
fn gathered<'a, T: Scalar>(
    signature: &Signature,
    variables: usize,
    inputs: &[Input<'a, T>],
    positions: ArrayView1<'_, usize>,
    cotangent: Option<Component>,
) -> Result<Vec<(&'static str, Gathered<'a, T>)>, Error> {
    let mut all = Vec::new();
    for (number, (variable, input)) in signature.variables.iter().zip(inputs).enumerate() {
        if number == variables {
            let rows = positions.mapv(|position| T::from_f64(position as f64)).insert_axis(Axis(1));
            all.push(("positions", Gathered::Made(rows)));
        }
        let Input::Rows(rows) = input else { continue };
        let gathered = match cotangent {
            Some(Component { result, component, of }) if number >= variables => {
                let rows = on_host(*rows)?;
                let mut masked = Array2::from_elem((rows.nrows(), of), T::from_f64(0.0));
                masked.column_mut(component).assign(&rows.column(result));
                Gathered::Made(masked)
            }
            _ if variable.category == signature.kept => Gathered::Given(*rows),
            _ => {
                // Where nothing was selected any row will do.
                let last = rows.nrows() - 1;
                let rows_of: Vec<usize> = positions.iter().map(|&position| position.min(last)).collect();
                Gathered::Made(on_host(*rows)?.select(Axis(0), &rows_of))
            }
        };
        all.push((variable.name, gathered));
    }
    Ok(all)
}

/// Rows that the processor can read: those on a device are copied.
pub(crate) fn on_host<T: Scalar>(rows: Matrix<'_, T>) -> Result<CowArray<'_, T, Ix2>, Error> {
    Ok(match rows {
        Matrix::Host(view) => view.into(),
        Matrix::Device(array) => array.download()?.into(),
    })
}

impl<T: Scalar> Selections<T> {
    /// Some columns, one row per kept index.
    pub fn rows(&self, columns: Range<usize>) -> Result<Outcome<T, T>, Error> {
        self.joined(|entry| entry.added(entry.kept_len, columns.clone(), |row, _| row))
    }

    /// Some columns, one row per reduced index: the sum over the kept indices that selected it.
    pub fn scattered(&self, columns: Range<usize>) -> Result<Outcome<T, T>, Error> {
        self.joined(|entry| entry.added(entry.reduced_len, columns.clone(), |_, position| position))
    }

    /// The sums of some columns over all kept indices: (batch, columns).
    pub fn totals(&self, columns: Range<usize>) -> Result<Array2<T>, Error> {
        // The entries of a ragged batch share their parameters.
        let each = self.entries.len() / self.batch.max(1);
        Ok(Array2::from_shape_fn((self.batch, columns.len()), |(entry, column)| {
            let column = columns.start + column;
            let entries = &self.entries[entry * each..(entry + 1) * each];
            total(entries.iter().flat_map(Selected::found).map(|(_, _, derivatives)| derivatives[column]))
        }))
    }

    /// Each result's component of the derivative at its position: one row per kept index.
    pub fn components(&self, count: usize) -> Result<Outcome<T, T>, Error> {
        self.joined(|entry| entry.components(count))
    }

    /// The results of all entries.
    fn joined(&self, of: impl Fn(&Selected<T>) -> Array2<T>) -> Result<Outcome<T, T>, Error> {
        let results: Vec<Array2<T>> = self.entries.iter().map(of).collect();
        let views: Vec<ArrayView2<'_, T>> = results.iter().map(|result| result.view()).collect();
        if views.is_empty() {
            return Ok(Outcome::Host(Array3::from_elem((self.batch, 0, 0), T::from_f64(0.0))));
        }
        let all =
            concatenate(Axis(0), &views).unwrap_or_else(|error| unreachable!("entries have equal columns: {error}"));
        if self.home.is_some() {
            return Outcome::at(self.home, all);
        }
        let (rows, columns) = all.dim();
        let shape = (self.batch, rows / self.batch.max(1), columns);
        let all =
            all.into_shape_with_order(shape).unwrap_or_else(|error| unreachable!("entries have equal rows: {error}"));
        Ok(Outcome::Host(all))
    }
}

impl<T: Scalar> Selected<T> {
    /// Nothing of an entry yet.
    fn none(problem: &Problem<'_, T>) -> Self {
        Self { components: Vec::new(), kept_len: problem.kept_len, reduced_len: problem.reduced_len }
    }

    /// The derivatives that were found: (kept index, position, derivatives), for each component.
    fn found(&self) -> impl Iterator<Item = (usize, usize, ArrayView1<'_, T>)> {
        let found = |(row, (&position, derivatives))| (row, position, derivatives);
        self.components
            .iter()
            .flat_map(move |(_, positions, derivatives)| {
                positions.iter().zip(derivatives.rows()).enumerate().map(found)
            })
            .filter(|(_, position, _)| *position < self.reduced_len)
    }

    /// Each result's component of the derivative at its position: one row per kept index.
    fn components(&self, count: usize) -> Array2<T> {
        let mut result = Array2::from_elem((self.kept_len, count), T::from_f64(0.0));
        for (component, positions, derivatives) in &self.components {
            for (row, &position) in positions.iter().enumerate() {
                if position < self.reduced_len {
                    result[[row, component.result]] = derivatives[[row, component.component]];
                }
            }
        }
        result
    }

    fn added(&self, rows: usize, columns: Range<usize>, place: impl Fn(usize, usize) -> usize) -> Array2<T> {
        let mut result = Array2::from_elem((rows, columns.len()), T::from_f64(0.0));
        for (row, position, derivatives) in self.found() {
            let mut sums = result.row_mut(place(row, position));
            sums.zip_mut_with(&derivatives.slice(s![columns.clone()]), |sum, &part| *sum = *sum + part);
        }
        result
    }
}
