//! Symbolic matrices against dense ones.

use keops::{Device, Error, KernelFormula, Operand, Scalar, SumScheme, SymbolicMatrix, kernel};
use ndarray::{Array1, Array2, Axis, array, s};

/// Numbers in [-1, 1), pseudo-random.
fn numbers<T: Scalar>(rows: usize, columns: usize, seed: u64) -> Array2<T> {
    let mut state = seed;
    Array2::from_shape_simple_fn((rows, columns), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::from_f64((state >> 40) as f64 / 2f64.powi(23) - 1.0)
    })
}

/// The largest deviation of two arrays of the same shape.
fn deviation<D: ndarray::Dimension>(a: &ndarray::Array<f64, D>, b: &ndarray::Array<f64, D>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Asymmetric, with the indices and a parameter. All tests that can share it, as each kernel takes its time to compile.
fn mixed<'a>(
    y: &'a Array2<f64>,
    s: f64,
    x: &'a Array2<f64>,
) -> Result<SymbolicMatrix<'a, f64, impl KernelFormula>, Error> {
    kernel!("IfElse(I - J, s * x + 10 * I - J, x / v)", v = Vj(1), s = Pm(1), x = Vi(1)).bind(y, s, x)
}

/// Its entries, by definition.
fn entry(y: &Array2<f64>, s: f64, x: &Array2<f64>, (i, j): (usize, usize)) -> f64 {
    if i >= j { s * x[[i, 0]] + 10.0 * i as f64 - j as f64 } else { x[[i, 0]] / y[[j, 0]] }
}

/// The entries of a Gaussian, by definition.
fn dense_gauss(x: &Array2<f64>, y: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), y.nrows()), |(i, j)| {
        let difference = &x.row(i) - &y.row(j);
        (-difference.dot(&difference)).exp()
    })
}

/// A matrix and its dense copy, with everything that can be asked of both.
fn compare<K: KernelFormula>(k: &SymbolicMatrix<'_, f64, K>, dense: &Array2<f64>) -> Result<(), Error> {
    let (m, n) = dense.dim();
    assert_eq!((k.shape(), k.nrows(), k.ncols()), ((m, n), m, n));
    assert!(deviation(&k.to_dense()?, dense) < 1e-13);
    for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 3)] {
        assert!((k.get(i, j)? - dense[[i, j]]).abs() < 1e-13);
        assert!(deviation(&k.row(i)?, &dense.row(i).to_owned()) < 1e-13);
        assert!(deviation(&k.column(j)?, &dense.column(j).to_owned()) < 1e-13);
    }
    for axis in [Axis(0), Axis(1)] {
        assert!(deviation(&k.sum(axis)?, &dense.sum_axis(axis)) < 1e-11);
        assert!(deviation(&k.mean(axis)?, &dense.mean_axis(axis).expect("entries")) < 1e-11);
        let lanes: Vec<Array1<f64>> = dense.lanes(axis).into_iter().map(|lane| lane.to_owned()).collect();
        let each = |f: fn(&Array1<f64>) -> f64| -> Array1<f64> { lanes.iter().map(f).collect() };
        assert!(deviation(&k.logsumexp(axis)?, &each(|lane| lane.mapv(f64::exp).sum().ln())) < 1e-12);
        let (min, max) = (k.min(axis)?, k.max(axis)?);
        assert!(deviation(&min, &each(|lane| lane.iter().copied().fold(f64::INFINITY, f64::min))) < 1e-13);
        assert!(deviation(&max, &each(|lane| lane.iter().copied().fold(f64::NEG_INFINITY, f64::max))) < 1e-13);
        assert_eq!((k.min_argmin(axis)?, k.max_argmax(axis)?), ((min, k.argmin(axis)?), (max, k.argmax(axis)?)));
        let counts: Array1<usize> = lanes.iter().map(|lane| lane.iter().filter(|&&x| x != 0.0).count()).collect();
        assert_eq!(k.count(axis)?, counts);
        for (position, lane) in k.argmin(axis)?.iter().zip(&lanes) {
            assert!(lane.iter().all(|&entry| entry >= lane[*position] - 1e-13));
        }
        let (values, positions) = k.kmin_argkmin::<3>(axis)?;
        let (largest, where_largest) = k.kmax_argkmax::<2>(axis)?;
        assert_eq!((k.kmax::<2>(axis)?, k.argkmax::<2>(axis)?), (largest.clone(), where_largest));
        for (number, lane) in lanes.iter().enumerate() {
            let mut sorted = lane.to_vec();
            sorted.sort_by(f64::total_cmp);
            for best in 0..3 {
                assert!((values[[number, best]] - sorted[best]).abs() < 1e-13);
                assert!((lane[positions[[number, best]]] - sorted[best]).abs() < 1e-13);
            }
            assert!((largest[[number, 1]] - sorted[sorted.len() - 2]).abs() < 1e-13);
        }
    }
    for width in [1, 2, 16, 17, 100] {
        let v = numbers(n, width, width as u64);
        assert!(deviation(&k.dot(&v)?, &dense.dot(&v)) < 1e-10);
    }
    let v = numbers::<f64>(n, 1, 3).column(0).to_owned();
    assert!(deviation(&k.dot(&v)?, &dense.dot(&v)) < 1e-10);
    assert_eq!(k.dot(&Array2::<f64>::zeros((n, 0)))?.dim(), (m, 0));
    Ok(())
}

