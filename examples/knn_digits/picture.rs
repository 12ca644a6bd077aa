//! The picture: images with their nearest neighbours, misread ones first, and the accuracy by the number of neighbours.

use crate::digits::{BLACK, Digits, SIDE};
use crate::neighbours::misread;
use anyhow::Result;
use keops_examples::page::{self, Area, BOTTOM, CAPTION, INK, LEFT, TOP};
use ndarray::Array2;
use plotters::prelude::*;
use plotters::style::FontStyle;
use std::path::Path;

/// Images of the test that are shown, and the most misread ones among them.
const ROWS: usize = 10;
const MISREAD: usize = 6;
/// Neighbours that are shown.
const COLUMNS: usize = 9;
/// The side of a pixel of an image, and the distance between images.
const PIXEL: i32 = 6;
const PITCH: i32 = PIXEL * SIDE as i32 + 14;
/// Between an image and its neighbours, and for what is written behind them.
const GAP: i32 = 26;
const REMARK: i32 = 190;
/// The width of the curve.
const CURVE: u32 = 560;
/// Above the images, for what the columns are.
const HEAD: i32 = 30;
/// Of frames and words, where the digit is the right one and where it is not.
const RIGHT: RGBColor = RGBColor(50, 120, 180);
const WRONG: RGBColor = RGBColor(206, 84, 16);

/// What the picture shows.
pub(crate) struct Shown {
    pub(crate) training: Digits,
    pub(crate) test: Digits,
    /// The neighbours of each image of the test.
    pub(crate) found: Array2<usize>,
    /// The number of neighbours that vote, and what they say.
    pub(crate) voters: usize,
    pub(crate) read: Vec<usize>,
    /// In percent, for 1, 2, 3, ... neighbours.
    pub(crate) accuracy: Vec<f64>,
}

/// Draws both panels to a PNG file.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn draw(shown: &Shown, path: &Path) -> Result<()> {
    let panel = LEFT + (GAP + PITCH * (1 + COLUMNS as i32) + REMARK) as u32;
    let height = CAPTION + TOP + (HEAD + PITCH * ROWS as i32) as u32 + 10;
    let caption = format!("Digits, read by their nearest neighbours among {}", shown.training.labels.len());
    let (page, body) = page::new(path, (panel + CURVE, height), &caption)?;
    let (images, curve) = body.split_horizontally(panel);
    draw_images(&images, shown)?;
    draw_curve(&curve, shown)?;
    page::save(&page, path)
}

/// Misread images, and then some that are not, spread over the test.
fn rows(shown: &Shown) -> Vec<usize> {
    let labels = &shown.test.labels;
    let mut rows = misread(&shown.read, labels);
    rows.truncate(MISREAD);
    let right: Vec<usize> = (0..labels.len()).filter(|&i| shown.read[i] == labels[i]).collect();
    let wanted = (ROWS - rows.len()).min(right.len());
    rows.extend((0..wanted).map(|k| right[k * right.len() / wanted]));
    rows
}

fn draw_images(area: &Area<'_>, shown: &Shown) -> Result<()> {
    let (voters, count) = (shown.voters, misread(&shown.read, &shown.test.labels).len());
    let plural = if voters == 1 { "" } else { "s" };
    page::title(area, &format!("With {voters} neighbour{plural}, {count} of {} are misread", shown.read.len()))?;
    let left = LEFT as i32;
    let first = left + PITCH + GAP;
    for (x, text) in [(left, "image"), (first, "nearest neighbours: the same digit in blue, another in orange")] {
        area.draw(&Text::new(text, (x, TOP as i32 + 4), page::small(area)))?;
    }
    for (row, i) in rows(shown).into_iter().enumerate() {
        let (truth, read) = (shown.test.labels[i], shown.read[i]);
        let top = TOP as i32 + HEAD + row as i32 * PITCH;
        draw_image(area, (left, top), &shown.test, i, INK)?;
        for (column, &j) in shown.found.row(i).iter().take(COLUMNS).enumerate() {
            let colour = if shown.training.labels[j] == truth { RIGHT } else { WRONG };
            // Those that have no vote are set apart.
            let x = first + column as i32 * PITCH + if column < voters { 0 } else { GAP / 2 };
            draw_image(area, (x, top), &shown.training, j, colour)?;
        }
        let (remark, style, colour) = if read == truth {
            (format!("a {truth}"), FontStyle::Normal, RIGHT)
        } else {
            (format!("a {truth}, read as {read}"), FontStyle::Bold, WRONG)
        };
        let style = ("sans-serif", page::SMALL, style).into_text_style(area).color(&colour);
        let middle = top + PIXEL * SIDE as i32 / 2 - 8;
        area.draw(&Text::new(remark, (first + GAP + COLUMNS as i32 * PITCH, middle), style))?;
    }
    Ok(())
}

/// The image with a frame around it.
fn draw_image(area: &Area<'_>, (x, y): (i32, i32), digits: &Digits, at: usize, frame: RGBColor) -> Result<()> {
    let side = PIXEL * SIDE as i32;
    area.draw(&Rectangle::new([(x - 4, y - 4), (x + side + 3, y + side + 3)], frame.filled()))?;
    area.draw(&Rectangle::new([(x - 2, y - 2), (x + side + 1, y + side + 1)], WHITE.filled()))?;
    for (pixel, value) in digits.images.row(at).iter().enumerate() {
        let grey = 255 - (255.0 * value / BLACK) as u8;
        let (x, y) = (x + (pixel % SIDE) as i32 * PIXEL, y + (pixel / SIDE) as i32 * PIXEL);
        let square = [(x, y), (x + PIXEL, y + PIXEL)];
        area.draw(&Rectangle::new(square, RGBColor(grey, grey, grey).filled()))?;
    }
    Ok(())
}

fn draw_curve(area: &Area<'_>, shown: &Shown) -> Result<()> {
    page::title(area, "Digits that are read rightly")?;
    let lowest = shown.accuracy.iter().copied().fold(100.0, f64::min).floor() - 0.5;
    let mut plot = ChartBuilder::on(area)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .margin_right(24)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(0.0..shown.accuracy.len() as f64 + 1.0, lowest..100.0)?;
    plot.configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.15))
        .x_desc("number of neighbours")
        .y_desc("accuracy in %")
        .x_label_formatter(&|k| format!("{k:.0}"))
        .y_label_formatter(&|accuracy| format!("{accuracy:.0}"))
        .label_style(page::small(area))
        .draw()?;
    let places: Vec<(f64, f64)> = (1..).map(f64::from).zip(shown.accuracy.iter().copied()).collect();
    plot.draw_series([PathElement::new(places.clone(), RIGHT.stroke_width(2))])?;
    plot.draw_series(places.iter().map(|&place| Circle::new(place, 4, RIGHT.filled())))?;
    let place = places[shown.voters - 1];
    plot.draw_series([Circle::new(place, 6, WRONG.filled())])?
        .label(format!("{} neighbours: {:.2} %", shown.voters, place.1))
        .legend(|(x, y)| Circle::new((x + 10, y), 6, WRONG.filled()));
    plot.configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(INK.mix(0.3))
        .label_font(page::small(area))
        .draw()?;
    Ok(())
}
