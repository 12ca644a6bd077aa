//! Results are the same, bit for bit, for every number of threads.

use keops::formula;
use keops::scheme::{Block, Direct, F64, Kahan, Scheme};
use keops_tests::kernel::{Number, Outcome};
use rayon::ThreadPoolBuilder;

use crate::points::points;

fn results<T: Number>(rows: usize, columns: usize, scheme: impl Scheme) -> Vec<u64>
where
    ndarray::Array2<T>: Outcome,
{
    let (x, y, b) = (points::<T>(rows, 3, 1), points::<T>(columns, 3, 2), points::<T>(columns, 2, 3));
    let sum = formula!("Exp(-SqDist(x,y))*b", x = Vi(3), y = Vj(3), b = Vj(2)).sum_scheme(scheme);
    let log_sum = formula!("-SqDist(x,y)", x = Vi(3), y = Vj(3), reduction = LogSumExp).sum_scheme(scheme);
    let nearest = formula!("SqDist(x,y)", x = Vi(3), y = Vj(3), reduction = ArgMin);
    let mut all = sum.call(&x, &y, &b).unwrap().results();
    all.extend(log_sum.call(&x, &y).unwrap().results());
    all.extend(nearest.call(&x, &y).unwrap().results());
    all.iter().flat_map(|result| &result.values).map(|value| value.to_bits()).collect()
}

fn same_for_all_numbers_of_threads(scheme: impl Scheme, sizes: &[(usize, usize)]) {
    for &(rows, columns) in sizes {
        let on = |threads: usize| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(16 << 20).build().unwrap();
            pool.install(|| (results::<f32>(rows, columns, scheme), results::<f64>(rows, columns, scheme)))
        };
        let one = on(1);
        for threads in [2, 3, 7] {
            assert_eq!(one, on(threads), "{rows} x {columns}, {scheme:?}, {threads} threads");
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Few rows and many columns; one row; several groups of rows; less than a block.
    same_for_all_numbers_of_threads(Block, &[(3, 50_000), (1, 20_000), (1100, 700), (7, 5)]);
    let cut_into_parts = [(3, 20_000)];
    same_for_all_numbers_of_threads(Direct, &cut_into_parts);
    same_for_all_numbers_of_threads(Kahan, &cut_into_parts);
    same_for_all_numbers_of_threads(F64, &cut_into_parts);
}
