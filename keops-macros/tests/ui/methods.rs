//! Methods that a formula does not have.

use keops::formula;

fn main() {
    let x = [[1.0, 2.0]];
    let f = formula!("SqDist(x, y)", x = Vi(2), y = Vj(2));
    let _ = f.grad_z(&x, &x, &[[1.0]]);
    let _ = f.grad_x(&x, &x);
    let _ = f.grad_x_given(&x, &x, &[[1.0]], &[[1.0]]);
    let _ = f.grad_x(&x, &x, 1.0);
    let _ = f.vjp(&x, &x, &[[1.0]]).unwrap().z;
}
