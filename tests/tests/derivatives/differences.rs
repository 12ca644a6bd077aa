//! Derivatives against central differences of values: the independent check of every rule. The values come from the
//! definitions of the operators and share nothing with the graph that is differentiated.

use std::cell::RefCell;

use crate::compare::{Tally, WILD, spread};
use crate::expression::{Expression, Point};
use crate::subjects::{ANY, SMOOTH, Subject, on_all};

/// Steps of differences are these, halved three times. The smallest is for steps like those of `Round(x, 6)`.
const STEPS: [f64; 5] = [1.0 / 64.0, 1.0 / 512.0, 1.0 / 4096.0, 1.0 / 32768.0, 1.0 / 268_435_456.0];

/// A comparison is sharp when the two agree up to this, relative to the derivative.
const TOLERANCE: f64 = 1e-6;

/// Where both should be 0, differences are at most this, relative to the value or to 1.
const ZERO: f64 = 1e-9;

/// What the disagreement of differences with several steps is multiplied with.
const SAFETY: f64 = 4.0;

/// Rounding errors do not matter when they are so small, compared with the disagreement.
const ROUNDING: f64 = 0.1;

/// Beyond this an intermediate value changes too much with the smallest step for a sine of it to be seen.
const HUGE: f64 = 1e6;

/// A derivative from values.
#[derive(Clone, Copy, Debug)]
struct Difference {
    value: f64,
    /// How much the differences with several steps disagree: they do near a kink or a jump, and where the function is
    /// rough on the scale of the steps.
    doubt: f64,
}

/// Extrapolated central differences of `f` at 0, entry by entry (Richardson 1911).
fn differences(f: &dyn Fn(f64) -> Vec<f64>, step: f64) -> Vec<Difference> {
    let central: Vec<Vec<f64>> = (0..4)
        .map(|halvings| {
            let h = step / f64::from(1 << halvings);
            let (above, below) = (f(h), f(-h));
            above.iter().zip(&below).map(|(above, below)| (above - below) / (2.0 * h)).collect()
        })
        .collect();
    // The error of `central` is a series in the square of the step: one term after the other is eliminated.
    let difference = |k: usize| {
        let mut several: Vec<f64> = (0..4).map(|n| central[n][k]).collect();
        several.extend((0..3).map(|n| (4.0 * several[n + 1] - several[n]) / 3.0).collect::<Vec<f64>>());
        several.extend((4..6).map(|n| (16.0 * several[n + 1] - several[n]) / 15.0).collect::<Vec<f64>>());
        let (low, high) = several.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
        let doubt = if several.iter().all(|x| x.is_finite()) { high - low } else { f64::INFINITY };
        Difference { value: several[8], doubt }
    };
    (0..central[0].len()).map(difference).collect()
}

/// Compares a directional derivative of `formula` along variable `x` (`change`, entry by entry) with differences of
/// its values.
pub(crate) fn agree(
    tally: &RefCell<Tally>,
    formula: &Expression,
    change: &Expression,
    x: &str,
    point: &Point,
) -> Result<(), String> {
    let direction = change.named(point, &format!("d{x}"));
    let along = |t: f64| formula.defined(&change.moved(point, x, &direction, t));
    let (here, exact) = (along(0.0), change.value(point, None));
    let huge = formula.largest(point) > HUGE;
    let mut tried: Vec<Vec<Difference>> = Vec::new();
    let mut noise: Option<(Vec<f64>, Vec<f64>)> = None;
    let mut new = Tally::default();
    for (k, (&value, &exact)) in here.iter().zip(&exact).enumerate() {
        if huge || !value.is_finite() || !exact.is_finite() || exact.abs() > WILD {
            new.wild += 1;
            continue;
        }
        let tolerance = if exact == 0.0 { ZERO * (1.0 + value.abs()) } else { TOLERANCE * exact.abs() };
        // Steps from large to small, until one agrees.
        let agrees = (0..STEPS.len()).any(|n| {
            if tried.len() == n {
                tried.push(differences(&along, STEPS[n]));
            }
            (tried[n][k].value - exact).abs() <= tolerance
        });
        if agrees {
            if exact == 0.0 {
                new.zero += 1
            } else {
                new.sharp += 1
            };
            continue;
        }
        // Rounding errors of the value, which the smallest step magnifies, and of the derivative.
        let (of_value, of_change) = noise.get_or_insert_with(|| {
            (spread(&|seed| formula.value(point, seed)), spread(&|seed| change.value(point, seed)))
        });
        // The smallest step with which rounding errors do not matter decides.
        let rounding = |step: f64| of_value[k] / (step / 8.0) + of_change[k];
        let gap = |difference: &Difference| (difference.value - exact).abs();
        let clear = |(step, difference): &(f64, &Difference)| rounding(*step) <= ROUNDING * gap(difference);
        let all: Vec<(f64, &Difference)> = STEPS.into_iter().zip(tried.iter().map(|all| &all[k])).collect();
        if let Some((_, difference)) = all.iter().rev().copied().find(clear)
            && gap(difference) > SAFETY * difference.doubt
        {
            let noise = (of_value[k], of_change[k]);
            return Err(format!("entry {k} by {x}: {exact:e}, but differences are {all:?}; uncertain by {noise:?}"));
        }
        new.vague += 1;
    }
    tally.borrow_mut().add(new);
    Ok(())
}

/// First derivatives by every variable.
fn first(subject: &Subject, tally: &RefCell<Tally>) -> Result<(), String> {
    let value = subject.expression(subject.text());
    for variable in &subject.used {
        let x = &variable.name;
        let change = subject.expression(&format!("Diff({},{x},d{x})", subject.text()));
        subject.on_data(|point| agree(tally, &value, &change, x, point))?;
    }
    Ok(())
}

#[test]
fn of_smooth_formulas() {
    on_all("differences, smooth", &SMOOTH, |_, subject, tally| first(subject, tally));
}

#[test]
fn of_all_formulas() {
    on_all("differences, all operators", &ANY, |_, subject, tally| first(subject, tally));
}

/// The change of a gradient.
#[test]
fn of_gradients() {
    on_all("differences of gradients", &SMOOTH, |number, subject, tally| {
        let (f, x, y) = (subject.text(), &subject.one(number).name, &subject.one(number / 2).name);
        let gradient = subject.expression(&format!("Grad({f},{x},e)"));
        let change = subject.expression(&format!("Diff(Grad({f},{x},e),{y},d{y})"));
        subject.on_data(|point| agree(tally, &gradient, &change, y, point))
    });
}