#[test]
fn a_matrix_is_its_dense_copy() -> Result<(), Error> {
    let (x, mut y) = (numbers(70, 1, 1), numbers(45, 1, 2));
    y.mapv_inplace(|y: f64| y + 3.0);
    let k = mixed(&y, 0.5, &x)?;
    let dense = Array2::from_shape_fn((70, 45), |pair| entry(&y, 0.5, &x, pair));
    compare(&k, &dense)?;
    compare(&k.t(), &dense.t().to_owned())?;
    assert_eq!(k.t().t().row(3)?, k.row(3)?);
    let text = "SymbolicMatrix(45 x 70 of f64: `IfElse(I - J, s * x + 10 * I - J, x / v)`, transposed)";
    assert_eq!(format!("{:?}", k.t()), text);
    // What is no number is seen where it stands, and there alone.
    y[[30, 0]] = 0.0;
    y[[31, 0]] = f64::NAN;
    let k = mixed(&y, 0.5, &x)?;
    let row = k.row(5)?;
    assert!(row[30].is_infinite() && row[31].is_nan() && row[29].is_finite() && row[32].is_finite());
    assert!(k.column(31)?.iter().enumerate().all(|(i, entry)| entry.is_nan() == (i < 31)));
    let few = x.slice(s![..45, ..]).to_owned();
    let square = mixed(&y, 0.5, &few)?;
    assert_eq!(square.diagonal()?, Array1::from_shape_fn(45, |i| entry(&y, 0.5, &few, (i, i))));
    assert_eq!(square.t().diagonal()?, square.diagonal()?);
    Ok(())
}

#[test]
fn single_precision_and_schemes() -> Result<(), Error> {
    let gauss = kernel!(|x: Vi<3>, y: Vj<3>| (-x.sqdist(y)).exp());
    let (x, y, v) = (numbers::<f32>(70, 3, 1), numbers::<f32>(45, 3, 2), numbers::<f32>(45, 17, 3));
    let dense = dense_gauss(&x.mapv(f64::from), &y.mapv(f64::from));
    let k = gauss.bind(&x, &y)?;
    assert!(deviation(&k.to_dense()?.mapv(f64::from), &dense) < 1e-6);
    let sums = dense.mapv(f64::exp).sum_axis(Axis(0)).mapv(f64::ln);
    assert!(deviation(&k.logsumexp(Axis(0))?.mapv(f64::from), &sums) < 1e-5);
    // Every second row, from the last.
    let view = gauss.bind(x.slice(s![..;-2, ..]), &y)?.to_dense()?;
    assert!(deviation(&view.mapv(f64::from), &dense.slice(s![..;-2, ..]).to_owned()) < 1e-6);
    for product in [k.dot(&v)?, k.clone().sum_scheme(SumScheme::Kahan).dot(&v)?, k.accumulate_f64().dot(&v)?] {
        assert!(deviation(&product.mapv(f64::from), &dense.dot(&v.mapv(f64::from))) < 1e-5);
    }
    Ok(())
}

