//! Matrices that do not fit their vectors.

use keops::formula;

fn main() {
    let _ = formula!("MatVecMult(a, y)", a = Pm(8), y = Vj(3));
    let _ = formula!("VecMatMult(y, a)", a = Pm(8), y = Vj(3));
    let _ = formula!("SymSqNorm(s, x - y)", s = Pm(8), x = Vi(3), y = Vj(3));
    let _ = formula!("WeightedSqNorm(s, x - y)", s = Pm(4), x = Vi(3), y = Vj(3));
    let _ = formula!("SqNormIso(s, x)", s = Pm(2), x = Vi(3));
    let _ = formula!("SqNormDiag(s, x)", s = Pm(2), x = Vi(3));
}
