//! Checking of expressions: [`Expr`] to [`Term`].

use super::variables::Variable;
use super::{Term, TermKind};
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::diff;
use crate::graph::Axis;
use crate::ops::{self, Call, Mismatch, Operator, Parameter};
use crate::ops::{arithmetic, logic};
use crate::parse::{BinaryOp, Category, Expr, ExprKind};

/// Powers beyond this are refused: they are products, written out.
const MAX_EXPONENT: i64 = 1024;

pub(super) struct Checker<'a> {
    text: &'a str,
    variables: Vec<Option<Variable>>,
    /// Some declaration was refused: unknown names may be its fault and are not reported.
    tolerant: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(text: &'a str, variables: Vec<Option<Variable>>, tolerant: bool) -> Self {
        Self { text, variables, tolerant, diagnostics: Vec::new() }
    }

    pub(super) fn error(&mut self, message: String, span: Span, notes: Vec<String>) {
        self.diagnostics.push(Diagnostic { message, span, notes });
    }

    /// The inputs, with those that the formula itself added, and all complaints.
    pub(super) fn finish(mut self) -> (Vec<Variable>, Vec<Diagnostic>) {
        let end = Span { start: 0, end: self.text.len() };
        for position in 0..self.variables.len() {
            if self.variables[position].is_none() && !self.tolerant {
                let note = "positions are 0, 1, 2 ... without gaps".to_owned();
                self.error(format!("no variable has position {position}"), end, vec![note]);
            }
        }
        (self.variables.into_iter().flatten().collect(), self.diagnostics)
    }

    /// The category of the variable called `name`.
    pub(super) fn category_of(&self, name: &str) -> Option<Category> {
        self.variables.iter().flatten().find(|v| v.name == name).map(|v| v.category)
    }

    pub(super) fn quote(&self, span: Span) -> &'a str {
        self.text.get(span.start..span.end).unwrap_or("").trim()
    }

    /// Checks an expression; `None` when it was reported.
    pub(super) fn term(&mut self, expr: &Expr) -> Option<Term> {
        match &expr.kind {
            ExprKind::Number(value) => Some(number(*value, expr.span)),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Negate(inner) => {
                let inner = self.term(inner)?;
                if let TermKind::Number(value) = inner.kind {
                    return Some(number(-value, expr.span));
                }
                self.call(&arithmetic::MINUS, vec![inner], Vec::new(), Vec::new(), expr.span)
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expr.span),
            ExprKind::Call { name, name_span, arguments } => self.named_call(name, *name_span, arguments, expr.span),
            ExprKind::List(_) => {
                let note = "lists are parameters of `TensorDot` and `Kron`; use `Concat(f, g)` to join vectors";
                self.error("a list is not an expression".to_owned(), expr.span, vec![note.to_owned()]);
                None
            }
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Option<Term> {
        let found = self.variables.iter().position(|v| v.as_ref().is_some_and(|v| v.name == name));
        if let Some(position) = found {
            let dim = self.variables[position].as_ref().map_or(1, |v| v.dim);
            return Some(Term { kind: TermKind::Variable(position), dim, span });
        }
        let axis = match name {
            "I" => Some(Axis::I),
            "J" => Some(Axis::J),
            _ => None,
        };
        if let Some(axis) = axis {
            return Some(Term { kind: TermKind::Index(axis), dim: 1, span });
        }
        let usage = ops::find(name).map(|operator| operator.usage());
        if let Some(usage) = usage.or_else(|| diff::find(name).map(|operator| operator.usage.to_owned())) {
            let note = format!("it is an operator: write `{usage}`");
            self.error(format!("`{name}` is not a variable"), span, vec![note]);
        } else if !self.tolerant {
            let known: Vec<String> = self.variables.iter().flatten().map(|v| v.name.clone()).collect();
            let note = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("help: did you mean `{near}`?"),
                None if known.is_empty() => "no variable is declared: add for example `x = Vi(3)`".to_owned(),
                None => format!("declared variables: {}", known.join(", ")),
            };
            self.error(format!("unknown variable `{name}`"), span, vec![note]);
        }
        None
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Term> {
        let (left, right) = (self.term(left), self.term(right));
        let (left, right) = (left?, right?);
        if let (TermKind::Number(x), TermKind::Number(y)) = (&left.kind, &right.kind)
            && let Some(value) = folded(op, *x, *y)
        {
            if value.is_finite() {
                return Some(number(value, span));
            }
            self.error(format!("`{}` is not a finite number", self.quote(span)), span, Vec::new());
            return None;
        }
        let literal = match right.kind {
            TermKind::Number(value) => Some(value),
            _ => None,
        };
        let operator: &'static Operator = match op {
            BinaryOp::Add => &arithmetic::ADD,
            BinaryOp::Subtract => &arithmetic::SUBTRACT,
            BinaryOp::Multiply => &arithmetic::MULT,
            BinaryOp::Divide if literal == Some(0.0) => {
                self.error("division by the literal 0".to_owned(), right.span, Vec::new());
                return None;
            }
            BinaryOp::Divide => &arithmetic::DIVIDE,
            BinaryOp::Scalprod => &arithmetic::SCALPROD,
            BinaryOp::Less | BinaryOp::Greater => &logic::LESS_THAN,
            BinaryOp::LessOrEqual | BinaryOp::GreaterOrEqual => &logic::LESS_OR_EQUAL,
            BinaryOp::Equal => &logic::EQUAL,
            BinaryOp::NotEqual => &logic::NOT_EQUAL,
            BinaryOp::Power => match literal {
                Some(2.0) => return self.call(&arithmetic::SQUARE, vec![left], Vec::new(), Vec::new(), span),
                Some(m) if m.fract() == 0.0 && m.abs() <= MAX_EXPONENT as f64 => {
                    return self.call(&arithmetic::POW, vec![left], vec![m as i64], Vec::new(), span);
                }
                _ => &logic::POWF,
            },
        };
        let operands = match op {
            BinaryOp::Greater | BinaryOp::GreaterOrEqual => vec![right, left],
            _ => vec![left, right],
        };
        self.call(operator, operands, Vec::new(), Vec::new(), span)
    }

    fn named_call(&mut self, name: &str, name_span: Span, arguments: &[Expr], span: Span) -> Option<Term> {
        if name == "Var" || Category::from_keyword(name).is_some() {
            return self.positional_variable(name, arguments, span);
        }
        if let Some(operator) = diff::find(name) {
            return self.differential(operator, arguments, span);
        }
        let Some(operator) = ops::find(name) else {
            self.unknown_operator(name, name_span);
            // The arguments may hold further errors.
            for argument in arguments.iter().filter(|argument| !matches!(argument.kind, ExprKind::List(_))) {
                self.term(argument);
            }
            return None;
        };
        let required = operator.operands.len()
            + operator.parameters.iter().filter(|p| !matches!(p, Parameter::OptionalList(_))).count();
        let most = operator.operands.len() + operator.parameters.len();
        if arguments.len() < required || arguments.len() > most {
            let expected = if required == most { format!("{most}") } else { format!("{required} or {most}") };
            let noun = if most == 1 { "argument" } else { "arguments" };
            let message = format!("`{name}` takes {expected} {noun}, found {}", arguments.len());
            self.error(message, span, vec![format!("usage: `{}`", operator.usage())]);
            return None;
        }
        let (operands, parameters) = arguments.split_at(operator.operands.len());
        let terms: Vec<Option<Term>> = operands.iter().map(|operand| self.term(operand)).collect();
        let mut integers = Vec::new();
        let mut lists = Vec::new();
        let mut complete = true;
        for (parameter, argument) in operator.parameters.iter().zip(parameters) {
            match parameter {
                Parameter::Integer(what) => match self.integer(argument) {
                    Some(value) => integers.push(value),
                    None => {
                        complete = false;
                        self.bad_parameter(operator, argument, "an integer literal", what);
                    }
                },
                Parameter::List(what) | Parameter::OptionalList(what) => match self.list(argument) {
                    Some(list) => lists.push(list),
                    None => {
                        complete = false;
                        self.bad_parameter(operator, argument, "a list of integers such as `[2,3]`", what);
                    }
                },
            }
        }
        let operands: Vec<Term> = terms.into_iter().collect::<Option<_>>()?;
        if !complete {
            return None;
        }
        if std::ptr::eq(operator, &arithmetic::POW) && integers[0].abs() > MAX_EXPONENT {
            let message = format!("the exponent {} is too large", integers[0]);
            self.error(message, parameters[0].span, vec![format!("the largest is {MAX_EXPONENT}; use `Powf(f, g)`")]);
            return None;
        }
        let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
        self.call_at(operator, operands, integers, lists, span, &spans)
    }

    fn unknown_operator(&mut self, name: &str, span: Span) {
        let note = if self.variables.iter().flatten().any(|v| v.name == name) {
            "it is a variable".to_owned()
        } else {
            let names = ops::all().flat_map(|operator| operator.names.iter().copied());
            match nearest(name, names.chain(diff::all().map(|operator| operator.name))) {
                Some(near) => format!("help: did you mean `{near}`?"),
                None => "see the table of operators in the documentation of keops".to_owned(),
            }
        };
        self.error(format!("unknown operator `{name}`"), span, vec![note]);
    }

    fn bad_parameter(&mut self, operator: &Operator, argument: &Expr, expected: &str, what: &str) {
        let message = format!("`{}` cannot be the parameter `{what}`", self.quote(argument.span));
        let notes = vec![format!("expected {expected}"), format!("usage: `{}`", operator.usage())];
        self.error(message, argument.span, notes);
    }

    /// An integer literal, perhaps negative.
    fn integer(&self, expr: &Expr) -> Option<i64> {
        match &expr.kind {
            ExprKind::Number(value) if value.fract() == 0.0 && value.abs() <= 2f64.powi(53) => Some(*value as i64),
            ExprKind::Negate(inner) => self.integer(inner).map(|value| -value),
            _ => None,
        }
    }

    /// `[2,3]`, `(2,3)`, `Ind(2,3)` or `(2)`.
    fn list(&self, expr: &Expr) -> Option<Vec<i64>> {
        match &expr.kind {
            ExprKind::List(items) => items.iter().map(|item| self.integer(item)).collect(),
            ExprKind::Call { name, arguments, .. } if name == "Ind" => {
                arguments.iter().map(|item| self.integer(item)).collect()
            }
            ExprKind::Number(_) => self.integer(expr).map(|value| vec![value]),
            _ => None,
        }
    }

    /// `Var(k, D, c)`, `Vi(k, D)`, `Vj(k, D)`, `Pm(k, D)` inside a formula.
    fn positional_variable(&mut self, keyword: &str, arguments: &[Expr], span: Span) -> Option<Term> {
        let usage = if keyword == "Var" { "Var(k, D, c)".to_owned() } else { format!("{keyword}(k, D)") };
        let integers: Option<Vec<i64>> = arguments.iter().map(|argument| self.integer(argument)).collect();
        let (position, dim, category) = match (integers.as_deref(), Category::from_keyword(keyword)) {
            (Some([position, dim]), Some(category)) => (*position, *dim, Some(category)),
            (Some([position, dim, code]), None) => (*position, *dim, Category::from_code(*code)),
            _ => {
                self.error(format!("`{usage}` needs integer literals"), span, Vec::new());
                return None;
            }
        };
        let Some(category) = category else {
            self.error("bad category".to_owned(), span, vec!["expected 0 (Vi), 1 (Vj) or 2 (Pm)".to_owned()]);
            return None;
        };
        let (Ok(position @ 0..=63), Ok(dim @ 1..)) = (usize::try_from(position), usize::try_from(dim)) else {
            let note = "expected a position from 0 to 63 and a dimension of 1 or more".to_owned();
            self.error(format!("`{usage}` is out of range"), span, vec![note]);
            return None;
        };
        if self.variables.len() <= position {
            self.variables.resize(position + 1, None);
        }
        let wanted = Variable { name: format!("arg{position}"), category, dim };
        match &self.variables[position] {
            None => self.variables[position] = Some(wanted),
            Some(v) if v.category == category && v.dim == dim => {}
            Some(v) => {
                let note =
                    format!("`{}` at position {position} is declared {}({})", v.name, v.category.keyword(), v.dim);
                self.error(format!("`{}` contradicts a declaration", self.quote(span)), span, vec![note]);
                return None;
            }
        }
        Some(Term { kind: TermKind::Variable(position), dim, span })
    }

    fn call(
        &mut self,
        operator: &'static Operator,
        operands: Vec<Term>,
        integers: Vec<i64>,
        lists: Vec<Vec<i64>>,
        span: Span,
    ) -> Option<Term> {
        let spans: Vec<Span> = operands.iter().map(|operand| operand.span).collect();
        self.call_at(operator, operands, integers, lists, span, &spans)
    }

    fn call_at(
        &mut self,
        operator: &'static Operator,
        operands: Vec<Term>,
        integers: Vec<i64>,
        lists: Vec<Vec<i64>>,
        span: Span,
        argument_spans: &[Span],
    ) -> Option<Term> {
        let dims: Vec<usize> = operands.iter().map(|operand| operand.dim).collect();
        match operator.dim(&Call { dims: &dims, integers: &integers, lists: &lists }) {
            Ok(dim) => Some(Term { kind: TermKind::Call { operator, operands, integers, lists }, dim, span }),
            Err(Mismatch { argument, found, expected }) => {
                let culprit = argument_spans.get(argument).copied().unwrap_or(span);
                let message = format!("`{}` does not fit `{}`", self.quote(culprit), operator.usage());
                let notes = vec![format!("found: {found}"), format!("expected: {expected}")];
                self.error(message, culprit, notes);
                None
            }
        }
    }
}

fn number(value: f64, span: Span) -> Term {
    Term { kind: TermKind::Number(value), dim: 1, span }
}

/// Arithmetic between two literals is that of Python.
fn folded(op: BinaryOp, x: f64, y: f64) -> Option<f64> {
    match op {
        BinaryOp::Add => Some(x + y),
        BinaryOp::Subtract => Some(x - y),
        BinaryOp::Multiply => Some(x * y),
        BinaryOp::Divide => Some(x / y),
        BinaryOp::Power => Some(x.powf(y)),
        _ => None,
    }
}
