//! Too many arguments, too few.

use keops::formula;

fn main() {
    let _ = formula!("SqDist(x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Exp(x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("TensorDot(x, y, [3], [3], [0])", x = Vi(3), y = Vj(3));
    let _ = formula!("Concat(x, y, x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Exp()", x = Vi(3), y = Vj(3));
}
