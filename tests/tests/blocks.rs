//! Properties of block-sparse reductions, batches and truncated matrices: whatever is computed over some of the pairs is
//! compared with the dense matrix of all of them.

use keops::linalg::LinearOperator;
use keops::prelude::*;
use keops_tests::blocks::Blocks;
use ndarray::{Array1, Array2, Array3, Axis, Zip, s};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// How far a sum may be off, relative to the sum of the absolute values of its terms.
const TOLERANCE: f64 = 1e-13;

/// Runs a property on a fixed sequence of cases.
fn check<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value) -> Result<(), Error>) {
    let mut runner = TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let outcome = runner.run(&strategy, |value| test(value).map_err(|error| TestCaseError::fail(error.to_string())));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// Points in a square, some of them equal.
fn points(rows: usize, dim: usize, seed: u64) -> Array2<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array2::from_shape_fn((rows, dim), |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 40) as u32 % 64) / 16.0 - 2.0
    })
}

/// How often each pair is in the blocks.
fn counts(blocks: &Blocks, shape: (usize, usize)) -> Array2<f64> {
    let mut counts = Array2::zeros(shape);
    for i in 0..shape.0 {
        blocks.rows.over(i).into_iter().for_each(|j| counts[[i, j]] += 1.0);
    }
    counts
}

#[track_caller]
fn assert_near(got: &Array2<f64>, expected: &Array2<f64>, what: &str) {
    assert_eq!(got.dim(), expected.dim(), "{what}");
    let scale = 1.0 + expected.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
    Zip::from(got).and(expected).for_each(|&got, &expected| {
        assert!((got - expected).abs() <= 200.0 * TOLERANCE * scale, "{what}: {got} instead of {expected}");
    });
}

fn column(x: Array1<f64>) -> Array2<f64> {
    x.insert_axis(Axis(1))
}

#[test]
fn a_matrix_over_blocks_is_its_masked_copy() {
    let gauss = kernel!("Exp(-s * SqDist(x, y))", x = Vi(2), y = Vj(2), s = Pm(1));
    check(40, (1usize..90, 1usize..70, any::<u64>(), 2usize..20), |(m, n, seed, width)| {
        let (x, y) = (points(m, 2, seed), points(n, 2, seed ^ 1));
        let blocks = Blocks::random(m, n, seed);
        let (ranges, counts) = (blocks.ranges((m, n))?, counts(&blocks, (m, n)));
        let all = gauss.bind(&x, &y, 0.5)?;
        let dense = all.to_dense()? * &counts;
        let k = all.clone().ranges(&ranges)?;
        assert_near(&k.to_dense()?, &dense, "entries");

        let (v, e) = (points(n, width, seed ^ 2), points(m, width, seed ^ 3));
        assert_near(&k.dot(&v)?, &dense.dot(&v), "product");
        assert_near(&k.dot(v.slice(s![.., ..1]))?, &dense.dot(&v.slice(s![.., ..1])), "product with a column");
        assert_near(&k.t().dot(&e)?, &dense.t().dot(&e), "product of the transpose");
        let transposed = ranges.transpose();
        assert_near(&all.t().ranges(&transposed)?.dot(&e)?, &dense.t().dot(&e), "transpose over transposed ranges");
        assert_near(&column(k.sum(Axis(1))?), &column(dense.sum_axis(Axis(1))), "sums of rows");
        assert_near(&column(k.sum(Axis(0))?), &column(dense.sum_axis(Axis(0))), "sums of columns");

        // Of a Gaussian the gradients are sums over the same pairs.
        let gradients = k.vjp(&v, &e)?;
        let weights = Array2::from_shape_fn((m, n), |(i, j)| dense[[i, j]] * e.row(i).dot(&v.row(j)));
        let by_x = Array2::from_shape_fn((m, 2), |(i, d)| {
            (0..n).map(|j| -(x[[i, d]] - y[[j, d]]) * weights[[i, j]]).sum::<f64>()
        });
        let by_y = Array2::from_shape_fn((n, 2), |(j, d)| {
            (0..m).map(|i| (x[[i, d]] - y[[j, d]]) * weights[[i, j]]).sum::<f64>()
        });
        assert_near(&gradients.x, &by_x, "gradient by x");
        assert_near(&gradients.y, &by_y, "gradient by y");

        for i in 0..m {
            let over = blocks.rows.over(i);
            let smallest = over.iter().map(|&j| dense[[i, j]] / counts[[i, j]]).fold(f64::INFINITY, f64::min);
            assert!((k.min(Axis(1))?[i] - smallest).abs() < 1e-14 || k.min(Axis(1))?[i] == smallest, "row {i}");
            assert_eq!(k.argmin(Axis(1))?[i] == n, over.is_empty(), "row {i}");
        }
        Ok(())
    });
}

