//! What the user reads when a formula is wrong.
//!
//! The stages report a [`Diagnostic`] with a [`Span`] in bytes of the formula's text. Only here is it rendered, once,
//! by the [`Source`] that knows the text: a formula in quotes is shown with a caret under the culprit, because stable
//! Rust cannot point into a string literal; for an unquoted one rustc points at the very tokens.

mod unquoted;

use std::ops::Range;

use proc_macro2::{Span as TokenSpan, TokenStream};
use quote::quote_spanned;

/// A range of bytes in the text of a formula.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One complaint about a formula: lower case, quotes the user's text, says what was expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Further lines: what was found and expected, the nearest known name.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// A complaint without notes.
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span, notes: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A complaint that is ready for rustc: a text, and the tokens it is about.
#[derive(Clone, Debug)]
pub struct Report {
    text: String,
    start: TokenSpan,
    end: TokenSpan,
}

impl Report {
    /// A complaint about the tokens from `start` to `end`.
    pub fn new(text: impl Into<String>, start: TokenSpan, end: TokenSpan) -> Self {
        Self { text: text.into(), start, end }
    }

    /// A complaint about one token.
    pub fn at(text: impl Into<String>, span: TokenSpan) -> Self {
        Self::new(text, span, span)
    }

    /// The text that rustc prints.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// An invocation of `compile_error!` that rustc shows at the culprit.
    pub fn to_compile_error(&self) -> TokenStream {
        let text = &self.text;
        let path = quote_spanned!(self.start=> ::core::compile_error);
        // rustc underlines from the span of the first token to the span of the last one.
        let arguments = quote_spanned!(self.end=> { #text });
        quote_spanned!(self.start=> #path ! #arguments)
    }
}

/// The text of one formula and where it stands in the user's file.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    /// A string literal.
    Quoted(TokenSpan),
    /// Bare tokens: the bytes of the text that each of them makes.
    Unquoted(Vec<(Range<usize>, TokenSpan)>),
}

impl Source {
    /// A formula in quotes.
    pub fn quoted(text: impl Into<String>, span: TokenSpan) -> Self {
        Self { text: text.into(), origin: Origin::Quoted(span) }
    }

    /// A formula written as bare tokens.
    pub fn unquoted(tokens: TokenStream) -> Self {
        let (text, places) = unquoted::written(tokens);
        Self { text, origin: Origin::Unquoted(places) }
    }

    /// The text of the formula.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Renders a diagnostic for rustc.
    pub fn report(&self, diagnostic: &Diagnostic) -> Report {
        let mut text = diagnostic.message.clone();
        if let Origin::Quoted(_) = self.origin {
            text.push_str(&self.caret(diagnostic.span));
        }
        for note in &diagnostic.notes {
            text.push_str("\n  = ");
            text.push_str(note);
        }
        let (start, end) = self.token_spans(diagnostic.span);
        Report::new(text, start, end)
    }

    /// The line of the formula that holds the culprit, with carets under it.
    fn caret(&self, span: Span) -> String {
        let start = span.start.min(self.text.len());
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let line = &self.text[line_start..line_end];
        let column = self.text[line_start..start].chars().count();
        let width = self.text[start..span.end.clamp(start, line_end)].chars().count().max(1);
        format!("\n  |\n  | {line}\n  | {}{}", " ".repeat(column), "^".repeat(width))
    }

    fn token_spans(&self, span: Span) -> (TokenSpan, TokenSpan) {
        match &self.origin {
            Origin::Quoted(literal) => (*literal, *literal),
            Origin::Unquoted(places) => {
                let within =
                    |range: &Range<usize>| range.start < span.end.max(span.start + 1) && range.end > span.start;
                let mut hit = places.iter().filter(|(range, _)| within(range)).map(|(_, token)| *token);
                let fallback = places.last().map_or_else(TokenSpan::call_site, |(_, token)| *token);
                let first = hit.next().unwrap_or(fallback);
                (first, hit.next_back().unwrap_or(first))
            }
        }
    }
}

/// The candidate that `name` was probably meant to be: the same but for case, else at most a third of it mistyped.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let length = candidate.chars().count().max(lower.chars().count());
            // Of a one-letter name nothing would be left.
            *distance <= length.max(3) / 3 && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
