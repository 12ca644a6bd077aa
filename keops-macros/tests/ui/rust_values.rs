//! A formula is fixed at compile time: it cannot come from a variable of the program.

use keops::formula;

fn main() {
    let text = "x | y";
    let _ = formula!(text, x = Vi(3), y = Vj(3));
    let _ = formula!("x | y" .to_string(), x = Vi(3), y = Vj(3));
    let _ = formula!(format!("x | y"), x = Vi(3), y = Vj(3));
}
