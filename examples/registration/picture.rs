//! The picture: source over target, before and after, seen along the third axis.

use anyhow::Result;
use keops_examples::page::{self, Area, BOTTOM, CAPTION, INK, LEFT, TOP};
use keops_examples::points::bounds;
use ndarray::{Array2, Axis, concatenate};
use plotters::prelude::*;
use std::ops::Range;
use std::path::Path;

/// The longer side of a panel, in pixels.
const PANEL: f64 = 720.0;
/// Room at the right.
const RIGHT: u32 = 16;
/// The points of the target are larger and pale, so that those of the source can be seen to lie on them.
const TARGET: (RGBColor, i32) = (RGBColor(178, 190, 205), 5);
const SOURCE: (RGBColor, i32) = (RGBColor(206, 84, 16), 2);

/// Draws the source, where it is now, over the target.
pub(crate) struct Panel<'a> {
    pub(crate) title: String,
    pub(crate) source: &'a Array2<f64>,
}

/// Draws the panels side by side, in one scale, to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(caption: &str, target: &Array2<f64>, panels: &[Panel<'_>; 2], path: &Path) -> Result<()> {
    let all = concatenate(Axis(0), &[target.view(), panels[0].source.view(), panels[1].source.view()])?;
    let [x, y, _] = bounds(&all);
    let margin = 0.03 * (x.1 - x.0).max(y.1 - y.0);
    let ranges = [x, y].map(|(low, high)| low - margin..high + margin);
    // One scale for both directions, so that a ball looks like a ball.
    let sides = ranges.each_ref().map(|range| range.end - range.start);
    let [width, height] = sides.map(|side| (side / sides[0].max(sides[1]) * PANEL).max(200.0) as u32);
    let size = (2 * (LEFT + width + RIGHT), CAPTION + TOP + height + BOTTOM);
    let (page, body) = page::new(path, size, caption)?;
    for (area, panel) in body.split_evenly((1, 2)).iter().zip(panels) {
        draw_panel(area, target, panel, &ranges)?;
    }
    page::save(&page, path)
}

fn draw_panel(area: &Area<'_>, target: &Array2<f64>, panel: &Panel<'_>, [x, y]: &[Range<f64>; 2]) -> Result<()> {
    page::title(area, &panel.title)?;
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(x.clone(), y.clone())?;
    plot.configure_mesh()
        .disable_mesh()
        .x_desc("x")
        .y_desc("y")
        .x_labels(7)
        .y_labels(7)
        .label_style(page::small(area))
        .draw()?;
    for (name, points, (colour, radius)) in [("target", target, TARGET), ("source", panel.source, SOURCE)] {
        let dots = points.rows().into_iter().map(|point| Circle::new((point[0], point[1]), radius, colour.filled()));
        plot.draw_series(dots)?.label(name).legend(move |(x, y)| Circle::new((x + 10, y), radius, colour.filled()));
    }
    plot.configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(INK.mix(0.3))
        .label_font(page::small(area))
        .draw()?;
    Ok(())
}
