//! Recursions that cannot start.

use keops::formula;

fn main() {
    let _ = formula!("SoftDTW_SqDist(x, y, g)", x = Vi(3), y = Vj(4), g = Pm(2));
    let _ = formula!("BSpline(k, t, 3)", k = Pm(4), t = Vi(1));
    let _ = formula!("BSpline(k, t, 1)", k = Pm(4), t = Vi(2));
}
