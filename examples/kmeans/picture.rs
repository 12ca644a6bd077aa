//! The picture: points in the colours of their clusters.

use crate::formulas::nearest;
use crate::lloyd::Clusters;
use anyhow::Result;
use keops::Scalar;
use keops_examples::page::{self, Area, BOTTOM, CAPTION, INK, LEFT, Plot, TOP};
use ndarray::{Array2, Axis};
use plotters::prelude::*;
use std::ops::Range;
use std::path::Path;

/// The side of a panel, in pixels.
const PANEL: u32 = 640;
/// Right of a panel.
const RIGHT: u32 = 24;
/// Points in the plane that are drawn, at most.
const DRAWN: usize = 8000;
/// The radius of a point of a body: the near ones hide the far ones, so that the body looks solid.
const DISC: i32 = 16;

/// Points with their clusters.
pub(crate) struct Panel {
    title: String,
    points: Array2<f64>,
    labels: Vec<usize>,
    centres: Array2<f64>,
    /// The hue of each cluster.
    hues: Vec<f64>,
}

impl Panel {
    /// All centres, and all points of a body or some of those in the plane.
    pub(crate) fn of<T: Scalar>(name: &str, points: &Array2<T>, clusters: &Clusters<T>) -> Self {
        let count = points.nrows();
        let solid = points.ncols() > 2;
        let drawn = if solid { count } else { count.min(DRAWN) };
        let mut rows: Vec<usize> = (0..drawn).map(|k| k * count / drawn).collect();
        if solid {
            // What lies in front comes last.
            rows.sort_by(|&a, &b| points[[a, 2]].to_f64().total_cmp(&points[[b, 2]].to_f64()));
        }
        let some = if drawn < count { format!("; {drawn} of them are shown") } else { String::new() };
        Self {
            title: format!("{name}: {count} points in {} clusters{some}", clusters.centres.nrows()),
            points: points.select(Axis(0), &rows).mapv(T::to_f64),
            labels: rows.iter().map(|&row| clusters.labels[[row, 0]]).collect(),
            hues: hues(&clusters.centres.mapv(T::to_f64)),
            centres: clusters.centres.mapv(T::to_f64),
        }
    }

    /// Equally long ranges of x and y around the points, so that a ball looks like a ball.
    fn ranges(&self) -> [Range<f64>; 2] {
        let bounds = [0, 1].map(|k| {
            let column = self.points.column(k);
            column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
        });
        let half = 0.53 * bounds.iter().map(|(low, high)| high - low).fold(f64::MIN_POSITIVE, f64::max);
        bounds.map(|(low, high)| 0.5 * (low + high) - half..0.5 * (low + high) + half)
    }

    fn colour(&self, cluster: usize, shade: Shade) -> HSLColor {
        match shade {
            Shade::Cell => HSLColor(self.hues[cluster], 0.7, 0.8),
            Shade::Point => HSLColor(self.hues[cluster], 0.85, 0.36),
        }
    }

    fn is_solid(&self) -> bool {
        self.points.ncols() > 2
    }
}

/// Draws the panels side by side to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(panels: [Panel; 2], path: &Path) -> Result<()> {
    let size = (2 * (LEFT + PANEL + RIGHT), CAPTION + TOP + PANEL + BOTTOM);
    let (page, body) = page::new(path, size, "Clusters by Lloyd's algorithm")?;
    for (area, panel) in body.split_evenly((1, 2)).iter().zip(&panels) {
        draw_panel(area, panel)?;
    }
    page::save(&page, path)
}

fn draw_panel(area: &Area<'_>, panel: &Panel) -> Result<()> {
    page::title(area, &panel.title)?;
    let ranges = panel.ranges();
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .margin_right(RIGHT)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(ranges[0].clone(), ranges[1].clone())?;
    plot.configure_mesh()
        .disable_mesh()
        .x_desc("x")
        .y_desc("y")
        .x_labels(7)
        .y_labels(7)
        .label_style(page::small(area))
        .draw()?;
    if panel.is_solid() {
        return draw_body(&mut plot, panel);
    }
    draw_cells(&mut plot, panel, &ranges)?;
    draw_plane(&mut plot, panel)?;
    plot.configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(INK.mix(0.3))
        .label_font(page::small(area))
        .draw()?;
    Ok(())
}

