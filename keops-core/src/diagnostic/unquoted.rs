//! The text of a formula that is written as bare tokens.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Spacing, Span as TokenSpan, TokenStream, TokenTree};

/// Operators of two characters.
const PAIRS: [&str; 5] = ["**", "<=", ">=", "==", "!="];

/// Words that a bracket can follow without being an argument list.
const KEYWORDS: [&str; 3] = ["if", "else", "as"];

/// Writes tokens as a person would, and notes which bytes each of them made.
pub(super) fn written(tokens: TokenStream) -> (String, Vec<(Range<usize>, TokenSpan)>) {
    let mut writer = Writer { text: String::new(), places: Vec::new(), last: Last::Nothing };
    writer.all(tokens);
    (writer.text, writer.places)
}

/// What was written last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing, or an opening bracket.
    Nothing,
    /// A name or a closing bracket: a bracket that follows holds arguments.
    Name,
    /// A word of Rust.
    Keyword,
    /// A number.
    Literal,
    /// An operator between two operands, or a comma.
    Infix(char, Spacing),
    /// A sign, or a point.
    Prefix,
    /// A brace.
    Brace,
}

struct Writer {
    text: String,
    places: Vec<(Range<usize>, TokenSpan)>,
    last: Last,
}

impl Writer {
    fn all(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Ident(name) => {
                    self.blank_unless(matches!(self.last, Last::Nothing | Last::Prefix));
                    let name_text = name.to_string();
                    self.push(&name_text, name.span());
                    let keyword = KEYWORDS.contains(&name_text.as_str());
                    self.last = if keyword { Last::Keyword } else { Last::Name };
                }
                TokenTree::Literal(literal) => {
                    self.blank_unless(matches!(self.last, Last::Nothing | Last::Prefix));
                    self.push(&literal.to_string(), literal.span());
                    self.last = Last::Literal;
                }
                TokenTree::Punct(punct) => self.punctuation(punct.as_char(), punct.spacing(), punct.span()),
            }
        }
    }

    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::None => ("", ""),
        };
        let brace = group.delimiter() == Delimiter::Brace;
        self.blank_unless(match self.last {
            Last::Name | Last::Literal => !brace,
            last => matches!(last, Last::Nothing | Last::Prefix),
        });
        self.push(open, group.span_open());
        self.last = if brace { Last::Brace } else { Last::Nothing };
        self.all(group.stream());
        if brace && !group.stream().is_empty() {
            self.text.push(' ');
        }
        self.push(close, group.span_close());
        self.last = if brace { Last::Brace } else { Last::Name };
    }

    fn punctuation(&mut self, sign: char, spacing: Spacing, span: TokenSpan) {
        let operand = matches!(self.last, Last::Name | Last::Literal);
        self.last = match (sign, self.last) {
            (',' | ';', _) => {
                self.push(sign.encode_utf8(&mut [0; 4]), span);
                Last::Infix(sign, Spacing::Alone)
            }
            ('.', last) => {
                // Behind a number it would be read as part of it.
                self.blank_unless(last != Last::Literal);
                self.push(".", span);
                Last::Prefix
            }
            // rustfmt, which takes the second star for a dereference, writes `x * *2`.
            (_, Last::Infix(first, joint))
                if PAIRS.contains(&[first, sign].iter().collect::<String>().as_str())
                    && (joint == Spacing::Joint || sign == '*') =>
            {
                if sign == '*' {
                    // A power binds tightly: the blank before its first star goes.
                    self.tighten_power();
                }
                self.push(sign.encode_utf8(&mut [0; 4]), span);
                if sign == '*' { Last::Prefix } else { Last::Infix(sign, Spacing::Alone) }
            }
            (_, last) if !operand => {
                self.blank_unless(matches!(last, Last::Nothing | Last::Prefix));
                self.push(sign.encode_utf8(&mut [0; 4]), span);
                Last::Prefix
            }
            _ => {
                self.text.push(' ');
                self.push(sign.encode_utf8(&mut [0; 4]), span);
                Last::Infix(sign, spacing)
            }
        };
    }

    /// Takes away the blank before the star that was written last.
    fn tighten_power(&mut self) {
        if self.text.ends_with(" *") {
            self.text.truncate(self.text.len() - 2);
            self.text.push('*');
            if let Some((range, _)) = self.places.last_mut() {
                *range = range.start - 1..range.end - 1;
            }
        }
    }

    fn blank_unless(&mut self, close: bool) {
        if !close {
            self.text.push(' ');
        }
    }

    fn push(&mut self, piece: &str, span: TokenSpan) {
        let start = self.text.len();
        self.text.push_str(piece);
        self.places.push((start..self.text.len(), span));
    }
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn formulas_look_as_a_person_writes_them() {
        for text in [
            "Exp(-Norm2(x - y))",
            "Exp(-SqDist(x, y) / (2 * s**2)) * b",
            "(gamma * (X | Y) + beta) * v",
            "-x + -y - -1e-3",
            "x**-2 * -(y)",
            "TensorDot(x, y, [3], [3], [0], [0])",
            "IfElse((p < q) - 1, a <= b, c != d)",
            "(-x.sqdist(y)).exp()",
            "(x | y).powi(3) + 1_f64",
            "2.0 .exp() + x.elem(2)",
            "if p < (x | y) { (x | y) } else { 2.0 * p }",
            "{ if I == J { 0. } else if I > J { 1_000.0 * p } else { (-p).exp() } }",
            "a * b",
            "Var(0, 3, 0)",
        ] {
            assert_eq!(written(text.parse().expect("tokens")).0, text);
        }
        // However they were written.
        for (tokens, text) in [
            ("Exp ( - Norm2 ( x-y ) )", "Exp(-Norm2(x - y))"),
            ("x * *2", "x**2"),
            ("x ** 2*y", "x**2 * y"),
            ("f(a ,b)", "f(a, b)"),
            ("- - x", "--x"),
            ("a<-b", "a < -b"),
        ] {
            assert_eq!(written(tokens.parse().expect("tokens")).0, text, "{tokens}");
        }
    }

    #[test]
    fn every_token_has_its_bytes() {
        for tokens in ["Exp(-SqDist(x, y) / (2 * s ** 2)) * *3 + [1, 2]", "{ if a < b { x.exp() } else { 2.0.ln() } }"]
        {
            let (text, places) = written(tokens.parse().expect("tokens"));
            let pieces: String = places.iter().map(|(range, _)| &text[range.clone()]).collect();
            let blanks_aside = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(pieces, blanks_aside(tokens));
            assert_eq!(blanks_aside(&text), pieces);
            assert!(places.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start));
        }
    }
}
