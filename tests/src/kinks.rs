//! Derivatives at the points where a function has none, or where a rule would divide by zero: what they are by
//! convention.
//!
//! The build script, which writes a kernel for each line, includes this file too.

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
const LN_2: f64 = std::f64::consts::LN_2;

/// A function of `x`, points, and its first, second ... derivative at each.
type Scalar = (&'static str, &'static [(f64, &'static [f64])]);

/// Functions of one number.
const SCALAR: &[Scalar] = &[
    ("Abs(x)", &[(0.0, &[0.0, 0.0]), (-0.0, &[0.0, 0.0]), (-2.0, &[-1.0, 0.0])]),
    ("Abs(x)*x", &[(0.0, &[0.0, 0.0]), (-2.0, &[4.0, -2.0])]),
    ("ReLU(x)", &[(0.0, &[1.0, 0.0]), (-0.0, &[1.0, 0.0]), (-1.0, &[0.0, 0.0]), (3.0, &[1.0, 0.0])]),
    ("Step(x)", &[(0.0, &[0.0, 0.0]), (1.0, &[0.0, 0.0])]),
    ("Sign(x)", &[(0.0, &[0.0, 0.0]), (1.0, &[0.0, 0.0])]),
    ("Floor(x)+Round(x,0)", &[(0.0, &[0.0, 0.0]), (2.0, &[0.0, 0.0]), (0.5, &[0.0, 0.0])]),
    ("ArgMax(Concat(x,-x))+ArgMin(Concat(x,-x))", &[(0.0, &[0.0, 0.0]), (1.0, &[0.0, 0.0])]),
    ("Elem(OneHot(x,3),1)+(x<0)+(x<=0)+(x==0)+(x!=0)", &[(0.0, &[0.0, 0.0]), (0.5, &[0.0, 0.0])]),
    ("Sqrt(x)", &[(0.0, &[0.0, 0.0, 0.0]), (-0.0, &[0.0, 0.0, 0.0]), (4.0, &[0.25, -1.0 / 32.0, 3.0 / 256.0])]),
    ("Sqrt(x**2)", &[(0.0, &[0.0, 0.0]), (-2.0, &[-1.0, 0.0])]),
    ("Rsqrt(x)", &[(0.0, &[0.0, 0.0]), (-0.0, &[0.0, 0.0]), (4.0, &[-1.0 / 16.0, 3.0 / 128.0])]),
    ("Norm2(x)", &[(0.0, &[0.0, 0.0]), (-3.0, &[-1.0, 0.0])]),
    ("Norm2(Concat(x,x))", &[(0.0, &[0.0, 0.0])]),
    ("Normalize(x)", &[(0.0, &[0.0, 0.0]), (-3.0, &[0.0, 0.0])]),
    ("ComplexAbs(Real2Complex(x))", &[(0.0, &[0.0, 0.0]), (-3.0, &[-1.0, 0.0])]),
    ("Asin(x)", &[(1.0, &[0.0, 0.0]), (-1.0, &[0.0, 0.0]), (0.0, &[1.0, 0.0, 1.0]), (2.0, &[NAN, NAN])]),
    ("Acos(x)", &[(1.0, &[0.0, 0.0]), (-1.0, &[0.0, 0.0]), (0.0, &[-1.0, 0.0, -1.0]), (2.0, &[NAN, NAN])]),
    ("ClampInt(x,-1,2)", &[(-1.0, &[1.0, 0.0]), (2.0, &[1.0, 0.0]), (2.5, &[0.0, 0.0]), (-1.5, &[0.0, 0.0])]),
    ("DiffClampInt(x,-1,2)", &[(-1.0, &[0.0, 0.0]), (2.0, &[0.0, 0.0])]),
    ("Clamp(x,-1,2)", &[(-1.0, &[1.0, 0.0]), (2.0, &[1.0, 0.0]), (2.5, &[0.0, 0.0]), (-1.5, &[0.0, 0.0])]),
    ("Clamp(1,x,2)", &[(1.0, &[0.0, 0.0]), (1.5, &[1.0, 0.0]), (0.5, &[0.0, 0.0]), (3.0, &[1.0, 0.0])]),
    ("Clamp(1,-2,x)", &[(1.0, &[0.0, 0.0]), (1.5, &[0.0, 0.0]), (0.5, &[1.0, 0.0]), (-3.0, &[1.0, 0.0])]),
    ("Max(Concat(x,2*x))", &[(0.0, &[1.0, 0.0]), (1.0, &[2.0, 0.0])]),
    ("Max(Concat(2*x,x))", &[(0.0, &[2.0, 0.0]), (-1.0, &[1.0, 0.0])]),
    ("Min(Concat(x,2*x))", &[(0.0, &[1.0, 0.0]), (1.0, &[1.0, 0.0])]),
    ("Min(Concat(x**2,x**3))", &[(0.0, &[0.0, 2.0]), (1.0, &[2.0, 2.0]), (-1.0, &[3.0, -6.0])]),
    ("IfElse(x,3*x,5*x)", &[(0.0, &[3.0, 0.0]), (-0.0, &[3.0, 0.0]), (-1.0, &[5.0, 0.0]), (NAN, &[5.0, 0.0])]),
    ("IfElse(x,x**2,-x**2)", &[(0.0, &[0.0, 2.0]), (-1.0, &[2.0, -2.0])]),
    ("Mod(x,2,0)", &[(2.0, &[1.0, 0.0]), (3.5, &[1.0, 0.0])]),
    ("Mod(3,x,0)", &[(1.0, &[-3.0, 0.0]), (2.0, &[-1.0, 0.0])]),
    ("Mod(3,2,x)", &[(1.0, &[0.0, 0.0]), (0.5, &[0.0, 0.0])]),
    ("Log(x)", &[(0.0, &[INF, -INF]), (2.0, &[0.5, -0.25])]),
    ("XLogX(x)", &[(0.0, &[-INF, INF]), (1.0, &[1.0, 1.0, -1.0])]),
    ("SinXDivX(x)", &[(0.0, &[0.0, -1.0 / 3.0, 0.0, 0.2]), (-0.0, &[0.0, -1.0 / 3.0, 0.0, 0.2])]),
    ("Pow(x,0)", &[(0.0, &[0.0, 0.0]), (-2.0, &[0.0, 0.0]), (NAN, &[0.0, 0.0])]),
    ("Pow(x,1)", &[(0.0, &[1.0, 0.0]), (-2.0, &[1.0, 0.0])]),
    ("x**2", &[(0.0, &[0.0, 2.0, 0.0]), (-3.0, &[-6.0, 2.0, 0.0])]),
    ("x**3", &[(0.0, &[0.0, 0.0, 6.0, 0.0]), (-2.0, &[12.0, -12.0, 6.0, 0.0])]),
    ("Pow(x,2)", &[(0.0, &[0.0, 2.0, 0.0]), (-3.0, &[-6.0, 2.0, 0.0])]),
    ("x**-1", &[(-2.0, &[-0.25, -0.25, -0.375]), (0.0, &[-INF])]),
    ("Powf(x,2)", &[(0.0, &[0.0, 2.0]), (-3.0, &[-6.0, 2.0])]),
    ("Powf(x,3)", &[(0.0, &[0.0, 0.0, 6.0]), (-2.0, &[12.0, -12.0, 6.0])]),
    ("Powf(x,1)", &[(0.0, &[1.0, 0.0]), (-2.0, &[1.0, 0.0])]),
    ("Powf(x,0)", &[(0.0, &[0.0, 0.0]), (-2.0, &[0.0, 0.0])]),
    ("Powf(x,0.5)", &[(4.0, &[0.25, -1.0 / 32.0]), (0.0, &[INF])]),
    ("Powf(2,x)", &[(0.0, &[LN_2, LN_2 * LN_2]), (-1.0, &[0.5 * LN_2, 0.5 * LN_2 * LN_2])]),
    ("Powf(0,x)", &[(2.0, &[0.0, 0.0]), (0.0, &[0.0, 0.0]), (1.0, &[0.0, 0.0])]),
    ("Powf(x,x)", &[(1.0, &[1.0, 2.0])]),
    ("Atan2(x,1)", &[(0.0, &[1.0, 0.0])]),
    ("Atan2(0,x)", &[(-1.0, &[0.0, 0.0]), (1.0, &[0.0, 0.0])]),
];

/// A formula with the dimension of its variable `x`, points, and the values at each.
type Vector = (&'static str, usize, &'static [(&'static [f64], &'static [f64])]);

/// Derivatives of functions of several numbers.
const VECTOR: &[Vector] = &[
    ("Grad(Norm2(x),x,1)", 3, &[(&[0.0; 3], &[0.0; 3]), (&[0.0, 3.0, 4.0], &[0.0, 0.6, 0.8])]),
    ("GradMatrix(Grad(Norm2(x),x,1),x)", 3, &[(&[0.0; 3], &[0.0; 9])]),
    ("Laplacian(Norm2(x),x)", 3, &[(&[0.0; 3], &[0.0]), (&[0.0, 3.0, 4.0], &[0.4])]),
    ("GradMatrix(Normalize(x),x)", 2, &[(&[0.0; 2], &[0.0; 4]), (&[3.0, 4.0], &[0.128, -0.096, -0.096, 0.072])]),
    ("GradMatrix(GradMatrix(Normalize(x),x),x)", 2, &[(&[0.0; 2], &[0.0; 8])]),
    ("Divergence(Normalize(x),x)", 3, &[(&[0.0; 3], &[0.0]), (&[0.0, 3.0, 4.0], &[0.4])]),
    ("Grad(ComplexAbs(x),x,1)", 2, &[(&[0.0; 2], &[0.0; 2]), (&[3.0, -4.0], &[0.6, -0.8])]),
    ("GradMatrix(Grad(ComplexAbs(x),x,1),x)", 2, &[(&[0.0; 2], &[0.0; 4])]),
    ("Grad(Sqrt(SqDist(x,0)),x,1)", 2, &[(&[0.0; 2], &[0.0; 2]), (&[3.0, -4.0], &[0.6, -0.8])]),
    ("Grad(Rsqrt(SqDist(x,0)),x,1)", 2, &[(&[0.0; 2], &[0.0; 2])]),
    ("Grad(Max(x),x,1)", 3, &[(&[1.0, 2.0, 2.0], &[0.0, 1.0, 0.0]), (&[0.0, -0.0, 0.0], &[1.0, 0.0, 0.0])]),
    ("Grad(Min(x),x,1)", 3, &[(&[2.0, 1.0, 1.0], &[0.0, 1.0, 0.0]), (&[1.0, 1.0, 2.0], &[1.0, 0.0, 0.0])]),
    ("Diff(Max(x),x,Concat(1,Concat(10,100)))", 3, &[(&[1.0, 2.0, 2.0], &[10.0]), (&[5.0, 5.0, 5.0], &[1.0])]),
    ("GradMatrix(Grad(Max(x**2),x,1),x)", 2, &[(&[-1.0, 1.0], &[2.0, 0.0, 0.0, 0.0])]),
    // Each entry of a vector by itself.
    ("Grad(ReLU(x),x,x+1)", 3, &[(&[-1.0, 0.0, 2.0], &[0.0, 1.0, 3.0])]),
    ("Grad(Abs(x),x,x+1)", 3, &[(&[-1.0, 0.0, 2.0], &[0.0, 0.0, 3.0])]),
];

/// A formula of one variable `x = Vi(dim)` and its values at some points.
#[derive(Clone, Debug)]
pub struct Kink {
    /// The formula.
    pub formula: String,
    /// The dimension of `x`.
    pub dim: usize,
    /// Values of `x` and of the formula.
    pub points: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Kink {
    /// The tokens between the brackets of `formula!(...)`, as text.
    pub fn call(&self) -> String {
        format!("{:?}, x = Vi({})", self.formula, self.dim)
    }
}

/// All of them.
pub fn kinks() -> Vec<Kink> {
    let mut kinks = Vec::new();
    for (formula, points) in SCALAR {
        // Points with the same number of derivatives share a formula.
        for count in 1..=4 {
            let points: Vec<_> = points.iter().filter(|(_, derivatives)| derivatives.len() == count).collect();
            if points.is_empty() {
                continue;
            }
            let orders = 1..=count;
            let of_point = |(x, derivatives): &&(f64, &[f64])| {
                let values = orders.clone().flat_map(|order| vec![derivatives[order - 1]; forms(formula, order).len()]);
                (vec![*x], values.collect())
            };
            let points = points.iter().map(of_point).collect();
            let forms = orders.clone().flat_map(|order| forms(formula, order));
            let formula = forms.reduce(|all, form| format!("Concat({all},{form})")).unwrap_or_default();
            kinks.push(Kink { formula, dim: 1, points });
        }
    }
    for (formula, dim, points) in VECTOR {
        let points = points.iter().map(|(x, values)| (x.to_vec(), values.to_vec())).collect();
        kinks.push(Kink { formula: (*formula).to_owned(), dim: *dim, points });
    }
    kinks
}

/// The ways to write a derivative of a function of the number x.
fn forms(formula: &str, order: usize) -> Vec<String> {
    let repeated = |operator: &str| (0..order).fold(formula.to_owned(), |of, _| format!("{operator}({of},x,1)"));
    let mut forms = vec![repeated("Grad"), repeated("Diff")];
    match order {
        1 => forms.push(format!("Divergence({formula},x)")),
        2 => forms.push(format!("Laplacian({formula},x)")),
        _ => {}
    }
    forms
}
