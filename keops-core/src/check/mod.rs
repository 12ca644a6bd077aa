//! Checking: names, categories and dimensions. [`Invocation`] to [`Formula`], all errors at once.
//!
//! A subexpression that is wrong is reported once; whatever stands around it is still checked as far as it can be.

mod expression;
mod variables;

use crate::diagnostic::{Report, Span, nearest};
use crate::graph::{Axis, Graph, Id};
use crate::ops::{Call, Operator};
use crate::parse::{Category, Expr, ExprKind, Invocation, parse_formula};
use crate::reduction::{self, REDUCTIONS, Reduction};
use expression::Checker;
pub use variables::Variable;
pub(crate) use variables::declared;

/// A checked formula with its variables, its reduction and the axis of its result.
#[derive(Clone, Debug)]
pub struct Formula {
    /// The text, as the user wrote it.
    pub text: String,
    /// The inputs, in the order of the arguments.
    pub variables: Vec<Variable>,
    /// The formula.
    pub term: Term,
    /// How the terms of all pairs are reduced.
    pub reduction: &'static Reduction,
    /// The axis that the result keeps.
    pub kept: Axis,
}

/// A checked expression: every name is resolved, every dimension known.
#[derive(Clone, Debug)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// Its dimension, at least 1.
    pub dim: usize,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of terms.
#[derive(Clone, Debug)]
pub enum TermKind {
    /// Input variable number `.0`.
    Variable(usize),
    /// The row or column index.
    Index(Axis),
    /// A literal.
    Number(f64),
    /// An operator of the language.
    Call {
        /// Which one.
        operator: &'static Operator,
        /// Its operands.
        operands: Vec<Term>,
        /// Its integer parameters.
        integers: Vec<i64>,
        /// Its lists.
        lists: Vec<Vec<i64>>,
    },
}

impl Term {
    /// The dimensions of the operands of a call.
    pub fn operand_dims(&self) -> Vec<usize> {
        match &self.kind {
            TermKind::Call { operands, .. } => operands.iter().map(|operand| operand.dim).collect(),
            _ => Vec::new(),
        }
    }

    /// Adds the term to a graph.
    pub fn build(&self, graph: &mut Graph) -> Id {
        match &self.kind {
            TermKind::Variable(number) => graph.variable(*number, self.dim),
            TermKind::Index(axis) => graph.index(*axis),
            TermKind::Number(value) => graph.constant(*value),
            TermKind::Call { operator, operands, integers, lists } => {
                let ids: Vec<Id> = operands.iter().map(|operand| operand.build(graph)).collect();
                let dims = self.operand_dims();
                operator.build(graph, &Call { dims: &dims, integers, lists }, &ids)
            }
        }
    }
}

/// Checks a macro call.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(invocation: &Invocation) -> Result<Formula, Vec<Report>> {
    let source = &invocation.formula;
    let (variables, complaints) = declared(&invocation.variables);
    let mut reports = invocation.reports.clone();
    reports.extend(complaints);
    let written = match parse_formula(source.text()) {
        Ok(expr) => expr,
        Err(diagnostic) => {
            reports.push(source.report(&diagnostic));
            return Err(reports);
        }
    };
    let mut checker = Checker::new(source.text(), variables, !reports.is_empty());
    let (expr, wrapped) = unwrap_reduction(&mut checker, written);
    let term = checker.term(&expr);
    let (variables, diagnostics) = checker.finish();
    reports.extend(diagnostics.iter().map(|diagnostic| source.report(diagnostic)));

    let mut kept = Axis::I;
    if let Some(axis) = invocation.axis {
        kept = axis.kept;
    }
    let mut chosen = &REDUCTIONS[0];
    if let Some(option) = &invocation.reduction {
        match reduction::find(&option.name) {
            Some(found) if option.parameters.is_empty() => chosen = found,
            Some(found) => {
                reports.push(Report::at(format!("the reduction `{}` takes no parameters", found.name), option.span));
            }
            None => reports.push(Report::at(unknown_reduction(&option.name), option.span)),
        }
    }
    if let Some((inner, tag_axis)) = wrapped {
        if let Some(option) = &invocation.reduction
            && option.name != inner.name
        {
            let text = format!("the formula is a `{}_Reduction`, but the option says `{}`", inner.name, option.name);
            reports.push(Report::at(text, option.span));
        }
        if let Some(axis) = invocation.axis
            && axis.kept != tag_axis
        {
            reports.push(Report::at(contradicting_axis(inner, tag_axis), axis.span));
        }
        (chosen, kept) = (inner, tag_axis);
    }
    if let Some(term) = &term
        && chosen.scalar
        && term.dim != 1
    {
        let diagnostic = crate::diagnostic::Diagnostic::new(
            format!("the reduction `{}` needs a scalar formula", chosen.name),
            term.span,
        )
        .note(format!("found: dimension {}", term.dim))
        .note("expected: dimension 1");
        reports.push(source.report(&diagnostic));
    }
    match term {
        Some(term) if reports.is_empty() => {
            Ok(Formula { text: source.text().to_owned(), variables, term, reduction: chosen, kept })
        }
        _ => Err(reports),
    }
}

fn unknown_reduction(name: &str) -> String {
    let mut text = format!("unknown reduction `{name}`");
    let names = REDUCTIONS.iter().map(|reduction| reduction.name);
    match nearest(name, names.clone()) {
        Some(near) => text.push_str(&format!("\n  = help: did you mean `{near}`?")),
        None => text.push_str(&format!("\n  = known reductions: {}", names.collect::<Vec<_>>().join(", "))),
    }
    text
}

fn contradicting_axis(reduction: &Reduction, kept: Axis) -> String {
    let (tag, axis, over, index) = match kept {
        Axis::I => (0, 1, "j", "i"),
        Axis::J => (1, 0, "i", "j"),
    };
    format!(
        "the axis contradicts the tag of `{name}_Reduction(F, {tag})`\n  = the tag is the category of the output \
         index: {tag} means a result per {index}, reduced over {over}, which is `axis = {axis}`\n  = help: leave \
         `axis` out, or write the plain formula with `reduction = {name}`",
        name = reduction.name
    )
}

/// Takes KeOps' low-level spelling `Sum_Reduction(F, tag)` apart.
fn unwrap_reduction(checker: &mut Checker<'_>, expr: Expr) -> (Expr, Option<(&'static Reduction, Axis)>) {
    let ExprKind::Call { name, name_span, arguments } = &expr.kind else {
        return (expr, None);
    };
    let Some(short) = name.strip_suffix("_Reduction") else {
        return (expr, None);
    };
    let Some(found) = reduction::find(short) else {
        checker.error(unknown_reduction(short), *name_span, Vec::new());
        return (arguments.first().cloned().unwrap_or(expr), None);
    };
    let category = match arguments.as_slice() {
        [_, Expr { kind: ExprKind::Number(tag), .. }] => {
            Category::from_code(*tag as i64).filter(|_| tag.fract() == 0.0)
        }
        _ => None,
    };
    match category {
        Some(Category::Indexed(axis)) => (arguments[0].clone(), Some((found, axis))),
        _ => {
            let note = "expected the category of the output index: 0 (one result per row i, reduced over j) or 1";
            checker.error(format!("`{name}(F, tag)` needs a tag"), expr.span, vec![note.to_owned()]);
            (arguments.first().cloned().unwrap_or(expr), None)
        }
    }
}
