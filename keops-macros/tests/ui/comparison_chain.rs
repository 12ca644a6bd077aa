//! Comparisons are not chained.

use keops::formula;

fn main() {
    let _ = formula!("0 < x < 1", x = Vi(3), y = Vj(3));
    let _ = formula!(0 <= x <= 1, x = Vi(3), y = Vj(3));
}
