//! Operands of differential operators that do not fit.

use keops::formula;

fn main() {
    let _ = formula!("Grad(SqDist(x, y), x, e)", x = Vi(3), y = Vj(3), e = Vi(3));
    let _ = formula!("Grad(x * y, x, 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(x * y, x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(x * y, x, y, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("Diff(x * y, x, s)", x = Vi(3), y = Vj(3), s = Vi(1));
    let _ = formula!("Diff(x * y, (x, y), x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Diff(x * s, (x, s), (y, y))", x = Vi(3), y = Vj(3), s = Vi(1));
    let _ = formula!("Divergence(SqDist(x, y), x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Divergence(Concat(x, y), x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Laplacian(x * y, x)", x = Vi(3), y = Vj(3));
    let _ = formula!("GradMatrix(TensorProd(x, y), x)", x = Vi(64), y = Vj(64));
}
