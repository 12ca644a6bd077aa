//! Operators that need a linear formula.

use keops::formula;

fn main() {
    let _ = formula!("TraceOperator(x * x, x)", x = Vi(3));
    let _ = formula!("TraceOperator(x + y, x)", x = Vi(3), y = Vj(3));
    let _ = formula!("TraceOperator(Concat(x, x), x)", x = Vi(3));
    let _ = formula!("TraceOperator(2 * x, x, y)", x = Vi(3), y = Vj(2));
    let _ = formula!("AdjointOperator(Exp(x), x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("AdjointOperator(y / x, x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("AdjointOperator(x | y, x, y)", x = Vi(3), y = Vj(3));
    let _ = formula!("AdjointOperator(x | y, x)", x = Vi(3), y = Vj(3));
}
