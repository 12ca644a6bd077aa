//! Data that are hard for a reduction.

use keops_core::eval::Data;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// The dimension of x and of y.
pub(crate) const DIM: usize = 3;

/// The dimension of the weights b.
pub(crate) const WEIGHTS: usize = 2;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// How the values of a component of y follow each other. All are integers, so that terms are exact in any precision.
#[derive(Clone, Copy, Debug)]
enum Order {
    Few,
    Ascending,
    Two,
    Constant,
    Descending,
    OrganPipe,
    Shuffled,
    Stairs,
    Zeros,
}

const ORDERS: [Order; 9] = [
    Order::Few,
    Order::Ascending,
    Order::Two,
    Order::Constant,
    Order::Descending,
    Order::OrganPipe,
    Order::Shuffled,
    Order::Stairs,
    Order::Zeros,
];

impl Order {
    fn value(self, at: usize, len: usize, rng: &mut TestRng) -> f64 {
        let (position, len) = (at as f64, len as f64);
        match self {
            Self::Few => pick(&[-2.0, -1.0, -0.0, 0.0, 1.0, 2.0, 3.0], rng),
            Self::Ascending => position - (len / 2.0).floor(),
            Self::Two => pick(&[1.0, 2.0], rng),
            Self::Constant => 1.0,
            Self::Descending => (len / 2.0).floor() - position,
            Self::OrganPipe => position.min(len - position),
            Self::Shuffled => (rng.next_u32() % 4001) as f64 - 2000.0,
            Self::Stairs => (position / 7.0).floor(),
            Self::Zeros => pick(&[-0.0, 0.0], rng),
        }
    }
}

/// What takes the place of some values.
const SPECIAL: [&[f64]; 6] = [&[-INF], &[INF], &[NAN], &[-INF, INF], &[-0.0, 0.0], &[-INF, INF, NAN]];

/// How many in 64 are replaced.
const RATES: [u32; 6] = [0, 0, 1, 8, 60, 64];

fn pick(values: &[f64], rng: &mut TestRng) -> f64 {
    values[rng.next_u32() as usize % values.len()]
}

/// Runs a test on data of `m` rows of x and `n` of y and b: the same in every run, and others for each size.
///
/// # Panics
/// When the test fails: with its reason, and the simplest data.
pub(crate) fn on_data(m: usize, n: usize, cases: u32, test: impl Fn(&[Data]) -> Result<(), String>) {
    let config = Config { cases, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&(m as u64).to_le_bytes());
    seed[8..16].copy_from_slice(&(n as u64).to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    match runner.run(&data(m, n), |data| test(&data).map_err(TestCaseError::fail)) {
        Ok(()) => {}
        Err(TestError::Fail(reason, data)) => {
            let start = |data: &Data| data.values[..data.values.len().min(24)].to_vec();
            panic!("{reason}\n{m} x {n}, the first of x, y, b: {:?}", data.iter().map(start).collect::<Vec<_>>());
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// `m` rows of x, `n` rows of y and of the weights b.
///
/// The formulas are `x * y`, so that the sign of x turns the order of the terms around: neighbouring rows have
/// different ones.
fn data(m: usize, n: usize) -> impl Strategy<Value = Vec<Data>> {
    let kinds = (any::<Index>(), select(&SPECIAL[..]), select(&RATES[..]), select(&RATES[..4]));
    kinds.prop_perturb(move |(order, special, rate, weight_rate), mut rng| {
        let rng = &mut rng;
        let replaced = |value, special: &[f64], rate, rng: &mut TestRng| {
            if rng.next_u32() % 64 < rate { pick(special, rng) } else { value }
        };
        let x = (0..m * DIM).map(|_| {
            let value = pick(&[-2.0, -1.0, 1.0, 2.0], rng);
            replaced(value, &[-INF, -0.0, 0.0, INF, NAN], 4, rng)
        });
        let x = Data { rows: m, values: x.collect() };
        let y = (0..n * DIM).map(|k| {
            let order = ORDERS[(order.index(ORDERS.len()) + k % DIM) % ORDERS.len()];
            let value = order.value(k / DIM, n, rng);
            replaced(value, special, rate, rng)
        });
        let y = Data { rows: n, values: y.collect() };
        let b = (0..n * WEIGHTS).map(|k| {
            // The second weight has both signs.
            let weights: &[f64] = if k % 2 == 0 { &[0.0, 1.0, 2.0, 3.0] } else { &[-1.0, 0.0, 2.0] };
            let value = pick(weights, rng);
            replaced(value, &[NAN], weight_rate / 8, rng)
        });
        let b = Data { rows: n, values: b.collect() };
        vec![x, y, b]
    })
}
