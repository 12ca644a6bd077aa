//! The compiled formulas. Each takes x, of the kept index, y and b, of the reduced one.

use keops_tests::kernel::Run;

/// A compiled reduction.
#[derive(Debug)]
pub(crate) struct Kernel<T> {
    /// Its name.
    pub(crate) reduction: &'static str,
    /// K; 1 for a reduction without.
    pub(crate) count: usize,
    /// The tokens between the brackets of `formula!(...)`, as text.
    pub(crate) call: &'static str,
    pub(crate) run: Run<T>,
}

mod written {
    //! By the build script.

    use keops::{Error, formula};
    use keops_core::eval::Reduced;
    use keops_tests::kernel::{Number, Outcome, Setting};
    use ndarray::Array2;

    use super::Kernel;

    include!(concat!(env!("OUT_DIR"), "/reductions.rs"));
    include!(concat!(env!("OUT_DIR"), "/reductions_of_many.rs"));
}

pub(crate) use written::{of_few, of_many, of_more, others};
