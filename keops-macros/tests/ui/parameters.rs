//! Parameters that are no literals, or out of range.

use keops::formula;

fn main() {
    let _ = formula!("Elem(x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("Pow(x, 0.5)", x = Vi(3), y = Vj(3));
    let _ = formula!("Pow(x, 2000)", x = Vi(3), y = Vj(3));
    let _ = formula!("Kron(x, y, 3.5, [3])", x = Vi(3), y = Vj(3));
    let _ = formula!("RatCst(1, 0)");
    let _ = formula!("x / 0", x = Vi(3), y = Vj(3));
}
