//! Brackets that do not match.

use keops::formula;

fn main() {
    let _ = formula!("Exp(-SqDist(x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("Exp(x)) * y", x = Vi(3), y = Vj(3));
    let _ = formula!("[x, y]", x = Vi(3), y = Vj(3));
    let _ = formula!("(x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("()", x = Vi(3), y = Vj(3));
    let _ = formula!("Exp(x]", x = Vi(3), y = Vj(3));
}
