//! What the reductions mean: plain loops in double precision.

use std::cmp::Ordering;

use keops_core::eval::Data;
use keops_tests::kernel::Number;

use crate::data::{DIM, WEIGHTS};
use crate::kernels::Kernel;

/// So many terms the library adds one by one.
const TILE: usize = 512;

/// The terms that the reference adds one by one: its own errors should not count.
const BLOCK: usize = 64;

/// What is expected of an entry of a result.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expected {
    /// This number, of this sign if it is a zero.
    Exactly(f64),
    /// This one, wrong by so much at most. An infinity is never near a number.
    Near(f64, f64),
    /// It depends on rounding: a logarithm of what is zero but for errors.
    Anything,
}

/// What rounding does to a number type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    /// Relative error of an operation.
    rounding: f64,
    /// Smaller numbers may be lost.
    tiny: f64,
    /// Error of the difference of two scores, relative to the larger: not 0 where scores are multiplied with
    /// log2(e) before one is subtracted from the other.
    scores: f64,
}

impl Precision {
    pub(crate) fn of<T: Number>() -> Self {
        let single = T::ROUNDING > 1e-10;
        Self {
            rounding: T::ROUNDING,
            tiny: if single { f32::MIN_POSITIVE.into() } else { f64::MIN_POSITIVE },
            scores: 0.0,
        }
    }

    /// The same with what is less precise on GPUs.
    pub(crate) fn on_a_gpu(self) -> Self {
        Self { scores: self.rounding, ..self }
    }

    /// The error of a sum of `terms` terms, whose absolute values have this sum. The library adds up to [`TILE`] of them
    /// without compensation, and where they take few values the errors do not average out.
    fn error(self, absolute: f64, terms: usize) -> f64 {
        TILE as f64 * self.rounding * absolute + self.tiny * terms as f64
    }
}

/// All terms of one kept index.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// The number of terms.
    len: usize,
    x: &'a [f64],
    y: &'a [f64],
    b: &'a [f64],
    /// For each component of `x * y`, the positions of the terms from the smallest to the largest, the first of equals
    /// before the others, without NaN and +inf; and the other way round, without NaN and -inf.
    orders: [[Vec<usize>; DIM]; 2],
}

impl<'a> Row<'a> {
    /// The rows of some data.
    pub(crate) fn all(data: &'a [Data]) -> Vec<Self> {
        let [x, y, b] = data else { unreachable!("there are three variables") };
        x.values.chunks(DIM).map(|x| Self::new(x, y, b)).collect()
    }

    fn new(x: &'a [f64], y: &'a Data, b: &'a Data) -> Self {
        let mut row = Self { len: y.rows, x, y: &y.values, b: &b.values, orders: Default::default() };
        row.orders = [false, true].map(|largest| std::array::from_fn(|component| row.order(component, largest)));
        row
    }

    /// Entry `component` of `x * y`.
    fn product(&self, component: usize, position: usize) -> f64 {
        self.x[component] * self.y[position * DIM + component]
    }

    fn order(&self, component: usize, largest: bool) -> Vec<usize> {
        let sign = if largest { -1.0 } else { 1.0 };
        let terms: Vec<f64> = (0..self.len).map(|position| sign * self.product(component, position)).collect();
        let mut order: Vec<usize> = (0..self.len).filter(|&position| terms[position] < f64::INFINITY).collect();
        // This sort keeps equals in order. Zeros of both signs are equal.
        order.sort_by(|&a, &b| terms[a].partial_cmp(&terms[b]).unwrap_or(Ordering::Equal));
        order
    }

    /// What a reduction of this row gives: one vector, or two, values and positions.
    pub(crate) fn results<T>(&self, kernel: &Kernel<T>, precision: Precision) -> Vec<Vec<Expected>> {
        let components = 0..DIM;
        match kernel.reduction {
            "Sum" => vec![components.map(|component| self.sum(component, 1.0, precision)).collect()],
            "Mean" => vec![components.map(|component| self.sum(component, self.len as f64, precision)).collect()],
            "Count" => vec![components.map(|component| self.number_of_terms_not_zero(component)).collect()],
            "LogSumExp" => vec![vec![self.logarithm(|_| 1.0, precision)]],
            "LogSumExpWeight" => {
                vec![(0..WEIGHTS).map(|k| self.logarithm(|position| self.weight(position, k), precision)).collect()]
            }
            "SumSoftMaxWeight" => vec![(0..WEIGHTS).map(|k| self.weighted_mean(k, precision)).collect()],
            "Max_SumShiftExp" => {
                let sum = self.shifted_sum(|_| 1.0, precision);
                vec![vec![Expected::Exactly(self.highest()), Expected::Near(sum.value, sum.error)]]
            }
            "Max_SumShiftExpWeight" => {
                let sums = (0..WEIGHTS).map(|k| self.shifted_sum(|position| self.weight(position, k), precision));
                let sums = sums.map(|sum| Expected::Near(sum.value, sum.error));
                vec![std::iter::once(Expected::Exactly(self.highest())).chain(sums).collect()]
            }
            name => self.best(name, kernel.count),
        }
    }

