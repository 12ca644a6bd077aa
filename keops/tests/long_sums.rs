//! Long sums in single precision, by each scheme, against sums in twice the precision.

use keops::scheme::Scheme;
use keops::{SumScheme, formula};
use ndarray::{Array2, Zip};

/// Terms of a long sum.
const TERMS: usize = 10_000_000;

/// Numbers in [-1, 1), pseudo-random.
fn numbers(count: usize, seed: u64) -> Array2<f32> {
    let mut state = seed;
    Array2::from_shape_simple_fn((count, 1), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f64 / 2f64.powi(23) - 1.0) as f32
    })
}

/// The sum of numbers, rounded once: in `f64`, with the error of each addition summed too (Neumaier 1974).
fn exact(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut error) = (0.0, 0.0);
    for term in terms {
        let next: f64 = sum + term;
        error += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + error
}

/// The largest relative error.
fn error(results: &Array2<f32>, expected: f64) -> f64 {
    results.iter().map(|&result| (f64::from(result) - expected).abs() / expected.abs()).fold(0.0, f64::max)
}

/// Errors of one scheme: of a plain sum, of a log-sum-exp and of a soft-max mean.
#[derive(Debug)]
struct Errors {
    sum: f64,
    log_sum_exp: f64,
    mean: f64,
}

struct LongSums {
    /// The kept index: a factor 1 for each row.
    ones: Array2<f32>,
    /// Terms of either sign.
    b: Array2<f32>,
    /// Scores.
    f: Array2<f32>,
    expected: Errors,
}

impl LongSums {
    /// Sums for one row have their columns cut into parts, those for many rows have not.
    fn new(rows: usize) -> Self {
        let (b, f) = (numbers(TERMS / rows, 9), numbers(TERMS / rows, 10));
        let b64 = b.mapv(f64::from);
        let weights = f.mapv(|f| f64::from(f).exp());
        let total = exact(weights.iter().copied());
        let mean = exact(Zip::from(&weights).and(&b64).map_collect(|w, b| w * b).into_iter()) / total;
        let expected = Errors { sum: exact(b64.iter().copied()), log_sum_exp: total.ln(), mean };
        Self { ones: Array2::ones((rows, 1)), b, f, expected }
    }

    fn errors(
        &self,
        sum: impl Fn(&Array2<f32>, &Array2<f32>) -> Array2<f32>,
        log_sum_exp: impl Fn(&Array2<f32>, &Array2<f32>) -> Array2<f32>,
        mean: impl Fn(&Array2<f32>, &Array2<f32>, &Array2<f32>) -> Array2<f32>,
    ) -> Errors {
        Errors {
            sum: error(&sum(&self.ones, &self.b), self.expected.sum),
            log_sum_exp: error(&log_sum_exp(&self.ones, &self.f), self.expected.log_sum_exp),
            mean: error(&mean(&self.ones, &self.f, &self.b), self.expected.mean),
        }
    }
}

fn by<A: Scheme>(sums: &LongSums, scheme: A) -> Errors {
    let sum = formula!("x * b", x = Vi(1), b = Vj(1), derivatives = false).sum_scheme(scheme);
    let log = formula!("x * f", x = Vi(1), f = Vj(1), reduction = LogSumExp, derivatives = false).sum_scheme(scheme);
    let mean =
        formula!("x * f", x = Vi(1), f = Vj(1), b = Vj(1), reduction = SumSoftMaxWeight("b"), derivatives = false)
            .sum_scheme(scheme);
    let errors = sums.errors(
        |x, b| sum.call(x, b).unwrap(),
        |x, f| log.call(x, f).unwrap(),
        |x, f, b| mean.call(x, f, b).unwrap(),
    );
    let Errors { sum, log_sum_exp, mean } = errors;
    println!("  {scheme:?}: sum {sum:.1e}, LogSumExp {log_sum_exp:.1e}, SumSoftMaxWeight {mean:.1e}");
    errors
}

#[test]
fn ten_million_terms_of_either_sign_in_single_precision() {
    for rows in [1, 200] {
        let sums = LongSums::new(rows);
        println!("{} terms in f32, {rows} rows: relative errors", TERMS / rows);
        let direct = by(&sums, SumScheme::Direct);
        let block = by(&sums, SumScheme::Block);
        let kahan = by(&sums, SumScheme::Kahan);
        let double = by(&sums, keops::scheme::F64);
        // Half a unit in the last place is between 3e-8 and 6e-8.
        assert!(kahan.sum <= 6e-8 && double.sum <= 6e-8, "{kahan:?} {double:?}");
        assert!(block.sum <= 1e-5, "{block:?}");
        // The exponentials are in f32: their errors are left.
        for errors in [&block, &kahan, &double] {
            assert!(errors.log_sum_exp <= 3e-7 && errors.mean <= 1e-5, "{errors:?}");
        }
        // If this were as good, the others would be in vain.
        assert!(direct.sum > 2.0 * kahan.sum && direct.mean > 2.0 * kahan.mean, "{direct:?}");
    }
}

#[test]
fn infinities_and_nan_in_every_scheme() {
    let x = Array2::<f32>::ones((1, 1));
    let sum = formula!("x * b", x = Vi(1), b = Vj(1), derivatives = false);
    for (special, expected) in [
        (vec![f32::INFINITY], f32::INFINITY),
        (vec![f32::NEG_INFINITY], f32::NEG_INFINITY),
        (vec![f32::INFINITY, f32::NEG_INFINITY], f32::NAN),
        (vec![f32::NAN], f32::NAN),
        (vec![f32::MAX, f32::MAX], f32::INFINITY),
    ] {
        let mut b = Array2::<f32>::ones((2000, 1));
        for (n, &number) in special.iter().enumerate() {
            b[[700 * n + 5, 0]] = number;
        }
        let results = [
            sum.sum_scheme(SumScheme::Direct).call(&x, &b).unwrap(),
            sum.call(&x, &b).unwrap(),
            sum.sum_scheme(SumScheme::Kahan).call(&x, &b).unwrap(),
            sum.accumulate_f64().call(&x, &b).unwrap(),
        ];
        for result in results.map(|result| result[[0, 0]]) {
            assert!(result == expected || result.is_nan() && expected.is_nan(), "{special:?}: {result}");
        }
    }
}
