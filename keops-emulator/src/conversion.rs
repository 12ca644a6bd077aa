//! `cvt`: from one type to another.

use crate::float::{self, Float};
use crate::types::{Type, low, sign_extended};

/// A direction of rounding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rounding {
    Nearest,
    Zero,
    Down,
    Up,
}

/// A conversion with its modifiers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversion {
    pub(crate) from: Type,
    pub(crate) to: Type,
    /// The rounding to a neighbouring float.
    pub(crate) rounding: Rounding,
    /// The rounding to an integer, whether the result is an integer or a float.
    pub(crate) integral: Option<Rounding>,
    pub(crate) saturate: bool,
    pub(crate) flush: bool,
    /// The number of bits of the register, to which signed results are extended.
    pub(crate) register: u32,
}

impl Conversion {
    /// The converted value.
    pub(crate) fn apply(&self, value: u64) -> u64 {
        match (self.from.is_float(), self.to.is_float()) {
            (false, false) => self.integer(self.integral_value(value)),
            (false, true) => self.float_of(self.integral_value(value)),
            (true, false) => self.integer_of(value),
            (true, true) => self.float(value),
        }
    }

    fn integral_value(&self, value: u64) -> i128 {
        if self.from.is_signed() {
            (sign_extended(value, self.from.bits()) as i64).into()
        } else {
            low(value, self.from.bits()).into()
        }
    }

    /// An integer to an integer: the low bits, or the nearest one if saturating.
    fn integer(&self, value: i128) -> u64 {
        let value = if self.saturate { self.clamped(value) } else { value };
        let bits = low(value as u64, self.to.bits());
        if self.to.is_signed() { low(sign_extended(bits, self.to.bits()), self.register) } else { bits }
    }

    fn clamped(&self, value: i128) -> i128 {
        let bits = self.to.bits();
        if self.to.is_signed() {
            value.clamp(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
        } else {
            value.clamp(0, (1 << bits) - 1)
        }
    }

    /// A float to an integer: the nearest one that the type holds, and 0 for what is not a number.
    fn integer_of(&self, value: u64) -> u64 {
        let value = rounded(self.argument(value), self.integral.unwrap_or(Rounding::Zero));
        let value = self.clamped(value as i128);
        let bits = low(value as u64, self.to.bits());
        if self.to.is_signed() { low(sign_extended(bits, self.to.bits()), self.register) } else { bits }
    }

    /// The argument in double precision, which holds every value of single precision.
    fn argument(&self, value: u64) -> f64 {
        match self.from {
            Type::F32 if self.flush => f32::of(value).flushed().into(),
            Type::F32 => f32::of(value).into(),
            _ => f64::of(value),
        }
    }

    fn float_of(&self, value: i128) -> u64 {
        let bits = match self.to {
            Type::F32 => {
                let nearest = value as f32;
                directed(nearest, (nearest as i128).cmp(&value), self.rounding, f32::next_down, f32::next_up).bits()
            }
            _ => {
                let nearest = value as f64;
                directed(nearest, (nearest as i128).cmp(&value), self.rounding, f64::next_down, f64::next_up).bits()
            }
        };
        self.finished(bits)
    }

    fn float(&self, value: u64) -> u64 {
        let mut argument = self.argument(value);
        if let Some(rounding) = self.integral {
            argument = rounded(argument, rounding);
        }
        let bits = match self.to {
            Type::F64 => argument.result(),
            _ => {
                let nearest = argument as f32;
                let order = f64::from(nearest).partial_cmp(&argument).unwrap_or(std::cmp::Ordering::Equal);
                let value = directed(nearest, order, self.rounding, f32::next_down, f32::next_up);
                if self.flush { value.flushed().result() } else { value.result() }
            }
        };
        self.finished(bits)
    }

    fn finished(&self, bits: u64) -> u64 {
        match self.to {
            _ if !self.saturate => bits,
            Type::F32 => float::saturate::<f32>(bits),
            _ => float::saturate::<f64>(bits),
        }
    }
}

fn rounded(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::Nearest => value.round_ties_even(),
        Rounding::Zero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    }
}

/// Moves the nearest float to its neighbour where it lies on the wrong side of the exact value; `order` is that of the nearest
/// float and the exact value.
fn directed<T: Float>(
    nearest: T,
    order: std::cmp::Ordering,
    rounding: Rounding,
    down: fn(T) -> T,
    up: fn(T) -> T,
) -> T {
    let negative = nearest.negative();
    match (rounding, order) {
        (Rounding::Down, std::cmp::Ordering::Greater) => down(nearest),
        (Rounding::Up, std::cmp::Ordering::Less) => up(nearest),
        (Rounding::Zero, std::cmp::Ordering::Greater) if !negative => down(nearest),
        (Rounding::Zero, std::cmp::Ordering::Less) if negative => up(nearest),
        _ => nearest,
    }
}
