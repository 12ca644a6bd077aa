//! Options that do not exist.

use keops::formula;

fn main() {
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), axes = 1);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), sum_scheme = Block);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduce = Sum);
}
