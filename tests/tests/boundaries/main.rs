//! The edges of what the library promises: sizes around every boundary of its plan, infinities and NaN, every kind of
//! argument, numbers of threads, accuracy of long sums, dimensions from 1 to 1024.

mod arguments;
mod dimensions;
mod messages;
mod points;
mod sizes;
mod threads;
mod values;
