//! The modes of differentiation against each other.

use crate::compare::{Pair, compare, product};
use crate::subjects::{ANY, on_all};

/// `<J u, w> = <u, J^T w>`
#[test]
fn tangents_and_cotangents() {
    on_all("<J u, w> = <u, J^T w>", &ANY, |_, subject, tally| {
        let f = subject.text();
        for variable in &subject.used {
            let x = &variable.name;
            let change = subject.expression(&format!("Diff({f},{x},d{x})"));
            let gradient = subject.expression(&format!("Grad({f},{x},e)"));
            subject.on_data(|point| {
                let (u, w) = (change.named(point, &format!("d{x}")), change.named(point, "e"));
                compare(tally, &|seed| {
                    let (ju, jw) = (change.value(point, seed), gradient.value(point, seed));
                    vec![Pair::products((&ju, &w), (&u, &jw))]
                })
            })?;
        }
        Ok(())
    });
}

/// `Grad(F, x, 2 e - 3 f) = 2 Grad(F, x, e) - 3 Grad(F, x, f)`
#[test]
fn gradients_are_linear_in_the_cotangent() {
    on_all("Grad is linear", &ANY, |number, subject, tally| {
        let (f, x) = (subject.text(), &subject.one(number).name);
        let combined = subject.expression(&format!("Grad({f},{x},2*e-3*f)"));
        let [first, second] = ["e", "f"].map(|e| subject.expression(&format!("Grad({f},{x},{e})")));
        subject.on_data(|point| {
            compare(tally, &|seed| {
                let (first, second) = (first.value(point, seed), second.value(point, seed));
                let combined = combined.value(point, seed);
                let pair = |((left, a), b): ((f64, &f64), &f64)| {
                    let (right, size) = product(&[2.0, -3.0], &[*a, *b]);
                    Pair { left, right, size: size + left.abs() }
                };
                combined.into_iter().zip(&first).zip(&second).map(pair).collect()
            })
        })
    });
}

/// `Diff(F, (x, y, ...), (dx, dy, ...))` is the sum of the changes, by all variables and by the first two.
#[test]
fn changes_add_up() {
    on_all("Diff by several variables", &ANY, |_, subject, tally| {
        let f = subject.text();
        for names in [&subject.used[..], &subject.used[..subject.used.len().min(2)]] {
            let list = |prefix: &str| {
                let names: Vec<String> = names.iter().map(|variable| format!("{prefix}{}", variable.name)).collect();
                names.join(",")
            };
            let together = subject.expression(&format!("Diff({f},({}),({}))", list(""), list("d")));
            let each: Vec<_> = names
                .iter()
                .map(|variable| subject.expression(&format!("Diff({f},{0},d{0})", variable.name)))
                .collect();
            subject.on_data(|point| {
                compare(tally, &|seed| {
                    let each: Vec<Vec<f64>> = each.iter().map(|change| change.value(point, seed)).collect();
                    let pair = |(k, left): (usize, f64)| {
                        let terms: Vec<f64> = each.iter().map(|change| change[k]).collect();
                        let (right, size) = product(&terms, &vec![1.0; terms.len()]);
                        Pair { left, right, size: size + left.abs() }
                    };
                    together.value(point, seed).into_iter().enumerate().map(pair).collect()
                })
            })?;
        }
        Ok(())
    });
}

/// `GradMatrix` times a tangent is `Diff`, a cotangent times `GradMatrix` is `Grad`.
#[test]
fn matrices() {
    on_all("GradMatrix", &ANY, |number, subject, tally| {
        let (f, x) = (subject.text(), &subject.one(number).name);
        let matrix = subject.expression(&format!("GradMatrix({f},{x})"));
        let change = subject.expression(&format!("Diff({f},{x},d{x})"));
        let gradient = subject.expression(&format!("Grad({f},{x},e)"));
        let (rows, columns) = (change.dim(), gradient.dim());
        subject.on_data(|point| {
            let (u, w) = (matrix.named(point, &format!("d{x}")), matrix.named(point, "e"));
            compare(tally, &|seed| {
                let matrix = matrix.value(point, seed);
                let (change, gradient) = (change.value(point, seed), gradient.value(point, seed));
                let row = |k: usize| &matrix[k * columns..(k + 1) * columns];
                let column = |l: usize| matrix.iter().skip(l).step_by(columns).copied().collect::<Vec<f64>>();
                let of_rows = (0..rows).map(|k| Pair::products((row(k), &u), (&[change[k]], &[1.0])));
                let of_columns = (0..columns).map(|l| Pair::products((&column(l), &w), (&[gradient[l]], &[1.0])));
                of_rows.chain(of_columns).collect()
            })
        })
    });
}
