//! All errors of a formula are reported at once.

use keops::formula;

fn main() {
    let _ = formula!("Expp(x) + Extract(x, 2, 2) * q + (x | z)", x = Vi(3), z = Vj(2), reduction = Summ, axis = 1);
}
