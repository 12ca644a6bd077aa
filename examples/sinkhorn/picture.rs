//! The picture: the moving points over the target, after some steps, seen along the third axis.

use crate::flow::State;
use anyhow::Result;
use keops_examples::page::{self, Area, CAPTION, LEFT, TOP};
use keops_examples::points::bounds;
use ndarray::Array2;
use plotters::prelude::*;
use std::ops::Range;
use std::path::Path;

/// The longer side of a panel, in pixels.
const PANEL: f64 = 420.0;
/// Right of a panel and below it.
const MARGIN: u32 = 12;
/// The points of the target are pale, so that those that move can be seen to lie on them.
const TARGET: (RGBColor, i32) = (RGBColor(178, 190, 205), 4);
const MOVING: (RGBColor, i32) = (RGBColor(206, 84, 16), 2);

/// Draws the states side by side, in one scale, to a PNG file. There is at least one.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(caption: &str, target: &Array2<f64>, states: &[State], path: &Path) -> Result<()> {
    let [mut x, mut y] = [(f64::INFINITY, f64::NEG_INFINITY); 2];
    for cloud in states.iter().map(|state| &state.points).chain([target]) {
        let [of_x, of_y, _] = bounds(cloud);
        x = (x.0.min(of_x.0), x.1.max(of_x.1));
        y = (y.0.min(of_y.0), y.1.max(of_y.1));
    }
    let margin = 0.03 * (x.1 - x.0).max(y.1 - y.0);
    let ranges = [x, y].map(|(low, high)| low - margin..high + margin);
    // One scale for both directions, so that a ball looks like a ball.
    let sides = ranges.each_ref().map(|range| range.end - range.start);
    let [width, height] = sides.map(|side| (side / sides[0].max(sides[1]) * PANEL).max(200.0) as u32);
    // Titles stand at `page::LEFT`: the panels begin there, too.
    let size = (states.len() as u32 * (LEFT + width + MARGIN), CAPTION + TOP + height + MARGIN);
    let (page, body) = page::new(path, size, caption)?;
    for (area, state) in body.split_evenly((1, states.len())).iter().zip(states) {
        draw_state(area, target, state, &ranges)?;
    }
    page::save(&page, path)
}

fn draw_state(area: &Area<'_>, target: &Array2<f64>, state: &State, [x, y]: &[Range<f64>; 2]) -> Result<()> {
    page::title(area, &format!("step {}: divergence {:.3e}", state.step, state.value))?;
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(LEFT)
        .margin_bottom(MARGIN)
        .margin_right(MARGIN)
        .build_cartesian_2d(x.clone(), y.clone())?;
    for (points, (colour, radius)) in [(target, TARGET), (&state.points, MOVING)] {
        let dots = points.rows().into_iter().map(|point| Circle::new((point[0], point[1]), radius, colour.filled()));
        plot.draw_series(dots)?;
    }
    Ok(())
}
