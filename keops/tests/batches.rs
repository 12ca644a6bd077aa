//! Batches: what comes out is what single calls give, entry by entry.

use keops::{Error, SumScheme, formula};
use ndarray::{Array1, Array2, Array3, ArrayView2, Axis, array, concatenate, s, stack};

fn numbers(count: usize, seed: u64) -> Array1<f64> {
    let mut state = seed;
    Array1::from_shape_fn(count, |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    })
}

fn batch(shape: (usize, usize, usize), seed: u64) -> Array3<f64> {
    numbers(shape.0 * shape.1 * shape.2, seed).into_shape_with_order(shape).unwrap()
}

fn matrix(shape: (usize, usize), seed: u64) -> Array2<f64> {
    numbers(shape.0 * shape.1, seed).into_shape_with_order(shape).unwrap()
}

/// One result per entry of a batch.
fn each(count: usize, of: impl Fn(usize) -> Array2<f64>) -> Array3<f64> {
    let results: Vec<Array2<f64>> = (0..count).map(of).collect();
    stack(Axis(0), &results.iter().map(|part| part.view()).collect::<Vec<_>>()).unwrap()
}

fn entry(arrays: &Array3<f64>, entry: usize) -> ArrayView2<'_, f64> {
    arrays.index_axis(Axis(0), entry)
}

#[test]
fn a_batch_is_its_entries() -> Result<(), Error> {
    let gauss = formula!("Exp(-p * SqDist(x, y)) * b", x = Vi(3), y = Vj(3), b = Vj(2), p = Pm(1));
    let (x, y, b, p) = (batch((4, 70, 3), 1), batch((4, 31, 3), 2), batch((4, 31, 2), 3), matrix((4, 1), 4));
    let one = |k: usize| (entry(&x, k), entry(&y, k), entry(&b, k), p.row(k));
    let batched = gauss.batched().call(&x, &y, &b, &p)?;
    let expected = each(4, |k| {
        let (x, y, b, p) = one(k);
        gauss.call(x, y, b, p).unwrap()
    });
    assert_eq!(batched, expected);

    let e = batch((4, 70, 2), 5);
    let all = gauss.batched().vjp(&x, &y, &b, &p, &e)?;
    for k in 0..4 {
        let (x, y, b, p) = one(k);
        let expected = gauss.vjp(x, y, b, p, entry(&e, k))?;
        assert_eq!(entry(&all.x, k), expected.x);
        assert_eq!(entry(&all.y, k), expected.y);
        assert_eq!(entry(&all.b, k), expected.b);
        assert_eq!(all.p.row(k), expected.p);
    }
    let dx = batch((4, 70, 3), 6);
    let change = gauss.batched().jvp_x(&x, &y, &b, &p, &dx)?;
    let expected = each(4, |k| {
        let (x, y, b, p) = one(k);
        gauss.jvp_x(x, y, b, p, entry(&dx, k)).unwrap()
    });
    assert_eq!(change, expected);
    Ok(())
}

#[test]
fn what_has_a_batch_of_one_stands_for_all() -> Result<(), Error> {
    let mean =
        formula!("-SqDist(x, y) * p", x = Vi(2), y = Vj(2), b = Vj(1), p = Pm(1), reduction = LogSumExpWeight("b"));
    let (x, y, b) = (batch((3, 9, 2), 1), matrix((11, 2), 2), matrix((11, 1), 3).mapv(f64::abs));
    let mean_of = |k: usize| mean.call(entry(&x, k), &y, &b, 0.5).unwrap();
    assert_eq!(mean.batched().call(&x, &y, &b, 0.5)?, each(3, mean_of));

    // Its gradient is the sum over the batch.
    let e = batch((3, 9, 1), 4);
    let (value, all) = mean.batched().value_and_vjp(&x, &y, &b, 0.5, &e)?;
    assert_eq!(value, each(3, mean_of));
    let single = |k: usize| mean.vjp(entry(&x, k), &y, &b, 0.5, entry(&e, k)).unwrap();
    assert_eq!(all.x, each(3, |k| single(k).x));
    let y_sum = (0..3).fold(Array2::<f64>::zeros((11, 2)), |sum, k| sum + single(k).y);
    assert_eq!(all.y.dim(), (1, 11, 2));
    assert!((&all.y.index_axis(Axis(0), 0) - &y_sum).iter().all(|d| d.abs() < 1e-14));
    let p_sum: f64 = (0..3).map(|k| single(k).p[0]).sum();
    assert_eq!(all.p.dim(), (1, 1));
    assert!((all.p[[0, 0]] - p_sum).abs() < 1e-13);
    Ok(())
}

