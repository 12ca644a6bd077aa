//! A name, or a position, that is taken twice.

use keops::formula;

fn main() {
    let _ = formula!("x", x = Vi(3), x = Vj(3));
    let _ = formula!("x - y", x = Vi(0, 3), y = Vj(0, 3));
}
