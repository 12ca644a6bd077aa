//! Random data for the variables of a formula.

use keops_core::check::Variable;
use keops_core::eval::Data;
use keops_core::graph::Axis;
use keops_core::parse::Category;
use ndarray::Array2;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::kernel::Number;

/// Numbers of rows and of columns: none, one, and those around the widths of registers and blocks.
const SIZES: [usize; 14] = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 65];

/// More pairs than this would keep the interpreter busy for no good.
const MOST_PAIRS: usize = 400;

/// Runs a test on data from a strategy: the same data in every run.
///
/// # Errors
/// What is wrong with the simplest data that fail, and these.
pub fn on_inputs(
    cases: u32,
    inputs: impl Strategy<Value = Vec<Data>>,
    test: impl Fn(&[Data]) -> Result<(), String>,
) -> Result<(), String> {
    let config = Config { cases, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&inputs, |data| test(&data).map_err(TestCaseError::fail));
    outcome.map_err(|error| match error {
        TestError::Fail(reason, data) => {
            let rows: Vec<usize> = data.iter().map(|data| data.rows).collect();
            let values: Vec<&[f64]> = data.iter().map(|data| &data.values[..data.values.len().min(12)]).collect();
            format!("{reason}; rows {rows:?}, values {values:?}")
        }
        TestError::Abort(reason) => reason.to_string(),
    })
}

/// Data for all variables: of one sign or of both, now and then whole or zero, so that there are ties. An axis without
/// any of the first `deciding` variables has one index.
pub fn inputs<T: Number>(variables: &[Variable], deciding: usize) -> impl Strategy<Value = Vec<Data>> + use<T> {
    let variables = variables.to_vec();
    let decided = |axis| variables[..deciding].iter().any(|variable| variable.category == Category::Indexed(axis));
    let one = [Axis::I, Axis::J].map(|axis| !decided(axis));
    let sizes = (prop::sample::select(&SIZES[..]), prop::sample::select(&SIZES[..]));
    let sizes = sizes.prop_map(move |(m, n)| (if one[0] { 1 } else { m }, if one[1] { 1 } else { n }));
    let sizes = sizes.prop_filter("too many pairs", |(m, n)| m * n <= MOST_PAIRS);
    (sizes, any::<bool>()).prop_flat_map(move |((m, n), positive)| {
        let one = move |category, dim: usize| {
            let rows = match category {
                Category::Indexed(Axis::I) => m,
                Category::Indexed(Axis::J) => n,
                Category::Parameter => 1,
            };
            prop::collection::vec(number::<T>(positive), rows * dim).prop_map(move |values| Data { rows, values })
        };
        variables.iter().map(|variable| one(variable.category, variable.dim)).collect::<Vec<_>>()
    })
}

fn number<T: Number>(positive: bool) -> impl Strategy<Value = f64> {
    let any = prop_oneof![10 => -2.0..2.0, 1 => Just(0.0), 1 => prop::sample::select(vec![-3.0, -1.0, 1.0, 2.0])];
    any.prop_map(move |x: f64| T::rounded(if positive { x.abs() + 0.125 } else { x }).exact())
}

/// Numbers in [-1, 1), the same for the same seed.
pub fn numbers<T: Number>(rows: usize, dim: usize, seed: u64) -> Array2<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array2::from_shape_simple_fn((rows, dim), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::rounded((state >> 40) as f64 / 2f64.powi(23) - 1.0)
    })
}
