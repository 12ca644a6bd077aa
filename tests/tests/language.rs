//! Spellings: what may be written in more than one way means the same.

// What the macro writes must not warn, whatever its user denies.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::float_cmp, clippy::cast_possible_truncation, reason = "the tests do so themselves")]

use keops::formula;
use ndarray::{Array2, array};

fn x() -> Array2<f64> {
    array![[0.5, -1.0, 2.0], [0.0, 0.25, 1.0], [1.5, 1.0, -0.5]]
}

fn y() -> Array2<f64> {
    array![[1.0, 0.0, 0.5], [-0.5, 0.75, 2.0]]
}

#[test]
fn with_and_without_quotes() {
    let quoted = formula!("Exp(-SqDist(x, y)) * (x | y) + x**2 / 3 - (x <= y)", x = Vi(3), y = Vj(3));
    // rustfmt tears the power apart.
    let unquoted = formula!(Exp(-SqDist(x, y)) * (x | y) + x * *2 / 3 - (x <= y), x = Vi(3), y = Vj(3));
    assert_eq!(quoted.call(&x(), &y()).unwrap(), unquoted.call(&x(), &y()).unwrap());
    let quoted = formula!("TensorDot(x, y, [3], [3], [0], [0]) * 1.5e-1", x = Vi(3), y = Vj(3));
    let unquoted = formula!(TensorDot(x, y, [3], [3], [0], [0]) * 1.5e-1, x = Vi(3), y = Vj(3));
    assert_eq!(quoted.call(&x(), &y()).unwrap(), unquoted.call(&x(), &y()).unwrap());
}

#[test]
fn operators_and_their_names() {
    let infix = formula!("(x*y - x/2 + (x|y))**3 * (x < y)", x = Vi(3), y = Vj(3));
    let named = formula!(
        "Mult(Pow(Add(Subtract(Mult(x,y),Divide(x,IntCst(2))),Scalprod(x,y)),3),LessThan(x,y))",
        x = Vi(3),
        y = Vj(3)
    );
    assert_eq!(infix.call(&x(), &y()).unwrap(), named.call(&x(), &y()).unwrap());
    let greater = formula!("(x > y) + (x >= y) + (x == y) + (x != y)", x = Vi(3), y = Vj(3));
    let less = formula!("(y < x) + (y <= x) + Equal(x, y) + NotEqual(x, y)", x = Vi(3), y = Vj(3));
    assert_eq!(greater.call(&x(), &y()).unwrap(), less.call(&x(), &y()).unwrap());
}

#[test]
fn reductions_and_axes() {
    // The tag is the category of the output index: 1 is one result per column.
    let tagged = formula!("Sum_Reduction(x * y, 1)", x = Vi(3), y = Vj(3));
    let plain = formula!("x * y", x = Vi(3), y = Vj(3), reduction = Sum, axis = 0);
    assert_eq!(tagged.call(&x(), &y()).unwrap(), plain.call(&x(), &y()).unwrap());
    let tagged = formula!("ArgMin_Reduction(SqDist(x, y), 0)", x = Vi(3), y = Vj(3), axis = 1);
    let plain = formula!("SqDist(x, y)", x = Vi(3), y = Vj(3), reduction = "ArgMin");
    assert_eq!(tagged.call(&x(), &y()).unwrap(), plain.call(&x(), &y()).unwrap());
}

#[test]
fn declarations() {
    let expected = formula!("x - y", x = Vi(3), y = Vj(3)).call(&x(), &y()).unwrap();
    assert_eq!(formula!("x - y", "x = Vi(3)", "y = Vj(3)").call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("x - y", x = Vi(0, 3), y = Vj(1, 3)).call(&x(), &y()).unwrap(), expected);
    // Positions decide the order of the arguments.
    assert_eq!(formula!("x - y", y = Vj(1, 3), x = Vi(0, 3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("Var(0,3,0) - Var(1,3,1)").call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("Vi(0,3) - Vj(1,3)").call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("Var(0,3,0) - Var(1,3,1)", Vi(3), Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("x - Var(1,3,1)", x = Vi(3), Var(1, 3, 1)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("x - y", x = Vi(3), y = Vj(3),).call(&x(), &y()).unwrap(), expected);
}

#[test]
fn names_that_rust_or_the_macro_use() {
    let expected = formula!("x - y", x = Vi(3), y = Vj(3)).call(&x(), &y()).unwrap();
    assert_eq!(formula!("type - fn", type = Vi(3), fn = Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("T - S", T = Vi(3), S = Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("Formula - Signature", Formula = Vi(3), Signature = Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("Exp - Sum", Exp = Vi(3), Sum = Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("self_ - Options", self_ = Vi(3), Options = Vj(3)).call(&x(), &y()).unwrap(), expected);
    // A variable called I hides the index.
    assert_eq!(formula!("I - J", I = Vi(3), J = Vj(3)).call(&x(), &y()).unwrap(), expected);
    assert_eq!(formula!("λ - größe", λ = Vi(3), größe = Vj(3)).call(&x(), &y()).unwrap(), expected);
}

/// A macro of the user's own around ours.
macro_rules! gauss {
    ($formula:expr, $x:ident, $dim:literal) => {
        formula!($formula, $x = Vi($dim), y = Vj($dim)).call(&x(), &y()).unwrap()
    };
}

#[test]
fn inside_of_other_macros() {
    let expected = formula!("Exp(-SqDist(x, y))", x = Vi(3), y = Vj(3)).call(&x(), &y()).unwrap();
    assert_eq!(gauss!("Exp(-SqDist(x, y))", x, 3), expected);
    assert_eq!(gauss!(Exp(-SqDist(z, y)), z, 3), expected);
}

#[test]
fn a_formula_is_a_value() {
    let kernel = formula!("x | y", x = Vi(3), y = Vj(3));
    let copy = kernel;
    let total = |f: &dyn Fn(&Array2<f64>) -> Array2<f64>| f(&y()).sum();
    assert_eq!(total(&|y| kernel.call(&x(), y).unwrap()), copy.call(&x(), &y()).unwrap().sum());
    println!("{kernel:?}");
    // In both precisions.
    assert_eq!(kernel.call(&x().mapv(|x| x as f32), &y().mapv(|y| y as f32)).unwrap().dim(), (3, 1));
}

/// Names of the user's own that the macro must not take for those of the library.
mod strange {
    #![allow(dead_code, non_camel_case_types, reason = "names that could collide with those of the macro")]
    struct Real;
    struct Kernel;
    struct Formula;
    struct Scalar;
    struct Vec;
    enum Option {
        Some,
        None,
    }
    enum Result {
        Ok,
        Err,
    }
    fn array() {}

    #[test]
    fn names_of_the_user_do_not_matter() {
        let kernel = keops::formula!("Exp(x) + Max(y) * 0.3", x = Vi(3), y = Vj(3));
        assert_eq!(kernel.call(&super::x(), &super::y()).unwrap().dim(), (3, 3));
    }
}
