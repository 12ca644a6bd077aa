//! An operator that does not exist, with and without a similar name; one in quotes, one without.

use keops::formula;

fn main() {
    let _ = formula!("Expp(-SqDist(x, y))", x = Vi(3), y = Vj(3));
    let _ = formula!(SqNrom2(x - y), x = Vi(3), y = Vj(3));
    let _ = formula!("Fourier(x)", x = Vi(3), y = Vj(3));
    let _ = formula!("x(y)", x = Vi(3), y = Vj(3));
    let _ = formula!("exp(x)", x = Vi(3), y = Vj(3));
}
