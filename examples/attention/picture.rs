//! The picture: the weights of a piece of the sequence for each head, and how often which errors occur.

use crate::dense::weights;
use crate::layer::Layer;
use crate::tokens::Head;
use anyhow::Result;
use keops::Scalar;
use keops_examples::page::{self, Area, BOTTOM, CAPTION, INK, LEFT, TOP};
use plotters::prelude::*;
use std::ops::Range;
use std::path::Path;

/// Tokens of the piece.
const PIECE: usize = 192;
/// The side of a matrix, in pixels: two per token.
const SIDE: u32 = 384;
/// Right of a matrix.
const RIGHT: u32 = 16;
/// The width of the colour bar with its numbers, and of the histogram.
const BAR: u32 = 100;
const HISTOGRAM: u32 = 436;
/// Weights are shown by how many times the mean weight they are, as a power of ten from -this to this.
const DECADES: f64 = 2.0;
/// Of pairs that the mask leaves out.
const MASKED: RGBColor = RGBColor(236, 236, 236);
const ERRORS: RGBColor = RGBColor(50, 120, 180);
/// Bins of the histogram per factor of ten.
const BINS: f64 = 5.0;

/// Draws all panels to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw<T: Scalar>(layer: &Layer, heads: &[Head<T>], errors: &[f64], path: &Path) -> Result<()> {
    let tokens = heads[0].queries.nrows();
    // From the middle of the sequence.
    let length = PIECE.min(tokens);
    let first = (tokens - length) / 2;
    let panel = LEFT + SIDE + RIGHT;
    let width = panel * heads.len() as u32 + BAR + HISTOGRAM;
    let caption =
        format!("Causal attention over {tokens} tokens: the weights among tokens {first} to {}", first + length - 1);
    let (page, mut body) = page::new(path, (width, CAPTION + TOP + SIDE + BOTTOM), &caption)?;
    for head in heads {
        let (matrix, rest) = body.split_horizontally(panel);
        draw_matrix(&matrix, layer, head, first..first + length)?;
        body = rest;
    }
    let (bar, histogram) = body.split_horizontally(BAR);
    draw_bar(&bar)?;
    draw_histogram(&histogram, errors)?;
    page::save(&page, path)
}

/// The colour of a weight that is so many times the mean weight.
fn colour(ratio: f64) -> RGBColor {
    ViridisRGB.get_color_normalized(ratio.log10() as f32, -DECADES as f32, DECADES as f32)
}

/// The weights that some tokens give each other: queries from top to bottom, keys from left to right.
fn draw_matrix<T: Scalar>(area: &Area<'_>, layer: &Layer, head: &Head<T>, piece: Range<usize>) -> Result<()> {
    page::title(area, &format!("Head for {}", head.name))?;
    // Numbers from the first token of the piece, which are short.
    let range = 0.0..piece.len() as f64;
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(range.clone(), range.end..range.start)?;
    plot.configure_mesh()
        .disable_mesh()
        .x_desc(format!("key, from token {}", piece.start))
        .y_desc(format!("query, from token {}", piece.start))
        .x_labels(5)
        .y_labels(5)
        .x_label_formatter(&|token| format!("{token:.0}"))
        .y_label_formatter(&|token| format!("{token:.0}"))
        .label_style(page::small(area))
        .draw()?;
    let (width, height) = plot.plotting_area().dim_in_pixel();
    let at = |pixel: u32, pixels: u32| pixel as usize * piece.len() / pixels as usize;
    let rows: Vec<Vec<f64>> = piece.clone().map(|i| weights(layer, head, i)).collect();
    let mut image = Vec::with_capacity((3 * width * height) as usize);
    for y in 0..height {
        let row = &rows[at(y, height)];
        for x in 0..width {
            let weight = row.get(piece.start + at(x, width));
            let RGBColor(red, green, blue) = weight.map_or(MASKED, |weight| colour(weight * row.len() as f64));
            image.extend([red, green, blue]);
        }
    }
    plot.draw_series(BitMapElement::with_owned_buffer((range.start, range.start), (width, height), image))?;
    Ok(())
}

fn draw_bar(area: &Area<'_>) -> Result<()> {
    let (left, top, width, height) = (4, TOP as i32, 18, SIDE as i32);
    for row in 0..height {
        let part = 1.0 - (f64::from(row) + 0.5) / f64::from(height);
        let line = [(left, top + row), (left + width, top + row + 1)];
        area.draw(&Rectangle::new(line, colour(10f64.powf(DECADES * (2.0 * part - 1.0))).filled()))?;
    }
    for (step, text) in ["100", "10", "1", "0.1", "0.01"].into_iter().enumerate() {
        let y = top + height * step as i32 / 4;
        area.draw(&Text::new(text, (left + width + 8, y - 8), page::small(area)))?;
    }
    area.draw(&Text::new("weight / mean", (left, TOP as i32 - 26), page::small(area)))?;
    Ok(())
}

/// How many errors have which power of ten. Those that are exactly 0 are counted in the title only.
fn draw_histogram(area: &Area<'_>, errors: &[f64]) -> Result<()> {
    let exponents: Vec<f64> = errors.iter().filter(|&&error| error > 0.0).map(|error| error.log10()).collect();
    page::title(area, &format!("Errors of {} entries of the result", errors.len()))?;
    let low = exponents.iter().copied().fold(f64::INFINITY, f64::min);
    let high = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Where all errors are 0, or one is not a number, there is nothing to draw.
    if !(low.is_finite() && high.is_finite()) {
        return Ok(());
    }
    let (low, high) = (low.floor(), high.floor() + 1.0);
    let mut parts = vec![0.0; ((high - low) * BINS) as usize];
    for exponent in exponents {
        parts[((exponent - low) * BINS) as usize] += 100.0 / errors.len() as f64;
    }
    let highest = parts.iter().copied().fold(0.0, f64::max);
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .margin_right(2 * RIGHT)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(low..high, 0.0..1.05 * highest)?;
    plot.configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.15))
        .x_desc("absolute error")
        .y_desc("part of the entries in %")
        .x_labels(6)
        .y_label_formatter(&|part| format!("{part:.0}"))
        .x_label_formatter(&|exponent| format!("1e{exponent:.0}"))
        .label_style(page::small(area))
        .draw()?;
    plot.draw_series(parts.iter().enumerate().map(|(bin, &part)| {
        let edge = |bin: usize| low + bin as f64 / BINS;
        Rectangle::new([(edge(bin), 0.0), (edge(bin + 1), part)], ERRORS.filled())
    }))?;
    Ok(())
}
