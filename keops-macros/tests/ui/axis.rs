//! The axis is 0 or 1.

use keops::formula;

fn main() {
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), axis = 2);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), axis = -1);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), axis = i);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), axis = 0, axis = 1);
}
