//! Complex vectors of odd dimension, or of different ones.

use keops::formula;

fn main() {
    let _ = formula!("ComplexAbs(x)", x = Vi(3), y = Vj(3));
    let _ = formula!("ComplexMult(z, w)", z = Vi(4), w = Vj(6));
    let _ = formula!("ComplexRealScal(x, z)", x = Vi(3), z = Vj(4));
    let _ = formula!("ComplexSumT(z, 3)", z = Vi(2));
    let _ = formula!("ComplexScal(z, w)", z = Vi(4), w = Vj(4));
}