#[test]
fn derivatives_over_blocks() {
    let soft = formula!("-SqDist(x, y)", x = Vi(2), y = Vj(2), reduction = LogSumExp);
    let nearest = formula!("SqDist(x, y)", x = Vi(2), y = Vj(2), reduction = Min);
    check(30, (1usize..40, 1usize..50, any::<u64>()), |(m, n, seed)| {
        // Distinct points: the nearest one is unique.
        let x = points(m, 2, seed) + &Array2::from_shape_fn((m, 2), |(i, d)| 1e-3 * ((i * 7 + d) as f64).sin());
        let y = points(n, 2, seed ^ 1) + &Array2::from_shape_fn((n, 2), |(j, d)| 1e-3 * ((j * 5 + d) as f64).cos());
        let blocks = Blocks::random(m, n, seed);
        let ranges = blocks.ranges((m, n))?;
        let e = points(m, 1, seed ^ 2);
        let (mut soft_x, mut soft_y) = (Array2::zeros((m, 2)), Array2::zeros((n, 2)));
        let (mut near_x, mut near_y) = (soft_x.clone(), soft_y.clone());
        for i in 0..m {
            let over = blocks.rows.over(i);
            let distance = |j: usize| (&x.row(i) - &y.row(j)).mapv(|d| d * d).sum();
            let total: f64 = over.iter().map(|&j| (-distance(j)).exp()).sum();
            let best = over.iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            for j in over {
                let change = (&x.row(i) - &y.row(j)) * (-2.0 * e[[i, 0]] * (-distance(j)).exp() / total);
                soft_x.row_mut(i).zip_mut_with(&change, |sum, change| *sum += change);
                soft_y.row_mut(j).zip_mut_with(&change, |sum, change| *sum -= change);
            }
            if let Some(j) = best {
                let change = (&x.row(i) - &y.row(j)) * (2.0 * e[[i, 0]]);
                near_x.row_mut(i).zip_mut_with(&change, |sum, change| *sum += change);
                near_y.row_mut(j).zip_mut_with(&change, |sum, change| *sum -= change);
            }
        }
        let all = soft.ranges(&ranges).vjp(&x, &y, &e)?;
        assert_near(&all.x, &soft_x, "log-sum-exp by x");
        assert_near(&all.y, &soft_y, "log-sum-exp by y");
        let all = nearest.ranges(&ranges).vjp(&x, &y, &e)?;
        assert_near(&all.x, &near_x, "minimum by x");
        assert_near(&all.y, &near_y, "minimum by y");
        Ok(())
    });
}

#[test]
fn batches_are_their_entries() {
    let gauss = formula!("Exp(-p * SqDist(x, y)) * b", x = Vi(2), y = Vj(2), b = Vj(2), p = Pm(1));
    let sizes = (0usize..5, 0usize..40, 0usize..40, any::<[bool; 4]>(), any::<u64>());
    check(60, sizes, |(batch, m, n, shared, seed)| {
        let data = |rows: usize, dim: usize, shared: bool, seed: u64| -> Array3<f64> {
            let count = if shared { 1 } else { batch };
            points(count * rows, dim, seed).into_shape_with_order((count, rows, dim)).expect("as many numbers")
        };
        let (x, y) = (data(m, 2, shared[0], seed), data(n, 2, shared[1], seed ^ 1));
        let (b, p) = (data(n, 2, shared[2], seed ^ 2), data(1, 1, shared[3], seed ^ 3).mapv(f64::abs));
        let p = p.index_axis(Axis(1), 0).to_owned();
        let result = gauss.batched().call(&x, &y, &b, &p)?;
        let count = if shared == [true; 4] { 1 } else { batch };
        assert_eq!(result.dim(), (count, m, 2));
        for k in 0..count {
            let at =
                |all: &Array3<f64>| all.index_axis(Axis(0), if all.len_of(Axis(0)) == 1 { 0 } else { k }).to_owned();
            let p = p.row(if p.nrows() == 1 { 0 } else { k }).to_owned();
            assert_eq!(result.index_axis(Axis(0), k), gauss.call(&at(&x), &at(&y), &at(&b), &p)?, "entry {k}");
        }
        Ok(())
    });
}

