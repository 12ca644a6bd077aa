//! Checking: names, categories and dimensions. [`Invocation`] to [`Formula`], all errors at once.
//!
//! A subexpression that is wrong is reported once; whatever stands around it is still checked as far as it can be.

mod differential;
mod expression;
mod reduction;
mod variables;

use crate::diagnostic::{Report, Span};
use crate::diff::{Derivative, Differential, Input};
use crate::graph::{Axis, Graph, Id};
use crate::ops::{Call, Operator};
use crate::parse::{Invocation, parse_formula};
use crate::reduction::{REDUCTIONS, Reduction};
use expression::Checker;
use reduction::{unknown_reduction, unwrap_reduction};
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
    /// Whether the results are summed over that axis as well: the derivative of a sum by a parameter.
    pub total: bool,
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
    /// A derivative.
    Derivative {
        /// Which one.
        operator: &'static Differential,
        /// What is differentiated.
        of: Box<Term>,
        /// By which variables.
        by: Vec<Input>,
        /// The cotangent, the tangents, or the weights.
        operands: Vec<Term>,
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
            TermKind::Derivative { operator, of, by, operands } => {
                let of = of.build(graph);
                let operands: Vec<Id> = operands.iter().map(|operand| operand.build(graph)).collect();
                operator.build(graph, &Derivative { of, by, operands: &operands })
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
        match crate::reduction::find(&option.name) {
            Some(found) if option.parameters.is_empty() => chosen = found,
            Some(found) => {
                reports.push(Report::at(format!("the reduction `{}` takes no parameters", found.name), option.span));
            }
            None => reports.push(Report::at(unknown_reduction(&option.name), option.span)),
        }
    }
    if let Some(wrapped) = &wrapped {
        let inner = wrapped.reduction;
        if let Some(option) = &invocation.reduction
            && option.name != inner.name
        {
            let text = format!("the formula is a `{}_Reduction`, but the option says `{}`", inner.name, option.name);
            reports.push(Report::at(text, option.span));
        }
        if let Some(axis) = invocation.axis
            && axis.kept != wrapped.kept
        {
            reports.push(Report::at(wrapped.contradicting_axis(), axis.span));
        }
        (chosen, kept) = (inner, wrapped.kept);
    }
    let total = wrapped.is_some_and(|wrapped| wrapped.total);
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
            Ok(Formula { text: source.text().to_owned(), variables, term, reduction: chosen, kept, total })
        }
        _ => Err(reports),
    }
}
