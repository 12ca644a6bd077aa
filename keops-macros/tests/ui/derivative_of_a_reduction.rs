//! Derivatives around a reduction.

use keops::formula;

fn main() {
    // The cotangent belongs to the result, which has the index i.
    let _ = formula!("Grad(Sum_Reduction(x * y, 0), x, e)", x = Vi(3), y = Vj(3), e = Vj(3));
    let _ = formula!("Grad(Sum_Reduction(x * y, 0), y, Exp(e))", x = Vi(3), y = Vj(3), e = Vj(3));
    let _ = formula!("Diff(Sum_Reduction(x * y, 0), y, e)", x = Vi(3), y = Vj(3), e = Vi(3));
    let _ = formula!("Grad(Sum_Reduction(x * y, 0), y, e)", x = Vi(3), y = Vj(3), e = Vi(3), axis = 1);
    let _ = formula!("Grad(Sum_Reduction(x * y, 0), x)", x = Vi(3), y = Vj(3));
    let _ = formula!("Grad(LogSumExp_Reduction(x | y, 0), x, e)", x = Vi(3), y = Vj(3), e = Vi(1));
    let _ = formula!("Grad(ArgMin_Reduction(x | y, 0), x, e)", x = Vi(3), y = Vj(3), e = Vi(1));
    let _ = formula!("Divergence(Sum_Reduction(x * y, 0), x)", x = Vi(3), y = Vj(3));
}