/// The gradients of `<e, K v>` by differences, for all entries of the data.
#[test]
fn gradients_are_differences() -> Result<(), Error> {
    let kernel = kernel!("Exp(-s * SqDist(x, y)) * (w | x)", x = Vi(2), s = Pm(1), y = Vj(2), w = Pm(2));
    let (x, y) = (numbers::<f64>(7, 2, 1), numbers::<f64>(5, 2, 2));
    let (s, w) = (array![[0.7]], array![[0.3, -0.8]]);
    let h = 1e-5;
    for width in [1, 3, 16, 20] {
        let (v, e) = (numbers(5, width, 3), numbers(7, width, 4));
        let value = |[x, s, y, w]: [&Array2<f64>; 4]| kernel.bind(x, s, y, w)?.dot(&v).map(|a| (a * &e).sum());
        let gradients = kernel.bind(&x, &s, &y, &w)?.vjp(&v, &e)?;
        let transposed = kernel.bind(&x, &s, &y, &w)?.t().vjp(&e, &v)?;
        assert!(deviation(&gradients.x, &transposed.x) < 1e-13 && deviation(&gradients.y, &transposed.y) < 1e-13);
        assert!(deviation(&gradients.s, &transposed.s) < 1e-13 && deviation(&gradients.w, &transposed.w) < 1e-13);
        let data = [&x, &s, &y, &w];
        let row = |vector: &Array1<f64>| vector.clone().insert_axis(Axis(0));
        let found = [gradients.x, row(&gradients.s), gradients.y, row(&gradients.w)];
        for (number, found) in found.iter().enumerate() {
            for (at, gradient) in found.indexed_iter() {
                let moved = |h: f64| -> Result<f64, Error> {
                    let mut moved = data[number].clone();
                    moved[at] += h;
                    let mut all = data;
                    all[number] = &moved;
                    value(all)
                };
                let difference = (moved(h)? - moved(-h)?) / (2.0 * h);
                assert!((gradient - difference).abs() < 1e-7, "{width} {number} {at:?}: {gradient} {difference}");
            }
        }
    }
    // Vectors, and no columns at all.
    let k = kernel.bind(&x, &s, &y, &w)?;
    let (v, e) = (numbers(5, 1, 3), numbers(7, 1, 4));
    assert_eq!(k.vjp(v.column(0), e.column(0))?.x, k.vjp(&v, &e)?.x);
    assert_eq!(k.vjp(&Array2::zeros((5, 0)), &Array2::zeros((7, 0)))?.w, array![0.0, 0.0]);
    let none = Array2::zeros((0, 2));
    assert_eq!(kernel.bind(&none, &s, &y, &w)?.vjp(&v, &Array2::zeros((0, 1)))?.y, Array2::zeros((5, 2)));
    // Shapes that do not fit.
    let text = "`Exp(-s * SqDist(x, y)) * (w | x)`: expected";
    let error = k.vjp(&Array2::ones((5, 2)), &Array2::ones((7, 3))).unwrap_err().to_string();
    assert_eq!(error, format!("variable `e` of {text} dimension 2, found 3"));
    let error = k.vjp(v.column(0), &array![1.0]).unwrap_err().to_string();
    assert_eq!(error, format!("variable `e` of {text} 7 rows, as `x` has, found 1 rows (both are indexed by i)"));
    Ok(())
}

#[test]
fn one_axis_or_none() -> Result<(), Error> {
    // Without variables along an axis there is one row, or one column.
    let (x, y) = (array![[1.0], [2.0], [3.0]], array![[4.0], [5.0]]);
    let k = kernel!("2 * x", x = Vi(1)).bind(&x)?;
    assert_eq!((k.shape(), k.to_dense()?), ((3, 1), array![[2.0], [4.0], [6.0]]));
    assert_eq!(k.dot(&array![10.0])?, array![20.0, 40.0, 60.0]);
    assert_eq!(k.t().dot(&array![1.0, 1.0, 1.0])?, array![12.0]);
    assert!(matches!(k.dot(&array![1.0, 2.0]), Err(Error::SingleRow { variable: "v", index: "j", found: 2, .. })));
    assert_eq!(k.vjp(&array![10.0], &array![1.0, 0.0, 2.0])?.x, array![[20.0], [0.0], [40.0]]);
    let k = kernel!("y", y = Vj(1)).bind(&y)?;
    assert_eq!((k.shape(), k.row(0)?, k.sum(Axis(1))?), ((1, 2), array![4.0, 5.0], array![9.0]));
    assert_eq!(kernel!("p", p = Pm(1)).bind(3.0)?.to_dense()?, array![[3.0]]);
    Ok(())
}

