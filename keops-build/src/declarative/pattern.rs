//! The left side of a rule, and how tokens are compared with it.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use super::{Binding, Bindings};

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// This word, sign or literal.
    Token(String),
    /// Brackets of that kind.
    Group(Delimiter, Vec<Pattern>),
    /// `$name:kind`.
    Variable(String, Kind),
    /// `$( .. ) separator sign`.
    Repetition { of: Vec<Pattern>, separator: Vec<String>, least: usize, most: usize },
}

/// What a variable stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Ident,
    Lifetime,
    Literal,
    Tree,
    Block,
    Visibility,
    /// A type or a path.
    Type,
    /// An expression, a pattern, an item or a statement.
    Expression,
}

impl Kind {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ident" => Kind::Ident,
            "lifetime" => Kind::Lifetime,
            "literal" => Kind::Literal,
            "tt" => Kind::Tree,
            "block" => Kind::Block,
            "vis" => Kind::Visibility,
            "ty" | "path" => Kind::Type,
            "expr" | "expr_2021" | "pat" | "pat_param" | "item" | "stmt" | "meta" => Kind::Expression,
            _ => return None,
        })
    }

    /// Whether the compiler keeps what it stands for together, as if in brackets.
    fn is_closed(self) -> bool {
        matches!(self, Kind::Type | Kind::Expression)
    }

    /// The number of tokens at the beginning that are of this kind.
    fn length(self, tokens: &[TokenTree]) -> Option<usize> {
        let is = |at: usize, sign: char| is_sign(tokens.get(at), sign);
        let length = match (self, tokens.first()) {
            (Kind::Visibility, Some(TokenTree::Ident(word))) if word == "pub" => {
                let parenthesis = matches!(tokens.get(1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
                1 + usize::from(parenthesis)
            }
            (Kind::Visibility, _) => 0,
            (_, None) => return None,
            (Kind::Ident, Some(TokenTree::Ident(_))) | (Kind::Literal, Some(TokenTree::Literal(_))) => 1,
            (Kind::Literal, Some(TokenTree::Ident(word))) if word == "true" || word == "false" => 1,
            (Kind::Literal, _) if is(0, '-') && matches!(tokens.get(1), Some(TokenTree::Literal(_))) => 2,
            (Kind::Lifetime, _) if is(0, '\'') => 2,
            (Kind::Block, Some(TokenTree::Group(group))) if group.delimiter() == Delimiter::Brace => 1,
            (Kind::Tree, _) => sign_length(tokens),
            (Kind::Type, _) => type_length(tokens),
            (Kind::Expression, _) => {
                let ends = |at: usize| is(at, ',') || is(at, ';') || (is(at, '=') && is(at + 1, '>'));
                (0..tokens.len()).find(|&at| ends(at)).unwrap_or(tokens.len())
            }
            _ => return None,
        };
        (length > 0 || self == Kind::Visibility).then_some(length)
    }
}

/// Whether this is that sign.
pub(super) fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == sign)
}

/// One token, or all characters of a sign such as `=>`.
fn sign_length(tokens: &[TokenTree]) -> usize {
    let joint = |token: &&TokenTree| matches!(token, TokenTree::Punct(mark) if mark.spacing() == Spacing::Joint);
    tokens.len().min(tokens.iter().take_while(joint).count() + 1)
}

/// Up to what cannot be part of a type outside of `<` and `>`.
fn type_length(tokens: &[TokenTree]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(token) = tokens.get(at) {
        let is = |sign| is_sign(Some(token), sign);
        let next_is = |sign| is_sign(tokens.get(at + 1), sign);
        match token {
            _ if (is(':') && next_is(':')) || (is('-') && next_is('>')) => at += 1,
            _ if is('<') => depth += 1,
            _ if is('>') => depth = depth.saturating_sub(1),
            _ if depth == 0 && [',', ';', '=', '|', ':'].into_iter().any(is) => break,
            TokenTree::Group(group) if depth == 0 && at > 0 && group.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
        at += 1;
    }
    at.min(tokens.len())
}

/// Reads a pattern; `None` if it has a kind of variable that is not known.
pub(super) fn read(tokens: TokenStream) -> Option<Vec<Pattern>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut patterns = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        rest = match (first, behind) {
            (_, [TokenTree::Ident(name), colon, TokenTree::Ident(kind), behind @ ..])
                if is_sign(Some(first), '$') && is_sign(Some(colon), ':') =>
            {
                patterns.push(Pattern::Variable(name.to_string(), Kind::from_name(&kind.to_string())?));
                behind
            }
            (_, [TokenTree::Group(group), behind @ ..]) if is_sign(Some(first), '$') => {
                let (separator, sign, behind) = repetition(behind)?;
                let (least, most) = match sign {
                    '*' => (0, usize::MAX),
                    '+' => (1, usize::MAX),
                    _ => (0, 1),
                };
                let separator = separator.iter().map(TokenTree::to_string).collect();
                patterns.push(Pattern::Repetition { of: read(group.stream())?, separator, least, most });
                behind
            }
            (TokenTree::Group(group), _) => {
                patterns.push(Pattern::Group(group.delimiter(), read(group.stream())?));
                behind
            }
            _ => {
                patterns.push(Pattern::Token(first.to_string()));
                behind
            }
        };
    }
    Some(patterns)
}

