//! A variable that is not declared.

use keops::formula;

fn main() {
    let _ = formula!("Exp(-SqDist(x, z)) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    let _ = formula!(Exp(-SqDist(x, sigam)), x = Vi(3), y = Vj(3), sigma = Pm(1));
    let _ = formula!("Exp(-SqDist(x, y))");
    let _ = formula!("Exp * x", x = Vi(3), y = Vj(3));
}
