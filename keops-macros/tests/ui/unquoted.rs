//! Without quotes, rustc points at the tokens themselves.

use keops::formula;

fn main() {
    let _ = formula!(Exp(-SqDist(x, z)) * Extract(x, 2, 2), x = Vi(3), y = Vj(3));
    let _ = formula!(MatVecMult(a, x + y), a = Pm(8), x = Vi(3), y = Vj(3));
    let _ = formula!(x +, x = Vi(3), y = Vj(3));
    let _ = formula!(SqDist(x), x = Vi(3), y = Vj(3));
    let _ = formula!("Exp(x)" + y, x = Vi(3), y = Vj(3));
    let _ = formula!(x * 'a', x = Vi(3), y = Vj(3));
}
