//! The text of a formula to tokens.

use super::ast::Syntax;
use crate::diagnostic::{Diagnostic, Span};

#[derive(Clone, PartialEq, Debug)]
pub(super) enum TokenKind {
    Number(f64),
    Name(String),
    /// An infix operator, a bracket or a comma.
    Symbol(&'static str),
    End,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// Longest first, so that `**` is not read as two `*`.
const SYMBOLS: [&str; 18] =
    ["**", "<=", ">=", "==", "!=", "+", "-", "*", "/", "|", "<", ">", "(", ")", "[", "]", ",", "="];

/// Symbols that only a closure has.
const CLOSURE_SYMBOLS: [&str; 4] = [".", "{", "}", ";"];

/// Suffixes of numbers in Rust. All numbers of a formula have the type of the data.
const SUFFIXES: [&str; 3] = ["f32", "f64", "i32"];

/// Symbols of Python that the language does not have, with what to write instead.
const FOREIGN: [(&str, &str); 7] = [
    ("%", "`Mod(f, m, o)` is the remainder"),
    ("@", "`MatVecMult(A, b)` multiplies a matrix by a vector"),
    ("&", "multiply two conditions: `(a < b) * (c < d)`"),
    ("~", "`1 - f` negates a condition"),
    ("^", "a power is written `**`"),
    (".", "operators are functions, `Sum(x)`, and a number needs a digit before the point"),
    (";", "arguments are separated by commas"),
];

/// Splits `text` into tokens; the last one is [`TokenKind::End`].
pub(super) fn tokenize(text: &str, syntax: Syntax) -> Result<Vec<Token>, Diagnostic> {
    let further: &[&str] = if syntax == Syntax::Closure { &CLOSURE_SYMBOLS } else { &[] };
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = if first.is_ascii_digit() {
            number(rest, at, syntax)?
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (TokenKind::Name(rest[..length].to_owned()), length)
        } else if let Some(symbol) = SYMBOLS.iter().chain(further).find(|symbol| rest.starts_with(**symbol)) {
            (TokenKind::Symbol(symbol), symbol.len())
        } else {
            let span = Span { start: at, end: at + first.len_utf8() };
            let diagnostic = Diagnostic::new(format!("`{first}` has no meaning in a formula"), span);
            return Err(match FOREIGN.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
                Some((_, advice)) => diagnostic.note(format!("help: {advice}")),
                None => diagnostic,
            });
        };
        tokens.push(Token { kind, span: Span { start: at, end: at + length } });
        at += length;
    }
    tokens.push(Token { kind: TokenKind::End, span: Span { start: text.len(), end: text.len() } });
    Ok(tokens)
}

/// A literal at the start of `rest`, which stands at byte `at`: digits, a fraction, an exponent.
fn number(rest: &str, at: usize, syntax: Syntax) -> Result<(TokenKind, usize), Diagnostic> {
    let bytes = rest.as_bytes();
    let digits = |mut end: usize| {
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        end
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    let tail = rest[end..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len() - end);
    let literal = &rest[..end + tail];
    if syntax == Syntax::Closure
        && let Some(value) = rust_number(literal)
    {
        return Ok((TokenKind::Number(value), literal.len()));
    }
    match literal.parse::<f64>() {
        Ok(value) if tail == 0 && value.is_finite() => Ok((TokenKind::Number(value), end)),
        _ => Err(Diagnostic::new(format!("`{literal}` is not a number"), Span { start: at, end: at + literal.len() })
            .note("expected an integer or a decimal number such as `2`, `0.5` or `1e-3`")),
    }
}

/// A number with what Rust allows in it: a suffix, and underscores between digits.
fn rust_number(literal: &str) -> Option<f64> {
    let digits = literal.replace('_', "");
    let digits = SUFFIXES.iter().find_map(|suffix| digits.strip_suffix(suffix)).unwrap_or(&digits);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    digits.parse().ok().filter(|value: &f64| plain && value.is_finite())
}
