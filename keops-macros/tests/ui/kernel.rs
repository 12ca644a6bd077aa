//! What is a matrix of numbers, and what the macro takes.

use keops::kernel;

fn main() {
    let _ = kernel!("x - y", x = Vi(3), y = Vj(3));
    let _ = kernel!("SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = Min);
    let _ = kernel!(Sum_Reduction(x, 0), x = Vi(1));
    // One error each: what is bound here fits.
    let k = kernel!("SqDst(x, y)", x = Vi(3), y = Vj(3)).bind(&[[1.0; 3]], &[[2.0; 3]]);
    let _ = k.and_then(|k| k.t().dot(&[1.0]));
    let _ = kernel!("x", x = Vi(1)).bind(&[[1.0]]).map(|k| k.dot("no numbers"));
}
