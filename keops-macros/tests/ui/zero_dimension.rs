//! Vectors have at least one entry.

use keops::formula;

fn main() {
    let _ = formula!("x", x = Vi(0));
    let _ = formula!("Var(0, 0, 0)");
}
