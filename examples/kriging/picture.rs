//! The picture: the values, the field that was found between them, and how far it is from the function.

use anyhow::Result;
use keops_examples::colours::{BAR, Scale, draw_bar};
use keops_examples::page::{self, Area, BOTTOM, CAPTION, LEFT, Plot, TOP};
use ndarray::{Array1, Array2};
use plotters::prelude::*;
use std::path::Path;

/// The side of a panel, in pixels.
const PANEL: u32 = 460;
/// Values that are drawn, at most.
const DRAWN: usize = 12_000;

/// What is drawn.
pub(crate) struct Shown<'a> {
    pub(crate) points: &'a Array2<f64>,
    pub(crate) values: &'a Array1<f64>,
    /// The field at the places of `field::grid`, rows along x.
    pub(crate) field: Array2<f64>,
    /// The field less the function.
    pub(crate) error: Array2<f64>,
}

/// Draws the panels side by side to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(shown: &Shown<'_>, path: &Path) -> Result<()> {
    let count = shown.values.len();
    let size = (3 * (LEFT + PANEL + BAR), CAPTION + TOP + PANEL + BOTTOM);
    let (page, body) = page::new(path, size, &format!("Kriging: a field from {count} noisy values"))?;
    let panels = body.split_evenly((1, 3));

    let drawn = count.min(DRAWN);
    let rows: Vec<usize> = (0..drawn).map(|k| k * count / drawn).collect();
    let scale = Scale::of(rows.iter().map(|&row| &shown.values[row]));
    panel(&panels[0], &format!("{drawn} of the values"), &scale, |plot| {
        let points = rows.iter().map(|&row| {
            let place = (shown.points[[row, 0]], shown.points[[row, 1]]);
            Circle::new(place, 2, scale.colour(shown.values[row]).filled())
        });
        plot.draw_series(points)?;
        Ok(())
    })?;
    panel(&panels[1], "Field", &scale, |plot| image(plot, &shown.field, &scale))?;
    let scale = Scale::signed(&shown.error);
    panel(&panels[2], "Field less the function", &scale, |plot| image(plot, &shown.error, &scale))?;
    page::save(&page, path)
}

/// The axes of the unit square and the colour bar, around what `draw` puts there.
fn panel(
    area: &Area<'_>,
    title: &str,
    scale: &Scale,
    draw: impl FnOnce(&mut Plot<'_, '_>) -> Result<()>,
) -> Result<()> {
    let (area, bar) = area.split_horizontally(LEFT + PANEL);
    page::title(&area, title)?;
    let mut plot = page::plot(&area, 0.0..1.0, 0.0..1.0, 6)?;
    draw(&mut plot)?;
    draw_bar(&bar, scale, "value", PANEL)
}

/// A pixel has the colour of the nearest place.
fn image(plot: &mut Plot<'_, '_>, values: &Array2<f64>, scale: &Scale) -> Result<()> {
    let (width, height) = plot.plotting_area().dim_in_pixel();
    let place = |pixel: u32, pixels: u32, places: usize| pixel as usize * places / pixels as usize;
    let mut image = Vec::with_capacity((3 * width * height) as usize);
    for row in 0..height {
        for column in 0..width {
            // Rows of pixels go down, y goes up.
            let j = place(height - 1 - row, height, values.ncols());
            let RGBColor(red, green, blue) = scale.colour(values[[place(column, width, values.nrows()), j]]);
            image.extend([red, green, blue]);
        }
    }
    plot.draw_series(BitMapElement::with_owned_buffer((0.0, 1.0), (width, height), image))?;
    Ok(())
}
