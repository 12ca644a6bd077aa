//! Second derivatives.

use crate::compare::{Pair, compare};
use crate::subjects::{ANY, SMOOTH, Subject, on_all};

/// Formulas of all operators, and those of smooth ones, whose second derivatives are rarely 0.
fn kinds() -> [(&'static str, &'static [Subject]); 2] {
    [("all operators", &ANY), ("smooth", &SMOOTH)]
}

/// `<Grad(Grad(F, x, e), y, hx), dy> = <Grad(Grad(F, y, e), x, dy), hx>`, also for x = y.
#[test]
fn are_symmetric() {
    for (kind, subjects) in kinds() {
        on_all(&format!("Grad of Grad is symmetric, {kind}"), subjects, |number, subject, tally| {
            let (f, x, y) = (subject.text(), &subject.one(number).name, &subject.one(number / 2).name);
            let xy = subject.expression(&format!("Grad(Grad({f},{x},e),{y},h{x})"));
            let yx = subject.expression(&format!("Grad(Grad({f},{y},e),{x},d{y})"));
            subject.on_data(|point| {
                let (h, d) = (xy.named(point, &format!("h{x}")), xy.named(point, &format!("d{y}")));
                compare(tally, &|seed| {
                    let (xy, yx) = (xy.value(point, seed), yx.value(point, seed));
                    vec![Pair::products((&xy, &d), (&yx, &h))]
                })
            })
        });
    }
}

/// `Diff(Grad(F, x, e), x, hx) = Grad(Grad(F, x, e), x, hx) = Grad((Diff(F, x, hx) | e), x, 1)`
#[test]
fn do_not_depend_on_the_modes() {
    for (kind, subjects) in kinds() {
        on_all(&format!("forward over reverse, {kind}"), subjects, |number, subject, tally| {
            let (f, x) = (subject.text(), &subject.one(number).name);
            let reverse = subject.expression(&format!("Grad(Grad({f},{x},e),{x},h{x})"));
            let others = [format!("Diff(Grad({f},{x},e),{x},h{x})"), format!("Grad((Diff({f},{x},h{x})|e),{x},1)")];
            for other in others {
                let other = subject.expression(&other);
                subject.on_data(|point| {
                    compare(tally, &|seed| Pair::entries(&reverse.value(point, seed), &other.value(point, seed)))
                })?;
            }
            Ok(())
        });
    }
}
