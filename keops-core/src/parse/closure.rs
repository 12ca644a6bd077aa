//! Formulas that are written as closures in Rust: `|x: Vi<3>, y: Vj<3>| (-x.sqdist(y)).exp()`.
//!
//! The infix operators of the language have the same precedence in Rust, so a body is read by the parser of formulas,
//! which learns of methods, `if` and blocks here. Nothing after the parser knows how a formula was written.

use proc_macro2::{Span as TokenSpan, TokenTree};

use super::ast::{BinaryOp, Expr, ExprKind};
use super::expression::{Parser, binary};
use super::invocation::{Category, VariableOption, split_at_commas};
use super::lexer::TokenKind;
use crate::diagnostic::{Diagnostic, Report};
use crate::{diff, ops};

/// What functions of the language are called in Rust's libraries, where that is something else.
const RUST_NAMES: [(&str, &str); 10] = [
    ("dot", "Scalprod"),
    ("ln", "Log"),
    ("neg", "Minus"),
    ("norm", "Norm2"),
    ("normsquared", "SqNorm2"),
    ("powi", "Pow"),
    ("recip", "Inv"),
    ("signum", "Sign"),
    ("sqnorm", "SqNorm2"),
    ("squared", "Square"),
];

/// Words of Rust that formulas have no use for, with what to write instead.
const UNSUPPORTED: [(&str, &str); 6] = [
    ("let", "the body is one expression; what occurs in it several times is computed once"),
    ("match", "help: write `if a < b { f } else { g }`"),
    ("return", "the body is one expression, whose value is the entry of the matrix"),
    ("for", "help: `sum(f)` adds the entries of a vector"),
    ("move", "a formula captures nothing: what it reads are its variables"),
    ("as", "all numbers of a formula have the type of the data"),
];

/// The operator of the language that a function or a method means: letter case and underscores do not count.
pub(super) fn operator_name(written: &str) -> Option<&'static str> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let wanted = plain(written);
    if let Some((_, name)) = RUST_NAMES.iter().find(|(rust, _)| *rust == wanted) {
        return Some(name);
    }
    let names = ops::all().flat_map(|operator| operator.names.iter().copied());
    names.chain(diff::all().map(|operator| operator.name)).find(|name| plain(name) == wanted)
}

/// What to write instead of a word of Rust.
pub(super) fn unsupported(word: &str) -> Option<&'static str> {
    UNSUPPORTED.iter().find(|(name, _)| *name == word).map(|(_, advice)| *advice)
}

impl Parser {
    /// `.name(arguments)` behind an expression, which is the first operand.
    pub(super) fn method(&mut self, receiver: Expr) -> Result<Expr, Diagnostic> {
        self.next();
        let token = self.peek().clone();
        let TokenKind::Name(name) = token.kind else {
            return Err(self.unexpected("the name of a method"));
        };
        self.next();
        if !self.is("(") {
            return Err(Diagnostic::new(format!("`{name}` is not called"), token.span)
                .note(format!("help: operators are methods: `.{name}()`")));
        }
        let (rest, end) = self.bracketed(")")?;
        let span = receiver.span.to(end);
        let arguments = [receiver].into_iter().chain(rest).collect();
        let name = self.operator_name(name);
        Ok(Expr { kind: ExprKind::Call { name, name_span: token.span, arguments }, span })
    }

    /// `if a < b { f } else { g }`: `IfElse(c - 1, f, g)`, where the comparison c is 1 or 0.
    pub(super) fn condition(&mut self) -> Result<Expr, Diagnostic> {
        let word = self.next().span;
        self.deeper()?;
        let condition = self.comparison()?;
        if !is_comparison(&condition) {
            return Err(Diagnostic::new("the condition of an `if` must be a comparison", condition.span)
                .note("expected for example `a < b`"));
        }
        let first = self.block()?;
        if self.peek().kind != TokenKind::Name("else".to_owned()) {
            return Err(Diagnostic::new("this `if` has no `else`", word.to(first.span))
                .note("in a formula it always has a value: `if a < b { f } else { g }`"));
        }
        self.next();
        let second = match &self.peek().kind {
            TokenKind::Name(word) if word == "if" => self.condition()?,
            _ => self.block()?,
        };
        self.leave();
        let span = word.to(second.span);
        let one = Expr { kind: ExprKind::Number(1.0), span: condition.span };
        let sign = binary(BinaryOp::Subtract, condition, one);
        let arguments = vec![sign, first, second];
        Ok(Expr { kind: ExprKind::Call { name: "IfElse".to_owned(), name_span: word, arguments }, span })
    }
}

