//! The program: scalar code in stages, the last representation before Rust tokens.

use std::fmt;

use crate::graph::{Axis, Function, Number};
use crate::reduction::Reduction;

/// When a value is known. A stage reads the results of earlier stages only; `Kept` and `Reduced` know nothing of each
/// other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Depends on parameters only: computed once.
    Params,
    /// Depends on the kept index: computed once per kept index.
    Kept,
    /// Depends on the reduced index: computed once per tile.
    Reduced,
    /// Depends on both: the inner loop.
    Pair,
    /// The last elementwise operations on the way to a component of the formula.
    Term,
}

/// An array that code reads or writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Array {
    /// The entries of the variables of the stage at hand.
    Raw,
    /// Prepared parameters.
    Params,
    /// Prepared numbers of the kept index.
    Kept,
    /// Prepared numbers of the reduced index.
    Reduced,
    /// The long sums.
    Folds,
    /// What the terms of one pair have in common.
    Shared,
    /// The result of the stage at hand.
    Result,
    /// A local array.
    Temporary(usize),
    /// A literal array of the program.
    Table(usize),
}

/// An entry of an array: a constant plus multiples of loop variables.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Address {
    /// The constant part.
    pub offset: usize,
    /// (loop variable, stride).
    pub strides: Vec<(usize, usize)>,
}

impl Address {
    /// A constant address.
    pub fn fixed(offset: usize) -> Self {
        Self { offset, strides: Vec::new() }
    }

    /// The address `offset` entries further.
    #[must_use]
    pub fn shifted(&self, offset: usize) -> Self {
        Self { offset: self.offset + offset, strides: self.strides.clone() }
    }
}

/// The loop variable that stands for the component of the formula or the entry of a long sum.
pub const ENTRY: usize = 0;

/// A number that an instruction reads.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// The result of an earlier instruction.
    Local(usize),
    /// A literal.
    Constant(Number),
    /// The index of the stage at hand.
    Index,
    /// An entry of an array.
    Load(Array, Address),
}

/// What an instruction computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instruction {
    /// An elementwise function.
    Apply(Function),
    /// A quotient or a root, which a device may compute within 2 units in the last place rather than round correctly.
    Approximate(Function),
    /// `a * b + c`.
    MulAdd,
    /// `-a`.
    Negate,
    /// The larger of a new entry and the best so far, which stays when either is NaN.
    Max,
    /// The smaller, likewise.
    Min,
    /// `if a < b { c } else { d }`.
    SelectLess,
}

/// A statement of a stage.
#[derive(Clone, PartialEq, Debug)]
pub enum Statement {
    /// A new local.
    Let {
        /// The local.
        target: usize,
        /// What it is.
        instruction: Instruction,
        /// Of what.
        operands: Vec<Operand>,
    },
    /// A new local that later statements assign to.
    Variable {
        /// The local.
        target: usize,
        /// Its first value.
        start: Operand,
    },
    /// A new value for such a local.
    Assign {
        /// The local.
        target: usize,
        /// What it is.
        instruction: Instruction,
        /// Of what.
        operands: Vec<Operand>,
    },
    /// A new local array, all zeros.
    Temporary {
        /// Its number.
        array: usize,
        /// Its length.
        len: usize,
    },
    /// A loop of constant length.
    Loop {
        /// The loop variable.
        variable: usize,
        /// Its first value.
        start: usize,
        /// One past its last value.
        end: usize,
        /// What is repeated.
        body: Vec<Statement>,
    },
    /// One entry of an array is written.
    Store {
        /// The array.
        array: Array,
        /// The entry.
        at: Address,
        /// Its value.
        value: Operand,
    },
    /// Entries of one array are copied to another.
    Copies {
        /// The array that is written.
        to: usize,
        /// The array that is read, and where it starts.
        from: (Array, usize),
        /// (entry written, entry read).
        pairs: Vec<(usize, usize)>,
    },
}

/// The code of one stage and the length of its result.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Code {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Number of entries of [`Array::Result`].
    pub results: usize,
}

/// The code of one entry of a long sum, or of one component of a part of the formula.
#[derive(Clone, PartialEq, Debug)]
pub struct EntryCode {
    /// Number of entries.
    pub count: usize,
    /// The code for entry [`ENTRY`].
    pub statements: Vec<Statement>,
    /// The entry: a number, or the product of two.
    pub term: (Operand, Option<Operand>),
}

/// The register tile: vectors of kept indices times reduced indices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Vectors of kept indices.
    pub rows: usize,
    /// Reduced indices.
    pub columns: usize,
}

