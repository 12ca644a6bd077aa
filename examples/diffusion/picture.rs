//! The picture: modes of the walk, and heat that spreads.

use anyhow::Result;
use keops_examples::colours::{BAR, Scale, draw_bar};
use keops_examples::page::{self, Area, BOTTOM, CAPTION, LEFT, TOP};
use keops_examples::points::bounds;
use ndarray::{Array1, Array2};
use plotters::prelude::*;
use std::path::Path;

/// The side of a panel, in pixels.
const PANEL: u32 = 400;
/// The radius of a point: the near ones hide the far ones, so that the body looks solid.
const DISC: i32 = 9;

/// A function of the points.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) values: Array1<f64>,
    pub(crate) scale: Scale,
    pub(crate) legend: &'static str,
}

/// Draws the panels, `columns` of them side by side, to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(points: &Array2<f64>, panels: &[Panel], columns: usize, path: &Path) -> Result<()> {
    let rows = panels.len().div_ceil(columns);
    let size = (columns as u32 * (LEFT + PANEL + BAR), CAPTION + rows as u32 * (TOP + PANEL + BOTTOM));
    let caption = format!("A random walk between {} points: its modes, and heat from one point", points.nrows());
    let (page, body) = page::new(path, size, &caption)?;
    for (area, panel) in body.split_evenly((rows, columns)).iter().zip(panels) {
        draw_panel(area, points, panel)?;
    }
    page::save(&page, path)
}

fn draw_panel(area: &Area<'_>, points: &Array2<f64>, panel: &Panel) -> Result<()> {
    let (area, bar) = area.split_horizontally(LEFT + PANEL);
    page::title(&area, &panel.title)?;
    // Equally long ranges, so that a ball looks like a ball.
    let sides = bounds(points);
    let half = 0.54 * sides[..2].iter().map(|(low, high)| high - low).fold(f64::MIN_POSITIVE, f64::max);
    let range = |k: usize| {
        let middle = 0.5 * (sides[k].0 + sides[k].1);
        middle - half..middle + half
    };
    let mut plot = page::plot(&area, range(0), range(1), 6)?;
    // What lies in front comes last.
    let mut order: Vec<usize> = (0..points.nrows()).collect();
    order.sort_by(|&a, &b| points[[a, 2]].total_cmp(&points[[b, 2]]));
    plot.draw_series(order.into_iter().map(|row| {
        let colour = panel.scale.colour(panel.values[row]);
        Circle::new((points[[row, 0]], points[[row, 1]]), DISC, colour.filled())
    }))?;
    draw_bar(&bar, &panel.scale, panel.legend, PANEL)
}
