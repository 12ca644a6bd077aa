//! Peak memory is linear in the number of rows and columns. A binary of its own: it counts every allocation.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use keops::formula;
use ndarray::Array2;

/// The system's allocator, with a count of what is in use and of the most that ever was.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(in_use, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: `pointer` came from `alloc` above, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were in use at once during a call, beyond those in use before.
fn peak(call: impl FnOnce()) -> usize {
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    call();
    PEAK.load(Ordering::Relaxed) - before
}

/// One test only: a second one at the same time would be counted too.
#[test]
fn memory_is_linear() {
    let square = |n: usize| {
        let x = Array2::from_shape_fn((n, 1), |(i, _)| i as f32 / n as f32);
        let sum = formula!("x * y", x = Vi(1), y = Vj(1));
        let nearest = formula!("Abs(x - y)", x = Vi(1), y = Vj(1), reduction = ArgMin);
        let sums = peak(|| drop(sum.call(&x, &x).unwrap()));
        let positions = peak(|| drop(nearest.call(&x, &x).unwrap()));
        println!("{n} x {n}: {sums} bytes for a sum, {positions} for positions");
        sums.max(positions)
    };
    // The first call also pays for the pool of threads.
    square(100);
    let large = square(20_000);
    assert!(large < 4 << 20, "{large} bytes: 20000 x 20000 numbers would be 1600 million");
    let (small, double) = (square(5000), square(10_000));
    assert!(double < 3 * small + (1 << 18), "twice the size takes {double} instead of {small} bytes");

    // One row, many columns: its parts wait to be joined.
    let columns = Array2::from_shape_fn((1_000_000, 1), |(j, _)| j as f32);
    let total = formula!("y", y = Vj(1));
    let long = peak(|| drop(total.call(&columns).unwrap()));
    println!("1 x 1000000: {long} bytes");
    assert!(long < 1 << 20, "{long} bytes for one row");
}
