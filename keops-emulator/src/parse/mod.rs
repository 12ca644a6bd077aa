//! The text of a module to declarations and statements.

mod declarations;
mod lexer;
mod statement;
mod syntax;

use crate::error::Complaint;
use lexer::{Kind, Token};
pub(crate) use syntax::*;

/// Reads a module.
pub(crate) fn parse(text: &str) -> Result<Source<'_>, Complaint> {
    let tokens = lexer::tokens(text)?;
    Parser { tokens, at: 0 }.module()
}

/// A position in the tokens, with the small steps from which the grammar is built.
struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Kind<'a>> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// The line of the next token, or of the last one at the end.
    fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |token| token.line)
    }

    fn next(&mut self) -> Result<Kind<'a>, Complaint> {
        let kind = self.peek().ok_or_else(|| self.complaint("the text ends too early"))?;
        self.at += 1;
        Ok(kind)
    }

    fn complaint(&self, problem: impl Into<String>) -> Complaint {
        Complaint::new(self.line(), problem)
    }

    /// Complains about the next token.
    fn unexpected<T>(&self, wanted: &str) -> Result<T, Complaint> {
        Err(match self.peek() {
            Some(Kind::Word(found) | Kind::Number(found)) => {
                self.complaint(format!("expected {wanted}, found `{found}`"))
            }
            Some(Kind::Mark(found)) => self.complaint(format!("expected {wanted}, found `{found}`")),
            Some(Kind::Text) => self.complaint(format!("expected {wanted}, found a text")),
            None => self.complaint(format!("expected {wanted}, found the end")),
        })
    }

    /// Takes the mark if it comes next.
    fn take(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(Kind::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, mark: char) -> Result<(), Complaint> {
        if self.take(mark) { Ok(()) } else { self.unexpected(&format!("`{mark}`")) }
    }

    /// Takes the word if it comes next.
    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(Kind::Word(word));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, wanted: &str) -> Result<&'a str, Complaint> {
        match self.peek() {
            Some(Kind::Word(word)) => {
                self.at += 1;
                Ok(word)
            }
            _ => self.unexpected(wanted),
        }
    }

    /// A number without a sign, such as a length.
    fn count(&mut self) -> Result<u64, Complaint> {
        match self.literal()? {
            Literal::Integer(count) => Ok(count),
            _ => Err(self.complaint("expected an integer")),
        }
    }

    /// Skips to behind the next semicolon.
    fn skip_statement(&mut self) -> Result<(), Complaint> {
        while self.next()? != Kind::Mark(';') {}
        Ok(())
    }

    /// Skips a block in braces, of which the opening one comes next.
    fn skip_block(&mut self) -> Result<(), Complaint> {
        self.expect('{')?;
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Kind::Mark('{') => depth += 1,
                Kind::Mark('}') => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    /// Skips what is left of the line, for directives such as `.loc` that end without a mark.
    fn skip_line(&mut self, line: u32) {
        while self.tokens.get(self.at).is_some_and(|token| token.line == line) {
            self.at += 1;
        }
    }
}
