//! The methods of formulas that compute derivatives, on compiled kernels.

mod agreement;
mod arguments;
mod differences;
mod edges;
mod table;
