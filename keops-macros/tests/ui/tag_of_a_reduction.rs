//! The tag of a low-level reduction and the option that contradicts it.

use keops::formula;

fn main() {
    let _ = formula!("Sum_Reduction(x | y, 0)", x = Vi(3), y = Vj(3), axis = 0);
    let _ = formula!("Sum_Reduction(x | y, 1)", x = Vi(3), y = Vj(3), axis = 1);
    let _ = formula!("Sum_Reduction(x | y, 0)", x = Vi(3), y = Vj(3), reduction = LogSumExp);
    let _ = formula!("Sum_Reduction(x | y)", x = Vi(3), y = Vj(3));
    let _ = formula!("Sum_Reduction(x | y, 2)", x = Vi(3), y = Vj(3));
}
