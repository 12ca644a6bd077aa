//! The syntax tree of a formula, as written: names are not resolved, dimensions not known.

use crate::diagnostic::Span;

/// How a formula is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// In the language of formulas: `Exp(-SqDist(x, y))`.
    Formula,
    /// As the body of a closure in Rust, where operators are methods as well: `(-x.sqdist(y)).exp()`.
    Closure,
}

/// An infix operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `**`
    Power,
    /// `|`, the scalar product
    Scalprod,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// An expression and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// A decimal or integer literal.
    Number(f64),
    /// A variable, or `I` or `J`.
    Name(String),
    /// `-f`
    Negate(Box<Expr>),
    /// `f op g`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `Operator(arguments)`
    Call {
        /// The name in front of the bracket.
        name: String,
        /// Where the name stands.
        name_span: Span,
        /// What stands between the brackets.
        arguments: Vec<Expr>,
    },
    /// `[2,3]` or `(2,3)`
    List(Vec<Expr>),
}
