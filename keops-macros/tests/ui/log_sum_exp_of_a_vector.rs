//! Not every reduction takes vectors.

use keops::formula;

fn main() {
    let _ = formula!("x - y", x = Vi(3), y = Vj(3), reduction = LogSumExp);
    let _ = formula!(x - y, x = Vi(3), y = Vj(3), reduction = LogSumExp);
}
