//! What is differentiated by must be an input variable.

use keops::formula;

fn main() {
    let _ = formula!("Grad(SqDist(x, y), z, 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(SqDist(x, y), x - y, 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(x * I, I, 1)", x = Vi(1));
    let _ = formula!("Grad(x * 2, 2, 1)", x = Vi(1));
    let _ = formula!("Grad(x | y, (x, y), 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(x | y, Exp, 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("Diff(x | y, (x, 2 * y), (x, y))", x = Vi(3), y = Vj(3));
    let _ = formula!("Laplacian(x | y, Var(0,2,0))", x = Vi(3), y = Vj(3));
}
