//! The text of a formula to an [`Expr`], with Python's precedence.
//!
//! From loosest to tightest: comparisons, `|`, `+ -`, `* /`, unary minus, `**`.

use super::ast::{BinaryOp, Expr, ExprKind, Syntax};
use super::closure::{operator_name, unsupported};
use super::lexer::{Token, TokenKind, tokenize};
use crate::diagnostic::{Diagnostic, Span};

/// Deeper nesting than this is refused, so that no formula can overflow the compiler's stack.
const MAX_DEPTH: usize = 200;

/// Reads a formula.
///
/// # Errors
/// The first thing that is not of the language.
pub fn parse_formula(text: &str, syntax: Syntax) -> Result<Expr, Diagnostic> {
    let mut parser = Parser { tokens: tokenize(text, syntax)?, at: 0, depth: 0, open: Vec::new(), syntax };
    if parser.peek().kind == TokenKind::End {
        return Err(Diagnostic::new("the formula is empty", parser.peek().span).note(match syntax {
            Syntax::Formula => "expected an expression such as `Exp(-SqDist(x, y)) * b`",
            Syntax::Closure => "expected an expression such as `(-x.sqdist(y)).exp()`",
        }));
    }
    let expr = parser.comparison()?;
    match &parser.peek().kind {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("an operator or the end of the formula")),
    }
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// The brackets that are open, for the message when the formula ends too early.
    open: Vec<Span>,
    syntax: Syntax,
}

/// Words that a Python user may write, and that are not of the language.
const PYTHON_WORDS: [&str; 7] = ["and", "or", "not", "in", "is", "if", "else"];

const COMPARISONS: [(&str, BinaryOp); 6] = [
    ("<", BinaryOp::Less),
    ("<=", BinaryOp::LessOrEqual),
    (">", BinaryOp::Greater),
    (">=", BinaryOp::GreaterOrEqual),
    ("==", BinaryOp::Equal),
    ("!=", BinaryOp::NotEqual),
];

