//! Macros that are defined by `macro_rules!`, expanded as the compiler does it: a formula may have parts that a macro is
//! called with, such as a dimension.
//!
//! Tokens are told apart less exactly than by the compiler. What comes out wrong is a formula that is not compiled, or
//! one that nobody calls.

mod pattern;
mod template;

use std::collections::HashMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use pattern::Pattern;
use template::Template;

/// So deep are macros expanded that call each other.
pub(crate) const MAX_DEPTH: usize = 32;

/// So many calls are expanded in a file.
pub(crate) const MAX_CALLS: usize = 10_000;

/// What a variable of a macro stands for.
#[derive(Clone, Debug)]
enum Binding {
    /// Some tokens.
    One(TokenStream),
    /// In a repetition, once per round.
    Many(Vec<Binding>),
}

/// What the variables of a rule stand for.
type Bindings = HashMap<String, Binding>;

/// The macros of a package, by name. There may be several of a name, in different modules.
#[derive(Debug, Default)]
pub(crate) struct Macros(HashMap<String, Vec<Rules>>);

/// The rules of a macro.
type Rules = Vec<(Vec<Pattern>, Vec<Template>)>;

impl Macros {
    /// Adds all macros that are defined somewhere in these tokens.
    pub(crate) fn collect(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            if let [TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Ident(name), TokenTree::Group(body), ..] =
                &tokens[at..]
                && word == "macro_rules"
            {
                self.0.entry(name.to_string()).or_default().push(rules(body.stream()));
            }
            if let TokenTree::Group(group) = token {
                self.collect(&group.stream());
            }
        }
    }

    /// What becomes of a call: for each macro of the name, what its first rule that fits makes of it.
    pub(crate) fn expand(&self, name: &str, call: &TokenStream) -> Vec<TokenStream> {
        let call: Vec<TokenTree> = call.clone().into_iter().collect();
        let expand = |rules: &Rules| {
            rules.iter().find_map(|(patterns, template)| {
                let mut bindings = Bindings::new();
                let rest = pattern::matched(patterns, &call, &mut bindings)?;
                rest.is_empty().then(|| template::written(template, &bindings))
            })
        };
        self.0.get(name).into_iter().flatten().filter_map(expand).collect()
    }
}

/// Rules, `(pattern) => { template }` with semicolons between them. What cannot be read is left out.
fn rules(body: TokenStream) -> Rules {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let groups: Vec<&proc_macro2::Group> = tokens
        .iter()
        .filter_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::None => Some(group),
            _ => None,
        })
        .collect();
    let rule = |pair: &[&proc_macro2::Group]| match pair {
        [pattern, template] => Some((pattern::read(pattern.stream())?, template::read(template.stream()))),
        _ => None,
    };
    groups.chunks(2).filter_map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a call becomes.
    fn expanded(definition: &str, call: &str) -> Option<String> {
        let mut macros = Macros::default();
        macros.collect(&format!("mod inner {{ macro_rules! m {{ {definition} }} }}").parse().expect("tokens"));
        macros.expand("m", &call.parse().expect("tokens")).first().map(plain)
    }

    /// Without blanks, of which nobody says where they are written.
    fn plain(tokens: &TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn variables_stand_for_what_the_call_has() {
        let definition = "($d:literal, $name:ident, $rest:tt) => { $name!(\"x\", x = Vi($d), $rest) }";
        assert_eq!(expanded(definition, "3, formula, (1 + 2)").unwrap(), "formula!(\"x\",x=Vi(3),(1+2))");
        assert_eq!(expanded(definition, "-3, f, k").unwrap(), "f!(\"x\",x=Vi(-3),k)");
        assert!(expanded(definition, "x, f, k").is_none());
        assert!(expanded(definition, "3, f, k, l").is_none());
    }

    #[test]
    fn expressions_and_types_end_where_the_pattern_goes_on() {
        let definition = "($a:expr => $b:expr; $t:ty, $v:vis fn) => { [$b] [$a] [$t] [$v] }";
        let call = "f(x) + 2 => a.b(|c| c); HashMap<u8, Vec<f64>>, pub(crate) fn";
        let expected = "[a.b(|c|c)][f(x)+2][HashMap<u8,Vec<f64>>][pub(crate)]";
        assert_eq!(expanded(definition, call).unwrap(), expected);
        assert_eq!(expanded(definition, "1 => 2; [f64; 3], fn").unwrap(), "[2][1][[f64;3]][]");
    }

    #[test]
    fn the_first_rule_that_fits_is_taken() {
        let definition = "() => { none }; (@one $a:ident) => { one $a }; ($($a:ident)+) => { many $(<$a>)+ };";
        assert_eq!(expanded(definition, "").unwrap(), "none");
        assert_eq!(expanded(definition, "@one x").unwrap(), "onex");
        assert_eq!(expanded(definition, "x y").unwrap(), "many<x><y>");
        assert!(expanded(definition, "3").is_none());
    }

    #[test]
    fn repetitions() {
        let definition = "($($name:ident: [$($d:literal),*]),* $(,)?) => { $( $name $( ($name $d) )* );* }";
        assert_eq!(expanded(definition, "a: [1, 2], b: [],").unwrap(), "a(a1)(a2);b");
        assert_eq!(expanded(definition, "").unwrap(), "");
        assert!(expanded(definition, "a: [1 2]").is_none());
        let last = "($($a:expr),+; $last:expr) => { $last $(, $a)+ }";
        assert_eq!(expanded(last, "1 + 1, 2; 3").unwrap(), "3,1+1,2");
        assert!(expanded(last, "; 3").is_none());
    }

    #[test]
    fn what_cannot_be_written_stays_out() {
        // No variable of this name, and one that repeats where nothing does.
        assert_eq!(expanded("($a:ident) => { $b $a $crate::c }", "x").unwrap(), "$bxcrate::c");
        assert_eq!(expanded("($($a:ident)*) => { [$a] }", "x y").unwrap(), "[]");
    }
}
