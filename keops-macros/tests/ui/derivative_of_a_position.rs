//! Positions and counts have no derivative.

use keops::formula;

fn main() {
    let x = [[1.0, 2.0]];
    let nearest = formula!("SqDist(x, y)", x = Vi(2), y = Vj(2), reduction = ArgMin);
    let _ = nearest.call(&x, &x);
    let _ = nearest.grad_x(&x, &x, &[[1.0]]);
    let _ = nearest.vjp(&x, &x, &[[1.0]]);
    let _ = nearest.jvp_y(&x, &x, &x);
    let count = formula!("x - y", x = Vi(2), y = Vj(2), reduction = Count);
    let _ = count.grad_x(&x, &x, &x);
}
