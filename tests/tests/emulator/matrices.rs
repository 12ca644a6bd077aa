//! Symbolic matrices: products of all widths, reductions along both axes, gradients, and all of that over blocks.

use keops::{Device, Error, Ranges, kernel};
use keops_tests::blocks::Blocks;
use keops_tests::gpu;
use keops_tests::inputs::numbers;
use keops_tests::kernel::Number;
use ndarray::{Array1, Axis, s};

/// A value of one row per number, as results are compared.
fn column<T>(numbers: Result<Array1<T>, Error>) -> Result<ndarray::Array2<T>, Error> {
    numbers.map(|numbers| numbers.insert_axis(Axis(1)))
}

fn one<T: Number>(device: Device) {
    let gauss = kernel!("Exp(-p*SqDist(x,y))", x = Vi(3), y = Vj(3), p = Pm(1));
    let p = T::rounded(0.5);
    for (m, n) in [(1, 1), (130, 40), (5, 1100), (0, 4), (3, 0)] {
        let (x, y) = (&numbers::<T>(m, 3, 1), &numbers::<T>(n, 3, 2));
        let (v, e) = (&numbers::<T>(n, 20, 3), &numbers::<T>(m, 20, 4));
        let blocks = Blocks::random(m, n, 7);
        let some = blocks.ranges((m, n)).expect("ranges");
        for ranges in [None, Some(&some)] {
            let bind = |device| -> Result<_, Error> {
                let k = gauss.bind(x, y, p)?.on(device);
                match ranges {
                    Some(ranges) => k.ranges(ranges),
                    None => Ok(k),
                }
            };
            macro_rules! agree {
                ($what:expr, |$k:ident| $result:expr) => {
                    let run = |device| -> Result<_, Error> {
                        let $k = bind(device)?;
                        $result
                    };
                    let what = format!("{} of {m} x {n}, {ranges:?}", $what);
                    gpu::assert_agree(&what, run(device), run(Device::Cpu), crate::tolerance::<T>());
                };
            }
            for width in [1, 2, 16, 20] {
                agree!("product", |k| k.dot(v.slice(s![.., ..width])));
                agree!("transposed product", |k| k.t().dot(e.slice(s![.., ..width])));
            }
            for width in [1, 20] {
                agree!("gradient", |k| {
                    let all = k.vjp(v.slice(s![.., ..width]), e.slice(s![.., ..width]))?;
                    Ok(((all.x, all.y), all.p))
                });
            }
            for axis in [Axis(0), Axis(1)] {
                agree!("sum", |k| column(k.sum(axis)));
                agree!("log-sum-exp", |k| column(k.logsumexp(axis)));
                agree!("minimum", |k| column(k.min(axis)));
                agree!("position of the maximum", |k| column(k.argmax(axis)));
                agree!("maximum and its position", |k| {
                    let (value, position) = k.max_argmax(axis)?;
                    Ok((value, position))
                });
                agree!("number of entries", |k| column(k.count(axis)));
            }
        }
    }
}

#[test]
fn symbolic_matrices() {
    if let Some(device) = gpu::device("symbolic matrices") {
        one::<f32>(device);
        one::<f64>(device);
    }
}

#[test]
fn ranges_of_another_shape() {
    let gauss = kernel!("Exp(-p*SqDist(x,y))", x = Vi(3), y = Vj(3), p = Pm(1));
    let x = numbers::<f64>(4, 3, 1);
    let ranges = Ranges::dense((4, 3));
    let outcome = gauss.bind(&x, &x, 1.0).and_then(|k| k.ranges(&ranges).map(drop));
    assert!(matches!(outcome, Err(Error::RangesShape { expected: (4, 4), found: (4, 3), .. })), "{outcome:?}");
}
