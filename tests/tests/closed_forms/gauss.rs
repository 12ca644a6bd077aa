//! Derivatives of the Gaussian F = exp(-g |x - y|²) up to the fourth.

use std::str::FromStr;

use keops::formula;
use keops_core::eval::{self, Data};
use keops_tests::every_instruction_set;
use keops_tests::kernel::Number;
use ndarray::Array2;
use proc_macro2::TokenStream;

const ROWS: usize = 5;
const COLUMNS: usize = 7;

/// Data of a variable: numbers in [-1, 1), the same for the same seed.
fn numbers<T: Number>(rows: usize, dim: usize, seed: u64) -> Array2<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array2::from_shape_simple_fn((rows, dim), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::rounded((state >> 40) as f64 / 2f64.powi(23) - 1.0)
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The third derivative by x in the directions a, b, c; r = x - y.
fn third(g: f64, r: &[f64], a: &[f64], b: &[f64], c: &[f64]) -> f64 {
    let (ra, rb, rc) = (dot(r, a), dot(r, b), dot(r, c));
    let mixed = dot(a, b) * rc + dot(a, c) * rb + dot(b, c) * ra;
    (4.0 * g * g * mixed - 8.0 * g.powi(3) * ra * rb * rc) * (-g * dot(r, r)).exp()
}

/// The derivatives number 1 to 4 of exp(-g r²) by r: (-√g)^n H_n(√g r) exp(-g r²) with the Hermite polynomials
/// H_(n+1)(t) = 2 t H_n(t) - 2 n H_(n-1)(t).
fn of_one_number(g: f64, r: f64) -> [f64; 4] {
    let t = g.sqrt() * r;
    let mut hermite = vec![1.0, 2.0 * t];
    for n in 1..4 {
        hermite.push(2.0 * t * hermite[n] - 2.0 * n as f64 * hermite[n - 1]);
    }
    [1, 2, 3, 4].map(|n| (-g.sqrt()).powi(n) * hermite[n as usize] * (-g * r * r).exp())
}

/// Variables, declarations, and the third derivatives, all in the direction of a, b, c.
const DECLARATIONS: &str = "x = Vi(3), y = Vj(3), g = Pm(1), a = Vi(3), b = Vj(3), c = Pm(3)";
const THIRD: [(&str, f64); 8] = [
    ("Diff(Diff(Diff(Exp(-g*SqDist(x,y)),x,a),x,b),x,c)", 1.0),
    ("(Grad(Grad(Grad(Exp(-g*SqDist(x,y)),x,1),x,a),x,b)|c)", 1.0),
    ("(Grad(Diff(Diff(Exp(-g*SqDist(x,y)),x,a),x,b),x,1)|c)", 1.0),
    ("Diff(Diff((Grad(Exp(-g*SqDist(x,y)),x,1)|a),x,b),x,c)", 1.0),
    // Each derivative by y turns the sign.
    ("Diff(Diff(Diff(Exp(-g*SqDist(x,y)),y,a),x,b),x,c)", -1.0),
    ("(Grad(Grad(Grad(Exp(-g*SqDist(x,y)),y,1),x,a),y,b)|c)", 1.0),
    ("(Grad(Grad(Grad(Exp(-g*SqDist(x,y)),y,1),y,a),y,b)|c)", -1.0),
    ("MatVecMult(GradMatrix(Grad(Grad(Exp(-g*SqDist(x,y)),x,1),x,a),x),b)|c", 1.0),
];

struct Points<T> {
    x: Array2<T>,
    y: Array2<T>,
    g: Array2<T>,
    a: Array2<T>,
    b: Array2<T>,
    c: Array2<T>,
}

impl<T: Number> Points<T> {
    fn new() -> Self {
        Self {
            x: numbers(ROWS, 3, 1),
            y: numbers(COLUMNS, 3, 2),
            g: Array2::from_elem((1, 1), T::rounded(0.75)),
            a: numbers(ROWS, 3, 3),
            b: numbers(COLUMNS, 3, 4),
            c: numbers(1, 3, 5),
        }
    }

    fn third(&self, i: usize, j: usize) -> f64 {
        let row = |array: &Array2<T>, row: usize| array.row(row).iter().map(|x| x.exact()).collect::<Vec<f64>>();
        let r: Vec<f64> = row(&self.x, i).iter().zip(row(&self.y, j)).map(|(x, y)| x - y).collect();
        third(self.g[[0, 0]].exact(), &r, &row(&self.a, i), &row(&self.b, j), &row(&self.c, 0))
    }
}

fn checked(formula: &str, declarations: &str) -> keops_core::check::Formula {
    let tokens = TokenStream::from_str(&format!("{formula:?}, {declarations}")).expect("a call should be tokens");
    keops_core::check(tokens).unwrap_or_else(|reports| panic!("{formula}: {}", reports[0].text()))
}

fn data<T: Number>(array: &Array2<T>) -> Data {
    Data { rows: array.nrows(), values: array.iter().map(|x| x.exact()).collect() }
}

#[test]
fn third_derivatives() {
    let points = Points::<f64>::new();
    let Points { x, y, g, a, b, c } = &points;
    let data = [x, y, g, a, b, c].map(data);
    for (text, sign) in THIRD {
        let formula = checked(text, DECLARATIONS);
        for (i, j) in (0..ROWS).flat_map(|i| (0..COLUMNS).map(move |j| (i, j))) {
            let (got, expected) = (eval::value(&formula, &data, i, j)[0], sign * points.third(i, j));
            assert!((got - expected).abs() <= 1e-14 * (1.0 + expected.abs()), "{text}: {got}, expected {expected}");
        }
    }
}

#[test]
fn hermite_polynomials() {
    let (x, y) = (numbers::<f64>(20, 1, 6) * 3.0, numbers::<f64>(20, 1, 7) * 3.0);
    for operator in ["Grad", "Diff"] {
        let mut text = "Exp(-g*SqDist(x,y))".to_owned();
        for order in 0..4 {
            text = format!("{operator}({text},x,1)");
            let formula = checked(&text, "x = Vi(1), y = Vj(1), g = Pm(1)");
            for (i, j) in (0..20).flat_map(|i| (0..20).map(move |j| (i, j))) {
                let g = Data { rows: 1, values: vec![1.7] };
                let got = eval::value(&formula, &[data(&x), data(&y), g], i, j)[0];
                let expected = of_one_number(1.7, x[[i, 0]] - y[[j, 0]])[order];
                assert!((got - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{text}: {got}, not {expected}");
            }
        }
    }
}

fn compiled<T: Number>() {
    let points = Points::<T>::new();
    let Points { x, y, g, a, b, c } = &points;
    let reverse = formula!(
        "(Grad(Grad(Grad(Exp(-g*SqDist(x,y)),x,1),x,a),x,b)|c)",
        x = Vi(3),
        y = Vj(3),
        g = Pm(1),
        a = Vi(3),
        b = Vj(3),
        c = Pm(3)
    );
    let forward = formula!(
        "Diff(Diff(Diff(Exp(-g*SqDist(x,y)),x,a),x,b),x,c)",
        x = Vi(3),
        y = Vj(3),
        g = Pm(1),
        a = Vi(3),
        b = Vj(3),
        c = Pm(3)
    );
    let results = [reverse.call(x, y, g, a, b, c).unwrap(), forward.call(x, y, g, a, b, c).unwrap()];
    for got in results {
        assert_eq!(got.dim(), (ROWS, 1));
        for i in 0..ROWS {
            let expected: f64 = (0..COLUMNS).map(|j| points.third(i, j)).sum();
            let size: f64 = (0..COLUMNS).map(|j| points.third(i, j).abs()).sum();
            let got = got[[i, 0]].exact();
            assert!((got - expected).abs() <= 64.0 * T::ROUNDING * (1.0 + size), "row {i}: {got}, expected {expected}");
        }
    }

    let (x, y) = (numbers::<T>(9, 1, 6), numbers::<T>(1, 1, 7));
    let four = formula!(
        "Concat(Concat(Grad(Exp(-g*SqDist(x,y)),x,1), Diff(Diff(Exp(-g*SqDist(x,y)),x,1),x,1)),
                Concat(Grad(Grad(Grad(Exp(-g*SqDist(x,y)),x,1),x,1),x,1),
                       Diff(Grad(Diff(Grad(Exp(-g*SqDist(x,y)),x,1),x,1),x,1),x,1)))",
        x = Vi(1),
        y = Vj(1),
        g = Pm(1)
    );
    let got = four.call(&x, &y, g).unwrap();
    for (i, got) in got.outer_iter().enumerate() {
        let expected = of_one_number(g[[0, 0]].exact(), x[[i, 0]].exact() - y[[0, 0]].exact());
        for (got, expected) in got.iter().zip(expected) {
            let near = (got.exact() - expected).abs() <= 128.0 * T::ROUNDING * (1.0 + expected.abs());
            assert!(near, "row {i}: {got:?}, expected {expected}");
        }
    }
}

every_instruction_set! {
    fn kernels() {
        compiled::<f64>();
        compiled::<f32>();
    }
}
