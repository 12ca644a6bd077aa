//! The schemes of sums, against sums in twice the precision.

use keops::scheme::{Block, Direct, F64, Kahan, Scheme};
use keops::{Device, formula};
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::{Array1, Array2, Axis, aview1};

/// A single part of the columns, a part with columns that fill no tile, several parts.
const TERMS: [usize; 3] = [40, 1001, 7001];

/// The sum of numbers, rounded once: with the error of each addition summed too (Neumaier 1974).
fn exact(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut error) = (0.0, 0.0);
    for term in terms {
        let next: f64 = sum + term;
        error += if f64::abs(sum) >= f64::abs(term) { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + error
}

/// Large terms that cancel, between small ones of either sign.
fn terms<T: Number>(count: usize) -> Array2<T> {
    let mut terms = numbers::<T>(count, 1, 5);
    let large = T::rounded(0.3 / T::ROUNDING);
    terms[[1, 0]] = large;
    terms[[count / 2, 0]] = large;
    terms[[count - 3, 0]] = T::rounded(-0.3 / T::ROUNDING);
    terms[[count - 2, 0]] = T::rounded(-0.3 / T::ROUNDING);
    terms
}

/// The results of all reductions that add, each divided by what it should be, minus 1: the largest for each. The scores of the
/// weighted ones are logarithms of powers of two, so that what is left are the errors of sums.
#[derive(Debug)]
struct Errors {
    sum: f64,
    many: f64,
    mean: f64,
    log_sum_exp: f64,
    soft_max: f64,
    max_sum: f64,
}

impl Errors {
    fn largest(&self) -> f64 {
        let Self { sum, many, mean, log_sum_exp, soft_max, max_sum } = *self;
        [sum, many, mean, log_sum_exp, soft_max, max_sum].into_iter().fold(0.0, f64::max)
    }
}

fn errors<T: Number, A: Scheme>(device: Device, scheme: A, count: usize) -> Errors {
    let sum = formula!("x*b", x = Vi(1), b = Vj(1), derivatives = false);
    let many = formula!("x*Concat(b,c)", x = Vi(1), b = Vj(1), c = Vj(19), derivatives = false);
    let mean = formula!("x*b", x = Vi(1), b = Vj(1), reduction = Mean, derivatives = false);
    let log = formula!("x*s", x = Vi(1), s = Vj(1), reduction = LogSumExp, derivatives = false);
    let soft_max =
        formula!("x*s", x = Vi(1), s = Vj(1), b = Vj(1), reduction = SumSoftMaxWeight("b"), derivatives = false);
    let max_sum = formula!("x*s", x = Vi(1), s = Vj(1), reduction = Max_SumShiftExp, derivatives = false);

    let (x, b) = (&Array2::<T>::from_elem((3, 1), T::rounded(1.0)), &terms::<T>(count));
    let c = &numbers::<T>(count, 19, 6);
    let s = &Array2::<T>::from_elem((count, 1), T::rounded(0.0));
    let wide = |all: &Array2<T>| -> Vec<f64> {
        all.axis_iter(Axis(1)).map(|column| exact(column.iter().map(|&term| term.exact()))).collect()
    };
    let relative = |found: Array2<T>, expected: &[f64]| -> f64 {
        assert_eq!(found.dim(), (3, expected.len()));
        let error = |found: T, expected: f64| (found.exact() - expected).abs() / expected.abs();
        let rows = found.outer_iter();
        rows.flat_map(|row| {
            Array1::from_iter(row.iter().zip(expected).map(|(&found, &expected)| error(found, expected)))
        })
        .fold(0.0, f64::max)
    };
    let total = wide(b);
    let length = count as f64;
    let of_many: Vec<f64> = total.iter().copied().chain(wide(c)).collect();
    let of_mean: Vec<f64> = aview1(&total).mapv(|sum| sum / length).to_vec();
    Errors {
        sum: relative(sum.sum_scheme(scheme).on(device).call(x, b).unwrap(), &total),
        many: relative(many.sum_scheme(scheme).on(device).call(x, b, c).unwrap(), &of_many),
        mean: relative(mean.sum_scheme(scheme).on(device).call(x, b).unwrap(), &of_mean),
        log_sum_exp: relative(log.sum_scheme(scheme).on(device).call(x, s).unwrap(), &[length.ln()]),
        soft_max: relative(soft_max.sum_scheme(scheme).on(device).call(x, s, b).unwrap(), &of_mean),
        max_sum: {
            // The maximum, which is 0, and the sum.
            let found = max_sum.sum_scheme(scheme).on(device).call(x, s).unwrap();
            assert!(found.column(0).iter().all(|maximum| maximum.exact() == 0.0), "{found:?}");
            relative(found.slice_axis(Axis(1), (1..2).into()).to_owned(), &[length])
        },
    }
}

fn long_sums<T: Number>(device: Device) {
    for count in TERMS {
        let kahan = errors::<T, _>(device, Kahan, count);
        let double = errors::<T, _>(device, F64, count);
        let direct = errors::<T, _>(device, Direct, count);
        let block = errors::<T, _>(device, Block, count);
        println!("{count} terms: {kahan:?}\n  F64 {double:?}\n  Direct {direct:?}\n  Block {block:?}");
        // Kahan's: the errors of additions, of a size of those of the small terms, are summed with errors of their own.
        assert!(kahan.largest() <= 32.0 * T::ROUNDING, "{count} terms: {kahan:?}");
        // One rounding for a sum, a few for what is computed of it. Where the terms are in f64 it is a plain sum.
        let is_wider = T::ROUNDING > f64::EPSILON;
        assert!(!is_wider || double.largest() <= 4.0 * T::ROUNDING, "{count} terms: {double:?}");
        // In plain sums and within blocks the large terms swallow the small ones.
        assert!(direct.sum > 0.01 && direct.many > 0.01 && direct.mean > 0.01, "{count} terms: {direct:?}");
        assert!(direct.soft_max > 0.01 && block.sum > 0.01, "{count} terms: {direct:?}, {block:?}");
    }
}

/// Gradients are sums too.
fn derivatives<T: Number>(device: Device) {
    let f = formula!("Sin(x)*Square(b)", x = Vi(1), b = Vj(1));
    let (x, b) = (&numbers::<T>(150, 1, 1), &numbers::<T>(2100, 1, 2));
    let (e, h) = (&numbers::<T>(150, 1, 3), &numbers::<T>(2100, 1, 4));
    let tolerance = crate::tolerance::<T>();
    macro_rules! agree_by {
        ($($scheme:expr),*) => {$(
            let [here, there] = [device, Device::Cpu].map(|device| f.sum_scheme($scheme).on(device));
            gpu::assert_agree("grad_x", here.value_and_grad_x(x, b, e), there.value_and_grad_x(x, b, e), tolerance);
            gpu::assert_agree("grad_b", here.grad_b(x, b, e), there.grad_b(x, b, e), tolerance);
            gpu::assert_agree("jvp_b", here.jvp_b(x, b, h), there.jvp_b(x, b, h), tolerance);
        )*};
    }
    agree_by!(Direct, Kahan, F64);
}

/// Infinities and NaN spoil no sum that they are not part of, and no error term spoils an infinity.
fn special_values<T: Number>(device: Device) {
    let sum = formula!("x*b", x = Vi(1), b = Vj(1), derivatives = false);
    let x = &Array2::<T>::from_elem((1, 1), T::rounded(1.0));
    for (special, expected) in [
        (vec![f64::INFINITY], f64::INFINITY),
        (vec![f64::NEG_INFINITY], f64::NEG_INFINITY),
        (vec![f64::INFINITY, f64::NEG_INFINITY], f64::NAN),
        (vec![f64::NAN], f64::NAN),
    ] {
        let mut b = Array2::<T>::from_elem((2500, 1), T::rounded(1.0));
        for (n, &number) in special.iter().enumerate() {
            b[[1700 * n + 5, 0]] = T::rounded(number);
        }
        let results = [
            sum.on(device).sum_scheme(Direct).call(x, &b).unwrap(),
            sum.on(device).sum_scheme(Kahan).call(x, &b).unwrap(),
            sum.on(device).accumulate_f64().call(x, &b).unwrap(),
        ];
        for result in results.map(|result| result[[0, 0]].exact()) {
            assert!(result == expected || result.is_nan() && expected.is_nan(), "{special:?}: {result}");
        }
    }
}

/// Runs a test in both precisions.
fn run(what: &str, double: fn(Device), single: fn(Device)) {
    let Some(device) = gpu::device(what) else { return };
    double(device);
    single(device);
}

#[test]
fn long_sums_of_mixed_sign() {
    run("sum schemes", long_sums::<f64>, long_sums::<f32>);
}

#[test]
fn gradients_by_every_scheme() {
    run("sum schemes of gradients", derivatives::<f64>, derivatives::<f32>);
}

#[test]
fn infinities_and_nan_by_every_scheme() {
    run("sum schemes with special values", special_values::<f64>, special_values::<f32>);
}
