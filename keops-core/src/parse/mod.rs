//! Parsing: the tokens of the macro call to an [`Invocation`], and the text of a formula to an [`Expr`].

mod ast;
mod closure;
mod expression;
mod invocation;
mod lexer;

pub use ast::{BinaryOp, Expr, ExprKind, Syntax};
pub use expression::parse_formula;
pub use invocation::{AxisOption, Category, Invocation, ReductionOption, VariableOption, parse_invocation};
