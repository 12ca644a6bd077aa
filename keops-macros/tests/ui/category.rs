//! Declarations that are none.

use keops::formula;

fn main() {
    let _ = formula!("x", x = Vk(3));
    let _ = formula!("x", x = Vi);
    let _ = formula!("x", x = Vi(d));
    let _ = formula!("x", x = Vi(3, 4, 5));
    let _ = formula!("x", x = 3);
    let _ = formula!("x", x = Vi(-3));
    let _ = formula!("x", x: Vi(3));
    let _ = formula!("x", x = Var(0, 3, 5));
    let _ = formula!("x", , x = Vi(3));
    let _ = formula!("x", self = Vi(3));
    let _ = formula!("x", "x is Vi(3)");
}
