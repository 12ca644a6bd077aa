//! Checking of `kernel!`: a scalar formula and its variables, without a reduction.

use super::expression::Checker;
use super::{Formula, Term, TermKind, Variable, declared};
use crate::diagnostic::{Diagnostic, Report, Span};
use crate::graph::Axis;
use crate::parse::{Invocation, parse_formula};
use crate::reduction::SUM;

/// Checks a call of `kernel!`. Its formula is that of the entries of a matrix: a number per pair.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check_kernel(invocation: &Invocation) -> Result<Formula, Vec<Report>> {
    let source = &invocation.formula;
    let (variables, complaints) = declared(&invocation.variables);
    let mut reports = invocation.reports.clone();
    reports.extend(complaints);
    let tolerant = !reports.is_empty();
    reports.extend(options(invocation));
    let written = match parse_formula(source.text(), invocation.syntax) {
        Ok(expr) => expr,
        Err(diagnostic) => {
            // Nothing follows a closure whose bars are not closed.
            if !(tolerant && source.text().is_empty()) {
                reports.push(source.report(&diagnostic));
            }
            return Err(reports);
        }
    };
    let mut checker = Checker::new(source.text(), variables, tolerant);
    let term = checker.term(&written);
    let (variables, diagnostics) = checker.finish();
    reports.extend(diagnostics.iter().map(|diagnostic| source.report(diagnostic)));
    // Where a declaration is wrong, the dimension may be as well.
    if let Some(term) = &term
        && term.dim != 1
        && !tolerant
    {
        let diagnostic = Diagnostic::new("the entries of a matrix are numbers: the formula must be scalar", term.span)
            .note(format!("found: dimension {}", term.dim))
            .note("expected: dimension 1")
            .note("help: `formula!` takes formulas of any dimension");
        reports.push(source.report(&diagnostic));
    }
    match term {
        Some(term) if reports.is_empty() => {
            Ok(kernel(source.text(), variables, term, invocation.fast_math.unwrap_or(false)))
        }
        _ => Err(reports),
    }
}

/// What stands in for a kernel that has errors: the formula 0 of those variables that can be read, and the number of those
/// that cannot.
pub fn zero_kernel(invocation: &Invocation) -> (Formula, usize) {
    let (variables, _) = declared(&invocation.variables);
    let variables: Vec<Variable> = variables.into_iter().flatten().collect();
    let unread = invocation.variables.len() - variables.len() + invocation.reports.len();
    let zero = Term { kind: TermKind::Number(0.0), dim: 1, span: Span { start: 0, end: 0 } };
    (kernel(invocation.formula.text(), variables, zero, false), unread)
}

fn kernel(text: &str, variables: Vec<Variable>, term: Term, fast_math: bool) -> Formula {
    Formula {
        text: text.to_owned(),
        variables,
        term,
        weights: None,
        reduction: &SUM,
        count: None,
        kept: Axis::I,
        total: false,
        derivatives: true,
        fast_math,
    }
}

/// Complaints about options that belong to `formula!`.
fn options(invocation: &Invocation) -> Vec<Report> {
    let mut reports = Vec::new();
    if let Some(reduction) = &invocation.reduction {
        let text = "`kernel!` takes no `reduction`\n  = help: reductions are methods of the matrix, such as \
                    `gauss.bind(&x, &y)?.sum(Axis(1))`";
        reports.push(Report::at(text, reduction.span));
    }
    if let Some(axis) = &invocation.axis {
        let text = "`kernel!` takes no `axis`\n  = help: the methods of the matrix take it, such as \
                    `gauss.bind(&x, &y)?.sum(Axis(1))`";
        reports.push(Report::at(text, axis.span));
    }
    if invocation.derivatives.is_some() {
        let text = "`kernel!` takes no `derivatives`\n  = those that a program does not use are not compiled";
        reports.push(Report::at(text, proc_macro2::Span::call_site()));
    }
    reports
}
