//! Checking of calls of differential operators.

use super::expression::Checker;
use super::{Term, TermKind};
use crate::diagnostic::Span;
use crate::diff::{self, Differential, Dims, Input, Misfit};
use crate::graph::{Axis, Graph};
use crate::parse::{Category, Expr, ExprKind};
use crate::simplify::simplify;

impl Checker<'_> {
    /// A call of a differential operator; `None` when it was reported.
    pub(super) fn differential(
        &mut self,
        operator: &'static Differential,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Term> {
        let (least, most) = operator.operands;
        if !(least..=most).contains(&arguments.len().saturating_sub(2)) || arguments.len() < 2 {
            let expected =
                if least == most { format!("{}", most + 2) } else { format!("{} or {}", least + 2, most + 2) };
            let message = format!("`{}` takes {expected} arguments, found {}", operator.name, arguments.len());
            let mut notes = vec![format!("usage: `{}`", operator.usage)];
            if operator.name == "Grad" && arguments.len() == 2 {
                notes.push("e is the cotangent, of the dimension of F: `Grad(F, v, 1)` for a scalar F".to_owned());
            }
            self.error(message, span, notes);
            return None;
        }
        let of = self.term(&arguments[0]);
        let by: Option<Vec<Input>> = {
            let items = items(operator, &arguments[1]);
            items.iter().map(|expr| self.variable(operator, expr)).collect()
        };
        let mut operands = Vec::new();
        let mut complete = true;
        for expr in arguments[2..].iter().flat_map(|expr| items(operator, expr)) {
            match self.term(expr) {
                Some(term) => operands.push(term),
                None => complete = false,
            }
        }
        let (of, by) = (of?, by?);
        if !complete {
            return None;
        }
        if operator.several && by.len() != operands.len() {
            let message = format!("{} variables with {} tangents", by.len(), operands.len());
            self.error(message, span, vec!["usage: `Diff(F, (v, w), (a, b))`".to_owned()]);
            return None;
        }
        let by_dims: Vec<usize> = by.iter().map(|(_, dim)| *dim).collect();
        let operand_dims: Vec<usize> = operands.iter().map(|operand| operand.dim).collect();
        let dim = match (operator.dim)(&Dims { of: of.dim, by: &by_dims, operands: &operand_dims }) {
            Ok(dim) => dim,
            Err(misfit) => {
                self.misfit(operator, &of, &operands, misfit, span);
                return None;
            }
        };
        if operator.linear && !is_linear(&of, by[0].0) {
            let message = format!("`{}` is not linear in `{}`", self.quote(of.span), self.quote(arguments[1].span));
            let note = format!("`{}` needs sums of linear terms times factors without the variable", operator.name);
            self.error(message, of.span, vec![note]);
            return None;
        }
        Some(Term { kind: TermKind::Derivative { operator, of: Box::new(of), by, operands }, dim, span })
    }

    /// The variable that an expression names.
    fn variable(&mut self, operator: &Differential, expr: &Expr) -> Option<Input> {
        let term = self.term(expr)?;
        if let TermKind::Variable(number) = term.kind {
            return Some((number, term.dim));
        }
        let message = format!("`{}` is not a variable", self.quote(expr.span));
        self.error(message, expr.span, vec![format!("`{}` differentiates by an input variable", operator.usage)]);
        None
    }

    fn misfit(&mut self, operator: &Differential, of: &Term, operands: &[Term], misfit: Misfit, span: Span) {
        let (culprit, found, expected) = match misfit {
            Misfit::Of(expected) => (of.span, of.dim, expected),
            Misfit::Operand(k, expected) => (operands[k].span, operands[k].dim, expected),
            Misfit::Result(entries) => (span, entries, "a matrix of fewer entries".to_owned()),
        };
        let message = format!("`{}` does not fit `{}`", self.quote(culprit), operator.usage);
        self.error(message, culprit, vec![format!("found: dimension {found}"), format!("expected: {expected}")]);
    }

    /// Whether an expression reads the index i, the index j.
    pub(super) fn depends(&self, expr: &Expr, axis: Axis) -> bool {
        let category = |category: Option<Category>| category == Some(Category::Indexed(axis));
        match &expr.kind {
            ExprKind::Number(_) => false,
            ExprKind::Name(name) => match name.as_str() {
                "I" => axis == Axis::I,
                "J" => axis == Axis::J,
                name => category(self.category_of(name)),
            },
            ExprKind::Negate(inner) => self.depends(inner, axis),
            ExprKind::Binary(_, left, right) => self.depends(left, axis) || self.depends(right, axis),
            ExprKind::Call { name, arguments, .. } => {
                let code = match arguments.as_slice() {
                    [.., Expr { kind: ExprKind::Number(code), .. }] if name == "Var" => {
                        Category::from_code(*code as i64)
                    }
                    _ => Category::from_keyword(name),
                };
                category(code) || arguments.iter().any(|argument| self.depends(argument, axis))
            }
            ExprKind::List(items) => items.iter().any(|item| self.depends(item, axis)),
        }
    }
}

/// The members of a list, where one can be given; else the expression itself.
fn items<'e>(operator: &Differential, expr: &'e Expr) -> &'e [Expr] {
    match &expr.kind {
        ExprKind::List(items) if operator.several => items,
        _ => std::slice::from_ref(expr),
    }
}

fn is_linear(of: &Term, variable: usize) -> bool {
    let mut graph = Graph::new();
    let root = of.build(&mut graph);
    let (graph, roots) = simplify(&graph, &[root]);
    diff::is_linear(&graph, roots[0], variable)
}
