//! A scalar product of different dimensions.

use keops::formula;

fn main() {
    let _ = formula!("(x | z)", x = Vi(3), z = Vj(2));
    let _ = formula!("Scalprod(x, z)", x = Vi(3), z = Vj(2));
}
