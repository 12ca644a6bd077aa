//! What can go wrong at run time.

use std::fmt;

use thiserror::Error;

use crate::cluster::ClusterError;
use crate::{Device, RangesError};

/// Why a reduction could not run, or an equation not be solved. Each message says what was expected and what came.
#[derive(Clone, PartialEq, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// An array has the wrong number of columns, or a parameter the wrong length.
    #[error("variable `{variable}` of `{formula}`: expected dimension {expected}, found {found}")]
    Dimension {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// The declared dimension.
        expected: usize,
        /// The dimension of the argument.
        found: usize,
    },
    /// Two variables of one axis have different numbers of rows.
    #[error(
        "variable `{variable}` of `{formula}`: expected {expected} rows, as `{other}` has, found {found} rows \
         (both are indexed by {index})"
    )]
    Rows {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// The variable that it contradicts.
        other: &'static str,
        /// The common index, `i` or `j`.
        index: &'static str,
        /// The number of rows of the other variable.
        expected: usize,
        /// The number of rows of the argument.
        found: usize,
    },
    /// A cotangent or tangent has several rows where the formula has no variable along that axis.
    #[error(
        "variable `{variable}` of `{formula}`: expected 1 row, as no variable of the formula is indexed by {index}, \
         found {found} rows"
    )]
    SingleRow {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// The index, `i` or `j`.
        index: &'static str,
        /// The number of rows of the argument.
        found: usize,
    },
    /// Two variables have batches of different lengths, neither of which is 1.
    #[error(
        "variable `{variable}` of `{formula}`: expected a batch of {expected}, as `{other}` has, or of 1, found a batch of \
         {found}"
    )]
    Batch {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// The variable that it contradicts.
        other: &'static str,
        /// The length of the batch of the other variable.
        expected: usize,
        /// The length of the batch of the argument.
        found: usize,
    },
    /// The lists of lengths of a ragged batch have different lengths themselves.
    #[error("ragged batch of `{formula}`: {rows} numbers of rows, but {columns} numbers of columns")]
    RaggedCounts {
        /// The formula.
        formula: &'static str,
        /// Entries of the list of numbers of rows i.
        rows: usize,
        /// Entries of the list of numbers of columns j.
        columns: usize,
    },
    /// The lengths of a ragged batch do not add up to the number of rows of a variable.
    #[error(
        "variable `{variable}` of `{formula}`: the lengths of the ragged batch add up to {expected} rows, found {found} rows"
    )]
    RaggedLengths {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// The sum of the lengths.
        expected: usize,
        /// The number of rows of the argument.
        found: usize,
    },
    /// An argument of a ragged batch cannot be cut into its entries.
    #[error("variable `{variable}` of `{formula}`: a ragged batch takes matrices in the memory of the processor")]
    RaggedArgument {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
    },
    /// Ranges were made for other numbers of rows and columns.
    #[error(
        "ranges of `{formula}`: expected ranges of {} x {} pairs, found ranges of {} x {} pairs",
        expected.0, expected.1, found.0, found.1
    )]
    RangesShape {
        /// The formula.
        formula: &'static str,
        /// The numbers of rows i and of columns j of the arguments.
        expected: (usize, usize),
        /// Those that the ranges were made for.
        found: (usize, usize),
    },
    /// A batch was given ranges.
    #[error("`{formula}`: a batch cannot have ranges; a batch as blocks on a diagonal is `Ranges::block_diagonal`")]
    RangesOfBatch {
        /// The formula.
        formula: &'static str,
    },
    /// A matrix that is restricted to ranges was to be truncated.
    #[error("`{formula}`: a matrix that is restricted to ranges cannot be truncated by a tolerance")]
    RangesOfTruncated {
        /// The formula.
        formula: &'static str,
    },
    /// A matrix was to be truncated, but nothing is known of how large its entries can be.
    #[error("`{formula}`: a tolerance needs bounds of the entries, and there are none for `{operator}`")]
    Unbounded {
        /// The formula.
        formula: &'static str,
        /// The operator, or `I` or `J`.
        operator: &'static str,
    },
    /// A mean was given ranges.
    #[error("`{formula}`: a mean over ranges is not defined; divide `Sum` by the number of terms of each row")]
    RangesOfMean {
        /// The formula.
        formula: &'static str,
    },
    /// The positions of an arg-reduction would not fit the integers that the kernel counts with.
    #[error("`{formula}` reduces over {found} indices, but at most {largest} can be counted in this precision")]
    TooManyIndices {
        /// The formula.
        formula: &'static str,
        /// The largest possible number.
        largest: usize,
        /// The number asked for.
        found: usize,
    },
    /// The environment variable `KEOPS_ISA` has a value that means nothing, or names what this processor lacks.
    #[error("KEOPS_ISA is `{found}`, but this processor offers: {available}")]
    InstructionSet {
        /// The value.
        found: String,
        /// The possible values.
        available: String,
    },
    /// A text that should name a device does not.
    #[error("`{found}` is no device; the devices are {}", Device::NAMES)]
    UnknownDevice {
        /// The text.
        found: String,
    },
    /// Arrays do not describe blocks of pairs.
    #[error(transparent)]
    Ranges(RangesError),
    /// Points cannot be clustered.
    #[error(transparent)]
    Clusters(ClusterError),
    /// There is no driver for NVIDIA GPUs.
    #[error("no NVIDIA driver: the library {looked_for} was not found")]
    NoDriver {
        /// The library that belongs to the driver.
        looked_for: &'static str,
    },
    /// The machine has fewer GPUs.
    #[error("there is no {device}: the number of GPUs is {found}")]
    NoSuchDevice {
        /// The device that was asked for.
        device: Device,
        /// How many GPUs there are.
        found: usize,
    },
    /// The program was built without what drives the device.
    #[error("{device} needs the feature `{feature}` of the crate keops, which this program was built without")]
    NotBuilt {
        /// The device that was asked for.
        device: Device,
        /// The feature of the crate.
        feature: &'static str,
    },
    /// An array was to be made on something that is not a single GPU.
    #[error("an array lies on one GPU, such as cuda:0, and not on {device}")]
    NotOneGpu {
        /// The device that was asked for.
        device: Device,
    },
    /// The memory of a device does not suffice.
    #[error("out of memory on {device}: asked for {}, but {} of {} are free", Bytes(*asked), Bytes(*free), Bytes(*total))]
    DeviceMemory {
        /// The device.
        device: Device,
        /// The bytes that were asked for at once.
        asked: usize,
        /// The bytes that are free.
        free: usize,
        /// The bytes that the device has.
        total: usize,
    },
    /// The driver reports an error.
    #[error("{call} failed on {device}: {reason}")]
    Driver {
        /// The device.
        device: Device,
        /// The function of the driver. It may report what an earlier one has caused.
        call: &'static str,
        /// What the driver says.
        reason: String,
    },
    /// A kernel on the emulated device did something wrong, or its code cannot be read.
    #[cfg(feature = "emulator")]
    #[error("`{entry}` on the emulated device: {reason}")]
    Emulator {
        /// The entry of the code that was to run.
        entry: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// An array is on a device other than that where the reduction runs.
    #[error("variable `{variable}` of `{formula}`: the array is on {device}, but the reduction runs on {wanted}")]
    ArrayOnDevice {
        /// The variable.
        variable: &'static str,
        /// The formula.
        formula: &'static str,
        /// Where the array is.
        device: Device,
        /// Where the reduction runs: where the option `.on(..)` or another array wants it.
        wanted: Device,
    },
    /// A sum was to run on a GPU by a scheme of which the program holds no code for GPUs: besides the default, block sums, a
    /// scheme is compiled where the build script asks for it. `F64` is that of `.accumulate_f64()`.
    #[error(
        "`{formula}` cannot run on {device} with this sum scheme: the program holds its GPU code for other schemes only; in \
         build.rs write `keops_build::Builder::new().sum_schemes([keops_build::SumScheme::{scheme}]).compile()`"
    )]
    NoDeviceScheme {
        /// The formula.
        formula: &'static str,
        /// Where it was to run.
        device: Device,
        /// The name of the scheme.
        scheme: &'static str,
    },
    /// A formula was to run on a GPU in a type of numbers of which the program holds no code for GPUs: the build script chose
    /// the other one.
    #[error(
        "`{formula}` cannot run on {device} in {number}: the program holds its GPU code for the other type only; in build.rs, \
         give `keops_build::Builder::precision` the value `Precision::Both`"
    )]
    NoDevicePrecision {
        /// The formula.
        formula: &'static str,
        /// Where it was to run.
        device: Device,
        /// The type of numbers: `f32` or `f64`.
        number: &'static str,
    },
    /// A matrix has two axes.
    #[error("`{formula}`: expected axis 0 (over the rows) or 1 (over the columns), found axis {found}")]
    NoSuchAxis {
        /// The formula.
        formula: &'static str,
        /// The axis that was asked for.
        found: usize,
    },
    /// A row or a column lies outside of the matrix.
    #[error("`{formula}`: there is no {what} {found}, as the matrix has {rows} rows and {columns} columns")]
    NoSuchEntry {
        /// The formula.
        formula: &'static str,
        /// `row` or `column`.
        what: &'static str,
        /// The index that was asked for.
        found: usize,
        /// The number of rows.
        rows: usize,
        /// The number of columns.
        columns: usize,
    },
    /// A matrix that was to be stored would take very much memory.
    #[error(
        "`{formula}`: a dense matrix of {rows} rows and {columns} columns has more than {limit} entries; \
         `to_dense_of_any_size` makes it in any case"
    )]
    TooLarge {
        /// The formula.
        formula: &'static str,
        /// The number of rows.
        rows: usize,
        /// The number of columns.
        columns: usize,
        /// The largest number of entries.
        limit: usize,
    },
    /// A reduction was to run on a GPU, but the program holds no code of it for GPUs.
    #[error("`{formula}` cannot run on {device}: the program holds no GPU code for it")]
    NoDeviceCode {
        /// The formula.
        formula: &'static str,
        /// Where it was to run.
        device: Device,
    },
    /// What a linear operator is applied to, or solved for, has the wrong number of rows.
    #[error("{operation} of a {} x {} operator: expected {expected} rows, found {found}", shape.0, shape.1)]
    OperandRows {
        /// What was to be done.
        operation: &'static str,
        /// The rows and columns of the operator.
        shape: (usize, usize),
        /// The number of rows that fits.
        expected: usize,
        /// The number of rows that came.
        found: usize,
    },
    /// Two matrices of operands of a linear operator differ in their numbers of columns.
    #[error("{operation}: expected {expected} columns, found {found}")]
    OperandColumns {
        /// What was to be done.
        operation: &'static str,
        /// The number of columns that fits.
        expected: usize,
        /// The number of columns that came.
        found: usize,
    },
    /// Two linear operators do not fit together.
    #[error(
        "{operation} of operators: a {} x {} operator does not fit a {} x {} operator", left.0, left.1, right.0, right.1
    )]
    OperatorShapes {
        /// What was to be done.
        operation: &'static str,
        /// The rows and columns of the first operator.
        left: (usize, usize),
        /// The rows and columns of the second operator.
        right: (usize, usize),
    },
    /// Something that only square operators have was asked of another one.
    #[error("{operation}: expected a square operator, found one of {} x {}", shape.0, shape.1)]
    NotSquare {
        /// What was to be done.
        operation: &'static str,
        /// The rows and columns of the operator.
        shape: (usize, usize),
    },
    /// An operator has no such column.
    #[error("there is no column {column} of a {} x {} operator", shape.0, shape.1)]
    NoSuchColumn {
        /// The rows and columns of the operator.
        shape: (usize, usize),
        /// The column that was asked for.
        column: usize,
    },
    /// A row of an operator cannot be divided by its sum.
    #[error("row {row} sums to {found}: it cannot be divided by that")]
    RowSum {
        /// The row.
        row: usize,
        /// Its sum.
        found: f64,
    },
    /// A setting of a solver makes no sense.
    #[error("{setting}: expected {expected}, found {found}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it was.
        found: f64,
    },
    /// An iteration did not reach its tolerance.
    #[error("no convergence after {iterations} iterations: {reason}; the relative residual is {residual:.3e}")]
    NotConverged {
        /// The number of iterations.
        iterations: usize,
        /// The largest relative residual of all columns.
        residual: f64,
        /// Why the iteration ended.
        reason: NoConvergence,
    },
    /// A NaN or an infinite number appeared.
    #[error("{place} holds a number that is not finite (iteration {iterations})")]
    NotFinite {
        /// Where it appeared.
        place: &'static str,
        /// The number of iterations before that.
        iterations: usize,
    },
    /// A matrix that should be positive definite is not.
    #[error(
        "{place} is not positive definite: it has the value {value:.3e} (iteration {iterations}, relative residual {residual:.3e})"
    )]
    NotPositiveDefinite {
        /// The matrix.
        place: &'static str,
        /// What would be positive: `v^T A v` for a vector of norm 1, or a number on the diagonal.
        value: f64,
        /// The number of iterations before that.
        iterations: usize,
        /// The largest relative residual of all columns.
        residual: f64,
    },
    /// A matrix that should be symmetric is not.
    #[error(
        "the operator is not symmetric: u^T A v and v^T A u differ by {difference:.3e}, in units of its largest eigenvalue"
    )]
    NotSymmetric {
        /// The largest difference that was met, for vectors of norm 1.
        difference: f64,
    },
}

