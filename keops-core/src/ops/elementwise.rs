//! Functions of one number, entry by entry.

use super::Operator;

/// The exponential function.
pub(crate) static EXP: Operator = Operator::elementwise(&["Exp"], &["f"], "exp", |x, _| x[0].exp());

/// The natural logarithm: -inf at 0, NaN below.
pub(crate) static LOG: Operator = Operator::elementwise(&["Log"], &["f"], "log", |x, _| x[0].ln());

pub(super) static TABLE: &[&Operator] = &[&EXP, &LOG];
