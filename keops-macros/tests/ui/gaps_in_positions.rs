//! Positions are 0, 1, 2, ...

use keops::formula;

fn main() {
    let _ = formula!("Var(0,3,0) + Var(2,3,1)");
    let _ = formula!("x + y", x = Vi(0, 3), y = Vj(5, 3));
    let _ = formula!("Var(99,3,0)");
    let _ = formula!("Var(x,3,0)", x = Vi(3));
    let _ = formula!("Var(0,3,7)");
}
