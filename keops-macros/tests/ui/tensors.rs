//! Shapes that do not fit.

use keops::formula;

fn main() {
    let _ = formula!("TensorDot(x, y, [2,2], [3], [0], [0])", x = Vi(3), y = Vj(3));
    let _ = formula!("TensorDot(x, y, [2,2], [3], [0], [0])", x = Vi(4), y = Vj(3));
    let _ = formula!("TensorDot(x, y, [2,2], [2,2], [0,1], [0])", x = Vi(4), y = Vj(4));
    let _ = formula!("TensorDot(x, y, [2,2], [2,2], [0], [2])", x = Vi(4), y = Vj(4));
    let _ = formula!("TensorDot(x, y, [2,2], [2,2], [0], [0], [0,0])", x = Vi(4), y = Vj(4));
    let _ = formula!("Kron(x, y, [3], [3,1])", x = Vi(3), y = Vj(3));
    let _ = formula!("TensorDot(x, y, 3, x, [0], [0])", x = Vi(3), y = Vj(3));
}