#[test]
fn without_rows_or_columns() -> Result<(), Error> {
    let (none, x) = (Array2::<f64>::zeros((0, 1)), array![[1.0], [2.0]]);
    let k = mixed(&none, 1.0, &x)?;
    assert_eq!((k.to_dense()?.dim(), k.column(0).is_err(), k.row(1)?.len()), ((2, 0), true, 0));
    assert_eq!((k.sum(Axis(1))?, k.mean(Axis(1))?, k.sum(Axis(0))?.len()), (array![0.0, 0.0], array![0.0, 0.0], 0));
    assert_eq!(k.logsumexp(Axis(1))?, array![f64::NEG_INFINITY, f64::NEG_INFINITY]);
    assert_eq!((k.argmin(Axis(1))?, k.kmin_argkmin::<3>(Axis(1))?.1), (array![0, 0], array![[0, 0, 0], [0, 0, 0]]));
    assert_eq!(k.dot(&Array2::zeros((0, 3)))?, Array2::zeros((2, 3)));
    assert_eq!(k.t().dot(&array![1.0, 1.0])?.len(), 0);
    Ok(())
}

#[test]
fn errors_name_what_does_not_fit() -> Result<(), Error> {
    let (x, y) = (Array2::<f64>::ones((2, 1)), Array2::ones((3, 1)));
    let text = |result: Result<Array1<f64>, Error>| result.unwrap_err().to_string();
    let k = mixed(&y, 1.0, &x)?;
    let of = "of `IfElse(I - J, s * x + 10 * I - J, x / v)`";
    assert_eq!(
        mixed(&Array2::ones((3, 2)), 1.0, &x).unwrap_err().to_string(),
        format!("variable `v` {of}: expected dimension 1, found 2")
    );
    assert_eq!(
        text(k.dot(&Array1::ones(2))),
        format!("variable `right-hand side v` {of}: expected 3 rows, as `v` has, found 2 rows (both are indexed by j)")
    );
    assert!(
        text(k.t().dot(&array![1.0])).contains("expected 2 rows, as `x` has, found 1 rows (both are indexed by i)")
    );
    let square = text(k.diagonal());
    assert_eq!(square, "diagonal: expected a square operator, found one of 2 x 3");
    assert!(text(k.row(2)).ends_with(": there is no row 2, as the matrix has 2 rows and 3 columns"));
    assert!(text(k.t().column(2)).ends_with(": there is no column 2, as the matrix has 3 rows and 2 columns"));
    assert!(matches!(k.kmin_argkmin::<3>(Axis(3)), Err(Error::NoSuchAxis { found: 3, .. })));
    // This package has no build script that would make code for GPUs.
    let on_gpu = k.on(Device::Cuda(0));
    for result in
        [on_gpu.sum(Axis(1)), on_gpu.kmin_argkmin::<3>(Axis(1)).map(|(values, _)| values.column(0).to_owned())]
    {
        assert!(text(result).ends_with("cannot run on cuda:0: the program holds no GPU code for it"));
    }
    assert_eq!(on_gpu.get(0, 0)?, 1.0);
    Ok(())
}

/// What functions can be generic over.
#[test]
fn generic_functions() -> Result<(), Error> {
    fn twice<'v, T: Scalar, K: KernelFormula, V>(k: &SymbolicMatrix<'_, T, K>, v: V) -> Result<Array1<T>, Error>
    where
        V: Operand<'v, T, Product = Array1<T>>,
    {
        let once = k.dot(v)?;
        k.t().dot(&once)
    }
    let (x, y) = (array![[1.0], [2.0]], array![[4.0]]);
    assert_eq!(twice(&mixed(&y, 1.0, &x)?, &[1.0])?, array![1.0 + 144.0]);
    Ok(())
}
