//! Numbers that are none.

use keops::formula;

fn main() {
    let _ = formula!("1.2.3 * x", x = Vi(3), y = Vj(3));
    let _ = formula!("2x", x = Vi(3), y = Vj(3));
    let _ = formula!("x * 1e999", x = Vi(3), y = Vj(3));
    let _ = formula!("0 ** -1 * x", x = Vi(3), y = Vj(3));
}
