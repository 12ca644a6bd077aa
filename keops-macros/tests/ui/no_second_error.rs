//! A formula with an error may be used as if it had none: no second error follows from the first.

use keops::{SumScheme, formula};
use ndarray::Array2;

fn main() {
    let (x, y) = (Array2::<f32>::zeros((4, 3)), Array2::<f32>::zeros((5, 3)));
    let f = formula!("Expp(-SqDist(x, y))", x = Vi(3), y = Vj(3));
    let a: Array2<f32> = f.call(&x, &y).unwrap();
    let b: Array2<f32> = f.sum_scheme(SumScheme::Direct).call(&x, &y).unwrap();
    println!("{}", a + b);
}