/// What stands behind the brackets of a repetition: the separator, `*`, `+` or `?`, and the rest.
pub(super) fn repetition(tokens: &[TokenTree]) -> Option<(&[TokenTree], char, &[TokenTree])> {
    let sign = |token: &TokenTree| match token {
        TokenTree::Punct(mark) => Some(mark.as_char()).filter(|mark| "*+?".contains(*mark)),
        _ => None,
    };
    // A separator may be a sign of repetition itself, if another one follows.
    let at = match tokens.first().and_then(sign) {
        Some(mark) if mark == '?' || tokens.get(1).and_then(sign).is_none() => 0,
        _ => (1..tokens.len().min(4)).find(|&at| sign(&tokens[at]).is_some())?,
    };
    Some((&tokens[..at], sign(&tokens[at])?, &tokens[at + 1..]))
}

/// What is left of the tokens behind those that fit the patterns; `None` if they do not fit.
pub(super) fn matched<'t>(
    patterns: &[Pattern],
    tokens: &'t [TokenTree],
    bindings: &mut Bindings,
) -> Option<&'t [TokenTree]> {
    let mut rest = tokens;
    for pattern in patterns {
        rest = match pattern {
            Pattern::Token(text) => token(text, rest)?,
            Pattern::Group(delimiter, inside) => {
                let (TokenTree::Group(group), behind) = rest.split_first()? else { return None };
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                let fits = group.delimiter() == *delimiter && matched(inside, &tokens, bindings)?.is_empty();
                fits.then_some(behind)?
            }
            Pattern::Variable(name, kind) => {
                let (found, behind) = rest.split_at(kind.length(rest)?);
                let mut found: TokenStream = found.iter().cloned().collect();
                if kind.is_closed() {
                    found = TokenTree::from(Group::new(Delimiter::None, found)).into();
                }
                bindings.insert(name.clone(), Binding::One(found));
                behind
            }
            Pattern::Repetition { of, separator, least, most } => {
                let (rounds, behind) = rounds(of, separator, *most, rest);
                if rounds.len() < *least {
                    return None;
                }
                for name in names(of) {
                    let of_round = |round: &Bindings| round.get(&name).cloned();
                    bindings.insert(name.clone(), Binding::Many(rounds.iter().filter_map(of_round).collect()));
                }
                behind
            }
        };
    }
    Some(rest)
}

/// The rounds of a repetition, as many as fit, and the tokens behind them.
fn rounds<'t>(
    of: &[Pattern],
    separator: &[String],
    most: usize,
    tokens: &'t [TokenTree],
) -> (Vec<Bindings>, &'t [TokenTree]) {
    let (mut rounds, mut rest) = (Vec::new(), tokens);
    while rounds.len() < most && !rest.is_empty() {
        let start = if rounds.is_empty() {
            Some(rest)
        } else {
            separator.iter().try_fold(rest, |rest, text| token(text, rest))
        };
        let mut bindings = Bindings::new();
        match start.and_then(|start| matched(of, start, &mut bindings)) {
            Some(behind) if behind.len() < rest.len() => rest = behind,
            _ => break,
        }
        rounds.push(bindings);
    }
    (rounds, rest)
}

/// What is behind this token.
fn token<'t>(text: &str, tokens: &'t [TokenTree]) -> Option<&'t [TokenTree]> {
    let (first, behind) = tokens.split_first()?;
    (!matches!(first, TokenTree::Group(_)) && first.to_string() == text).then_some(behind)
}

/// The variables of a pattern.
fn names(patterns: &[Pattern]) -> Vec<String> {
    let of = |pattern: &Pattern| match pattern {
        Pattern::Token(_) => Vec::new(),
        Pattern::Variable(name, _) => vec![name.clone()],
        Pattern::Group(_, inside) | Pattern::Repetition { of: inside, .. } => names(inside),
    };
    patterns.iter().flat_map(of).collect()
}
