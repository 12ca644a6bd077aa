//! Work on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The results of a function for all elements, in their order.
pub(crate) fn map<X: Sync, Y: Send>(all: &[X], of: impl Fn(&X) -> Y + Sync) -> Vec<Y> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(all.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        while let Some((at, x)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?))) {
            results.push((at, of(x)));
        }
        results
    };
    let mut results: Vec<(usize, Y)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, y)| y).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_are_in_order() {
        let numbers: Vec<usize> = (0..100).collect();
        assert_eq!(super::map(&numbers, |n| n * n), numbers.iter().map(|n| n * n).collect::<Vec<_>>());
        assert_eq!(super::map(&[] as &[u8], |n| *n), []);
    }
}
