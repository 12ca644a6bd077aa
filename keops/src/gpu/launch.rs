//! A reduction on GPUs: upload, launch, download.

use std::ops::Range;

use keops_device::gpu::geometry::{Geometry, THREADS};
use keops_device::kernel::{Kernel, Values, prepare_params};
use keops_device::reduction::{Item, Reduction};
use ndarray::{Array2, Array3, ArrayView2, Axis, Slice, concatenate};

use super::buffer::Buffer;
use super::driver::{Argument, Driver, LaunchShape};
use super::{device_count, driver};
use crate::batch::Problems;
use crate::problem::{Indexed, Problem};
use crate::{Device, Error, Matrix, Scalar};

/// Indices are counted in 32 bits. Blocks begin beyond the last one, but not by more than a few hundred.
const LARGEST_INDEX: usize = u32::MAX as usize - (1 << 16);

/// Under so many pairs the transfers take longer than all cores of a processor.
const WORTH_A_GPU: usize = 1 << 24;

/// Entry points of a kernel and a reduction.
struct Entry {
    ptx: &'static str,
    name: String,
}

/// Whether there is code for GPUs.
fn has_code<K: Kernel, Red: Reduction>() -> bool {
    K::DEVICE.ptx.is_some() && Red::DEVICE_NAME.is_some()
}

/// Whether a GPU would be faster: there is one, code for it, and enough to do.
pub(crate) fn is_worth_it<K: Kernel, Red: Reduction, T: Scalar>(problems: &Problems<'_, T>) -> bool {
    let [problem] = problems.entries.as_slice() else { return false };
    let pairs = problem.kept_len.saturating_mul(problem.reduced_len);
    pairs >= WORTH_A_GPU
        && problem.blocks.is_none()
        && longest(problem) <= LARGEST_INDEX
        && has_code::<K, Red>()
        && device_count() > 0
}

/// The length of the longer axis.
fn longest<T: Scalar>(problem: &Problem<'_, T>) -> usize {
    problem.kept_len.max(problem.reduced_len)
}

/// Runs a reduction on one GPU or on all of them.
pub(crate) fn reduce<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
    device: Device,
) -> Result<Array3<Red::Item<T>>, Error> {
    let parts: Vec<_> =
        problems.entries.iter().map(|problem| reduce_entry::<K, Red, T>(problem, device)).collect::<Result<_, _>>()?;
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let all =
        concatenate(Axis(0), &views).unwrap_or_else(|error| unreachable!("entries have as many columns: {error}"));
    let shape = (problems.shape.0, problems.shape.1, all.ncols());
    Ok(all.into_shape_with_order(shape).unwrap_or_else(|error| unreachable!("entries have as many rows: {error}")))
}

/// Runs one entry of a batch.
fn reduce_entry<K: Kernel, Red: Reduction, T: Scalar>(
    problem: &Problem<'_, T>,
    device: Device,
) -> Result<Array2<Red::Item<T>>, Error> {
    let formula = problem.formula;
    let ptx = K::DEVICE.ptx.ok_or(Error::NoDeviceCode { formula, device })?;
    let reduction = Red::DEVICE_NAME.ok_or(Error::NoDeviceScheme { formula, device })?;
    let found = longest(problem);
    if found > LARGEST_INDEX {
        return Err(Error::TooManyIndices { formula, largest: LARGEST_INDEX, found });
    }
    let scalar = if size_of::<T>() == size_of::<f64>() { "f64" } else { "f32" };
    let entry = Entry { ptx, name: format!("k{}_{reduction}_{scalar}", K::DEVICE.pass) };
    match device {
        Device::AllCuda => on_all::<K, Red, T>(problem, &entry),
        device => on_one::<K, Red, T>(driver(device)?, &entry, problem, 0),
    }
}

