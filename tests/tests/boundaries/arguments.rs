//! Every kind of argument: strided, transposed and reversed views, arrays of arrays, parameters in all their shapes.

use keops::formula;
use ndarray::{Array1, Array2, ArrayView2, s};

use crate::points::points;

fn gauss<'a>(x: ArrayView2<'a, f64>, y: ArrayView2<'a, f64>) -> Array2<f64> {
    formula!("Exp(-SqDist(x,y))*y", x = Vi(3), y = Vj(3)).call(x, y).unwrap()
}

#[test]
fn views_are_read_as_they_are() {
    let (wide_x, wide_y) = (points::<f64>(80, 9, 1), points::<f64>(1400, 9, 2));
    let every_second = (wide_x.slice(s![1..;2, 2..8;2]), wide_y.slice(s![..;2, 1..4]));
    assert_eq!(
        gauss(every_second.0, every_second.1),
        gauss(every_second.0.to_owned().view(), every_second.1.to_owned().view())
    );
    let reversed = (wide_x.slice(s![..;-1, 4..7;-1]), wide_y.slice(s![..;-3, ..3;-1]));
    assert_eq!(gauss(reversed.0, reversed.1), gauss(reversed.0.to_owned().view(), reversed.1.to_owned().view()));
    let (tall_x, tall_y) = (points::<f64>(3, 77, 3), points::<f64>(3, 1100, 4));
    let transposed = gauss(tall_x.t(), tall_y.t());
    let copies = (tall_x.t().as_standard_layout().to_owned(), tall_y.t().as_standard_layout().to_owned());
    assert_eq!(transposed, gauss(copies.0.view(), copies.1.view()));
    // One row, repeated without a copy.
    let row = points::<f64>(1, 3, 5);
    let repeated = row.broadcast((40, 3)).unwrap();
    assert_eq!(
        gauss(repeated, wide_y.slice(s![.., ..3])),
        gauss(repeated.to_owned().view(), wide_y.slice(s![.., ..3]))
    );
}

#[test]
fn matrices_come_in_many_types() {
    let sum = formula!("x + y", x = Vi(2), y = Vj(2));
    let array = [[1.0, 2.0], [3.0, 4.0]];
    let vector = vec![[1.0, 2.0], [3.0, 4.0]];
    let matrix = ndarray::arr2(&array);
    let expected = ndarray::array![[6.0, 10.0], [10.0, 14.0]];
    assert_eq!(sum.call(&array, &array).unwrap(), expected);
    assert_eq!(sum.call(&vector, &array).unwrap(), expected);
    assert_eq!(sum.call(vector.as_slice(), &matrix).unwrap(), expected);
    let view = matrix.view();
    assert_eq!(sum.call(view, view).unwrap(), expected);
    assert_eq!(sum.call(&matrix.to_shared(), matrix.slice(s![.., ..])).unwrap(), expected);
    let mut changing = matrix.clone();
    assert_eq!(sum.call(&changing.view_mut(), &matrix).unwrap(), expected);
    let nothing: [[f64; 2]; 0] = [];
    assert_eq!(sum.call(&array, &nothing).unwrap(), Array2::<f64>::zeros((2, 2)));
}

#[test]
fn parameters_come_in_many_types() {
    let x = [[1.0_f32], [2.0]];
    let scaled = formula!("p * x", p = Pm(1), x = Vi(1));
    let expected = ndarray::array![[3.0_f32], [6.0]];
    assert_eq!(scaled.call(3.0, &x).unwrap(), expected);
    assert_eq!(scaled.call(&[3.0], &x).unwrap(), expected);

    let weighted = formula!("p | (x*y)", p = Pm(3), x = Vi(3), y = Vj(3));
    let (x, y) = (points::<f64>(5, 3, 1), points::<f64>(6, 3, 2));
    let p: Array1<f64> = ndarray::array![0.5, -1.0, 2.0];
    let expected = weighted.call(&p, &x, &y).unwrap();
    assert_eq!(weighted.call(&[0.5, -1.0, 2.0], &x, &y).unwrap(), expected);
    assert_eq!(weighted.call(&vec![0.5, -1.0, 2.0], &x, &y).unwrap(), expected);
    assert_eq!(weighted.call(p.as_slice().unwrap(), &x, &y).unwrap(), expected);
    assert_eq!(weighted.call(p.view(), &x, &y).unwrap(), expected);
    assert_eq!(weighted.call(&p.view().insert_axis(ndarray::Axis(0)), &x, &y).unwrap(), expected);
    let reversed = ndarray::array![2.0, -1.0, 0.5];
    assert_eq!(weighted.call(reversed.slice(s![..;-1]), &x, &y).unwrap(), expected);
}
