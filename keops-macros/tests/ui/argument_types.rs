//! The arguments must be arrays of one type of numbers, and as many as there are variables.

use keops::formula;
use ndarray::{Array1, Array2};

fn main() {
    let kernel = formula!("Exp(-SqDist(x, y)) * p", x = Vi(3), y = Vj(3), p = Pm(1));
    let (x, y) = (Array2::<f32>::zeros((4, 3)), Array2::<f64>::zeros((5, 3)));
    let integers = Array2::<i32>::zeros((5, 3));
    let _ = kernel.call(&x, &y, 1.0);
    let _ = kernel.call(&y, &integers, 1.0);
    let _ = kernel.call(&y, &Array1::<f64>::zeros(3), 1.0);
    let _ = kernel.call(&y, &y);
    let _ = kernel.call(y, &x, 1.0);
}
