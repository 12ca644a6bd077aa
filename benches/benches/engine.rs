//! The engine alone: `cargo bench -p keops-benches`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use keops::prelude::*;
use keops::scheme;
use keops_benches::data::Arrays;
use std::hint::black_box;
use std::time::Duration;

/// Rows and columns of the throughput benches.
const SIZE: usize = 8192;

macro_rules! bench {
    ($group:expr, $name:literal, $type:ty, $size:expr, $formula:tt $(, $reduction:ident)?) => {
        let arrays = Arrays::<$type>::draw(3, 1, ($size, $size));
        let f = formula!($formula, x = Vi(3), y = Vj(3), b = Vj(1) $(, reduction = $reduction)?);
        $group.throughput(Throughput::Elements(($size * $size) as u64));
        $group.bench_function(BenchmarkId::new($name, stringify!($type)), |bencher| {
            bencher.iter(|| f.call(black_box(&arrays.x), &arrays.y, &arrays.b).expect("the shapes fit"));
        });
    };
}

fn throughput(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("throughput, pairs of D=3");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    bench!(group, "gauss", f32, SIZE, "Exp(-SqDist(x,y)) * b");
    bench!(group, "gauss", f64, SIZE, "Exp(-SqDist(x,y)) * b");
    // Kernel values that fall below the normal numbers are an instruction-level trap on many processors.
    bench!(group, "narrow gauss", f32, SIZE, "Exp(-SqDist(x,y) * 80) * b");
    bench!(group, "narrow gauss", f64, SIZE, "Exp(-SqDist(x,y) * 640) * b");
    bench!(group, "LogSumExp", f32, SIZE, "b - SqDist(x,y)", LogSumExp);
    bench!(group, "LogSumExp", f64, SIZE, "b - SqDist(x,y)", LogSumExp);
    bench!(group, "ArgMin", f32, SIZE, "SqDist(x,y) + b", ArgMin);
    bench!(group, "ArgMin", f64, SIZE, "SqDist(x,y) + b", ArgMin);
    bench!(group, "no exp", f32, SIZE, "(x|y) * b");
    bench!(group, "no exp", f64, SIZE, "(x|y) * b");
    group.finish();
}

/// What the schemes of summation cost.
fn schemes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schemes of summation, pairs of D=3, f32");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    group.throughput(Throughput::Elements((SIZE * SIZE) as u64));
    let Arrays { x, y, b, .. } = Arrays::<f32>::draw(3, 1, (SIZE, SIZE));
    let gauss = formula!("Exp(-SqDist(x,y)) * b", x = Vi(3), y = Vj(3), b = Vj(1), derivatives = false);
    let log = formula!("b - SqDist(x,y)", x = Vi(3), y = Vj(3), b = Vj(1), reduction = LogSumExp, derivatives = false);
    macro_rules! schemes {
        ($formula:ident: $($name:literal $scheme:expr),+) => {
            $(let f = $formula.sum_scheme($scheme);
            group.bench_function(BenchmarkId::new(stringify!($formula), $name), |bencher| {
                bencher.iter(|| f.call(black_box(&x), &y, &b).expect("the shapes fit"));
            });)+
        };
    }
    schemes!(gauss: "Direct" SumScheme::Direct, "Block" SumScheme::Block, "Kahan" SumScheme::Kahan, "F64" scheme::F64);
    schemes!(log: "Direct" SumScheme::Direct, "Block" SumScheme::Block, "Kahan" SumScheme::Kahan, "F64" scheme::F64);
    group.finish();
}

/// At 100 x 100 the checks, the plan and the threads cost as much as the sums.
fn overhead(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("small call, pairs of D=3");
    bench!(group, "gauss 100 x 100", f32, 100, "Exp(-SqDist(x,y)) * b");
    bench!(group, "gauss 1 x 1", f32, 1, "Exp(-SqDist(x,y)) * b");
    group.finish();
}

criterion_group!(benches, throughput, schemes, overhead);
criterion_main!(benches);
