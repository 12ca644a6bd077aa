//! The data of a launch on its way to a GPU: what several problems have in common goes there once, and everything else
//! side by side.

use ndarray::ArrayView2;

use super::buffer::Buffer;
use super::code::Code;
use super::driver::Driver;
use super::split::Part;
use crate::problem::Indexed;
use crate::{Error, Matrix, Scalar};

/// Numbers that are copied to the device without being gathered first.
const LONG: usize = 1 << 18;

/// The data of a variable, for each of several parts.
enum Data<'v, T> {
    /// On the device already.
    Device(u64),
    /// To be uploaded, one matrix after the other.
    Host(Vec<ArrayView2<'v, T>>),
}

/// A variable, and the rows of its array that belong to each part.
struct Variable<'v, T> {
    data: Data<'v, T>,
    /// For each part the row that is its first one.
    first_rows: Vec<usize>,
    /// Rows of the array.
    rows: usize,
}

/// A variable on the device.
pub(super) struct Uploaded {
    /// The array.
    pub(super) address: u64,
    /// For each part the row that is its first one.
    pub(super) first_rows: Vec<usize>,
    /// The memory, if the array was not there.
    _memory: Option<Buffer>,
}

/// One of the axes of a problem.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Kept,
    Reduced,
}

impl<'v, T: Scalar> Variable<'v, T> {
    /// The variable with that number on that axis.
    fn new(parts: &'v [Part<'_, T>], side: Side, number: usize) -> Self {
        let mut views: Vec<ArrayView2<'v, T>> = Vec::new();
        let (mut first_rows, mut last, mut rows, mut device) = (Vec::with_capacity(parts.len()), 0, 0, None);
        for part in parts {
            let (variables, range) = match side {
                Side::Kept => (&part.problem.kept, part.rows.clone()),
                Side::Reduced => (&part.problem.reduced, 0..part.problem.reduced_len),
            };
            match &variables[number].matrix {
                Matrix::Device(array) => {
                    device = Some(array.address());
                    first_rows.push(range.start);
                    rows = array.nrows();
                }
                Matrix::Host(view) => {
                    let view = view.reborrow().slice_move(ndarray::s![range, ..]);
                    let same = |before: &ArrayView2<'_, T>| {
                        (before.as_ptr(), before.dim(), before.strides()) == (view.as_ptr(), view.dim(), view.strides())
                    };
                    if !views.last().is_some_and(same) {
                        last = rows;
                        rows += view.nrows();
                        views.push(view);
                    }
                    first_rows.push(last);
                }
            }
        }
        let data = device.map_or(Data::Host(views), Data::Device);
        Self { data, first_rows, rows }
    }

    fn upload(self, driver: &'static dyn Driver) -> Result<Uploaded, Error> {
        let memory = match &self.data {
            Data::Device(address) => {
                return Ok(Uploaded { address: *address, first_rows: self.first_rows, _memory: None });
            }
            Data::Host(views) => match views.as_slice() {
                [view] => Buffer::of_rows(driver, view.reborrow())?,
                views => joined(driver, views)?,
            },
        };
        Ok(Uploaded { address: memory.address(), first_rows: self.first_rows, _memory: Some(memory) })
    }
}

/// Matrices one after the other, the long ones without a copy on the host.
fn joined<T: Scalar>(driver: &'static dyn Driver, views: &[ArrayView2<'_, T>]) -> Result<Buffer, Error> {
    let buffer = Buffer::new(driver, views.iter().map(|view| view.len() * size_of::<T>()).sum())?;
    let (mut gathered, mut at): (Vec<T>, usize) = (Vec::new(), 0);
    let mut write = |numbers: &[T]| {
        at += numbers.len();
        buffer.write(at - numbers.len(), numbers)
    };
    for view in views {
        match view.as_slice() {
            Some(numbers) if numbers.len() >= LONG => {
                write(&gathered)?;
                gathered.clear();
                write(numbers)?;
            }
            Some(numbers) => gathered.extend_from_slice(numbers),
            None => gathered.extend(view.iter().copied()),
        }
        if gathered.len() >= LONG {
            write(&gathered)?;
            gathered.clear();
        }
    }
    write(&gathered)?;
    Ok(buffer)
}

/// The numbers of all variables on an axis of the first part; all parts have the same.
fn variables<'v, T: Scalar>(parts: &'v [Part<'_, T>], side: Side) -> impl Iterator<Item = Variable<'v, T>> {
    let all: &[Indexed<'_, T>] = match (parts.first(), side) {
        (None, _) => &[],
        (Some(part), Side::Kept) => &part.problem.kept,
        (Some(part), Side::Reduced) => &part.problem.reduced,
    };
    (0..all.len()).map(move |number| Variable::new(parts, side, number))
}

/// Uploads the variables on an axis.
pub(super) fn upload<T: Scalar>(
    driver: &'static dyn Driver,
    parts: &[Part<'_, T>],
    side: Side,
) -> Result<Vec<Uploaded>, Error> {
    variables(parts, side).map(|variable| variable.upload(driver)).collect()
}

/// The number of rows of the longest array that would be uploaded.
pub(super) fn most_rows<T: Scalar>(parts: &[Part<'_, T>]) -> usize {
    let rows = |side| variables(parts, side).map(|variable| variable.rows).max().unwrap_or(0);
    rows(Side::Kept).max(rows(Side::Reduced))
}

/// The sets of prepared parameters, and which of them is that of each part.
pub(super) fn params<T: Scalar>(code: &Code<T>, parts: &[Part<'_, T>]) -> (Vec<T>, Vec<usize>) {
    let (mut sets, mut of_parts, mut count) = (Vec::new(), Vec::with_capacity(parts.len()), 0);
    let mut last: Option<&[T]> = None;
    for part in parts {
        let raw = part.problem.params.as_slice();
        if last != Some(raw) {
            sets.extend((code.prepare)(raw));
            (count, last) = (count + 1, Some(raw));
        }
        of_parts.push(count - 1);
    }
    (sets, of_parts)
}