    /// The best terms, their positions, or both, as the name of the reduction says.
    fn best(&self, reduction: &str, count: usize) -> Vec<Vec<Expected>> {
        let largest = reduction.contains("Max");
        let orders = &self.orders[usize::from(largest)];
        let none = if largest { f64::NEG_INFINITY } else { f64::INFINITY };
        let places = || (0..count).flat_map(|k| (0..DIM).map(move |component| (component, orders[component].get(k))));
        let value = |(component, place): (usize, Option<&usize>)| {
            Expected::Exactly(place.map_or(none, |&position| self.product(component, position)))
        };
        let position = |(_, place): (usize, Option<&usize>)| Expected::Exactly(*place.unwrap_or(&self.len) as f64);
        let mut results = Vec::new();
        if !reduction.starts_with("Arg") {
            results.push(places().map(value).collect());
        }
        if reduction.contains("Arg") {
            results.push(places().map(position).collect());
        }
        results
    }

    /// The sum of `x + y`, divided by a number.
    fn sum(&self, component: usize, divisor: f64, precision: Precision) -> Expected {
        let (mut sum, mut absolute) = (0.0, 0.0);
        for position in 0..self.len {
            let term = self.x[component] + self.y[position * DIM + component];
            sum += term;
            absolute += term.abs();
        }
        // Integers of this size and their sums are exact.
        let exact = divisor == 1.0 && absolute * precision.rounding <= 1.0;
        let error = if exact { 0.0 } else { precision.error(absolute, self.len) / divisor };
        if self.len == 0 { Expected::Near(0.0, 0.0) } else { Expected::Near(sum / divisor, error) }
    }

    fn number_of_terms_not_zero(&self, component: usize) -> Expected {
        let count = (0..self.len).filter(|&position| self.product(component, position) != 0.0).count();
        Expected::Exactly(count as f64)
    }

    fn weight(&self, position: usize, component: usize) -> f64 {
        self.b[position * WEIGHTS + component]
    }

    /// The largest score; a NaN is none.
    fn highest(&self) -> f64 {
        let first = self.orders[1][0].first();
        first.map_or(f64::NEG_INFINITY, |&position| self.product(0, position))
    }

    /// The sum of `exp(score - highest) * weight`.
    fn shifted_sum(&self, weight: impl Fn(usize) -> f64, precision: Precision) -> Sum {
        let highest = self.highest();
        let exponential = |score: f64| {
            if score == f64::INFINITY {
                f64::INFINITY
            } else if score == f64::NEG_INFINITY {
                0.0
            } else {
                (score - highest).exp()
            }
        };
        let terms: Vec<f64> =
            (0..self.len).map(|position| exponential(self.product(0, position)) * weight(position)).collect();
        let absolute: f64 = terms.iter().map(|term| term.abs()).sum();
        let value = terms.chunks(BLOCK).map(|block| block.iter().sum::<f64>()).sum();
        let scores = if highest.is_finite() { precision.scores * highest.abs() * absolute } else { 0.0 };
        Sum { value, error: precision.error(absolute, self.len) + scores }
    }

    fn logarithm(&self, weight: impl Fn(usize) -> f64, precision: Precision) -> Expected {
        let Sum { value, error } = self.shifted_sum(weight, precision);
        let highest = self.highest();
        if value == 0.0 && error <= precision.tiny * self.len as f64 {
            Expected::Near(f64::NEG_INFINITY, 0.0)
        } else if !value.is_finite() {
            Expected::Near(value.ln(), 0.0)
        } else if value.abs() <= 2.0 * error {
            Expected::Anything
        } else {
            let result = highest + value.ln();
            // The errors of the sum, and of the number that is added to its logarithm.
            Expected::Near(
                result,
                2.0 * error / value.abs() + 4.0 * precision.rounding * (highest.abs() + result.abs()),
            )
        }
    }

    fn weighted_mean(&self, component: usize, precision: Precision) -> Expected {
        let sum = self.shifted_sum(|position| self.weight(position, component), precision);
        let all = self.shifted_sum(|_| 1.0, precision);
        if all.value == 0.0 {
            return Expected::Near(0.0, 0.0);
        }
        let mean = sum.value / all.value;
        Expected::Near(mean, (sum.error + all.error * mean.abs()) / all.value)
    }
}

/// A sum and its error.
struct Sum {
    value: f64,
    error: f64,
}
