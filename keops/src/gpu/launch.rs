//! A reduction on GPUs: upload, launch, download.

use keops_device::gpu::geometry::THREADS;
use keops_device::kernel::{Kernel, dim};
use keops_device::reduction::{Item, Reduction};
use ndarray::{Array2, Array3, ArrayView2, Axis, concatenate};

use super::buffer::Buffer;
use super::code::{Code, has_code};
use super::driver::{Argument, Driver, LaunchShape};
use super::plan::{Plan, Table, places};
use super::split::{Part, shares, whole};
use super::upload::{Side, Uploaded, most_rows, params, upload};
use super::{device_count, driver};
use crate::batch::Problems;
use crate::problem::Problem;
use crate::results::Resident;
use crate::{Device, Error, Scalar};

/// Indices are counted in 32 bits. Blocks begin beyond the last one, but not by more than a few hundred.
const LARGEST_INDEX: usize = u32::MAX as usize - (1 << 16);

/// Under so many pairs the transfers take longer than all cores of a processor.
const WORTH_A_GPU: usize = 1 << 24;

/// Whether a GPU would be faster: there is one, code for it, and enough to do.
pub(crate) fn is_worth_it<K: Kernel, Red: Reduction, T: Scalar>(problems: &Problems<'_, T>) -> bool {
    let pairs = problems.entries.iter().fold(0, |sum: usize, problem| sum.saturating_add(pairs(problem)));
    pairs >= WORTH_A_GPU
        && has_code::<K, Red, T>()
        && device_count() > 0
        && problems.entries.first().is_some_and(|first| check_counts(first.formula, &whole(&problems.entries)).is_ok())
}

/// The number of pairs that a problem reduces.
fn pairs<T: Scalar>(problem: &Problem<'_, T>) -> usize {
    match problem.blocks {
        None => problem.kept_len.saturating_mul(problem.reduced_len),
        Some(blocks) => blocks.kept.iter().zip(&blocks.slices).fold(0, |sum, (rows, slice)| {
            sum.saturating_add(rows.len().saturating_mul(places(&blocks.reduced[slice.clone()])))
        }),
    }
}

/// Whether everything can be counted.
fn check_counts<T: Scalar>(formula: &'static str, parts: &[Part<'_, T>]) -> Result<(), Error> {
    let check = |largest: usize, found: usize| {
        if found > largest { Err(Error::TooManyIndices { formula, largest, found }) } else { Ok(()) }
    };
    let rows = parts.iter().fold(0, |sum: usize, part| sum.saturating_add(part.rows.len()));
    check(LARGEST_INDEX, rows.max(most_rows(parts)))?;
    for Part { problem, .. } in parts {
        check(LARGEST_INDEX, problem.kept_len.max(problem.reduced_len))?;
        let Some(blocks) = problem.blocks else { continue };
        check(LARGEST_INDEX, blocks.reduced.len())?;
        for slice in &blocks.slices {
            // Indices that several intervals of a row have are counted several times.
            check(LARGEST_INDEX.min(T::MAX_INDEX), places(&blocks.reduced[slice.clone()]))?;
        }
    }
    Ok(())
}

/// Runs a reduction on one GPU or on all of them.
pub(crate) fn reduce<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
    device: Device,
) -> Result<Array3<Red::Item<T>>, Error> {
    let Problems { entries, shape: (batch, rows) } = problems;
    let columns = Red::results(dim::<K>());
    let Some(first) = entries.first() else { return Ok(Array3::default((*batch, *rows, columns))) };
    let code = Code::new::<K, Red>(first.formula, device)?;
    check_counts(first.formula, &whole(entries))?;
    let drivers = match device {
        Device::AllCuda => (0..device_count().max(1)).map(|number| driver(Device::Cuda(number))).collect(),
        device => driver(device).map(|driver| vec![driver]),
    };
    let all = on_all(&drivers?, &code, entries)?;
    Ok(all
        .into_shape_with_order((*batch, *rows, columns))
        .unwrap_or_else(|error| unreachable!("entries of a batch have as many rows: {error}")))
}

/// Asks one GPU for a reduction whose results stay there. It does not wait.
pub(crate) fn reduce_resident<K: Kernel, Red: Reduction, T: Scalar>(
    problems: &Problems<'_, T>,
    device: Device,
) -> Result<Resident<T>, Error> {
    let driver = driver(device)?;
    let Some(first) = problems.entries.first() else {
        return Resident::unwritten::<Red::Item<T>>(driver, (0, Red::results(dim::<K>())));
    };
    let code = Code::new::<K, Red>(first.formula, device)?;
    let parts = whole(&problems.entries);
    check_counts(first.formula, &parts)?;
    start::<Red::Item<T>, T>(driver, &code, &parts)
}

