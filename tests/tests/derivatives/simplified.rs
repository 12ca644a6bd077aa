//! Simplification changes no derivative.

use crate::compare::{Pair, compare};
use crate::subjects::{ANY, SMOOTH, on_all};

#[test]
fn derivatives_stay_what_they_are() {
    for (what, subjects) in [("simplified, all operators", &*ANY), ("simplified, smooth", &*SMOOTH)] {
        on_all(what, subjects, |number, subject, tally| {
            let (f, x, y) = (subject.text(), &subject.one(number).name, &subject.one(number / 2).name);
            let texts = [
                f.to_owned(),
                format!("Grad({f},{x},e)"),
                format!("Diff({f},{x},d{x})"),
                format!("Grad(Grad({f},{x},e),{y},h{x})"),
            ];
            for text in texts {
                let plain = subject.expression(&text);
                let simplified = plain.simplified();
                subject.on_data(|point| {
                    compare(tally, &|seed| Pair::entries(&plain.value(point, seed), &simplified.value(point, seed)))
                })?;
            }
            Ok(())
        });
    }
}
