//! The ratios as a picture: one panel per type, one group of bars per row, one bar per peer, on a log scale.

use crate::measure::Measured;
use crate::peer::Library;
use crate::report::three_digits;
use anyhow::{Result, anyhow};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::path::Path;

const WIDTH: u32 = 1560;
const BAR_HEIGHT: u32 = 21;
const MARGINS: u32 = 190;
/// Font sizes are even here: at odd ones plotters shifts low letters, such as the full stop, up by a pixel.
const INK: RGBColor = RGBColor(40, 40, 40);
const GRID: RGBColor = RGBColor(215, 215, 215);
/// Blue, green, orange, purple, grey, sky blue: told apart by those who see colours differently, too.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 90, 160),
    RGBColor(0, 150, 110),
    RGBColor(225, 130, 30),
    RGBColor(165, 110, 170),
    RGBColor(120, 120, 120),
    RGBColor(86, 180, 233),
];

type Plot<'a, 'b> = ChartContext<'a, BitMapBackend<'b>, Cartesian2d<LogCoord<f64>, RangedCoordf64>>;

/// Draws the ratios of keops' rates to those of the peers.
///
/// # Errors
///
/// When the file cannot be written.
pub fn draw(measured: &[Measured], libraries: &[Library], path: &Path) -> Result<()> {
    // The font is part of the program: nothing depends on the fonts of the machine.
    register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular())
        .map_err(|_| anyhow!("the font is broken"))?;
    register_font("sans-serif", FontStyle::Bold, dejavu::sans::bold()).map_err(|_| anyhow!("the font is broken"))?;

    let panels = ["f32", "f64"].map(|number| measured.iter().filter(|row| row.number == number).collect::<Vec<_>>());
    // Both panels have the same number of bars' heights, so that their bars are of the same size.
    let tall = panels.iter().map(|panel| panel.iter().map(|row| height(row)).sum::<f64>()).fold(1.0, f64::max);
    let root = BitMapBackend::new(path, (WIDTH, MARGINS + BAR_HEIGHT * tall as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let (head, body) = root.split_vertically(95);
    let title = ("sans-serif", 26, FontStyle::Bold).into_text_style(&root).color(&INK);
    head.draw(&Text::new("keops' rate over that of other CPU libraries, same threads, same data", (30, 20), title))?;
    legend(&head, libraries)?;

    let ratios = || measured.iter().flat_map(|row| bars(row).map(|(_, ratio)| ratio));
    let low = ratios().fold(0.8, f64::min) / 1.3;
    let high = ratios().fold(10.0, f64::max) * 2.2;
    for (area, (panel, number)) in body.split_evenly((1, 2)).iter().zip(panels.iter().zip(["f32", "f64"])) {
        let mut plot = ChartBuilder::on(area)
            .caption(number, ("sans-serif", 22, &INK))
            .x_label_area_size(50)
            .y_label_area_size(230)
            .margin_right(20)
            .build_cartesian_2d((low..high).log_scale(), tall..0.0)?;
        plot.configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_desc("times as fast (log scale)")
            .x_label_formatter(&|ratio| three_digits(*ratio).trim_end_matches(".00").replace(".0", ""))
            .label_style(("sans-serif", 16, &INK))
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        let mut position = 0.0;
        for row in panel {
            group(&mut plot, position, low, row)?;
            position += height(row);
        }
        // The line where both are equally fast.
        plot.draw_series([PathElement::new(vec![(1.0, 0.0), (1.0, position)], INK.stroke_width(2))])?;
    }
    root.present()?;
    Ok(())
}

/// The peers that have a rate, with our rate over theirs.
fn bars(row: &Measured) -> impl Iterator<Item = (Library, f64)> {
    row.peers.iter().filter_map(|(library, outcome)| Some((*library, row.ours.gpairs / outcome.rate()?.gpairs)))
}

/// How many bars' heights a row takes, with the gap to the next one.
fn height(row: &Measured) -> f64 {
    bars(row).count().max(1) as f64 + 0.8
}

fn colour(library: Library) -> RGBColor {
    COLOURS[library as usize % COLOURS.len()]
}

fn legend(area: &DrawingArea<BitMapBackend<'_>, plotters::coord::Shift>, libraries: &[Library]) -> Result<()> {
    let style = ("sans-serif", 18).into_text_style(area).color(&INK);
    let mut left = 30;
    for &library in libraries {
        area.draw(&Rectangle::new([(left, 64), (left + 18, 82)], colour(library).filled()))?;
        area.draw(&Text::new(library.title(), (left + 26, 63), style.clone()))?;
        left += 56 + area.estimate_text_size(library.title(), &style)?.0 as i32;
    }
    Ok(())
}

/// The bars of one row, from `position` on, with the row's title at the left.
fn group(plot: &mut Plot<'_, '_>, position: f64, low: f64, row: &Measured) -> Result<()> {
    let name = ("sans-serif", 18, &INK).into_text_style(&PICTURE).pos(Pos::new(HPos::Right, VPos::Center));
    let number = ("sans-serif", 16, &INK).into_text_style(&PICTURE).pos(Pos::new(HPos::Left, VPos::Center));
    let title =
        (EmptyElement::at((low, position + height(row) / 2.0))) + Text::new(row.title.to_owned(), (-12, 0), name);
    plot.draw_series([title])?;
    for (k, (library, ratio)) in bars(row).enumerate() {
        let top = position + 0.4 + k as f64;
        let bar = Rectangle::new([(1.0, top), (ratio, top + 0.9)], colour(library).filled());
        plot.draw_series([bar])?;
        let at = (ratio.max(1.0), top + 0.5);
        plot.draw_series([EmptyElement::at(at) + Text::new(three_digits(ratio), (6, 0), number.clone())])?;
    }
    Ok(())
}

/// Text sizes here are in pixels; the parent's size, which relative sizes would need, does not matter.
const PICTURE: (u32, u32) = (WIDTH, MARGINS);

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::measure::{Measured, Outcome, Rate};
    use crate::peer::Library;

    #[test]
    fn draws_with_missing_peers_and_slow_rows() {
        let rate = |gpairs| Rate { gpairs, spread: 1.0 };
        let timed = |gpairs| Outcome::Rate(rate(gpairs));
        let row = |title, number, scale: f64| Measured {
            title,
            number,
            ours: rate(8.0 * scale),
            peers: vec![
                (Library::Pykeops, timed(0.25)),
                (Library::Jax, timed(2.0)),
                (Library::JaxWhole, Outcome::Failed("out of memory".to_owned())),
                (Library::Numpy, timed(0.4)),
                (Library::Faiss, Outcome::Lacks("no sums".to_owned())),
            ],
        };
        let measured = [
            row("gauss D=3", "f32", 1.0),
            row("gauss D=3, b of dim 100", "f32", 0.1),
            row("gauss D=3", "f64", 0.3),
            row("gauss D=3, b of dim 100", "f64", 2.0),
        ];
        let path = std::env::temp_dir().join(format!("keops-chart-{}.png", std::process::id()));
        let libraries = [Library::Pykeops, Library::Jax, Library::JaxWhole, Library::Numpy, Library::Faiss];
        draw(&measured, &libraries, &path).expect("the chart is drawn");
        assert!(std::fs::metadata(&path).expect("the file is there").len() > 5_000);
        if std::env::var_os("KEOPS_KEEP_CHART").is_none() {
            std::fs::remove_file(&path).expect("the file can be removed");
        }
    }
}
