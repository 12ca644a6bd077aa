//! Images of handwritten digits, and which of them are for training.

use anyhow::{Context, Result, ensure};
use keops_examples::points::read_csv;
use ndarray::{Array2, Axis, s};
use std::path::Path;

/// The digits; `data/README.md` says where they come from.
pub(crate) const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv");
/// An image has 8 x 8 pixels.
pub(crate) const SIDE: usize = 8;
pub(crate) const PIXELS: usize = SIDE * SIDE;
/// The value of a black pixel.
pub(crate) const BLACK: f64 = 16.0;
/// One image out of so many is for the test.
const EVERY: usize = 4;

/// Images and the digits that they show.
pub(crate) struct Digits {
    /// One image per row, its pixels row by row.
    pub(crate) images: Array2<f64>,
    pub(crate) labels: Vec<usize>,
}

impl Digits {
    /// Reads images and labels, which stand in one line.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or does not hold 64 whole numbers from 0 to 16 and a digit in each line.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::from(&read_csv(path, PIXELS + 1)?).with_context(|| format!("cannot read digits from {}", path.display()))
    }

    fn from(table: &Array2<f64>) -> Result<Self> {
        let images = table.slice(s![.., ..PIXELS]).to_owned();
        // Squared distances of such images are exact in f32, so that ties are ties.
        let fine = images.iter().all(|v| (0.0..=BLACK).contains(v) && v.fract() == 0.0);
        ensure!(fine, "a pixel is not a whole number from 0 to {BLACK}");
        let labels = table.column(PIXELS);
        ensure!(labels.iter().all(|v| (0.0..10.0).contains(v) && v.fract() == 0.0), "a label is not a digit");
        Ok(Self { images, labels: labels.iter().map(|&v| v as usize).collect() })
    }

    /// The images for training and for the test: rows 3, 7, 11, ... (from 0) are for the test, in their order.
    pub(crate) fn split(&self) -> [Self; 2] {
        let (test, training): (Vec<usize>, Vec<usize>) =
            (0..self.labels.len()).partition(|row| row % EVERY == EVERY - 1);
        [training, test].map(|rows| self.select(&rows))
    }

    fn select(&self, rows: &[usize]) -> Self {
        let labels = rows.iter().map(|&row| self.labels[row]).collect();
        Self { images: self.images.select(Axis(0), rows), labels }
    }
}

#[cfg(test)]
mod tests {
    use super::{Digits, PIXELS};
    use ndarray::Array2;

    #[test]
    fn one_row_in_four_is_for_the_test() {
        let table = Array2::from_shape_fn((9, PIXELS + 1), |(row, _)| row as f64);
        let [training, test] = Digits::from(&table).expect("it is well-formed").split();
        assert_eq!((training.labels, test.labels), (vec![0, 1, 2, 4, 5, 6, 8], vec![3, 7]));
        assert_eq!(test.images.column(5).to_vec(), [3.0, 7.0]);
    }

    #[test]
    fn other_numbers_are_refused() {
        for (column, value) in [(0, 0.5), (0, -1.0), (63, 17.0), (64, 10.0), (64, 1.5)] {
            let mut table = Array2::zeros((2, PIXELS + 1));
            table[[1, column]] = value;
            assert!(Digits::from(&table).is_err(), "{value} in column {column}");
        }
    }
}
