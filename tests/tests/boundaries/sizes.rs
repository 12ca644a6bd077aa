//! Sizes around every boundary: no rows, widths of registers and blocks, tiles, groups of blocks, parts.

use keops::formula;
use keops_tests::every_instruction_set;
use keops_tests::kernel::Number;
use ndarray::Array2;

use crate::points::{assert_close, dense, points, squared_distance, tolerance};

/// Around 2, 4, 8, 16 lanes, blocks of 1, 2, 4 vectors of them, and groups of 8 blocks.
const ROWS: [usize; 25] =
    [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 511, 513];

/// Around register tiles of 2 and 4 columns, and tiles of 512.
const COLUMNS: [usize; 14] = [0, 1, 2, 3, 4, 5, 7, 511, 512, 513, 1023, 1024, 1025, 1541];

/// Sizes at which few rows have their columns cut into parts of at least 4096.
const LONG: [usize; 6] = [4096, 8191, 8192, 8193, 12_289, 40_000];

fn each_size(mut test: impl FnMut(usize, usize)) {
    for rows in ROWS {
        for columns in [0, 1, 3, 34] {
            test(rows, columns);
        }
    }
    for columns in COLUMNS {
        for rows in [1, 17, 70] {
            test(rows, columns);
        }
    }
    for columns in LONG {
        for rows in [1, 5] {
            test(rows, columns);
        }
    }
}

fn gauss<T: Number>(rows: usize, columns: usize) {
    let (x, y) = (points::<T>(rows, 3, 1), points::<T>(columns, 3, 2));
    let b = points::<T>(columns, 1, 3).mapv(|b| T::rounded(b.exact().abs()));
    let term = |i: usize, j: usize| (-squared_distance(&x, i, &y, j)).exp() * b[[j, 0]].exact();
    let what = format!("{rows} x {columns}");

    let by_rows = formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(1));
    assert_close(&by_rows.call(&x, &y, &b).unwrap(), &dense(rows, columns, term), tolerance::<T>(), &what);
    let by_columns = formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(1), axis = 0);
    let sums = dense(columns, rows, |j, i| term(i, j));
    assert_close(&by_columns.call(&x, &y, &b).unwrap(), &sums, tolerance::<T>(), &what);
}

fn nearest<T: Number>(rows: usize, columns: usize) {
    // Coordinates on a coarse grid: distances are exact, and there are ties.
    let grid = |a: Array2<T>| a.mapv(|a| T::rounded((3.0 * a.exact()).round()));
    let (x, y) = (grid(points::<T>(rows, 2, 4)), grid(points::<T>(columns, 2, 5)));
    let nearest = formula!("SqDist(x,y)", x = Vi(2), y = Vj(2), reduction = ArgMin);
    let got = nearest.call(&x, &y).unwrap();
    assert_eq!(got.dim(), (rows, 1));
    for i in 0..rows {
        let mut best = (f64::INFINITY, columns);
        for j in 0..columns {
            let distance = squared_distance(&x, i, &y, j);
            if distance < best.0 {
                best = (distance, j);
            }
        }
        assert_eq!(got[[i, 0]], best.1, "{rows} x {columns}, row {i}");
    }
}

fn soft_maximum<T: Number>(rows: usize, columns: usize) {
    let (x, y) = (points::<T>(rows, 3, 6), points::<T>(columns, 3, 7));
    let formula = formula!("100*(x|y)", x = Vi(3), y = Vj(3), reduction = LogSumExp);
    let product =
        |i: usize, j: usize| 100.0 * x.row(i).iter().zip(y.row(j)).map(|(&a, &b)| a.exact() * b.exact()).sum::<f64>();
    let expected: Vec<f64> = (0..rows)
        .map(|i| {
            let max = (0..columns).map(|j| product(i, j)).fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = (0..columns).map(|j| (product(i, j) - max).exp()).sum();
            if columns == 0 { max } else { max + sum.ln() }
        })
        .collect();
    // Terms up to 300, so their rounding errors are 300 times larger.
    assert_close(&formula.call(&x, &y).unwrap(), &expected, 300.0 * tolerance::<T>(), &format!("{rows} x {columns}"));
}

every_instruction_set! {
    fn sums() {
        each_size(|rows, columns| {
            gauss::<f64>(rows, columns);
            gauss::<f32>(rows, columns);
        });
    }

    fn positions() {
        each_size(|rows, columns| {
            nearest::<f64>(rows, columns);
            nearest::<f32>(rows, columns);
        });
    }

    fn log_sums() {
        each_size(|rows, columns| {
            soft_maximum::<f64>(rows, columns);
            soft_maximum::<f32>(rows, columns);
        });
    }
}

#[test]
fn variables_of_one_kind_only() {
    let (x, none) = (points::<f64>(5, 2, 1), Array2::<f64>::zeros((0, 2)));
    // No column variable: there is one column.
    assert_eq!(formula!("x", x = Vi(2)).call(&x).unwrap(), x);
    assert_eq!(formula!("x", x = Vi(2)).call(&none).unwrap(), none);
    let total = formula!("y", y = Vj(2)).call(&x).unwrap();
    assert_eq!(total.dim(), (1, 2));
    assert_eq!(formula!("y", y = Vj(2)).call(&none).unwrap(), Array2::<f64>::zeros((1, 2)));
    assert_eq!(formula!("y", y = Vj(2), axis = 0).call(&x).unwrap(), x);
    assert_eq!(formula!("2*p", p = Pm(2)).call(&[1.0, 2.0]).unwrap(), ndarray::array![[2.0, 4.0]]);
    assert_eq!(formula!("IntCst(3)",).call::<f64>().unwrap(), ndarray::array![[3.0]]);
}

#[test]
fn unused_variables_fix_the_sizes() {
    let (x, y) = (points::<f64>(4, 2, 1), points::<f64>(7, 1, 2));
    assert_eq!(formula!("IntCst(1)", x = Vi(2), y = Vj(1)).call(&x, &y).unwrap(), Array2::from_elem((4, 1), 7.0));
    assert_eq!(formula!("I", x = Vi(2), y = Vj(1)).call(&x, &y).unwrap()[[3, 0]], 21.0);
    assert_eq!(formula!("J", x = Vi(2), y = Vj(1)).call(&x, &y).unwrap(), Array2::from_elem((4, 1), 21.0));
    assert_eq!(formula!("J", x = Vi(2), y = Vj(1), axis = 0).call(&x, &y).unwrap()[[6, 0]], 24.0);
}
