//! Operands of different dimensions.

use keops::formula;

fn main() {
    let _ = formula!("x + z", x = Vi(3), z = Vj(2));
    let _ = formula!(x * Exp(z), x = Vi(3), z = Vj(2));
    let _ = formula!("Clamp(x, y, z)", x = Vi(3), y = Vj(3), z = Pm(2));
    let _ = formula!("SqDist(x, z)", x = Vi(3), z = Vj(2));
    let _ = formula!("IfElse(x, y, z)", x = Vi(3), y = Vj(3), z = Pm(2));
}
