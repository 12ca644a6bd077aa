//! A squared distance in every dimension up to 20 and around the boundaries beyond: written out, folds, loops.

use keops::formula;
use keops_tests::every_instruction_set;
use keops_tests::kernel::Number;

use crate::points::{assert_close, dense, points, squared_distance, tolerance};

/// Rows and columns: more than a register tile of each, with a rest.
const ROWS: usize = 19;
const COLUMNS: usize = 7;

macro_rules! dimensions {
    ($($dim:literal)*) => {
        fn all<T: Number>() {
            $({
                let (x, y) = (points::<T>(ROWS, $dim, 1), points::<T>(COLUMNS, $dim, 2));
                let term = |i, j| (-squared_distance(&x, i, &y, j) / 16.0).exp();
                let kernel = formula!("Exp(-SqDist(x,y)/16)", x = Vi($dim), y = Vj($dim));
                // The exponent's error grows with its size, about D / 24.
                let tolerance = tolerance::<T>() * (1.0 + f64::from($dim) / 24.0);
                let expected = dense(ROWS, COLUMNS, term);
                assert_close(&kernel.call(&x, &y).unwrap(), &expected, tolerance, concat!("D = ", $dim));
            })*
        }
    };
}

dimensions!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 24 31 32 33 48 63 64 65 99 100 128 200 256 512 1024);

every_instruction_set! {
    fn squared_distances() {
        all::<f64>();
        all::<f32>();
    }
}