/// A formula, lowered.
#[derive(Clone, PartialEq, Debug)]
pub struct Program {
    /// The axis of the result.
    pub kept_axis: Axis,
    /// The reduction.
    pub reduction: Reduction,
    /// The number K, for reductions that give K results.
    pub count: Option<usize>,
    /// Number of components of the formula.
    pub dim: usize,
    /// Total dimension of the inputs of the stages of parameters, kept and reduced index. The last two parameters are
    /// the numbers of rows and of columns.
    pub raw: [usize; 3],
    /// The dimensions of the variables of these three kinds, in the order in which they stand there.
    pub dims: [Vec<usize>; 3],
    /// Which variables of the pass these are.
    pub inputs: [Vec<usize>; 3],
    /// The stage of the parameters.
    pub params: Code,
    /// The stage of the kept index.
    pub kept: Code,
    /// The stage of the reduced index.
    pub reduced: Code,
    /// The long sums, run over register tiles.
    pub folds: Vec<EntryCode>,
    /// What is computed once per pair.
    pub pair: Code,
    /// What is computed for each component, part by part of the formula.
    pub terms: Vec<EntryCode>,
    /// What the sums are multiplied with in the end, computed once per kept index: one number per component, or nothing.
    pub factors: Code,
    /// Literal arrays.
    pub tables: Vec<Vec<Number>>,
    /// Register tile where there are 32 vector registers.
    pub wide_shape: Shape,
    /// Register tile where there are 16.
    pub narrow_shape: Shape,
    /// Register tile of a thread of a GPU, for `f32` and for `f64`.
    pub device_shapes: [Shape; 2],
    /// How many components a block of a GPU takes on, likewise; 0 for all.
    pub device_chunks: [usize; 2],
}

/// Accumulators of more components are kept in memory.
const MAX_IN_REGISTERS: usize = 16;

impl Program {
    /// Whether the accumulators of the components are too many for registers.
    pub fn has_many_components(&self) -> bool {
        self.dim > MAX_IN_REGISTERS
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Local(local) => write!(f, "v{local}"),
            Operand::Constant(number) => write!(f, "{number:?}"),
            Operand::Index => write!(f, "index"),
            Operand::Load(array, at) => write!(f, "{array:?}[{at}]"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.offset)?;
        for (variable, stride) in &self.strides {
            write!(f, " + {stride}*k{variable}")?;
        }
        Ok(())
    }
}

fn write_statements(f: &mut fmt::Formatter<'_>, statements: &[Statement], indent: usize) -> fmt::Result {
    let show = |operands: &[Operand]| operands.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    for statement in statements {
        write!(f, "{:indent$}", "")?;
        match statement {
            Statement::Let { target, instruction, operands } => {
                writeln!(f, "v{target} = {instruction:?}({})", show(operands))?;
            }
            Statement::Variable { target, start } => writeln!(f, "var v{target} = {start}")?,
            Statement::Assign { target, instruction, operands } => {
                writeln!(f, "v{target} := {instruction:?}({})", show(operands))?;
            }
            Statement::Temporary { array, len } => writeln!(f, "array t{array}[{len}]")?,
            Statement::Loop { variable, start, end, body } => {
                writeln!(f, "for k{variable} in {start}..{end}")?;
                write_statements(f, body, indent + 2)?;
            }
            Statement::Store { array, at, value } => writeln!(f, "{array:?}[{at}] = {value}")?,
            Statement::Copies { to, from, pairs } => {
                writeln!(f, "t{to}[..] = {:?}[{} + ..] by {pairs:?}", from.0, from.1)?;
            }
        }
    }
    Ok(())
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = [
            ("params", &self.params),
            ("kept", &self.kept),
            ("reduced", &self.reduced),
            ("pair", &self.pair),
            ("factors", &self.factors),
        ];
        for (name, code) in stages {
            writeln!(f, "{name}: {} results", code.results)?;
            write_statements(f, &code.statements, 2)?;
            if name == "reduced" {
                for (number, fold) in self.folds.iter().enumerate() {
                    writeln!(f, "fold {number}: {} entries", fold.count)?;
                    write_statements(f, &fold.statements, 2)?;
                    write_term(f, &fold.term)?;
                }
            }
        }
        for term in &self.terms {
            writeln!(f, "term: {} components", term.count)?;
            write_statements(f, &term.statements, 2)?;
            write_term(f, &term.term)?;
        }
        Ok(())
    }
}

fn write_term(f: &mut fmt::Formatter<'_>, term: &(Operand, Option<Operand>)) -> fmt::Result {
    match term {
        (a, Some(b)) => writeln!(f, "  -> {a} * {b}"),
        (a, None) => writeln!(f, "  -> {a}"),
    }
}
