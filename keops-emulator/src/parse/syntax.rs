//! What the parser makes of a text: declarations and statements as written, with names not yet resolved.

use crate::types::Type;

/// A whole text.
#[derive(Debug, Default)]
pub(crate) struct Source<'a> {
    pub(crate) variables: Vec<Variable<'a>>,
    pub(crate) entries: Vec<Routine<'a>>,
}

/// Where a declared variable lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// `.global` or `.const`, with contents that kernels do not change.
    Module,
    Shared,
    Local,
}

/// A variable of a module or of a function.
#[derive(Debug)]
pub(crate) struct Variable<'a> {
    pub(crate) home: Home,
    pub(crate) name: &'a str,
    pub(crate) align: u64,
    /// `None` for an array without a length, `.extern .shared .b8 name[]`.
    pub(crate) bytes: Option<u64>,
    pub(crate) contents: Vec<u8>,
    pub(crate) line: u32,
}

/// A kernel.
#[derive(Debug)]
pub(crate) struct Routine<'a> {
    pub(crate) name: &'a str,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) body: Vec<Item<'a>>,
    pub(crate) line: u32,
}

/// A parameter of a kernel.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    pub(crate) scalar: Type,
}

/// A piece of the body of a kernel.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    Open,
    Close,
    Register {
        name: &'a str,
        scalar: Type,
        line: u32,
    },
    /// `%r<8>`: the registers `%r0` to `%r7`.
    Registers {
        prefix: &'a str,
        count: u32,
        scalar: Type,
        line: u32,
    },
    Variable(Variable<'a>),
    Label {
        name: &'a str,
        line: u32,
    },
    Targets {
        name: &'a str,
        labels: Vec<&'a str>,
        line: u32,
    },
    Statement(Statement<'a>),
}

/// An instruction as written.
#[derive(Debug)]
pub(crate) struct Statement<'a> {
    pub(crate) line: u32,
    pub(crate) guard: Option<Guard<'a>>,
    pub(crate) opcode: &'a str,
    pub(crate) operands: Vec<Operand<'a>>,
}

/// `@%p1` or `@!%p1`.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    pub(crate) negated: bool,
    pub(crate) register: &'a str,
}

/// An operand as written.
#[derive(Debug)]
pub(crate) enum Operand<'a> {
    Name(&'a str),
    Literal(Literal),
    Vector(Vec<Operand<'a>>),
    /// `[base + offset]`; without a base the offset is the address.
    Address {
        base: Option<&'a str>,
        offset: i64,
    },
    /// `p|q`.
    Pair(&'a str, &'a str),
    /// `!p`.
    Not(&'a str),
}

/// A constant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Literal {
    /// An integer, negative ones in two's complement.
    Integer(u64),
    /// `0f3F800000`.
    Single(u32),
    /// `0d3FF0000000000000`.
    Double(u64),
}
