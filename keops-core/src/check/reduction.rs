//! KeOps' low-level spelling of reductions: `Sum_Reduction(F, tag)`, and derivatives of it.

use super::expression::Checker;
use crate::diagnostic::{Span, nearest};
use crate::graph::Axis;
use crate::parse::{Category, Expr, ExprKind};
use crate::reduction::{self, REDUCTIONS, Reduction, Terms};

/// What a formula in the low-level spelling says about its reduction.
#[derive(Clone)]
pub(super) struct Wrapped {
    pub(super) reduction: &'static Reduction,
    /// The axis that the reduction itself runs over, whatever stands around it.
    pub(super) reduced: Axis,
    /// The axis of the result.
    pub(super) kept: Axis,
    /// Whether the result is summed over that axis as well.
    pub(super) total: bool,
    /// The second formula.
    pub(super) weights: Option<Expr>,
    /// The number K, as it is written.
    pub(super) count: Option<String>,
    /// Whether derivatives stand around the reduction.
    derived: bool,
}

impl Wrapped {
    /// Why the option `axis` does not fit.
    pub(super) fn contradicting_axis(&self) -> String {
        let (tag, axis, over, index) = match self.kept {
            Axis::I => (0, 1, "j", "i"),
            Axis::J => (1, 0, "i", "j"),
        };
        let name = self.reduction.name;
        if self.derived {
            return format!(
                "the axis contradicts the formula\n  = the derivative of this `{name}_Reduction` has a result per \
                 {index}, reduced over {over}, which is `axis = {axis}`\n  = help: leave `axis` out"
            );
        }
        format!(
            "the axis contradicts the tag of `{name}_Reduction(F, {tag})`\n  = the tag is the category of the output \
             index: {tag} means a result per {index}, reduced over {over}, which is `axis = {axis}`\n  = help: leave \
             `axis` out, or write the plain formula with `reduction = {name}`"
        )
    }
}

/// What to say about the name of a reduction that does not exist.
pub(super) fn unknown_reduction(name: &str) -> String {
    let mut text = format!("unknown reduction `{name}`");
    let names = REDUCTIONS.iter().map(|reduction| reduction.name);
    match nearest(name, names.clone()) {
        Some(near) => text.push_str(&format!("\n  = help: did you mean `{near}`?")),
        None => text.push_str(&format!("\n  = known reductions: {}", names.collect::<Vec<_>>().join(", "))),
    }
    text
}

/// Takes `Sum_Reduction(F, tag)` and derivatives of it apart: the formula without the reduction, and what was said
/// about the latter.
pub(super) fn unwrap_reduction(checker: &mut Checker<'_>, expr: Expr) -> (Expr, Option<Wrapped>) {
    let ExprKind::Call { name, name_span, arguments } = &expr.kind else {
        return (expr, None);
    };
    if matches!(name.as_str(), "Grad" | "Diff")
        && let [of, by, rest @ ..] = arguments.as_slice()
    {
        let (inner, Some(wrapped)) = unwrap_reduction(checker, of.clone()) else { return (expr, None) };
        let wrapped = derived(checker, name, wrapped, by, rest, expr.span);
        let arguments = [&[inner], &arguments[1..]].concat();
        let kind = ExprKind::Call { name: name.clone(), name_span: *name_span, arguments };
        return (Expr { kind, span: expr.span }, wrapped);
    }
    let Some(short) = name.strip_suffix("_Reduction") else {
        return (expr, None);
    };
    let Some(found) = reduction::find(short) else {
        checker.error(unknown_reduction(short), *name_span, Vec::new());
        return (arguments.first().cloned().unwrap_or(expr), None);
    };
    // KeOps writes the number K before the tag.
    let (count, others) = match arguments.as_slice() {
        [formula, number, rest @ ..] if found.terms == Terms::Counted => {
            (Some(checker.quote(number.span).to_owned()), [std::slice::from_ref(formula), rest].concat())
        }
        all => (None, all.to_vec()),
    };
    let (category, weights) = match others.as_slice() {
        [_, Expr { kind: ExprKind::Number(tag), .. }, weights @ ..] if weights.len() <= 1 => {
            (Category::from_code(*tag as i64).filter(|_| tag.fract() == 0.0), weights.first().cloned())
        }
        _ => (None, None),
    };
    match category {
        Some(Category::Indexed(kept)) => {
            let reduced = kept.other();
            let wrapped = Wrapped { reduction: found, reduced, kept, total: false, weights, count, derived: false };
            (arguments[0].clone(), Some(wrapped))
        }
        _ => {
            let note = "expected the category of the output index: 0 (one result per row i, reduced over j) or 1";
            checker.error(format!("`{name}(F, tag)` needs a tag"), expr.span, vec![note.to_owned()]);
            (arguments.first().cloned().unwrap_or(expr), None)
        }
    }
}

/// The reduction of the derivative of a sum or a mean: by a variable along an axis it keeps that axis, by a parameter it is
/// summed over both; a directional derivative is reduced as the sum itself.
fn derived(
    checker: &mut Checker<'_>,
    name: &str,
    of: Wrapped,
    by: &Expr,
    operands: &[Expr],
    span: Span,
) -> Option<Wrapped> {
    if !of.reduction.adds() {
        let message = format!("a `{}_Reduction` cannot be differentiated inside of a formula", of.reduction.name);
        let note =
            "only `Sum_Reduction` and `Mean_Reduction` can; use the methods `grad_...` of the formula".to_owned();
        checker.error(message, span, vec![note]);
        return None;
    }
    let category = match &by.kind {
        ExprKind::Name(name) => checker.category_of(name),
        _ => [Axis::I, Axis::J].into_iter().find(|&axis| checker.depends(by, axis)).map(Category::Indexed),
    };
    // A cotangent belongs to the result, a tangent to the variable.
    let (gradient, kept_by_operand) = match (name, category) {
        ("Grad", _) => (true, (!of.total).then_some(of.kept)),
        (_, Some(Category::Indexed(axis))) => (false, Some(axis)),
        _ => (false, None),
    };
    // Of several tangents each has the index of its own variable.
    let single = !matches!(by.kind, ExprKind::List(_));
    for operand in operands.iter().filter(|_| single) {
        for axis in [Axis::I, Axis::J] {
            if kept_by_operand != Some(axis) && checker.depends(operand, axis) {
                let (what, index) =
                    (if gradient { "cotangent" } else { "tangent" }, if axis == Axis::I { "i" } else { "j" });
                let note = format!(
                    "a {what} of `{name}` has no index {index}: it has that of {}",
                    if gradient { "the result of the reduction" } else { "the variable" }
                );
                checker.error(format!("the {what} depends on {index}"), operand.span, vec![note]);
            }
        }
    }
    let derived = Wrapped { derived: true, ..of.clone() };
    Some(match category {
        _ if !gradient => derived,
        Some(Category::Indexed(kept)) => Wrapped { kept, total: false, ..derived },
        _ => Wrapped { total: true, ..derived },
    })
}
