//! Infinities, NaN and ties.

use keops::formula;
use keops_tests::every_instruction_set;
use keops_tests::kernel::Number;
use ndarray::Array2;

/// A column of numbers; the formulas below reduce `x + y` for x = 0.
fn column<T: Number>(values: &[f64]) -> Array2<T> {
    Array2::from_shape_fn((values.len(), 1), |(row, _)| T::rounded(values[row]))
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn log_sum<T: Number>(values: &[f64], expected: f64) {
    let formula = formula!("x + y", x = Vi(1), y = Vj(1), reduction = LogSumExp);
    let got = formula.call(&column::<T>(&[0.0; 3]), &column::<T>(values)).unwrap();
    for got in got.iter().map(|got| got.exact()) {
        let near = (got - expected).abs() <= 8.0 * T::ROUNDING * (1.0 + expected.abs());
        assert!(
            got == expected || near || (got.is_nan() && expected.is_nan()),
            "{values:?}: {got}, expected {expected}"
        );
    }
}

fn position<T: Number>(values: &[f64], expected: usize) {
    let formula = formula!("x + y", x = Vi(1), y = Vj(1), reduction = ArgMin);
    let got = formula.call(&column::<T>(&[0.0; 3]), &column::<T>(values)).unwrap();
    assert!(got.iter().all(|&got| got == expected), "{values:?}: {got}, expected {expected}");
}

fn sum<T: Number>(values: &[f64], expected: f64) {
    let formula = formula!("x + y", x = Vi(1), y = Vj(1));
    let got = formula.call(&column::<T>(&[0.0; 3]), &column::<T>(values)).unwrap();
    for got in got.iter().map(|got| got.exact()) {
        assert!(got == expected || (got.is_nan() && expected.is_nan()), "{values:?}: {got}, expected {expected}");
    }
}

fn log_sums<T: Number>() {
    log_sum::<T>(&[], -INF);
    log_sum::<T>(&[-INF], -INF);
    log_sum::<T>(&[-INF, -INF, -INF], -INF);
    log_sum::<T>(&[-INF, 1.0, -INF], 1.0);
    log_sum::<T>(&[1.0, -INF], 1.0);
    log_sum::<T>(&[INF], INF);
    log_sum::<T>(&[1.0, INF, 2.0], INF);
    log_sum::<T>(&[INF, INF, -INF], INF);
    log_sum::<T>(&[-INF, INF], INF);
    log_sum::<T>(&[NAN], NAN);
    log_sum::<T>(&[1.0, NAN, 2.0], NAN);
    log_sum::<T>(&[NAN, INF], NAN);
    log_sum::<T>(&[-INF, NAN], NAN);
    log_sum::<T>(&[1000.0, 1000.0], 1000.0 + 2f64.ln());
    log_sum::<T>(&[-1e30, -1e30], -1e30);
    log_sum::<T>(&[-1e30, 1e30], 1e30);
    let mut long = vec![-INF; 5000];
    log_sum::<T>(&long, -INF);
    long[4500] = 3.0;
    log_sum::<T>(&long, 3.0);
    long[4700] = INF;
    log_sum::<T>(&long, INF);
    long[10] = NAN;
    log_sum::<T>(&long, NAN);
}

fn positions<T: Number>() {
    position::<T>(&[], 0);
    position::<T>(&[INF, INF], 2);
    position::<T>(&[NAN, NAN, NAN], 3);
    position::<T>(&[NAN, INF], 2);
    position::<T>(&[NAN, 1.0, NAN, 0.5], 3);
    position::<T>(&[1.0, NAN, 1.0], 0);
    position::<T>(&[INF, 7.0], 1);
    position::<T>(&[-INF, -INF], 0);
    position::<T>(&[0.0, -0.0], 0);
    let mut long = vec![2.0; 9000];
    position::<T>(&long, 0);
    long[513] = 1.0;
    long[4999] = 1.0;
    position::<T>(&long, 513);
    position::<T>(&vec![NAN; 9000], 9000);
}

fn sums<T: Number>() {
    sum::<T>(&[], 0.0);
    sum::<T>(&[INF, 1.0], INF);
    sum::<T>(&[-INF, 1.0], -INF);
    sum::<T>(&[INF, -INF], NAN);
    sum::<T>(&[NAN, 1.0], NAN);
    let mut long = vec![1.0; 9000];
    sum::<T>(&long, 9000.0);
    long[600] = INF;
    sum::<T>(&long, INF);
    long[8999] = -INF;
    sum::<T>(&long, NAN);
    long = vec![1.0; 9000];
    long[7000] = NAN;
    sum::<T>(&long, NAN);
}

/// The tail of a block repeats the last row: a row of NaN must not reach its neighbours.
fn rows_do_not_mix<T: Number>() {
    for rows in [1, 5, 17, 70] {
        let mut x = vec![1.0; rows];
        x[rows - 1] = NAN;
        let got = formula!("x * y", x = Vi(1), y = Vj(1)).call(&column::<T>(&x), &column::<T>(&[2.0, 3.0])).unwrap();
        assert!(got[[rows - 1, 0]].exact().is_nan());
        assert!(got.iter().take(rows - 1).all(|got| got.exact() == 5.0));
    }
}

every_instruction_set! {
    fn of_log_sum_exp() {
        log_sums::<f64>();
        log_sums::<f32>();
    }

    fn of_arg_min() {
        positions::<f64>();
        positions::<f32>();
    }

    fn of_sum() {
        sums::<f64>();
        sums::<f32>();
    }

    fn row_by_row() {
        rows_do_not_mix::<f64>();
        rows_do_not_mix::<f32>();
    }
}
