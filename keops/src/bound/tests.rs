use super::*;

use Bound::{Call, Number, Variable};

/// `(1 + sqrt(3) d) exp(-sqrt(3) d)` with `d = Norm2(x - y)`.
const DISTANCE: Bound = Call(
    "Mult",
    &[Number(1.732_050_807_568_877_2), Call("Norm2", &[Call("Subtract", &[Variable(0), Variable(1)], &[])], &[])],
    &[],
);
const MATERN: Bound = Call(
    "Mult",
    &[Call("Add", &[Number(1.0), DISTANCE], &[]), Call("Exp", &[Call("Minus", &[DISTANCE], &[])], &[])],
    &[],
);

fn matern(x: &[f64], y: &[f64]) -> f64 {
    let d = 3f64.sqrt() * x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
    (1.0 + d) * (-d).exp()
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }

    fn interval(&mut self) -> Interval {
        let (a, b) = (3.0 * self.next(), 3.0 * self.next());
        Interval::new(a.min(b), a.max(b))
    }

    fn within(&mut self, interval: Interval) -> f64 {
        interval.low + (interval.high - interval.low) * (0.5 + 0.5 * self.next())
    }
}

#[test]
fn values_are_within_their_bounds() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let boxes: [Vec<Interval>; 2] = [0, 1].map(|_| (0..3).map(|_| random.interval()).collect());
        let bound = MATERN.interval(&[&boxes[0], &boxes[1]])[0];
        for _ in 0..20 {
            let [x, y] = [0, 1].map(|k| boxes[k].iter().map(|&i| random.within(i)).collect::<Vec<f64>>());
            let value = matern(&x, &y);
            assert!(bound.low <= value && value <= bound.high, "{value} is not in {bound:?}");
        }
    }
}

#[test]
fn single_points_have_sharp_bounds() {
    let point = |x: [f64; 3]| x.map(Interval::point);
    let (x, y) = ([0.5, -1.0, 2.0], [0.25, 0.5, 1.0]);
    let bound = MATERN.interval(&[&point(x), &point(y)])[0];
    let value = matern(&x, &y);
    assert!(bound.low <= value && value <= bound.high && bound.high - bound.low < 1e-13, "{value}, {bound:?}");
}

#[test]
fn every_operator_encloses_its_values() {
    type Line = (&'static str, &'static [i64], fn(&[f64], &[f64]) -> f64);
    // Operands are one or two vectors of two entries; the first component of the result is compared.
    let lines: [Line; 16] = [
        ("Add", &[], |f, g| f[0] + g[0]),
        ("Subtract", &[], |f, g| f[0] - g[0]),
        ("Mult", &[], |f, g| f[0] * g[0]),
        ("Divide", &[], |f, g| f[0] / g[0]),
        ("Inv", &[], |f, _| 1.0 / f[0]),
        ("Square", &[], |f, _| f[0] * f[0]),
        ("Pow", &[3], |f, _| f[0].powi(3)),
        ("Pow", &[-2], |f, _| f[0].powi(-2)),
        ("Abs", &[], |f, _| f[0].abs()),
        ("Exp", &[], |f, _| f[0].exp()),
        ("Sin", &[], |f, _| f[0].sin()),
        ("ReLU", &[], |f, _| f[0].max(0.0)),
        ("Max", &[], |f, _| f[0].max(f[1])),
        ("Scalprod", &[], |f, g| f[0] * g[0] + f[1] * g[1]),
        ("SqDist", &[], |f, g| (f[0] - g[0]).powi(2) + (f[1] - g[1]).powi(2)),
        ("Norm2", &[], |f, _| f[0].hypot(f[1])),
    ];
    let mut random = Random(2);
    for (name, integers, value) in lines {
        let of = operation(name).expect("it has a bound");
        for _ in 0..500 {
            let operands: Vec<Vec<Interval>> = (0..2).map(|_| vec![random.interval(), random.interval()]).collect();
            let bound = of(&operands, integers)[0];
            for _ in 0..10 {
                let [f, g] = [0, 1].map(|k| operands[k].iter().map(|&i| random.within(i)).collect::<Vec<f64>>());
                let value = value(&f, &g);
                assert!(bound.low <= value && value <= bound.high, "{name}: {value} is not in {bound:?}");
            }
        }
    }
}

#[test]
fn what_has_no_bound_is_named() {
    assert_eq!(MATERN.unbounded(), None);
    assert_eq!(Call("Exp", &[Call("BSpline", &[Variable(0)], &[3])], &[]).unbounded(), Some("BSpline"));
    assert_eq!(Call("Exp", &[Bound::Unbounded("I")], &[]).unbounded(), Some("I"));
    assert_eq!(Call("Log", &[Number(-1.0)], &[]).interval(&[])[0], Interval::ALL);
}