/// The points as discs. The centres are inside the body and not to be seen.
fn draw_body(plot: &mut Plot<'_, '_>, panel: &Panel) -> Result<()> {
    for (point, &label) in panel.points.rows().into_iter().zip(&panel.labels) {
        let place = (point[0], point[1]);
        plot.draw_series([
            Circle::new(place, DISC, panel.colour(label, Shade::Cell).filled()),
            Circle::new(place, 3, panel.colour(label, Shade::Point).filled()),
        ])?;
    }
    Ok(())
}

/// The cells of the plane in which a centre is the nearest one.
fn draw_cells(plot: &mut Plot<'_, '_>, panel: &Panel, [x, y]: &[Range<f64>; 2]) -> Result<()> {
    let (width, height) = plot.plotting_area().dim_in_pixel();
    let (columns, rows) = (width as usize, height as usize);
    let pixels = Array2::from_shape_fn((columns * rows, 2), |(pixel, k)| {
        let part = |at: usize, count: usize| (at as f64 + 0.5) / count as f64;
        if k == 0 {
            x.start + (x.end - x.start) * part(pixel % columns, columns)
        } else {
            // Rows of pixels go down, y goes up.
            y.end - (y.end - y.start) * part(pixel / columns, rows)
        }
    });
    let (_, labels) = nearest(&pixels, &panel.centres)?;
    let image = labels.iter().flat_map(|&label| {
        let (red, green, blue) = panel.colour(label, Shade::Cell).rgb();
        [red, green, blue]
    });
    plot.draw_series(BitMapElement::with_owned_buffer((x.start, y.end), (width, height), image.collect()))?;
    Ok(())
}

/// The points, and the centres above them.
fn draw_plane<'a, 'b: 'a>(plot: &mut Plot<'a, 'b>, panel: &Panel) -> Result<()> {
    let place = |array: &Array2<f64>, row: usize| (array[[row, 0]], array[[row, 1]]);
    let points = (0..panel.points.nrows()).map(|row| {
        let colour = panel.colour(panel.labels[row], Shade::Point);
        Circle::new(place(&panel.points, row), 1, colour.filled())
    });
    plot.draw_series(points)?;
    let centres = (0..panel.centres.nrows()).map(|row| Cross::new(place(&panel.centres, row), 4, INK.stroke_width(2)));
    plot.draw_series(centres)?.label("centres").legend(|(x, y)| Cross::new((x + 10, y), 4, INK.stroke_width(2)));
    Ok(())
}

/// Points are darker than what is around them.
enum Shade {
    Cell,
    Point,
}

/// Hues that look different, in degrees.
const HUES: [f64; 10] = [0.0, 28.0, 50.0, 85.0, 150.0, 182.0, 210.0, 245.0, 282.0, 322.0];

/// A hue for each centre: the one whose other centres, so far, are the farthest away. So neighbours differ.
fn hues(centres: &Array2<f64>) -> Vec<f64> {
    let mut chosen: Vec<usize> = Vec::with_capacity(centres.nrows());
    for centre in centres.rows() {
        let room = |hue: usize| {
            let others = chosen.iter().zip(centres.rows()).filter(|(other, _)| **other == hue);
            others.map(|(_, other)| (&other - &centre).mapv(|v| v * v).sum()).fold(f64::INFINITY, f64::min)
        };
        let best = (0..HUES.len()).max_by(|&a, &b| room(a).total_cmp(&room(b)));
        chosen.extend(best);
    }
    chosen.into_iter().map(|hue| HUES[hue] / 360.0).collect()
}