impl Parser {
    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.at]
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.tokens[self.at].clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    pub(super) fn is(&self, symbol: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Symbol(s) if *s == symbol)
    }

    /// Consumes the next token if it is one of the symbols of `table`.
    fn eat<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let found = table.iter().find(|(symbol, _)| self.is(symbol)).map(|(_, value)| *value);
        if found.is_some() {
            self.next();
        }
        found
    }

    pub(super) fn unexpected(&self, expected: &str) -> Diagnostic {
        let token = self.peek();
        if let (Syntax::Closure, TokenKind::Name(name)) = (self.syntax, &token.kind)
            && let Some(advice) = unsupported(name)
        {
            return Diagnostic::new(format!("`{name}` has no meaning in a formula"), token.span).note(advice);
        }
        let found = match &token.kind {
            TokenKind::End => match self.open.last() {
                Some(open) => return Diagnostic::new("this bracket is never closed", *open),
                None => "the formula ends too early".to_owned(),
            },
            TokenKind::Symbol(symbol @ (")" | "]" | "}")) if self.open.is_empty() => {
                format!("`{symbol}` closes a bracket that was never opened")
            }
            TokenKind::Symbol("=") => "`=` is not an operator; equality is written `==`".to_owned(),
            TokenKind::Symbol(symbol) => format!("unexpected `{symbol}`"),
            TokenKind::Name(name) if PYTHON_WORDS.contains(&name.as_str()) => {
                return Diagnostic::new(format!("`{name}` is not a word of the language"), token.span)
                    .note("help: multiply conditions, `(a < b) * (c < d)`, or use `IfElse(f, g, h)`");
            }
            TokenKind::Name(name) => format!("unexpected `{name}`"),
            TokenKind::Number(value) => format!("unexpected number `{value}`"),
        };
        Diagnostic::new(found, token.span).note(format!("expected {expected}"))
    }

    /// A left-associative level of infix operators.
    fn level(
        &mut self,
        table: &[(&str, BinaryOp)],
        tighter: fn(&mut Self) -> Result<Expr, Diagnostic>,
    ) -> Result<Expr, Diagnostic> {
        let mut left = tighter(self)?;
        while let Some(op) = self.eat(table) {
            let right = tighter(self)?;
            left = binary(op, left, right);
        }
        Ok(left)
    }

    pub(super) fn comparison(&mut self) -> Result<Expr, Diagnostic> {
        let left = self.scalar_product()?;
        let Some(op) = self.eat(&COMPARISONS) else {
            return Ok(left);
        };
        let right = self.scalar_product()?;
        if COMPARISONS.iter().any(|(symbol, _)| self.is(symbol)) {
            let span = left.span.to(self.peek().span);
            return Err(Diagnostic::new("comparisons cannot be chained", span)
                .note("help: multiply two comparisons: `(a < b) * (b < c)`"));
        }
        Ok(binary(op, left, right))
    }

    fn scalar_product(&mut self) -> Result<Expr, Diagnostic> {
        self.level(&[("|", BinaryOp::Scalprod)], Self::sum)
    }

    fn sum(&mut self) -> Result<Expr, Diagnostic> {
        self.level(&[("+", BinaryOp::Add), ("-", BinaryOp::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Expr, Diagnostic> {
        self.level(&[("*", BinaryOp::Multiply), ("/", BinaryOp::Divide)], Self::unary)
    }

    fn unary(&mut self) -> Result<Expr, Diagnostic> {
        // Every way to nest, brackets and powers, passes here.
        self.deeper()?;
        let mut signs = Vec::new();
        while self.is("-") {
            signs.push(self.next().span);
        }
        let mut expr = self.power()?;
        for sign in signs.into_iter().rev() {
            let span = sign.to(expr.span);
            expr = Expr { kind: ExprKind::Negate(Box::new(expr)), span };
        }
        self.leave();
        Ok(expr)
    }

    /// Counts a level of nesting.
    pub(super) fn deeper(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Diagnostic::new("the formula is nested too deeply", self.peek().span)
                .note(format!("at most {MAX_DEPTH} levels are supported")));
        }
        Ok(())
    }

    /// The end of a level.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn power(&mut self) -> Result<Expr, Diagnostic> {
        let mut base = self.atom()?;
        let depth = self.depth;
        while self.syntax == Syntax::Closure && self.is(".") {
            self.deeper()?;
            base = self.method(base)?;
        }
        self.depth = depth;
        if self.eat(&[("**", ())]).is_some() {
            let exponent = self.unary()?;
            return Ok(binary(BinaryOp::Power, base, exponent));
        }
        Ok(base)
    }

    fn atom(&mut self) -> Result<Expr, Diagnostic> {
        let token = self.peek().clone();
        match token.kind {
            TokenKind::Number(value) => {
                self.next();
                Ok(Expr { kind: ExprKind::Number(value), span: token.span })
            }
            TokenKind::Name(word) if self.syntax == Syntax::Closure && word == "if" => self.condition(),
            TokenKind::Symbol("{") => self.block(),
            TokenKind::Name(name) if !PYTHON_WORDS.contains(&name.as_str()) && !self.is_unsupported(&name) => {
                self.next();
                if !self.is("(") {
                    return Ok(Expr { kind: ExprKind::Name(name), span: token.span });
                }
                let (arguments, end) = self.bracketed(")")?;
                let span = token.span.to(end);
                let name = self.operator_name(name);
                Ok(Expr { kind: ExprKind::Call { name, name_span: token.span, arguments }, span })
            }
            TokenKind::Symbol("(") => {
                let (mut items, end) = self.bracketed(")")?;
                let span = token.span.to(end);
                match items.len() {
                    0 => Err(Diagnostic::new("nothing stands between these brackets", span)),
                    1 => Ok(Expr { span, ..items.remove(0) }),
                    _ => Ok(Expr { kind: ExprKind::List(items), span }),
                }
            }
            TokenKind::Symbol("[") => {
                let (items, end) = self.bracketed("]")?;
                Ok(Expr { kind: ExprKind::List(items), span: token.span.to(end) })
            }
            _ => Err(self.unexpected("a variable, a number, an operator or a bracket")),
        }
    }

    /// A bracket, expressions separated by commas, and the closing bracket, whose span is returned.
    pub(super) fn bracketed(&mut self, close: &'static str) -> Result<(Vec<Expr>, Span), Diagnostic> {
        let open = self.next().span;
        self.open.push(open);
        let mut items = Vec::new();
        while !self.is(close) {
            items.push(self.comparison()?);
            if self.eat(&[(",", ())]).is_none() && !self.is(close) {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
        }
        self.open.pop();
        Ok((items, self.next().span))
    }

    /// `{ f }`
    pub(super) fn block(&mut self) -> Result<Expr, Diagnostic> {
        if !self.is("{") {
            return Err(self.unexpected("`{`"));
        }
        let open = self.next().span;
        self.open.push(open);
        let inner = self.comparison()?;
        if !self.is("}") {
            return Err(self.unexpected("an operator or `}`"));
        }
        self.open.pop();
        Ok(Expr { kind: inner.kind, span: open.to(self.next().span) })
    }

    /// The name of an operator in the language, where a closure may write it otherwise.
    pub(super) fn operator_name(&self, written: String) -> String {
        match self.syntax {
            Syntax::Formula => written,
            Syntax::Closure => operator_name(&written).map_or(written, str::to_owned),
        }
    }

    fn is_unsupported(&self, word: &str) -> bool {
        self.syntax == Syntax::Closure && unsupported(word).is_some()
    }
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fully bracketed form, to see the precedence.
    fn show(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Number(value) => format!("{value}"),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Negate(x) => format!("(-{})", show(x)),
            ExprKind::Binary(op, x, y) => format!("({} {op:?} {})", show(x), show(y)),
            ExprKind::Call { name, arguments, .. } => {
                format!("{name}({})", arguments.iter().map(show).collect::<Vec<_>>().join(","))
            }
            ExprKind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        }
    }

    fn parsed(text: &str) -> String {
        show(&parse_formula(text, Syntax::Formula).unwrap_or_else(|error| panic!("{text}: {error:?}")))
    }

    #[test]
    fn precedence_is_that_of_python() {
        assert_eq!(parsed("-x**2"), "(-(x Power 2))");
        assert_eq!(parsed("x**-2"), "(x Power (-2))");
        assert_eq!(parsed("a|b*c"), "(a Scalprod (b Multiply c))");
        assert_eq!(parsed("a+b|c"), "((a Add b) Scalprod c)");
        assert_eq!(parsed("a|b < c"), "((a Scalprod b) Less c)");
        assert_eq!(parsed("x-y-z/a/b"), "((x Subtract y) Subtract ((z Divide a) Divide b))");
        assert_eq!(parsed("x**2**3"), "(x Power (2 Power 3))");
        assert_eq!(parsed("2*-x"), "(2 Multiply (-x))");
    }

    #[test]
    fn calls_lists_and_tuples() {
        assert_eq!(parsed("TensorDot(x, y, [2,3], (3,2), [], [-1])"), "TensorDot(x,y,[2,3],[3,2],[],[(-1)])");
        assert_eq!(parsed("0.5*Exp(-1e-3*x)"), "(0.5 Multiply Exp(((-0.001) Multiply x)))");
    }

    #[test]
    fn errors_say_where_and_why() {
        let message = |text: &str| parse_formula(text, Syntax::Formula).map(|e| show(&e)).unwrap_err().message;
        assert_eq!(message(""), "the formula is empty");
        assert_eq!(message("Exp(x"), "this bracket is never closed");
        assert_eq!(message("x)"), "`)` closes a bracket that was never opened");
        assert_eq!(message("0 < x < 1"), "comparisons cannot be chained");
        assert_eq!(message("x y"), "unexpected `y`");
        assert_eq!(message("x % y"), "`%` has no meaning in a formula");
        assert_eq!(message("1.2.3*x"), "`1.2.3` is not a number");
        assert_eq!(message("x and y"), "`and` is not a word of the language");
        assert_eq!(message("x +"), "the formula ends too early");
    }
}