/// Why an iteration ended without a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NoConvergence {
    /// The largest number of iterations was reached.
    IterationLimit,
    /// Rounding errors keep the residual above the tolerance: more iterations would not help.
    Stagnation,
}

impl fmt::Display for NoConvergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoConvergence::IterationLimit => "this is the largest number allowed",
            NoConvergence::Stagnation => "rounding errors keep the residual above the tolerance",
        })
    }
}

/// A number of bytes, in a unit that reads well.
pub(crate) struct Bytes(pub(crate) usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let mut number = self.0 as f64 / 1024.0;
        let mut units = UNITS.iter();
        let mut unit = units.next();
        // What would be rounded to 1024.0 belongs to the next unit.
        while number >= 1023.95 && units.len() > 0 {
            number /= 1024.0;
            unit = units.next();
        }
        write!(f, "{number:.1} {}", unit.unwrap_or(&""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_units() {
        let text = |bytes| Bytes(bytes).to_string();
        assert_eq!(text(0), "0 bytes");
        assert_eq!(text(1023), "1023 bytes");
        assert_eq!(text(1024), "1.0 KiB");
        assert_eq!(text((1 << 20) - 1), "1.0 MiB");
        assert_eq!(text(3 << 29), "1.5 GiB");
        assert_eq!(text(1 << 40), "1.0 TiB");
        assert_eq!(text(usize::MAX), "16777216.0 TiB");
    }

    #[test]
    fn errors_of_devices_say_what_and_how_much() {
        let device = Device::Cuda(1);
        let memory = Error::DeviceMemory { device, asked: 3 << 30, free: 700 << 20, total: 80 << 30 };
        let text = "out of memory on cuda:1: asked for 3.0 GiB, but 700.0 MiB of 80.0 GiB are free";
        assert_eq!(memory.to_string(), text);
        let missing = Error::NoSuchDevice { device, found: 1 };
        assert_eq!(missing.to_string(), "there is no cuda:1: the number of GPUs is 1");
        let elsewhere = Error::ArrayOnDevice { variable: "x", formula: "x - y", device, wanted: Device::Cpu };
        let text = "variable `x` of `x - y`: the array is on cuda:1, but the reduction runs on cpu";
        assert_eq!(elsewhere.to_string(), text);
    }
}
