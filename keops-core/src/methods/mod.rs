//! The methods of a formula, and the passes over all pairs that they are made of.
//!
//! A *pass* reduces one graph over one axis. The value is one pass; the gradient by a variable is another, which keeps
//! the axis of that variable; the gradients of all variables of one axis are a single pass over their concatenation,
//! which shares the values that they have in common. A parameter's gradient is summed over the rows of the result in
//! the end.

mod passes;
mod plan;
mod symbolic;

pub use passes::{Pass, compile};
pub use plan::{Derivatives, Form, Method, Output, Part, PassPlan, Plan};
pub use symbolic::{MatrixPart, MatrixPass, PRODUCT_WIDTH, compile_matrix_pass, gradient_variables, matrix_passes};
