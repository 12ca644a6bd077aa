//! What can go wrong at run time.

use thiserror::Error;

/// Why a reduction could not run. Each message names the variable, what was expected and what came.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
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
}
