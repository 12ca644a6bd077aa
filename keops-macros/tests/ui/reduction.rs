//! Reductions that do not exist, or not so.

use keops::formula;

fn main() {
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = Summ);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = Median);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = KMedian(3));
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = Sum(3));
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = Sum, reduction = Sum);
    let _ = formula!("Summ_Reduction(x | y, 0)", x = Vi(3), y = Vj(3));
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), reduction = 3);
}
