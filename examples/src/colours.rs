//! Colours that stand for numbers, and the bar that says which.

use crate::page::{self, Area, TOP};
use anyhow::Result;
use plotters::prelude::*;

/// Room of a bar and its numbers at the right of a panel, in pixels.
pub const BAR: u32 = 110;
/// Cold, neutral and warm: the ends and the middle of a scale with a sign.
const SIGNED: [RGBColor; 5] = [
    RGBColor(33, 76, 158),
    RGBColor(120, 170, 215),
    RGBColor(245, 245, 245),
    RGBColor(225, 135, 105),
    RGBColor(165, 25, 45),
];

/// A range of numbers, with a colour for each.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    signed: bool,
}

impl Scale {
    /// From the smallest to the largest of the numbers, from dark to bright.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> Self {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = numbers.into_iter().fold(ends, |(low, high), &v| (low.min(v), high.max(v)));
        Self { low, high: high.max(low + f64::MIN_POSITIVE), signed: false }
    }

    /// The same range to both sides of 0, which is nearly white; what is below is cold, what is above warm.
    pub fn signed<'a>(numbers: impl IntoIterator<Item = &'a f64>) -> Self {
        let largest = numbers.into_iter().fold(f64::MIN_POSITIVE, |largest, v| largest.max(v.abs()));
        Self { low: -largest, high: largest, signed: true }
    }

    /// The colour of a number; those outside have that of the nearest end.
    pub fn colour(&self, number: f64) -> RGBColor {
        let part = ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0) as f32;
        if self.signed { DerivedColorMap::new(&SIGNED).get_color(part) } else { ViridisRGB.get_color(part) }
    }
}

/// The colour bar with numbers and what they are, at the left of an area beside a panel of this height.
///
/// # Errors
///
/// When plotters cannot draw.
pub fn draw_bar(area: &Area<'_>, scale: &Scale, legend: &str, height: u32) -> Result<()> {
    let style = page::small(area);
    let (left, top, width) = (16, TOP as i32, 18);
    let at = |part: f64| scale.low + (scale.high - scale.low) * part;
    for row in 0..height as i32 {
        let part = 1.0 - (f64::from(row) + 0.5) / f64::from(height);
        let line = [(left, top + row), (left + width, top + row + 1)];
        area.draw(&Rectangle::new(line, scale.colour(at(part)).filled()))?;
    }
    let largest = scale.low.abs().max(scale.high.abs());
    for step in 0..=4 {
        let part = f64::from(step) / 4.0;
        let y = top + (f64::from(height) * (1.0 - part)) as i32;
        area.draw(&Text::new(short(at(part), largest), (left + width + 8, y - 8), style.clone()))?;
    }
    area.draw(&Text::new(legend.to_owned(), (left, 8), style))?;
    Ok(())
}

/// A number of the bar; `largest` is the largest magnitude and decides how all are written.
fn short(number: f64, largest: f64) -> String {
    if number.abs() < 1e-9 * largest {
        return "0".to_owned();
    }
    let digits = 2 - largest.log10().floor() as i32;
    if (0..=5).contains(&digits) { format!("{number:.*}", digits as usize) } else { format!("{number:.1e}") }
}

#[cfg(test)]
mod tests {
    use super::{SIGNED, Scale, short};
    use plotters::style::RGBColor;

    #[test]
    fn zero_is_neutral_and_the_ends_are_not() {
        let scale = Scale::signed(&[1.0, -2.0]);
        assert_eq!([-2.0, 0.0, 2.0, 9.0].map(|v| scale.colour(v)), [SIGNED[0], SIGNED[2], SIGNED[4], SIGNED[4]]);
        let dark = |RGBColor(red, green, blue): RGBColor| u32::from(red) + u32::from(green) + u32::from(blue);
        let scale = Scale::of(&[1.0, 5.0]);
        assert!(dark(scale.colour(1.0)) < dark(scale.colour(5.0)));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([short(0.0, 1.0), short(0.123_456, 0.5), short(-20.0, 150.0)], ["0", "0.123", "-20"]);
        assert_eq!(short(2.5e-7, 1e-6), "2.5e-7");
    }
}
