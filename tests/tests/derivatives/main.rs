//! Derivatives through the interpreter: against differences of values, against each other, against closed forms, and
//! at the points where a function has none.
//!
//! The interpreter evaluates a derivative as the graph that the compiler makes of it, node by node, so here nothing is
//! compiled and hundreds of formulas are cheap. That kernels agree with the interpreter is tested elsewhere.

mod adjoint;
mod compare;
mod differences;
mod expression;
mod linear;
mod operators;
#[allow(dead_code, reason = "shared with the build script")]
#[path = "../../build/random.rs"]
mod random;
mod rules;
mod second;
mod simplified;
mod subjects;
mod traces;
