//! Bounds of a formula over boxes of points, by interval arithmetic (Moore, "Interval Analysis", 1966).
//!
//! A formula comes here as the tree that the macro found in it, [`Bound`]. For a box of each variable, [`Bound::interval`] encloses
//! all values that the formula takes there. A formula with an operator that has no bound here is bounded by nothing; the name of the
//! operator tells why.

mod interval;
#[cfg(test)]
mod tests;

pub(crate) use interval::Interval;

/// A formula as a tree of operators.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Variable number `.0`.
    Variable(usize),
    /// A number.
    Number(f64),
    /// An operator by its name, with its operands and integer parameters.
    Call(&'static str, &'static [Bound], &'static [i64]),
    /// What has no bound, by its name.
    Unbounded(&'static str),
}

/// The intervals of an operator, from those of its operands and its integer parameters.
type Operation = fn(&[Vec<Interval>], &[i64]) -> Vec<Interval>;

impl Bound {
    /// What has no bound, if there is such a thing in the formula.
    pub(crate) fn unbounded(&self) -> Option<&'static str> {
        match self {
            Bound::Variable(_) | Bound::Number(_) => None,
            Bound::Unbounded(why) => Some(why),
            Bound::Call(name, operands, _) => match operation(name) {
                None => Some(name),
                Some(_) => operands.iter().find_map(Bound::unbounded),
            },
        }
    }

    /// An interval for each component of the formula, where each component of variable k is in its interval in `variables[k]`.
    pub(crate) fn interval(&self, variables: &[&[Interval]]) -> Vec<Interval> {
        match self {
            Bound::Variable(number) => variables[*number].to_vec(),
            Bound::Number(number) => vec![Interval::point(*number)],
            Bound::Unbounded(_) => vec![Interval::ALL],
            Bound::Call(name, operands, integers) => match operation(name) {
                None => vec![Interval::ALL],
                Some(operation) => {
                    let operands: Vec<Vec<Interval>> =
                        operands.iter().map(|operand| operand.interval(variables)).collect();
                    operation(&operands, integers)
                }
            },
        }
    }
}

/// The operators that have bounds.
fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "Add" => |x, _| entries(x, Interval::add),
        "Subtract" => |x, _| entries(x, Interval::sub),
        "Minus" => |x, _| each(&x[0], Interval::neg),
        "Mult" => |x, _| entries(x, Interval::mul),
        "Divide" => |x, _| entries(x, |f, g| f.mul(g.recip())),
        "Inv" => |x, _| each(&x[0], Interval::recip),
        "Square" => |x, _| each(&x[0], |f| f.power(2)),
        "Pow" => |x, n| each(&x[0], |f| integer_power(f, n[0])),
        "Abs" => |x, _| each(&x[0], Interval::abs),
        "Exp" => |x, _| each(&x[0], |f| f.increasing(f64::NEG_INFINITY, f64::exp).not_negative()),
        "Log" => |x, _| each(&x[0], |f| f.increasing(0.0, f64::ln)),
        "Sqrt" => |x, _| each(&x[0], square_root),
        "Rsqrt" => |x, _| each(&x[0], |f| square_root(f).recip()),
        "Powf" => |x, _| entries(x, power),
        "Atan" => |x, _| each(&x[0], |f| f.increasing(f64::NEG_INFINITY, f64::atan)),
        "Sin" | "Cos" => |x, _| each(&x[0], |_| Interval::new(-1.0, 1.0)),
        "ReLU" => |x, _| each(&x[0], Interval::not_negative),
        "IntCst" => |_, n| vec![Interval::point(n[0] as f64)],
        "IntInv" => |_, n| vec![Interval::point(n[0] as f64).recip()],
        "RatCst" => |_, n| vec![Interval::point(n[0] as f64).mul(Interval::point(n[1] as f64).recip())],
        "Sum" => |x, _| vec![sum(&x[0])],
        "Max" => |x, _| vec![x[0].iter().copied().reduce(Interval::max).unwrap_or(Interval::ALL)],
        "Min" => |x, _| vec![x[0].iter().copied().reduce(Interval::min).unwrap_or(Interval::ALL)],
        "Elem" => |x, n| vec![usize::try_from(n[0]).ok().and_then(|k| x[0].get(k)).copied().unwrap_or(Interval::ALL)],
        "Concat" => |x, _| x.concat(),
        "Scalprod" => |x, _| vec![sum(&entries(x, Interval::mul))],
        "SqNorm2" => |x, _| vec![squares(&x[0])],
        "Norm2" => |x, _| vec![square_root(squares(&x[0]))],
        "SqDist" => |x, _| vec![squares(&entries(x, Interval::sub))],
        "SqNormIso" => |x, _| vec![x[0][0].mul(squares(&x[1]))],
        _ => return None,
    })
}

/// Applies a function to all entries.
fn each(x: &[Interval], f: impl Fn(Interval) -> Interval) -> Vec<Interval> {
    x.iter().map(|&x| f(x)).collect()
}

/// Applies a function to the entries of two operands; one of a single entry is repeated.
fn entries(x: &[Vec<Interval>], f: impl Fn(Interval, Interval) -> Interval) -> Vec<Interval> {
    let [a, b] = x else { return vec![Interval::ALL] };
    let at = |x: &[Interval], k: usize| x[if x.len() == 1 { 0 } else { k }];
    (0..a.len().max(b.len())).map(|k| f(at(a, k), at(b, k))).collect()
}

fn sum(x: &[Interval]) -> Interval {
    x.iter().copied().reduce(Interval::add).unwrap_or(Interval::point(0.0))
}

fn squares(x: &[Interval]) -> Interval {
    sum(&each(x, |x| x.power(2))).not_negative()
}

/// Below zero there is none.
fn square_root(x: Interval) -> Interval {
    if x.low < 0.0 { Interval::ALL } else { x.increasing(0.0, f64::sqrt).not_negative() }
}

/// `f ** g` of positive f, as `exp(g log(f))`.
fn power(f: Interval, g: Interval) -> Interval {
    if f.low <= 0.0 {
        return Interval::ALL;
    }
    g.mul(f.increasing(0.0, f64::ln)).increasing(f64::NEG_INFINITY, f64::exp).not_negative()
}

fn integer_power(x: Interval, exponent: i64) -> Interval {
    let Ok(magnitude) = u32::try_from(exponent.unsigned_abs()) else { return Interval::ALL };
    if magnitude > 64 {
        return Interval::ALL;
    }
    let power = x.power(magnitude);
    if exponent < 0 { power.recip() } else { power }
}
