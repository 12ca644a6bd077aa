//! The same position with two meanings.

use keops::formula;

fn main() {
    let _ = formula!("Var(0,3,0) + Var(0,3,1)");
    let _ = formula!("Var(0,3,0) + Var(0,2,0)");
    let _ = formula!("x + Var(0,3,1)", x = Vi(3));
}
