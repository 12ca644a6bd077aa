//! The page that a picture is drawn on: white, with a caption, and in a font that is part of the program, so that
//! nothing depends on the fonts of the machine.

use anyhow::{Context, Result, anyhow};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::{FontStyle, TextStyle, register_font};
use std::ops::Range;
use std::path::Path;

/// Part of a page.
pub type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// The height of the caption, in pixels.
pub const CAPTION: u32 = 44;
/// Room of a panel at the top, for its title.
pub const TOP: u32 = 34;
/// Room of a panel at the left, for numbers and the name of the axis.
pub const LEFT: u32 = 64;
/// Room of a panel at the bottom, for the same.
pub const BOTTOM: u32 = 56;
/// The colour of what is written.
pub const INK: RGBColor = RGBColor(40, 40, 40);
/// The size of most of what is written. Font sizes are even: at odd ones plotters shifts low letters, such as the full
/// stop, up by a pixel.
pub const SMALL: i32 = 16;

/// A page, and its part below the caption.
///
/// # Errors
///
/// When plotters cannot read the font or draw.
pub fn new<'a>(path: &'a Path, size: (u32, u32), caption: &str) -> Result<(Area<'a>, Area<'a>)> {
    for (style, bytes) in [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())] {
        register_font("sans-serif", style, bytes).map_err(|_| anyhow!("the font cannot be read"))?;
    }
    let page = BitMapBackend::new(path, size).into_drawing_area();
    page.fill(&WHITE)?;
    let style = ("sans-serif", 22, FontStyle::Bold).into_text_style(&page).color(&INK);
    page.draw(&Text::new(caption, (LEFT as i32, 16), style))?;
    let (_, body) = page.split_vertically(CAPTION);
    Ok((page, body))
}

/// Writes the title of a panel.
///
/// # Errors
///
/// When plotters cannot draw.
pub fn title(panel: &Area<'_>, text: &str) -> Result<()> {
    let style = ("sans-serif", 18).into_text_style(panel).color(&INK);
    panel.draw(&Text::new(text, (LEFT as i32, 6), style))?;
    Ok(())
}

/// A plot of two numbers.
pub type Plot<'a, 'b> = ChartContext<'a, BitMapBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// The plot of a panel, with axes x and y and so many numbers along each.
///
/// # Errors
///
/// When plotters cannot draw.
pub fn plot<'a, 'b>(panel: &'a Area<'b>, x: Range<f64>, y: Range<f64>, labels: usize) -> Result<Plot<'a, 'b>> {
    let mut plot = ChartBuilder::on(panel)
        .margin_top(TOP)
        .margin_left(8)
        .margin_bottom(8)
        .x_label_area_size(BOTTOM - 8)
        .y_label_area_size(LEFT - 8)
        .build_cartesian_2d(x, y)?;
    plot.configure_mesh()
        .disable_mesh()
        .x_desc("x")
        .y_desc("y")
        .x_labels(labels)
        .y_labels(labels)
        .label_style(small(panel))
        .draw()?;
    Ok(plot)
}

/// The style of labels.
pub fn small<'a>(area: &Area<'_>) -> TextStyle<'a> {
    ("sans-serif", SMALL).into_text_style(area).color(&INK)
}

/// Writes the page to its file.
///
/// # Errors
///
/// When the file cannot be written.
pub fn save(page: &Area<'_>, path: &Path) -> Result<()> {
    page.present().with_context(|| format!("cannot write {}", path.display()))
}
