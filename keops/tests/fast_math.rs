//! `fast_math = true`: values and gradients against the interpreter, near the origin and far away from it.

use keops::prelude::*;
use keops_core::eval::{self, Data};
use ndarray::{Array1, Array2, Axis};

const ROWS: usize = 7;
const COLUMNS: usize = 60;

/// Numbers within `size` of `centre`, pseudo-random, and the same ones in `f64`.
fn numbers<T: Number>(shape: (usize, usize), size: f64, centre: f64, seed: u64) -> Array2<T> {
    let mut state = seed;
    Array2::from_shape_simple_fn(shape, || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::rounded(centre + size * ((state >> 40) as f64 / 2f64.powi(23) - 1.0))
    })
}

trait Number: keops::Scalar {
    /// How far results may be off, relative to the largest entry.
    const TOLERANCE: f64;

    fn rounded(number: f64) -> Self;
    fn exact(self) -> f64;
}

impl Number for f32 {
    const TOLERANCE: f64 = 4e-6;

    fn rounded(number: f64) -> Self {
        number as f32
    }
    fn exact(self) -> f64 {
        f64::from(self)
    }
}

impl Number for f64 {
    const TOLERANCE: f64 = 1e-14;

    fn rounded(number: f64) -> Self {
        number
    }
    fn exact(self) -> f64 {
        self
    }
}

/// The data of all variables: x, y, b, p, w, and the cotangent e.
struct Inputs<T> {
    x: Array2<T>,
    y: Array2<T>,
    b: Array2<T>,
    p: Array1<T>,
    w: Array1<T>,
    e: Array2<T>,
}

impl<T: Number> Inputs<T> {
    fn new(centre: f64, sign: f64) -> Self {
        Self {
            x: numbers((ROWS, 3), 1.5, centre, 1),
            y: numbers((COLUMNS, 3), 1.5, centre, 2),
            b: numbers((COLUMNS, 1), 1.0, 0.0, 3),
            p: Array1::from_elem(1, T::rounded(0.75 * sign)),
            w: [0.5, -1.25, 0.875].map(T::rounded).to_vec().into(),
            e: numbers((ROWS, 1), 1.0, 0.0, 4),
        }
    }

    /// The reduction of a formula of these variables, by the interpreter.
    fn interpreted(&self, formula: &str, options: &str) -> Array2<f64> {
        let variables = "x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1), w = Pm(3), e = Vi(1)";
        let call = format!("\"{formula}\", {variables}, {options}").parse().expect("tokens");
        let formula = keops_core::check(call).unwrap_or_else(|reports| panic!("{}", reports[0].text()));
        let rows = |array: &Array2<T>| Data { rows: array.nrows(), values: array.iter().map(|x| x.exact()).collect() };
        let row = |array: &Array1<T>| Data { rows: 1, values: array.iter().map(|x| x.exact()).collect() };
        let data = [rows(&self.x), rows(&self.y), rows(&self.b), row(&self.p), row(&self.w), rows(&self.e)];
        let result = eval::results(&formula, &data).swap_remove(0);
        Array2::from_shape_vec((result.rows, result.dim), result.values).expect("a matrix")
    }
}

/// The largest error, relative to the largest entry; where all entries are 0, anything else is far off.
fn error<T: Number>(got: &Array2<T>, expected: &Array2<f64>) -> f64 {
    assert_eq!(got.dim(), expected.dim());
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
    let errors = got.iter().zip(expected).map(|(got, expected)| (got.exact() - expected).abs());
    errors.fold(0.0, |worst: f64, error| if error > worst || error.is_nan() { error } else { worst }) / largest
}

#[track_caller]
fn assert_near<T: Number>(what: &str, got: &Array2<T>, expected: &Array2<f64>) {
    let error = error(got, expected);
    assert!(error <= T::TOLERANCE, "{what}: error {error:e}, {got:?} instead of {expected:?}");
}

/// Compares the value and all gradients of a sum.
macro_rules! check_sum {
    ($number:ty, $formula:literal) => {
        for sign in [1.0, -1.0] {
            let sum = formula!($formula, x = Vi(3), y = Vj(3), b = Vj(1), p = Pm(1), w = Pm(3), fast_math = true);
            let inputs = Inputs::<$number>::new(0.0, sign);
            let Inputs { x, y, b, p, w, e } = &inputs;
            let (value, all) = sum.value_and_vjp(x, y, b, p, w, e).expect("arrays of these shapes");
            let gradient =
                |by: &str, axis| inputs.interpreted(&format!("Grad({}, {by}, e)", $formula), &format!("axis = {axis}"));
            let total = |by| gradient(by, 1).sum_axis(Axis(0)).insert_axis(Axis(0));
            assert_near($formula, &value, &inputs.interpreted($formula, "axis = 1"));
            assert_near(concat!("by x: ", $formula), &all.x, &gradient("x", 1));
            assert_near(concat!("by y: ", $formula), &all.y, &gradient("y", 0));
            assert_near(concat!("by b: ", $formula), &all.b, &gradient("b", 0));
            assert_near(concat!("by p: ", $formula), &all.p.insert_axis(Axis(0)), &total("p"));
            assert_near(concat!("by w: ", $formula), &all.w.insert_axis(Axis(0)), &total("w"));
        }
    };
}

