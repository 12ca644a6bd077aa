//! Two ways to compute the same number.

use std::cell::RefCell;
use std::fmt;

/// How comparisons went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// The two agree, and are not 0.
    pub(crate) sharp: usize,
    /// Both are 0.
    pub(crate) zero: usize,
    /// They differ by no more than the data explain: rounding errors, or a kink nearby.
    pub(crate) vague: usize,
    /// Infinite, NaN or beyond [`WILD`].
    pub(crate) wild: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { sharp, zero, vague, wild } = self;
        write!(f, "{sharp} sharp, {zero} zero, {vague} vague, {wild} infinite or NaN")
    }
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.sharp += other.sharp;
        self.zero += other.zero;
        self.vague += other.vague;
        self.wild += other.wild;
    }

    /// Fails when the comparisons say little.
    pub(crate) fn assert_sharp(&self, what: &str) {
        assert!(self.sharp > 20 * self.vague, "{what}: the comparison says little: {self}");
        assert!(self.sharp > self.wild, "{what}: the data are too wild: {self}");
    }
}

/// Products of numbers beyond this may overflow.
pub(crate) const WILD: f64 = 1e100;

/// The relative error of two ways to compute the same from the same numbers.
const TOLERANCE: f64 = 1e-10;

/// Perturbed runs that tell how uncertain a number is.
const SAMPLES: u64 = 32;

/// What the spread of so few samples is multiplied with.
const SAFETY: f64 = 8.0;

/// A number that was computed in two ways.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) left: f64,
    pub(crate) right: f64,
    /// The sum of the absolute values of the terms that were added up in the end.
    pub(crate) size: f64,
}

impl Pair {
    pub(crate) fn new(left: f64, right: f64) -> Self {
        Self { left, right, size: left.abs().max(right.abs()) }
    }

    /// Two scalar products.
    pub(crate) fn products(left: (&[f64], &[f64]), right: (&[f64], &[f64])) -> Self {
        let (left, left_size) = product(left.0, left.1);
        let (right, right_size) = product(right.0, right.1);
        Self { left, right, size: left_size + right_size }
    }

    /// Entry by entry.
    pub(crate) fn entries(left: &[f64], right: &[f64]) -> Vec<Self> {
        assert_eq!(left.len(), right.len(), "dimensions");
        left.iter().zip(right).map(|(&left, &right)| Self::new(left, right)).collect()
    }
}

/// A scalar product and the sum of the absolute values of its terms.
pub(crate) fn product(a: &[f64], b: &[f64]) -> (f64, f64) {
    assert_eq!(a.len(), b.len(), "dimensions");
    let terms = a.iter().zip(b).map(|(a, b)| a * b);
    (terms.clone().sum(), terms.map(f64::abs).sum())
}

/// The spread of perturbed runs of `compute`, entry by entry.
pub(crate) fn spread(compute: &dyn Fn(Option<u64>) -> Vec<f64>) -> Vec<f64> {
    let exact = compute(None);
    let mut spread = vec![0.0; exact.len()];
    for seed in 1..=SAMPLES {
        for ((spread, exact), perturbed) in spread.iter_mut().zip(&exact).zip(compute(Some(seed))) {
            let difference = (perturbed - exact).abs();
            // A NaN among the samples is as uncertain as can be.
            *spread = if difference.is_nan() { f64::INFINITY } else { difference.max(*spread) };
        }
    }
    spread.iter().map(|spread| SAFETY * spread).collect()
}

/// Compares what `compute` gives: without a seed exactly, with one slightly perturbed. Where the two ways differ,
/// perturbed runs must differ as much.
pub(crate) fn compare(tally: &RefCell<Tally>, compute: &dyn Fn(Option<u64>) -> Vec<Pair>) -> Result<(), String> {
    let mut excuses: Option<(Vec<f64>, Vec<f64>)> = None;
    let mut new = Tally::default();
    for (k, pair) in compute(None).into_iter().enumerate() {
        let Pair { left, right, size } = pair;
        let difference = (left - right).abs();
        if !size.is_finite() || size > WILD || !difference.is_finite() {
            new.wild += 1;
        } else if size == 0.0 {
            new.zero += 1;
        } else if difference <= TOLERANCE * size {
            new.sharp += 1;
        } else {
            let (left_spread, right_spread) = excuses.get_or_insert_with(|| {
                let side = |pick: fn(&Pair) -> f64| spread(&|seed| compute(seed).iter().map(pick).collect());
                (side(|pair| pair.left), side(|pair| pair.right))
            });
            let slack = left_spread[k] + right_spread[k];
            if difference > slack {
                return Err(format!("entry {k}: {left:e} and {right:e} differ by {difference:e}, not {slack:e}"));
            }
            new.vague += 1;
        }
    }
    tally.borrow_mut().add(new);
    Ok(())
}