/// Cuts the rows into as many shares as there are GPUs, and reduces each on one of them, all at a time.
pub(super) fn on_all<X: Item<T>, T: Scalar>(
    drivers: &[&'static dyn Driver],
    code: &Code<T>,
    problems: &[Problem<'_, T>],
) -> Result<Array2<X>, Error> {
    if let [driver] = drivers {
        return on_one(*driver, code, &whole(problems));
    }
    let shares = shares(problems, drivers.len());
    let results: Result<Vec<Array2<X>>, Error> = std::thread::scope(|scope| {
        let run = |(driver, share): (_, &'_ _)| on_one(driver, code, Vec::as_slice(share));
        let threads: Vec<_> = drivers.iter().copied().zip(&shares).map(|work| scope.spawn(move || run(work))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let results = results?;
    let views: Vec<ArrayView2<'_, X>> = results.iter().map(|result| result.view()).collect();
    Ok(concatenate(Axis(0), &views).unwrap_or_else(|error| unreachable!("shares have as many columns: {error}")))
}

/// Runs a reduction on one GPU, and waits: the results of all parts, one after the other.
fn on_one<X: Item<T>, T: Scalar>(
    driver: &'static dyn Driver,
    code: &Code<T>,
    parts: &[Part<'_, T>],
) -> Result<Array2<X>, Error> {
    start::<X, T>(driver, code, parts)?.download()
}

/// Asks one GPU for a reduction: the results of all parts, one after the other.
fn start<X: Item<T>, T: Scalar>(
    driver: &'static dyn Driver,
    code: &Code<T>,
    parts: &[Part<'_, T>],
) -> Result<Resident<T>, Error> {
    let rows = parts.iter().map(|part| part.rows.len()).sum();
    let resident = Resident::unwritten::<X>(driver, (rows, code.results))?;
    // Nothing of what has no rows goes to the device.
    if rows == 0 {
        return Ok(resident);
    }
    let (kept, reduced) = (upload(driver, parts, Side::Kept)?, upload(driver, parts, Side::Reduced)?);
    let (params, of_parts) = params(code, parts);
    let plan = Plan::new(&code.sizes, parts, &of_parts);
    let tables = Tables::upload(driver, &plan, &params, [&kept, &reduced])?;
    let states = Buffer::new(driver, plan.state_bytes)?;

    let launch = |entry: &str, table: &Table, address: u64| {
        let results =
            [resident.values.address(), resident.positions.address(), states.address()].map(Argument::Pointer);
        let variables = kept.iter().chain(&reduced);
        let arguments: Vec<Argument> = results
            .into_iter()
            .chain([
                Argument::Pointer(address),
                Argument::Number(table.stride(kept.len() + reduced.len()) as u32),
                Argument::Pointer(tables.intervals),
                Argument::Pointer(tables.params),
            ])
            .chain(variables.map(|variable| Argument::Pointer(variable.address)))
            .collect();
        let shape = LaunchShape { grid: table.grid.map(|blocks| blocks as u32), block: THREADS as u32 };
        driver.launch(code.ptx, entry, shape, &arguments)
    };
    launch(&code.entry, &plan.table, tables.table)?;
    if let Some(finish) = &plan.finish {
        launch(&format!("{}_finish", code.entry), finish, tables.finish)?;
    }
    Ok(resident)
}

/// The addresses of tables, intervals and parameters, in one piece of memory, as each upload takes its time.
struct Tables {
    params: u64,
    table: u64,
    finish: u64,
    intervals: u64,
    /// The memory.
    _memory: Buffer,
}

impl Tables {
    fn upload<T: Scalar>(
        driver: &'static dyn Driver,
        plan: &Plan,
        params: &[T],
        variables: [&[Uploaded]; 2],
    ) -> Result<Self, Error> {
        let first_rows = variables.map(|all| all.iter().map(|one| one.first_rows.as_slice()).collect::<Vec<_>>());
        let first_rows = first_rows.each_ref().map(|all| all.as_slice());
        // Numbers of 64 bits come first: they are aligned.
        let mut words: Vec<u32> = bytemuck::cast_slice(params).to_vec();
        let table = words.len();
        plan.table.write(first_rows, &mut words);
        let finish = words.len();
        if let Some(rows) = &plan.finish {
            rows.write(first_rows, &mut words);
        }
        let intervals = words.len();
        words.extend(plan.intervals.iter().flat_map(|interval| [interval.place, interval.first]));
        let memory = Buffer::of_slice(driver, &words)?;
        let at = |word: usize| memory.address() + (word * size_of::<u32>()) as u64;
        Ok(Self { params: at(0), table: at(table), finish: at(finish), intervals: at(intervals), _memory: memory })
    }
}
