//! Values of the options that are true or false.

use keops::{formula, kernel};

fn main() {
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), fast_math = 1);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), fast_math = "true");
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), fast_math);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), fastmath = true);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), fast_math = true, fast_math = false);
    let _ = formula!("x | y", x = Vi(3), y = Vj(3), derivatives = no);
    let _ = kernel!("(x | y)", x = Vi(3), y = Vj(3), fast_math = yes);
}
