//! The right side of a rule, and what it becomes.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::pattern::{is_sign, repetition};
use super::{Binding, Bindings};

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Template {
    /// As it is.
    Token(TokenTree),
    /// Brackets.
    Group(Delimiter, Vec<Template>),
    /// `$name`.
    Variable(Ident),
    /// `$( .. ) separator sign`.
    Repetition(Vec<Template>, Vec<TokenTree>),
}

/// Reads a template.
pub(super) fn read(tokens: TokenStream) -> Vec<Template> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut templates = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        rest = match (first, behind) {
            (_, [TokenTree::Ident(name), behind @ ..]) if is_sign(Some(first), '$') => {
                // The package itself, whose formulas these are.
                templates.push(match name {
                    name if name == "crate" => Template::Token(name.clone().into()),
                    name => Template::Variable(name.clone()),
                });
                behind
            }
            (_, [TokenTree::Group(group), after @ ..]) if is_sign(Some(first), '$') && repetition(after).is_some() => {
                let (separator, behind) = repetition(after).map_or((&[][..], after), |(with, _, rest)| (with, rest));
                templates.push(Template::Repetition(read(group.stream()), separator.to_vec()));
                behind
            }
            (TokenTree::Group(group), _) => {
                templates.push(Template::Group(group.delimiter(), read(group.stream())));
                behind
            }
            _ => {
                templates.push(Template::Token(first.clone()));
                behind
            }
        };
    }
    templates
}

/// The template, with what its variables stand for.
pub(super) fn written(templates: &[Template], bindings: &Bindings) -> TokenStream {
    let mut tokens = TokenStream::new();
    for template in templates {
        match template {
            Template::Token(token) => tokens.extend([token.clone()]),
            Template::Group(delimiter, inside) => {
                tokens.extend([TokenTree::from(Group::new(*delimiter, written(inside, bindings)))]);
            }
            Template::Variable(name) => match bindings.get(&name.to_string()) {
                Some(Binding::One(found)) => tokens.extend(found.clone()),
                // It repeats, but not here: an error, which the compiler shows.
                Some(Binding::Many(_)) => {}
                // A variable of a macro that this macro defines.
                None => {
                    tokens.extend(["$".parse().unwrap_or_default(), TokenStream::from(TokenTree::from(name.clone()))])
                }
            },
            Template::Repetition(of, separator) => {
                let names = names(of);
                let rounds = names.iter().filter_map(|name| match bindings.get(name) {
                    Some(Binding::Many(rounds)) => Some(rounds.len()),
                    _ => None,
                });
                for round in 0..rounds.min().unwrap_or(0) {
                    if round > 0 {
                        tokens.extend(separator.iter().cloned());
                    }
                    tokens.extend(written(of, &of_round(bindings, &names, round)));
                }
            }
        }
    }
    tokens
}

/// What the variables stand for in one round of a repetition.
fn of_round(bindings: &Bindings, names: &[String], round: usize) -> Bindings {
    let mut here = bindings.clone();
    for name in names {
        if let Some(Binding::Many(rounds)) = bindings.get(name) {
            here.insert(name.clone(), rounds[round].clone());
        }
    }
    here
}

/// The variables of a template.
fn names(templates: &[Template]) -> Vec<String> {
    let of = |template: &Template| match template {
        Template::Token(_) => Vec::new(),
        Template::Variable(name) => vec![name.to_string()],
        Template::Group(_, inside) | Template::Repetition(inside, _) => names(inside),
    };
    templates.iter().flat_map(of).collect()
}
