//! Text to tokens.

use crate::error::Complaint;

/// A token and the line on which it stands, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) line: u32,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind<'a> {
    /// A name, an opcode with its modifiers, or a directive (which starts with a dot).
    Word(&'a str),
    /// A literal that starts with a digit.
    Number(&'a str),
    /// A text between quotes.
    Text,
    /// Punctuation.
    Mark(char),
}

/// The tokens of a text, without comments.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Complaint> {
    let bytes = text.as_bytes();
    let (mut tokens, mut line, mut at) = (Vec::new(), 1, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &text[at..];
        let (kind, length) = match byte {
            b'\n' => {
                line += 1;
                at += 1;
                continue;
            }
            _ if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            _ if rest.starts_with("/*") => {
                let end = rest.find("*/").ok_or_else(|| Complaint::new(line, "a comment without an end"))?;
                line += newlines(&rest[..end]);
                at += end + 2;
                continue;
            }
            b'"' => {
                let end = rest[1..].find('"').ok_or_else(|| Complaint::new(line, "a text without an end"))?;
                (Kind::Text, end + 2)
            }
            _ if byte.is_ascii_digit() => {
                let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                (Kind::Number(&rest[..length]), length)
            }
            _ if is_word(byte) => {
                let length = word_length(&bytes[at..]);
                (Kind::Word(&rest[..length]), length)
            }
            _ if byte.is_ascii_punctuation() => (Kind::Mark(byte.into()), 1),
            _ => return Err(Complaint::new(line, "a character that is not ASCII, outside of comments")),
        };
        tokens.push(Token { kind, line });
        line += newlines(&rest[..length]);
        at += length;
    }
    Ok(tokens)
}

fn newlines(text: &str) -> u32 {
    text.bytes().filter(|&byte| byte == b'\n').count() as u32
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'%' | b'.')
}

/// A word may hold `::`, as in `.L1::evict_last`; a single colon ends it.
fn word_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match bytes[length..] {
            [byte, ..] if is_word(byte) => length += 1,
            [b':', b':', ..] => length += 2,
            _ => return length,
        }
    }
}
