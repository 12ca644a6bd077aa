//! Traces of Jacobians against the diagonals of the matrices.

use crate::compare::{Pair, compare, product};
use crate::random::{Random, fitted};
use crate::subjects::{ANY, SMOOTH, on_all};

/// The sum of the diagonal of a matrix, with the weights `weights`, beside a number that should be it.
pub(crate) fn diagonal(trace: &[f64], matrix: &[f64], weights: &[f64]) -> Vec<Pair> {
    let dim = weights.len();
    assert_eq!((trace.len(), matrix.len()), (1, dim * dim), "dimensions of a trace and a matrix");
    let entries: Vec<f64> = (0..dim).map(|k| matrix[k * dim + k]).collect();
    let (right, size) = product(&entries, weights);
    vec![Pair { left: trace[0], right, size: size + trace[0].abs() }]
}

#[test]
fn divergence() {
    let mut random = Random(0x0064_6976);
    let fields: Vec<String> = ANY
        .iter()
        .enumerate()
        .map(|(number, subject)| fitted(&subject.part, subject.one(number), &mut random))
        .collect();
    on_all("Divergence", &ANY, |number, subject, tally| {
        let (f, x) = (&fields[number], subject.one(number));
        let divergence = subject.expression(&format!("Divergence({f},{})", x.name));
        let matrix = subject.expression(&format!("GradMatrix({f},{})", x.name));
        let ones = vec![1.0; x.dim];
        subject.on_data(|point| {
            compare(tally, &|seed| diagonal(&divergence.value(point, seed), &matrix.value(point, seed), &ones))
        })
    });
}

/// `Laplacian(F, x) = Divergence(Grad(F, x, 1), x)`, and both are the trace of the matrix of second derivatives.
#[test]
fn laplacian() {
    for (kind, subjects) in [("all operators", &*ANY), ("smooth", &*SMOOTH)] {
        on_all(&format!("Laplacian, {kind}"), subjects, |number, subject, tally| {
            let x = subject.one(number);
            let f = if subject.part.dim == 1 { subject.text().to_owned() } else { format!("(e|{})", subject.text()) };
            let gradient = format!("Grad({f},{},1)", x.name);
            let traces = [format!("Laplacian({f},{})", x.name), format!("Divergence({gradient},{})", x.name)];
            let traces = traces.map(|trace| subject.expression(&trace));
            let matrix = subject.expression(&format!("GradMatrix({gradient},{})", x.name));
            let ones = vec![1.0; x.dim];
            subject.on_data(|point| {
                compare(tally, &|seed| {
                    let matrix = matrix.value(point, seed);
                    let each = traces.iter().map(|trace| diagonal(&trace.value(point, seed), &matrix, &ones));
                    each.flatten().collect()
                })
            })
        });
    }
}