macro_rules! check_sums {
    ($($name:ident: $($number:ty),* => $formula:literal;)*) => {$(
        #[test]
        fn $name() {
            $(check_sum!($number, $formula);)*
        }
    )*};
}

check_sums! {
    a_gaussian_of_some_width: f32, f64 => "Exp(-SqDist(x,y)/(2*p**2)) * b";
    // The sign of p is not known.
    a_gaussian_with_a_factor: f32 => "Exp(-p*SqDist(x,y)) * b";
    a_gaussian_with_weights: f64 => "Exp(-WeightedSqDist(Square(w),x,y)) * b";
    a_matern_kernel: f32 => "(1 + Sqrt(3)*Norm2(x-y)) * Exp(-Sqrt(3)*Norm2(x-y)) * b";
    a_rational_quadratic: f32 => "b / (1 + p**2*SqDist(x,y))";
    an_exponential_of_products: f64 => "Exp((x|y)*p/4) * b";
}

fn log_sum_exp<T: Number>() {
    let soft = formula!(
        "b - Abs(p)*SqDist(x,y)",
        x = Vi(3),
        y = Vj(3),
        b = Vj(1),
        p = Pm(1),
        reduction = LogSumExp,
        fast_math = true
    );
    let inputs = Inputs::<T>::new(0.0, -1.0);
    let Inputs { x, y, b, p, e, .. } = &inputs;
    let value = soft.call(x, y, b, p).expect("arrays of these shapes");
    let expected = inputs.interpreted("b - Abs(p)*SqDist(x,y)", "reduction = LogSumExp");
    assert_near("log-sum-exp", &value, &expected);
    // Its gradient: a mean of the terms' gradients.
    let mean = inputs.interpreted("b - Abs(p)*SqDist(x,y)", "reduction = SumSoftMaxWeight(\"-2*Abs(p)*(x-y)*e\")");
    assert_near("gradient", &soft.grad_x(x, y, b, p, e).expect("arrays of these shapes"), &mean);
}

#[test]
fn scores_of_a_log_sum_exp() {
    log_sum_exp::<f32>();
    log_sum_exp::<f64>();
}

#[test]
fn minima_of_scaled_distances() {
    let nearest = formula!("SqDist(x,y)/(p**2)", x = Vi(3), y = Vj(3), p = Pm(1), reduction = Min, fast_math = true);
    let inputs = Inputs::<f32>::new(0.0, -1.0);
    let value = nearest.call(&inputs.x, &inputs.y, &inputs.p).expect("arrays of these shapes");
    assert_near("minimum", &value, &inputs.interpreted("SqDist(x,y)/(p**2)", "reduction = Min"));
}

#[test]
fn equal_points_have_the_distance_0() {
    let count = formula!("Exp(-SqDist(x,y)/(2*p**2))", x = Vi(3), y = Vj(3), p = Pm(1), fast_math = true);
    let x = numbers::<f32>((1, 3), 1.5, 1000.0, 5);
    let same = x.broadcast((100, 3)).expect("one row can stand for many");
    assert_eq!(count.call(&x, same, 0.3).expect("arrays of these shapes")[[0, 0]], 100.0);
}

#[test]
fn a_matrix() -> Result<(), Error> {
    let plain = kernel!("Exp(-SqDist(x,y)/(2*p**2))", x = Vi(3), y = Vj(3), p = Pm(1));
    let fast = kernel!("Exp(-SqDist(x,y)/(2*p**2))", x = Vi(3), y = Vj(3), p = Pm(1), fast_math = true);
    let Inputs { x, y, b, e, .. } = Inputs::<f32>::new(0.0, 1.0);
    let (plain, fast) = (plain.bind(&x, &y, 0.75)?, fast.bind(&x, &y, 0.75)?);
    let exact = |array: Array2<f32>| array.mapv(f64::from);
    assert_near("product", &fast.dot(&b)?, &exact(plain.dot(&b)?));
    assert_near("transposed product", &fast.t().dot(&e)?, &exact(plain.t().dot(&e)?));
    let (got, expected) = (fast.vjp(&b, &e)?, plain.vjp(&b, &e)?);
    assert_near("gradient by x", &got.x, &exact(expected.x));
    assert_near("gradient by y", &got.y, &exact(expected.y));
    assert_near("gradient by p", &got.p.insert_axis(Axis(0)), &exact(expected.p.insert_axis(Axis(0))));
    Ok(())
}

/// The bounds of the documentation: a difference of rounded coordinates.
#[test]
fn far_from_the_origin_distances_are_less_exact() {
    let plain = formula!("Exp(-SqDist(x,y)/2) * b", x = Vi(3), y = Vj(3), b = Vj(1));
    let fast = formula!("Exp(-SqDist(x,y)/2) * b", x = Vi(3), y = Vj(3), b = Vj(1), fast_math = true);
    let inputs = Inputs::<f32>::new(1000.0, 1.0);
    let Inputs { x, y, b, .. } = &inputs;
    let expected = inputs.interpreted("Exp(-SqDist(x,y)/2) * b", "axis = 1");
    let plain = error(&plain.call(x, y, b).expect("arrays of these shapes"), &expected);
    let fast = error(&fast.call(x, y, b).expect("arrays of these shapes"), &expected);
    assert!(plain < 2e-6, "{plain:e}");
    // Each coordinate of a difference is off by up to 2^-24 (|x| + |y|), about 1e-4.
    assert!((1e-6..1e-3).contains(&fast), "{fast:e}");
}
