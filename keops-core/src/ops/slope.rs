//! The derivatives of elementwise functions.
//!
//! An elementwise function of several operands has one derivative per operand, which is again elementwise: a change
//! `t` of the operand changes the value by [`Slope::times`]`(t)`. The same product carries a cotangent back from the
//! value to the operand, so one rule serves both modes of differentiation.

use super::arithmetic::{MINUS, MULT};
use super::logic::IF_ELSE;
use crate::graph::{Graph, Id};

/// The elementwise node that is differentiated.
pub struct Applied<'a> {
    /// The node: the value of the function.
    pub value: Id,
    /// Its operands.
    pub operands: &'a [Id],
    /// Its integer parameter; 0 where there is none.
    pub parameter: i64,
}

/// The derivative of an elementwise function by one of its operands.
#[derive(Clone, Copy, Debug)]
pub enum Slope {
    /// 0 everywhere: structurally, so that 0 times infinity does not arise.
    Zero,
    /// 1 everywhere.
    One,
    /// -1 everywhere.
    MinusOne,
    /// This vector, or this number.
    By(Id),
    /// 1 where the vector is at least 0, else 0; chosen and not multiplied, so that a cotangent may be infinite there.
    Where(Id),
    /// 1 where the vector is below 0 or NaN, else 0.
    WhereNot(Id),
}

/// Writes the derivative of an elementwise function by one of its operands.
pub type SlopeRule = fn(&mut Graph, &Applied<'_>) -> Slope;

/// The rule of piecewise constant functions.
pub(crate) fn zero(_: &mut Graph, _: &Applied<'_>) -> Slope {
    Slope::Zero
}

impl Slope {
    /// `t` times the slope; `None` for 0.
    pub(crate) fn times(self, graph: &mut Graph, t: Id) -> Option<Id> {
        Some(match self {
            Slope::Zero => return None,
            Slope::One => t,
            Slope::MinusOne => graph.map(&MINUS, &[t]),
            Slope::By(slope) => graph.map(&MULT, &[t, slope]),
            Slope::Where(condition) => {
                let zero = graph.constant(0.0);
                graph.map(&IF_ELSE, &[condition, t, zero])
            }
            Slope::WhereNot(condition) => {
                let zero = graph.constant(0.0);
                graph.map(&IF_ELSE, &[condition, zero, t])
            }
        })
    }
}
