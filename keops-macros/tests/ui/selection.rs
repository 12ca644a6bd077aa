//! Entries that are not there.

use keops::formula;

fn main() {
    let _ = formula!("Extract(x, 2, 2)", x = Vi(3), y = Vj(3));
    let _ = formula!("Elem(x, 3)", x = Vi(3), y = Vj(3));
    let _ = formula!("Elem(x, -1)", x = Vi(3), y = Vj(3));
    let _ = formula!("SumT(x, 4)", x = Vi(3), y = Vj(3));
    let _ = formula!("ElemT(x, 4, 1)", x = Vi(3), y = Vj(3));
    let _ = formula!("ElemT(s, 3, 3)", s = Vi(1));
    let _ = formula!("OneHot(x, 4)", x = Vi(3), y = Vj(3));
    let _ = formula!("ExtractT(x, 2, 4)", x = Vi(3));
    let _ = formula!("SumT(s, 0)", s = Vi(1));
}
