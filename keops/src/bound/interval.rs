//! Arithmetic with intervals, rounded outwards.

/// All numbers from `low` to `high`. What cannot be bounded is everything.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Interval {
    /// The smallest.
    pub(crate) low: f64,
    /// The largest.
    pub(crate) high: f64,
}

impl Interval {
    /// All numbers.
    pub(crate) const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// A single number.
    pub(crate) fn point(x: f64) -> Self {
        Self::new(x, x)
    }

    /// From one number to another; everything, if one of them is not a number.
    pub(crate) fn new(low: f64, high: f64) -> Self {
        if low <= high { Self { low, high } } else { Self::ALL }
    }

    /// The largest absolute value.
    pub(crate) fn magnitude(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// What a computation with ends that are right to within its rounding error gives.
    fn rounded(low: f64, high: f64) -> Self {
        // Functions of the standard library may be wrong by a unit in the last place.
        Self::new(low.next_down().next_down(), high.next_up().next_up())
    }

    /// The image under an increasing function that is defined from `start` on.
    pub(crate) fn increasing(self, start: f64, f: impl Fn(f64) -> f64) -> Self {
        if self.high < start || self.low < start {
            return Self::ALL;
        }
        Self::rounded(f(self.low), f(self.high))
    }

    pub(crate) fn add(self, other: Self) -> Self {
        Self::rounded(self.low + other.low, self.high + other.high)
    }

    pub(crate) fn neg(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }

    pub(crate) fn sub(self, other: Self) -> Self {
        self.add(other.neg())
    }

    pub(crate) fn mul(self, other: Self) -> Self {
        // Zero times an infinite end is zero: the end itself is not reached.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let ends = [
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ];
        let smallest = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self::rounded(smallest, largest)
    }

    /// The reciprocals; everything, if zero is among the numbers.
    pub(crate) fn recip(self) -> Self {
        if self.low <= 0.0 && self.high >= 0.0 {
            return Self::ALL;
        }
        Self::rounded(1.0 / self.high, 1.0 / self.low)
    }

    pub(crate) fn abs(self) -> Self {
        if self.low >= 0.0 {
            self
        } else if self.high <= 0.0 {
            self.neg()
        } else {
            Self { low: 0.0, high: self.magnitude() }
        }
    }

    /// The power with a natural exponent.
    pub(crate) fn power(self, exponent: u32) -> Self {
        match exponent {
            0 => Self::point(1.0),
            _ if exponent.is_multiple_of(2) => (1..exponent).fold(self.abs(), |power, _| power.mul(self.abs())),
            _ => (1..exponent).fold(self, |power, _| power.mul(self)),
        }
    }

    /// Values that are not below zero.
    pub(crate) fn not_negative(self) -> Self {
        Self { low: self.low.max(0.0), high: self.high.max(0.0) }
    }

    pub(crate) fn max(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.max(other.high) }
    }

    pub(crate) fn min(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.min(other.high) }
    }
}
