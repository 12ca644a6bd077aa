//! Points from a file of comma-separated numbers, and the box around them.

use anyhow::{Context, Result, bail, ensure};
use ndarray::Array2;
use std::path::Path;

/// The Stanford bunny; `data/README.md` says where it comes from.
pub const BUNNY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/bunny_vertices.csv");

/// The smallest and the largest coordinate in each of the three dimensions.
pub fn bounds(points: &Array2<f64>) -> [(f64, f64); 3] {
    std::array::from_fn(|k| {
        let column = points.column(k);
        column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    })
}

/// Reads a CSV file of points, one per line, all of dimension `dim`.
///
/// The first line may hold the names of the columns; empty lines and lines that begin with `#` are skipped.
///
/// # Errors
///
/// When the file cannot be read, holds no points, or holds something else than `dim` finite numbers in a line; the
/// message names the file, the line and the column (both from 1).
pub fn read_csv(path: &Path, dim: usize) -> Result<Array2<f64>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot open {}", path.display()))?;
    parse(&text, dim).with_context(|| format!("cannot read points from {}", path.display()))
}

fn parse(text: &str, dim: usize) -> Result<Array2<f64>> {
    // Some programs put a byte-order mark first.
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    let lines =
        lines.map(|(k, line)| (k + 1, line.trim())).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let mut names = None;
    let mut numbers = Vec::new();
    for (line, text) in lines {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        if numbers.is_empty() && names.is_none() && fields.iter().all(|field| field.parse::<f64>().is_err()) {
            names = Some(fields);
            continue;
        }
        ensure!(fields.len() == dim, "line {line}: {} columns where {dim} were expected", fields.len());
        for (k, field) in fields.into_iter().enumerate() {
            let name = names.as_ref().and_then(|names| names.get(k)).map_or(String::new(), |name| format!(" ({name})"));
            match field.parse::<f64>() {
                Ok(number) if number.is_finite() => numbers.push(number),
                Ok(_) => bail!("line {line}, column {}{name}: `{field}` is not finite", k + 1),
                Err(_) => bail!("line {line}, column {}{name}: `{field}` is not a number", k + 1),
            }
        }
    }
    ensure!(!numbers.is_empty(), "there is no line of numbers");
    Ok(Array2::from_shape_vec((numbers.len() / dim, dim), numbers)?)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use ndarray::array;

    #[test]
    fn names_blanks_and_comments_are_no_points() {
        let points = array![[1.0, -2.5, 3e2], [4.0, 5.0, 6.0]];
        for text in [
            "1,-2.5,3e2\n4,5,6\n",
            "x,y,z\n1, -2.5 ,3e2\n\n# between\n4,5,6",
            "\u{feff}\r\nx,y,z\r\n1,-2.5,300\r\n4,5,6",
        ] {
            assert_eq!(parse(text, 3).expect("it is well-formed"), points, "{text:?}");
        }
    }

    #[test]
    fn errors_name_line_and_column() {
        for (text, message) in [
            ("x,y,z\n1,2,3\n4,five,6\n", "line 3, column 2 (y): `five` is not a number"),
            ("1,2,3\n\n4,5,\n", "line 3, column 3: `` is not a number"),
            ("1,2,inf\n", "line 1, column 3: `inf` is not finite"),
            ("1,2,3\n4,5\n", "line 2: 2 columns where 3 were expected"),
            ("1,2,3,4\n", "line 1: 4 columns where 3 were expected"),
            ("1,y,3\n", "line 1, column 2: `y` is not a number"),
            ("x,y,z\n", "there is no line of numbers"),
            ("", "there is no line of numbers"),
        ] {
            assert_eq!(parse(text, 3).expect_err(text).to_string(), message, "{text:?}");
        }
    }
}
