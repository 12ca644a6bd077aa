//! Loops that are unrolled by construction.

/// Runs the body for each index below a constant, unrolled, with the index a constant: even in a constant expression.
macro_rules! unrolled {
    ($count:expr, $index:ident => $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3 4 5 6 7)
    };
    (4, $count:expr, $index:ident => $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3)
    };
    (16, $count:expr, $index:ident => $body:expr) => {
        unrolled!(@ $count, $index, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $count:expr, $index:ident, $body:expr, $($at:literal)*) => {
        $(if const { $at < $count } {
            #[allow(non_upper_case_globals)]
            const $index: usize = $at;
            $body;
        })*
    };
}
