//! The picture: a slice of the density through the middle of the points, and its projection along the third axis.

use crate::grid::Grid;
use anyhow::Result;
use keops_examples::page::{self, Area, BOTTOM, CAPTION, LEFT, Plot, TOP};
use keops_examples::points::bounds;
use ndarray::{Array2, ArrayView1, Axis};
use plotters::prelude::*;
use std::path::Path;

/// The longer side of a panel, in pixels.
const PANEL: f64 = 620.0;
/// Room at the right, for the colour bar with its numbers.
const RIGHT: u32 = 140;

/// A map of values over the x-y plane.
struct Map {
    title: String,
    legend: &'static str,
    /// Rows along x, columns along y.
    values: Array2<f64>,
    /// Points to mark.
    marked: Vec<(f64, f64)>,
}

/// Draws both maps of the density on the grid to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(
    grid: &Grid,
    density: &ArrayView1<'_, f64>,
    points: &Array2<f64>,
    h: f64,
    path: &Path,
) -> Result<()> {
    let [nx, ny, nz] = grid.counts;
    let density = density.to_shape((nx, ny, nz))?;
    let (low, high) = bounds(points)[2];
    let index = ((0.5 * (low + high) - grid.low[2]) / grid.spacing).round().clamp(0.0, (nz - 1) as f64) as usize;
    let z = grid.coordinate(2, index);
    let near = points.rows().into_iter().filter(|point| (point[2] - z).abs() < 0.5 * h);
    let maps = [
        Map {
            title: format!("Density in the slice z = {z:.2}"),
            legend: "density",
            values: density.index_axis(Axis(2), index).to_owned(),
            marked: near.map(|point| (point[0], point[1])).collect(),
        },
        Map {
            title: "Density integrated along z".to_owned(),
            legend: "density · length",
            values: density.sum_axis(Axis(2)) * grid.spacing,
            marked: Vec::new(),
        },
    ];

    // One scale for both directions, so that a ball looks like a ball.
    let scale = PANEL / (nx.max(ny) as f64);
    let (width, height) = ((nx as f64 * scale).max(200.0) as u32, (ny as f64 * scale).max(200.0) as u32);
    let panel = LEFT + width + RIGHT;
    let caption = format!("Gaussian kernel density of {} points, bandwidth {h:.3}", points.nrows());
    let (page, body) = page::new(path, (2 * panel, CAPTION + TOP + height + BOTTOM), &caption)?;
    for (area, map) in body.split_evenly((1, 2)).iter().zip(&maps) {
        let (plot, bar) = area.split_horizontally(LEFT + width);
        draw_map(&plot, grid, map, h)?;
        draw_bar(&bar, map, height)?;
    }
    page::save(&page, path)
}

/// The map with its axes.
fn draw_map(area: &Area<'_>, grid: &Grid, map: &Map, h: f64) -> Result<()> {
    // The cell of a place reaches half a spacing to every side.
    let range = |k: usize| {
        let low = grid.low[k] - 0.5 * grid.spacing;
        low..low + grid.spacing * grid.counts[k] as f64
    };
    page::title(area, &map.title)?;
    let mut plot = page::plot(area, range(0), range(1), 7)?;

    let (pixels, colour) = (plot.plotting_area(), Colours::of(&map.values));
    let (width, height) = pixels.dim_in_pixel();
    let mut image = Vec::with_capacity((3 * width * height) as usize);
    for row in 0..height {
        for column in 0..width {
            // Rows of pixels go down, y goes up.
            let i = (f64::from(column) + 0.5) / f64::from(width) * grid.counts[0] as f64 - 0.5;
            let j = (f64::from(height - row) - 0.5) / f64::from(height) * grid.counts[1] as f64 - 0.5;
            let RGBColor(red, green, blue) = colour.get(between(&map.values, i, j));
            image.extend([red, green, blue]);
        }
    }
    let corner = (range(0).start, range(1).end);
    let image = BitMapElement::with_owned_buffer(corner, (width, height), image);
    plot.draw_series(image)?;
    mark(&mut plot, map, h)
}

/// Marks the points near the slice and says what the marks are.
fn mark<'a, 'b: 'a>(plot: &mut Plot<'a, 'b>, map: &Map, h: f64) -> Result<()> {
    if map.marked.is_empty() {
        return Ok(());
    }
    let style = WHITE.mix(0.8).filled();
    plot.draw_series(map.marked.iter().map(|&place| Circle::new(place, 2, style)))?
        .label(format!("points within {:.2} of the slice", 0.5 * h))
        .legend(move |(x, y)| Circle::new((x + 10, y), 3, style));
    plot.configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(BLACK.mix(0.45))
        .label_font(("sans-serif", 16, &WHITE))
        .draw()?;
    Ok(())
}

/// The colour bar, from zero to the largest value.
fn draw_bar(area: &Area<'_>, map: &Map, height: u32) -> Result<()> {
    let colour = Colours::of(&map.values);
    let style = page::small(area);
    let (left, top, width) = (16, TOP as i32, 18);
    for row in 0..height as i32 {
        let value = colour.highest * (1.0 - (f64::from(row) + 0.5) / f64::from(height));
        let line = [(left, top + row), (left + width, top + row + 1)];
        area.draw(&Rectangle::new(line, colour.get(value).filled()))?;
    }
    for step in 0..=4 {
        let part = f64::from(step) / 4.0;
        let y = top + (f64::from(height) * (1.0 - part)) as i32;
        area.draw(&Text::new(short(colour.highest * part, colour.highest), (left + width + 8, y - 8), style.clone()))?;
    }
    area.draw(&Text::new(map.legend, (left, 8), style))?;
    Ok(())
}

/// A number of the colour bar; `highest` is the largest of them and decides how all are written.
fn short(value: f64, highest: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 2 - highest.log10().floor() as i32;
    if (0..=5).contains(&digits) { format!("{value:.*}", digits as usize) } else { format!("{value:.2e}") }
}

/// The colour map of values from zero to the largest one.
struct Colours {
    highest: f64,
}

impl Colours {
    fn of(values: &Array2<f64>) -> Self {
        Self { highest: values.iter().copied().fold(f64::MIN_POSITIVE, f64::max) }
    }

    fn get(&self, value: f64) -> RGBColor {
        ViridisRGB.get_color_normalized(value as f32, 0.0, self.highest as f32)
    }
}

/// The value between the places of the grid, by linear interpolation in both directions.
fn between(values: &Array2<f64>, i: f64, j: f64) -> f64 {
    let split = |at: f64, count: usize| {
        let at = at.clamp(0.0, (count - 1) as f64);
        let low = (at as usize).min(count.saturating_sub(2));
        (low, (low + 1).min(count - 1), at - low as f64)
    };
    let (i0, i1, u) = split(i, values.nrows());
    let (j0, j1, v) = split(j, values.ncols());
    let along = |j| (1.0 - u) * values[[i0, j]] + u * values[[i1, j]];
    (1.0 - v) * along(j0) + v * along(j1)
}
