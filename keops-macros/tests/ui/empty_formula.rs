//! There must be a formula.

use keops::formula;

fn main() {
    let _ = formula!("", x = Vi(3), y = Vj(3));
    let _ = formula!();
    let _ = formula!("  ");
    let _ = formula!(, x = Vi(3), y = Vj(3));
}
