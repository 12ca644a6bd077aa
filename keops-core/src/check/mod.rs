//! Checking: names, categories and dimensions. [`Invocation`] to [`Formula`], all errors at once.
//!
//! A subexpression that is wrong is reported once; whatever stands around it is still checked as far as it can be.

mod differential;
mod expression;
mod kernel;
mod reduction;
#[cfg(test)]
mod tests;
mod variables;

use crate::diagnostic::{Report, Source, Span};
use crate::diff::{Derivative, Differential, Input};
use crate::graph::{Axis, Graph, Id};
use crate::ops::arithmetic::MULT;
use crate::ops::elementwise::INV;
use crate::ops::{Call, Operator};
use crate::parse::{Invocation, Syntax, parse_formula};
use crate::reduction::{MAX_COUNT, MEAN, Reduction, SUM, Terms, Weights};
use expression::Checker;
pub use kernel::{check_kernel, zero_kernel};
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
    /// The formula; of a mean, divided by the number of indices.
    pub term: Term,
    /// The second formula, for reductions that weigh one by the other.
    pub weights: Option<Term>,
    /// How the terms of all pairs are reduced.
    pub reduction: &'static Reduction,
    /// The number K, for reductions that give K results.
    pub count: Option<usize>,
    /// The axis that the result keeps.
    pub kept: Axis,
    /// Whether the results are summed over that axis as well: the derivative of a sum by a parameter.
    pub total: bool,
    /// Whether there are methods for derivatives.
    pub derivatives: bool,
    /// Whether rewrites may change roundings.
    pub fast_math: bool,
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
    /// The number of rows or of columns.
    Length(Axis),
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

impl Formula {
    /// The number of entries of the result per index.
    pub fn dim(&self) -> usize {
        self.reduction.dim(self.term.dim, self.weights.as_ref().map(|weights| weights.dim), self.count)
    }
}

impl Term {
    /// The dimensions of the operands of a call.
    pub fn operand_dims(&self) -> Vec<usize> {
        match &self.kind {
            TermKind::Call { operands, .. } => operands.iter().map(|operand| operand.dim).collect(),
            _ => Vec::new(),
        }
    }

    /// The term divided by the number of indices along `axis`: the sum over these is the mean.
    fn averaged(self, axis: Axis) -> Term {
        let (dim, span) = (self.dim, self.span);
        let call = |operator, operands, dim| {
            let kind = TermKind::Call { operator, operands, integers: Vec::new(), lists: Vec::new() };
            Term { kind, dim, span }
        };
        let length = Term { kind: TermKind::Length(axis), dim: 1, span };
        call(&MULT, vec![call(&INV, vec![length], 1), self], dim)
    }

    /// Adds the term to a graph.
    pub fn build(&self, graph: &mut Graph) -> Id {
        self.build_with(graph, &mut |_, of| of)
    }