#[test]
fn what_a_tolerance_leaves_out_is_small() {
    let matern = kernel!(
        |x: Vi<2>, y: Vj<2>, s: Pm<1>| (1 + (x - y).norm() * s) * (-((x - y).norm() * s)).exp() / (1 + x.sqnorm2())
    );
    check(6, (300usize..1500, 300usize..1500, any::<u64>(), 0i32..8), |(m, n, seed, digits)| {
        let spread = |points: Array2<f64>| points.mapv(|x| 10.0 * x);
        let (x, y) = (spread(points(m, 2, seed)), spread(points(n, 2, seed ^ 1)));
        let k = matern.bind(&x, &y, 2.0)?;
        let tolerance = 10f64.powi(-digits);
        let near = k.tolerance(tolerance)?;
        let (v, e) = (points(n, 3, seed ^ 2), points(m, 3, seed ^ 3));
        let compare = |got: Array2<f64>, exact: Array2<f64>, v: &Array2<f64>| {
            let bounds = v.mapv(f64::abs).sum_axis(Axis(0)) * (tolerance * (1.0 + 1e-9));
            for (got, exact) in got.rows().into_iter().zip(exact.rows()) {
                assert!(Zip::from(&got).and(&exact).and(&bounds).all(|a, b, bound| (a - b).abs() <= *bound + 1e-12));
            }
        };
        compare(near.dot(&v)?, k.dot(&v)?, &v);
        compare(near.apply_transposed(e.view())?, k.t().dot(&e)?, &e);
        Ok(())
    });
}

#[test]
fn a_kernel_that_decays_is_sparse() -> Result<(), Error> {
    let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(2), y = Vj(2));
    let x = points(6000, 2, 1).mapv(|x| 10.0 * x) + points(6000, 2, 2).mapv(|x| 0.1 * x);
    let near = gauss.bind(&x, &x)?.tolerance(1e-6)?;
    assert!(near.density() < 0.35, "{near:?}");
    Ok(())
}

#[test]
fn what_cannot_be_truncated_is_said() -> Result<(), Error> {
    let x = points(5, 2, 1);
    let text = |outcome: Result<(), Error>| outcome.unwrap_err().to_string();
    let direction = kernel!("(Normalize(x) | y)", x = Vi(2), y = Vj(2));
    assert_eq!(
        text(direction.bind(&x, &x)?.tolerance(0.1).map(drop)),
        "`(Normalize(x) | y)`: a tolerance needs bounds of the entries, and there are none for `Normalize`"
    );
    let causal = kernel!("IfElse(I - J, SqDist(x, y), 0)", x = Vi(2), y = Vj(2));
    assert!(text(causal.bind(&x, &x)?.tolerance(0.1).map(drop)).contains("none for `IfElse`"));
    let gauss = kernel!("Exp(-SqDist(x, y))", x = Vi(2), y = Vj(2));
    assert_eq!(
        text(gauss.bind(&x, &x)?.tolerance(-1.0).map(drop)),
        "tolerance: expected a finite number, not below 0, found -1"
    );
    let ranges = Ranges::dense((5, 5));
    assert!(text(gauss.bind(&x, &x)?.ranges(&ranges)?.tolerance(0.1).map(drop)).contains("restricted to ranges"));
    assert!(text(gauss.bind(&x, &x)?.ranges(&Ranges::dense((5, 4))).map(drop)).contains("found ranges of 5 x 4"));
    Ok(())
}
