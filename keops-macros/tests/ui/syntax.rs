//! What is not a formula.

use keops::formula;

fn main() {
    let _ = formula!("x +", x = Vi(3), y = Vj(3));
    let _ = formula!("x y", x = Vi(3), y = Vj(3));
    let _ = formula!("x % y", x = Vi(3), y = Vj(3));
    let _ = formula!("x = y", x = Vi(3), y = Vj(3));
    let _ = formula!("x and y", x = Vi(3), y = Vj(3));
    let _ = formula!("x ^ 2", x = Vi(3), y = Vj(3));
    let _ = formula!("x.sum()", x = Vi(3), y = Vj(3));
    let _ = formula!("(x - y).abs() * 'a'", x = Vi(3), y = Vj(3));
    let _ = formula!("x @ y", x = Vi(3), y = Vj(3));
}