#[test]
fn positions_and_indices_count_within_an_entry() -> Result<(), Error> {
    let nearest = formula!("SqDist(x, y)", x = Vi(2), y = Vj(2), reduction = Min_ArgMin);
    let (x, y) = (batch((5, 8, 2), 1), batch((5, 40, 2), 2));
    let (values, positions) = nearest.batched().call(&x, &y)?;
    for k in 0..5 {
        let (value, position) = nearest.call(entry(&x, k), entry(&y, k))?;
        assert_eq!((entry(&values, k), positions.index_axis(Axis(0), k)), (value.view(), position.view()));
    }
    let gradient = nearest.batched().grad_y(&x, &y, &Array3::ones((5, 8, 1)))?;
    let expected = each(5, |k| nearest.grad_y(entry(&x, k), entry(&y, k), &Array2::ones((8, 1))).unwrap());
    assert_eq!(gradient, expected);

    let indices = formula!("I * 100 + J + 0 * (x|y)", x = Vi(2), y = Vj(2), reduction = Max);
    assert_eq!(
        indices.batched().call(&x, &y)?.slice(s![4, .., 0]),
        Array1::from_iter((0..8).map(|i| f64::from(100 * i + 39)))
    );
    let average = formula!("x|y", x = Vi(2), y = Vj(2), reduction = Mean);
    let expected = each(5, |k| average.call(entry(&x, k), entry(&y, k)).unwrap());
    assert_eq!(average.batched().call(&x, &y)?, expected);
    Ok(())
}

#[test]
fn a_ragged_batch_is_its_entries() -> Result<(), Error> {
    let (rows, columns) = ([3, 0, 70, 1], [5, 4, 0, 90]);
    let (x, y) = (matrix((74, 2), 1), matrix((99, 2), 2));
    let cut = |k: usize| {
        let first = |lengths: &[usize; 4]| lengths[..k].iter().sum::<usize>();
        let (i, j) = (first(&rows), first(&columns));
        (x.slice(s![i..i + rows[k], ..]), y.slice(s![j..j + columns[k], ..]))
    };
    let joined = |parts: Vec<Array2<f64>>| {
        concatenate(Axis(0), &parts.iter().map(|part| part.view()).collect::<Vec<_>>()).unwrap()
    };
    let average = formula!("Exp(-SqDist(x, y)) + J", x = Vi(2), y = Vj(2), reduction = Mean);
    let expected = joined((0..4).map(|k| average.call(cut(k).0, cut(k).1).unwrap()).collect());
    assert_eq!(average.ragged(&rows, &columns).call(&x, &y)?, expected);
    let ones = Array2::ones((74, 1));
    let expected =
        joined((0..4).map(|k| average.grad_y(cut(k).0, cut(k).1, &Array2::ones((rows[k], 1))).unwrap()).collect());
    assert_eq!(average.ragged(&rows, &columns).grad_y(&x, &y, &ones)?, expected);
    let nearest = formula!("SqDist(x, y)", x = Vi(2), y = Vj(2), reduction = Min);
    let expected = joined((0..4).map(|k| nearest.call(cut(k).0, cut(k).1).unwrap()).collect());
    assert_eq!(nearest.sum_scheme(SumScheme::Direct).ragged(&rows, &columns).call(&x, &y)?, expected);
    let expected =
        joined((0..4).map(|k| nearest.grad_y(cut(k).0, cut(k).1, &Array2::ones((rows[k], 1))).unwrap()).collect());
    assert_eq!(nearest.ragged(&rows, &columns).grad_y(&x, &y, &ones)?, expected);
    Ok(())
}

#[test]
fn batches_without_entries_or_pairs() -> Result<(), Error> {
    let sum = formula!("x * y", x = Vi(1), y = Vj(1));
    let none = |shape| Array3::<f64>::zeros(shape);
    assert_eq!(sum.batched().call(&none((0, 4, 1)), &none((0, 3, 1)))?.dim(), (0, 4, 1));
    assert_eq!(sum.batched().call(&none((2, 0, 1)), &none((2, 3, 1)))?.dim(), (2, 0, 1));
    assert_eq!(sum.batched().call(&none((2, 4, 1)), &none((2, 0, 1)))?, none((2, 4, 1)));
    assert_eq!(sum.ragged(&[], &[]).call(&[[0.0; 1]; 0], &[[0.0; 1]; 0])?, Array2::<f64>::zeros((0, 1)));
    Ok(())
}

#[test]
fn wrong_batches_are_refused() {
    let sum = formula!("x * y", x = Vi(1), y = Vj(1));
    let ones = |shape| Array3::<f32>::ones(shape);
    let text = |outcome: Result<Array3<f32>, Error>| outcome.unwrap_err().to_string();
    assert_eq!(
        text(sum.batched().call(&ones((2, 4, 1)), &ones((3, 4, 1)))),
        "variable `y` of `x * y`: expected a batch of 2, as `x` has, or of 1, found a batch of 3"
    );
    assert_eq!(
        text(sum.batched().call(&ones((2, 4, 1)), &ones((2, 4, 2)))),
        "variable `y` of `x * y`: expected dimension 1, found 2"
    );
    let (x, y) = (array![[1.0], [2.0]], array![[1.0], [2.0], [3.0]]);
    let text = |outcome: Result<Array2<f64>, Error>| outcome.unwrap_err().to_string();
    assert_eq!(
        text(sum.ragged(&[1, 1], &[3]).call(&x, &y)),
        "ragged batch of `x * y`: 2 numbers of rows, but 1 numbers of columns"
    );
    assert_eq!(
        text(sum.ragged(&[1, 1], &[3, 1]).call(&x, &y)),
        "variable `y` of `x * y`: the lengths of the ragged batch add up to 4 rows, found 3 rows"
    );
}
