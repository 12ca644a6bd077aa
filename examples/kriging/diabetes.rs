//! The patients, and which of them are for the test.

use anyhow::{Context, Result, bail, ensure};
use keops_examples::points::read_csv;
use ndarray::{Array1, Array2, Axis, s};
use std::path::Path;

/// The patients; `data/README.md` says where they come from.
pub(crate) const DIABETES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/diabetes.csv");
/// Age, sex, body-mass index, blood pressure and six serum measures.
pub(crate) const MEASURES: usize = 10;
/// One patient out of so many is for the test.
const EVERY: usize = 4;

/// What was measured of each patient, and the progression of the disease after a year.
pub(crate) struct Patients {
    /// One patient per row.
    pub(crate) measures: Array2<f64>,
    pub(crate) progression: Array1<f64>,
}

impl Patients {
    /// Reads measures and progression, which stand in one line.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, does not hold 11 numbers in each line, or holds too few lines.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let table = read_csv(path, MEASURES + 1)?;
        ensure!(table.nrows() >= 100, "{}: {} patients, at least 100 are needed", path.display(), table.nrows());
        let constant = (0..MEASURES).find(|&k| table.column(k).std(0.0) == 0.0);
        if let Some(column) = constant {
            bail!("{}: column {} holds one number only", path.display(), column + 1);
        }
        Ok(Self {
            measures: table.slice(s![.., ..MEASURES]).to_owned(),
            progression: table.column(MEASURES).to_owned(),
        })
    }

    /// Those for training and those for the test: rows 3, 7, 11, ... (from 0) are for the test, in their order.
    pub(crate) fn split(&self) -> [Self; 2] {
        let (test, training): (Vec<usize>, Vec<usize>) =
            (0..self.progression.len()).partition(|row| row % EVERY == EVERY - 1);
        [self.select(&training), self.select(&test)]
    }

    /// The patients in these rows.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        Self { measures: self.measures.select(Axis(0), rows), progression: self.progression.select(Axis(0), rows) }
    }
}

/// Units that make the columns of some table have mean 0 and variance 1.
pub(crate) struct Units {
    mean: Array1<f64>,
    deviation: Array1<f64>,
}

impl Units {
    /// Those of this table, which has at least one row, and no column of a single value.
    pub(crate) fn of(table: &Array2<f64>) -> Result<Self> {
        let mean = table.mean_axis(Axis(0)).context("there are no rows")?;
        Ok(Self { mean, deviation: table.std_axis(Axis(0), 0.0) })
    }

    /// A table in these units.
    pub(crate) fn apply(&self, table: &Array2<f64>) -> Array2<f64> {
        (table - &self.mean) / &self.deviation
    }
}

#[cfg(test)]
mod tests {
    use super::{DIABETES, MEASURES, Patients, Units};
    use ndarray::Axis;
    use std::path::Path;

    #[test]
    fn one_patient_in_four_is_for_the_test() {
        let patients = Patients::read(Path::new(DIABETES)).expect("it is part of the package");
        assert_eq!(patients.measures.dim(), (442, MEASURES));
        let [training, test] = patients.split();
        assert_eq!((training.progression.len(), test.progression.len()), (332, 110));
        assert_eq!(test.measures.row(1), patients.measures.row(7));
    }

    #[test]
    fn units_make_columns_alike() {
        let measures = Patients::read(Path::new(DIABETES)).expect("it is part of the package").measures;
        let standard = Units::of(&measures).expect("there are rows").apply(&measures);
        let (mean, deviation) = (standard.mean_axis(Axis(0)).expect("there are rows"), standard.std_axis(Axis(0), 0.0));
        assert!(mean.iter().all(|mean| mean.abs() < 1e-12));
        assert!(deviation.iter().all(|deviation| (deviation - 1.0).abs() < 1e-12));
    }
}