    /// Adds the term to a graph; each formula that an operator of it differentiates goes through `prepare` before.
    pub fn build_with(&self, graph: &mut Graph, prepare: &mut dyn FnMut(&mut Graph, Id) -> Id) -> Id {
        match &self.kind {
            TermKind::Variable(number) => graph.variable(*number, self.dim),
            TermKind::Index(axis) => graph.index(*axis),
            TermKind::Length(axis) => graph.length(*axis),
            TermKind::Number(value) => graph.constant(*value),
            TermKind::Call { operator, operands, integers, lists } => {
                let ids: Vec<Id> = operands.iter().map(|operand| operand.build_with(graph, prepare)).collect();
                let dims = self.operand_dims();
                operator.build(graph, &Call { dims: &dims, integers, lists }, &ids)
            }
            TermKind::Derivative { operator, of, by, operands } => {
                let of = of.build_with(graph, prepare);
                let of = prepare(graph, of);
                let operands: Vec<Id> = operands.iter().map(|operand| operand.build_with(graph, prepare)).collect();
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
    let written = match parse_formula(source.text(), invocation.syntax) {
        Ok(expr) => expr,
        Err(diagnostic) => {
            reports.push(source.report(&diagnostic));
            return Err(reports);
        }
    };
    let tolerant = !reports.is_empty();
    let mut checker = Checker::new(source.text(), variables, tolerant);
    let (expr, wrapped) = unwrap_reduction(&mut checker, written);
    let term = checker.term(&expr);
    let mut weights = wrapped.as_ref().and_then(|wrapped| wrapped.weights.as_ref()).and_then(|expr| checker.term(expr));
    let (mut variables, diagnostics) = checker.finish();
    reports.extend(diagnostics.iter().map(|diagnostic| source.report(diagnostic)));
    let option = invocation.reduction.as_ref();
    let parameters = option.map_or(&[][..], |option| &option.parameters);
    // `None` where the option names a reduction that there is not: what else it says is then not judged.
    let mut chosen = option.map_or(Some(&SUM), |option| crate::reduction::find(&option.name));
    let counts = chosen.is_some_and(|chosen| chosen.terms == Terms::Counted);
    if let [text] = parameters
        && !counts
    {
        let declared = variables.iter().cloned().map(Some).collect();
        let (found, all) = second_formula(text, declared, tolerant, &mut reports);
        (weights, variables) = (found, all);
    }

    let mut kept = Axis::I;
    if let Some(axis) = invocation.axis {
        kept = axis.kept;
    }
    if let (Some(option), None) = (option, chosen) {
        reports.push(Report::at(unknown_reduction(&option.name), option.span));
    }
    if let Some(wrapped) = &wrapped {
        let inner = wrapped.reduction;
        if let (Some(option), Some(chosen)) = (option, chosen)
            && chosen.name != inner.name
        {
            let text = format!("the formula is a `{}_Reduction`, but the option says `{}`", inner.name, option.name);
            reports.push(Report::at(text, option.span));
        }
        if let Some(axis) = invocation.axis
            && axis.kept != wrapped.kept
        {
            reports.push(Report::at(wrapped.contradicting_axis(), axis.span));
        }
        (chosen, kept) = (chosen.map(|_| inner), wrapped.kept);
    }
    let total = wrapped.as_ref().is_some_and(|wrapped| wrapped.total);
    let span = option.map_or_else(proc_macro2::Span::call_site, |option| option.span);
    let mut count = None;
    if let Some(reduction) = chosen {
        let parameterised = if reduction.terms == Terms::Counted {
            let written = match wrapped.as_ref().and_then(|wrapped| wrapped.count.clone()) {
                Some(written) => vec![written],
                None => parameters.iter().map(|text| text.text().to_owned()).collect(),
            };
            number_of_results(reduction, &written).map(|number| count = Some(number))
        } else {
            let written = wrapped.as_ref().is_some_and(|wrapped| wrapped.weights.is_some());
            let given = parameters.len().max(usize::from(written));
            with_weights(reduction, given).map(|with_weights| chosen = Some(with_weights))
        };
        if let Err(text) = parameterised {
            reports.push(Report::at(text, span));
        }
    }
    if let (Some(term), Some(chosen)) = (&term, chosen)
        && chosen.is_scored()
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
    let (Some(mut term), Some(mut reduction)) = (term, chosen) else { return Err(reports) };
    if !reports.is_empty() {
        return Err(reports);
    }
    if reduction.name == MEAN.name {
        let over = wrapped.map_or(kept.other(), |wrapped| wrapped.reduced);
        term = term.averaged(over);
        if over == kept || total {
            // The gradient of a mean, which is a sum over the other index.
            reduction = &SUM;
        }
    }
    Ok(Formula {
        text: source.text().to_owned(),
        variables,
        term,
        weights,
        reduction,
        count,
        kept,
        total,
        derivatives: invocation.derivatives.unwrap_or(true),
        fast_math: invocation.fast_math.unwrap_or(false),
    })
}

/// Checks the second formula; returns it with all variables.
fn second_formula(
    source: &Source,
    variables: Vec<Option<Variable>>,
    tolerant: bool,
    reports: &mut Vec<Report>,
) -> (Option<Term>, Vec<Variable>) {
    let mut checker = Checker::new(source.text(), variables, tolerant);
    let term = match parse_formula(source.text(), Syntax::Formula) {
        Ok(expr) => checker.term(&expr),
        Err(diagnostic) => {
            reports.push(source.report(&diagnostic));
            None
        }
    };
    let (variables, diagnostics) = checker.finish();
    reports.extend(diagnostics.iter().map(|diagnostic| source.report(diagnostic)));
    (term, variables)
}

/// The number K of a reduction that gives K results.
fn number_of_results(reduction: &Reduction, written: &[String]) -> Result<usize, String> {
    let name = reduction.name;
    match written {
        [number] => match number.trim().parse() {
            Ok(count @ 1..=MAX_COUNT) => Ok(count),
            _ => Err(format!("`{name}({})`: expected a number of results from 1 to {MAX_COUNT}", number.trim())),
        },
        _ => Err(format!("the reduction `{name}` needs the number of results\n  = usage: `reduction = {name}(10)`")),
    }
}

/// The reduction that `reduction` is with so many second formulas, or why it cannot be.
fn with_weights(reduction: &'static Reduction, count: usize) -> Result<&'static Reduction, String> {
    match (reduction.terms, count) {
        (Terms::Components, 0)
        | (Terms::Scored { weights: Weights::None(_), .. }, 0)
        | (Terms::Scored { weights: Weights::Required, .. }, 1) => Ok(reduction),
        (Terms::Scored { weights: Weights::None(name), .. }, 1) => {
            Ok(crate::reduction::find(name).unwrap_or_else(|| unreachable!("the table has a row `{name}`")))
        }
        (Terms::Components | Terms::Counted, _) => {
            Err(format!("the reduction `{}` takes no parameters", reduction.name))
        }
        (Terms::Scored { .. }, 0) => Err(format!(
            "the reduction `{name}` needs a second formula\n  = usage: `reduction = {name}(\"b\")`",
            name = reduction.name
        )),
        (Terms::Scored { .. }, _) => Err(format!("the reduction `{}` takes one second formula", reduction.name)),
    }
}