fn is_comparison(expr: &Expr) -> bool {
    use BinaryOp::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let ExprKind::Binary(operator, ..) = &expr.kind else { return false };
    matches!(operator, Less | LessOrEqual | Greater | GreaterOrEqual | Equal | NotEqual)
}

/// A closure, taken apart.
pub(super) struct Closure<'a> {
    /// What stands between the bars.
    parameters: &'a [TokenTree],
    /// The first bar.
    bar: TokenSpan,
    /// The body, and what follows it.
    pub(super) behind: &'a [TokenTree],
    closed: bool,
}

/// Takes a closure apart, if the tokens begin with one.
pub(super) fn split_closure(tokens: &[TokenTree]) -> Option<Closure<'_>> {
    let (first, rest) = tokens.split_first().filter(|(first, _)| is_punct(first, '|'))?;
    let end = rest.iter().position(|token| is_punct(token, '|'));
    let (parameters, behind) = match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (rest, &[][..]),
    };
    Some(Closure { parameters, bar: first.span(), behind, closed: end.is_some() })
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

impl Closure<'_> {
    /// The declarations, and what is wrong with them.
    pub(super) fn variables(&self) -> (Vec<VariableOption>, Vec<Report>) {
        let mut reports = Vec::new();
        if !self.closed {
            let text = "the parameters of this closure have no end\n  = expected `|x: Vi<3>, y: Vj<3>| F`";
            return (Vec::new(), vec![Report::at(text, self.bar)]);
        }
        let mut declarations = split_at_commas(self.parameters.iter().cloned().collect());
        if declarations.last().is_some_and(Vec::is_empty) {
            declarations.pop();
        }
        let read =
            |declaration: &Vec<TokenTree>| parameter(declaration, self.bar).map_err(|report| reports.push(report)).ok();
        let variables = declarations.iter().filter_map(read).collect();
        (variables, reports)
    }
}

/// `x: Vi<3>`
fn parameter(tokens: &[TokenTree], bar: TokenSpan) -> Result<VariableOption, Report> {
    const EXPECTED: &str = "expected `name: Vi<d>` (one vector per row i), `name: Vj<d>` (one per column j) or \
                            `name: Pm<d>` (a parameter)";
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return Err(Report::at(format!("nothing stands between two commas\n  = {EXPECTED}"), bar));
    };
    let TokenTree::Ident(name) = first else {
        let text = format!("a parameter of the closure must be a name\n  = {EXPECTED}");
        return Err(Report::new(text, first.span(), last.span()));
    };
    let (keyword, dimension) = match &tokens[1..] {
        [colon, TokenTree::Ident(keyword), open, TokenTree::Literal(dim), close]
            if is_punct(colon, ':') && is_punct(open, '<') && is_punct(close, '>') =>
        {
            (keyword, dim.to_string().parse::<usize>().ok())
        }
        [colon, TokenTree::Ident(keyword), ..] if is_punct(colon, ':') => (keyword, None),
        _ => {
            let text = format!("the variable `{name}` has no type\n  = {EXPECTED}");
            return Err(Report::new(text, first.span(), last.span()));
        }
    };
    let Some(category) = Category::from_keyword(&keyword.to_string()) else {
        return Err(Report::new(format!("unknown type `{keyword}`\n  = {EXPECTED}"), keyword.span(), last.span()));
    };
    match dimension {
        Some(dim @ 1..) => {
            Ok(VariableOption { name: Some(name.to_string()), position: None, category, dim, span: name.span() })
        }
        Some(_) => {
            let text = format!("`{name}: {keyword}<0>`: a variable has dimension 1 or more");
            Err(Report::new(text, keyword.span(), last.span()))
        }
        None => {
            let text = format!(
                "the dimension of `{name}` must be an integer literal\n  = expected for example `{name}: {keyword}<3>`"
            );
            Err(Report::new(text, keyword.span(), last.span()))
        }
    }
}