/// Cuts the rows into as many parts as there are GPUs, and reduces each on one of them, all at a time.
fn on_all<K: Kernel, Red: Reduction, T: Scalar>(
    problem: &Problem<'_, T>,
    entry: &Entry,
) -> Result<Array2<Red::Item<T>>, Error> {
    let count = device_count().min(problem.kept_len.max(1));
    if count <= 1 {
        return on_one::<K, Red, T>(driver(Device::Cuda(0))?, entry, problem, 0);
    }
    let parts: Result<Vec<_>, Error> = std::thread::scope(|scope| {
        let run = |number: usize| {
            let rows = number * problem.kept_len / count..(number + 1) * problem.kept_len / count;
            let first = rows.start;
            on_one::<K, Red, T>(driver(Device::Cuda(number))?, entry, &problem.rows(rows)?, first)
        };
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || run(number))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let parts = parts?;
    let views: Vec<ArrayView2<'_, Red::Item<T>>> = parts.iter().map(|part| part.view()).collect();
    Ok(concatenate(Axis(0), &views).unwrap_or_else(|error| unreachable!("the parts have as many columns: {error}")))
}

/// Runs a reduction on one GPU; `first_row` is the kept index of the first row.
fn on_one<K: Kernel, Red: Reduction, T: Scalar>(
    driver: &'static dyn Driver,
    entry: &Entry,
    problem: &Problem<'_, T>,
    first_row: usize,
) -> Result<Array2<Red::Item<T>>, Error> {
    let (rows, columns) = (problem.kept_len, problem.reduced_len);
    let entries = Red::results(keops_device::kernel::dim::<K>());
    if rows == 0 {
        return Ok(Array2::from_elem((0, entries), Red::Item::default()));
    }
    let geometry = Geometry::new::<K, Red, T>(rows, columns);
    let params = prepare_params::<K, T>(&problem.params);
    let params = Buffer::of_slice(driver, params.as_slice())?;
    let (kept, reduced) = (on_device(driver, &problem.kept)?, on_device(driver, &problem.reduced)?);
    let count = rows * entries;
    let sized = |wanted: bool, size: usize| Buffer::new(driver, if wanted { count * size } else { 0 });
    let values = sized(Red::Item::<T>::HAS_VALUE, size_of::<T>())?;
    let positions = sized(Red::Item::<T>::HAS_POSITION, size_of::<u32>())?;
    let states = Buffer::new(driver, geometry.state_bytes)?;

    let arguments = |last: usize| -> Vec<Argument> {
        let pointers = [&values, &positions, &states, &params].map(|buffer| Argument::Pointer(buffer.address()));
        let numbers = [rows, columns, first_row, last].map(|number| Argument::Number(number as u32));
        let variables = kept.iter().chain(&reduced).map(|(address, _)| Argument::Pointer(*address));
        pointers.into_iter().chain(numbers).chain(variables).collect()
    };
    let launch = |name: &str, grid: [usize; 3], last: usize| {
        let shape = LaunchShape { grid: grid.map(|blocks| blocks as u32), block: THREADS as u32 };
        driver.launch(entry.ptx, name, shape, &arguments(last))
    };
    launch(&entry.name, geometry.grid, geometry.part_columns)?;
    let parts = geometry.grid[1];
    if parts > 1 {
        launch(&format!("{}_finish", entry.name), geometry.finish_grid, parts)?;
    }
    results::<Red::Item<T>, T>((rows, entries), &values, &positions)
}

/// The variables of one axis on the GPU: their addresses, and the memory of those that were not there.
fn on_device<T: Scalar>(
    driver: &'static dyn Driver,
    variables: &[Indexed<'_, T>],
) -> Result<Vec<(u64, Option<Buffer>)>, Error> {
    variables
        .iter()
        .map(|variable| match &variable.matrix {
            Matrix::Device(array) => Ok((array.address(), None)),
            Matrix::Host(view) => {
                let buffer = Buffer::of_rows(driver, view.reborrow())?;
                Ok((buffer.address(), Some(buffer)))
            }
        })
        .collect()
}

/// Waits, and puts together what came out.
fn results<X: Item<T>, T: Scalar>(
    shape: (usize, usize),
    values: &Buffer,
    positions: &Buffer,
) -> Result<Array2<X>, Error> {
    let count = shape.0 * shape.1;
    let mut numbers = vec![T::default(); if X::HAS_VALUE { count } else { 0 }];
    let mut indices = vec![0u32; if X::HAS_POSITION { count } else { 0 }];
    values.download(&mut numbers)?;
    positions.download(&mut indices)?;
    let item = |at: usize| {
        let value = numbers.get(at).copied().unwrap_or_default();
        X::from_parts(value, indices.get(at).map_or(0, |&index| index as usize))
    };
    Ok(Array2::from_shape_fn(shape, |(row, entry)| item(row * shape.1 + entry)))
}

impl<T: Scalar> Problem<'_, T> {
    /// The same for some of the kept indices, whose data must be in the memory of the processor.
    fn rows(&self, rows: Range<usize>) -> Result<Problem<'_, T>, Error> {
        let kept = self.kept.iter().map(|indexed| match &indexed.matrix {
            Matrix::Host(view) => {
                let part = view.slice_axis(Axis(0), Slice::from(rows.clone()));
                Ok(Indexed { variable: indexed.variable, matrix: Matrix::Host(part) })
            }
            Matrix::Device(array) => Err(Error::ArrayOnDevice {
                variable: indexed.variable,
                formula: self.formula,
                device: array.device(),
                wanted: Device::AllCuda,
            }),
        });
        let reduced =
            self.reduced.iter().map(|Indexed { variable, matrix }| Indexed { variable, matrix: matrix.reborrow() });
        Ok(Problem {
            formula: self.formula,
            params: self.params.clone(),
            kept: kept.collect::<Result<_, _>>()?,
            reduced: reduced.collect(),
            kept_len: rows.len(),
            reduced_len: self.reduced_len,
            blocks: self.blocks,
        })
    }
}
