//! Bad input at run time is an error that says what is wrong, never a panic.

use keops::formula;
use ndarray::{Array1, Array2};

#[test]
fn a_wrong_dimension() {
    let gauss = formula!("Exp(-SqDist(x,y))", x = Vi(3), y = Vj(3));
    let (three, two) = (Array2::<f64>::zeros((4, 3)), Array2::<f64>::zeros((4, 2)));
    let message = gauss.call(&three, &two).unwrap_err().to_string();
    assert_eq!(message, "variable `y` of `Exp(-SqDist(x,y))`: expected dimension 3, found 2");
    let message = gauss.call(three.t(), &three).unwrap_err().to_string();
    assert_eq!(message, "variable `x` of `Exp(-SqDist(x,y))`: expected dimension 3, found 4");
}

#[test]
fn different_numbers_of_rows() {
    let weighted = formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(1));
    let (x, y, b) = (Array2::<f32>::zeros((4, 3)), Array2::zeros((5, 3)), Array2::zeros((6, 1)));
    assert_eq!(
        weighted.call(&x, &y, &b).unwrap_err().to_string(),
        "variable `b` of `Exp(-SqDist(x,y))*b`: expected 5 rows, as `y` has, found 6 rows (both are indexed by j)"
    );
    let pair = formula!("x + z", x = Vi(1), z = Vi(1));
    assert_eq!(
        pair.call(&[[1.0]], &[[1.0], [2.0]]).unwrap_err().to_string(),
        "variable `z` of `x + z`: expected 1 rows, as `x` has, found 2 rows (both are indexed by i)"
    );
    let nothing: [[f64; 1]; 0] = [];
    assert_eq!(
        pair.call(&[[1.0]], &nothing).unwrap_err().to_string(),
        "variable `z` of `x + z`: expected 1 rows, as `x` has, found 0 rows (both are indexed by i)"
    );
}

#[test]
fn a_parameter_of_the_wrong_length() {
    let scaled = formula!("p * x", p = Pm(1), x = Vi(1));
    let empty: [f64; 0] = [];
    let message = scaled.call(&empty, &[[1.0]]).unwrap_err().to_string();
    assert_eq!(message, "variable `p` of `p * x`: expected dimension 1, found 0");
    let weighted = formula!("p | x", p = Pm(3), x = Vi(3));
    let x = Array2::<f64>::zeros((2, 3));
    let message = weighted.call(2.0, &x).unwrap_err().to_string();
    assert_eq!(message, "variable `p` of `p | x`: expected dimension 3, found 1");
    let message = weighted.call(&Array1::zeros(4), &x).unwrap_err().to_string();
    assert_eq!(message, "variable `p` of `p | x`: expected dimension 3, found 4");
    // A matrix of several rows is no vector, whatever the number of its columns.
    let message = weighted.call(&x, &x).unwrap_err().to_string();
    assert_eq!(message, "variable `p` of `p | x`: expected dimension 3, found 6");
}
