//! Differential operators are still to come.

use keops::formula;

fn main() {
    let _ = formula!("Grad(SqDist(x, y), x, IntCst(1))", x = Vi(3), y = Vj(3));
}
