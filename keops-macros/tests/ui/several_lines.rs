//! The line that holds the error is shown.

use keops::formula;

fn main() {
    let _ = formula!("Exp(-SqDist(x, y))
            * Extract(x, 2, 5)
            + b",
        x = Vi(3),
        y = Vj(3),
        b = Vj(1));
}
