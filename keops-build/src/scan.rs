//! Finds the calls of `formula!` and `kernel!` in source files.
//!
//! A file is only taken apart into tokens; so calls are found in functions, in closures, in what is passed to other
//! macros, and in what macros of the package make of that.

use keops_core::Macro;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::conditions::Conditions;
use crate::declarative::{MAX_CALLS, MAX_DEPTH, Macros};

/// A macro, and the tokens between the brackets of a call.
pub(crate) type Call = (Macro, TokenStream);

/// The tokens of a file; `None` if it is no Rust, of which the compiler will tell.
pub(crate) fn tokens(text: &str) -> Option<TokenStream> {
    without_shebang(text).parse().ok()
}

/// All calls in some tokens, and in what these macros make of them.
pub(crate) fn calls(tokens: TokenStream, macros: &Macros, conditions: &Conditions) -> Vec<Call> {
    let mut scan = Scan { macros, conditions, depth: 0, expanded: 0, calls: Vec::new() };
    scan.walk(tokens);
    scan.calls
}

/// A walk through tokens.
struct Scan<'a> {
    macros: &'a Macros,
    conditions: &'a Conditions,
    /// The number of macros that led here.
    depth: usize,
    /// The number of calls of macros that were expanded.
    expanded: usize,
    calls: Vec<Call>,
}

fn without_shebang(text: &str) -> &str {
    let is_shebang = text.starts_with("#!") && !text[2..].trim_start().starts_with('[');
    if is_shebang { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text }
}

impl Scan<'_> {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((first, behind)) = rest.split_first() {
            rest =
                match rest {
                    [TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(attribute), behind @ ..]
                        if hash.as_char() == '#' && bang.as_char() == '!' && is_attribute(attribute) =>
                    {
                        if is_absent(attribute, self.conditions) {
                            return;
                        }
                        behind
                    }
                    [TokenTree::Punct(hash), TokenTree::Group(attribute), behind @ ..]
                        if hash.as_char() == '#' && is_attribute(attribute) =>
                    {
                        if is_absent(attribute, self.conditions) { behind_item(behind) } else { behind }
                    }
                    [TokenTree::Ident(name), TokenTree::Punct(bang), TokenTree::Group(call), behind @ ..]
                        if bang.as_char() == '!' && Macro::from_name(&name.to_string()).is_some() =>
                    {
                        // In the body of a macro, with parts that are not there yet.
                        if !mentions_dollar(call.stream()) {
                            self.calls
                                .extend(Macro::from_name(&name.to_string()).map(|called| (called, call.stream())));
                        }
                        behind
                    }
                    [TokenTree::Ident(name), TokenTree::Punct(bang), TokenTree::Group(call), behind @ ..]
                        if bang.as_char() == '!' =>
                    {
                        self.walk(call.stream());
                        self.expand(&name.to_string(), &call.stream());
                        behind
                    }
                    _ => {
                        if let TokenTree::Group(group) = first {
                            self.walk(group.stream());
                        }
                        behind
                    }
                };
        }
    }

    /// Walks through what macros of the package make of a call.
    fn expand(&mut self, name: &str, call: &TokenStream) {
        if self.depth < MAX_DEPTH && self.expanded < MAX_CALLS {
            self.depth += 1;
            self.expanded += 1;
            for tokens in self.macros.expand(name, call) {
                self.walk(tokens);
            }
            self.depth -= 1;
        }
    }
}

fn is_attribute(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket
}

/// Whether this is a `cfg` of something that is certainly not compiled.
fn is_absent(attribute: &Group, conditions: &Conditions) -> bool {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name), TokenTree::Group(condition)] if name == "cfg" => {
            conditions.holds(condition.stream()) == Some(false)
        }
        _ => false,
    }
}

/// What stands behind the item, statement, field, arm or expression that begins here.
///
/// Where that is hard to tell from tokens alone the end is too early rather than too late, so that a call may be found
/// that is not compiled, but none is missed.
fn behind_item(mut tokens: &[TokenTree]) -> &[TokenTree] {
    while let [TokenTree::Punct(hash), TokenTree::Group(_), behind @ ..] = tokens
        && hash.as_char() == '#'
    {
        tokens = behind;
    }
    let end = end_of(tokens);
    for (at, token) in tokens.iter().enumerate() {
        let ends = match token {
            TokenTree::Punct(mark) => mark.as_char() == ';' || (mark.as_char() == ',' && end == End::Comma),
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && end != End::Semicolon,
            _ => false,
        };
        if ends {
            return &tokens[at + 1..];
        }
    }
    &[]
}

/// What ends an item, besides the semicolon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Semicolon,
    Brace,
    /// A comma or a brace: part of a list.
    Comma,
}

fn end_of(tokens: &[TokenTree]) -> End {
    if let Some(TokenTree::Group(_)) = tokens.first() {
        return End::Comma;
    }
    let mut words = tokens.iter().map_while(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        // As in `pub(crate)`, `extern "C"`.
        TokenTree::Group(_) | TokenTree::Literal(_) => Some(String::new()),
        TokenTree::Punct(_) => None,
    });
    let first = words.find(|word| !matches!(word.as_str(), "" | "pub" | "unsafe" | "async" | "extern" | "default"));
    let first = first.unwrap_or_default();
    let second = words.next().unwrap_or_default();
    match first.as_str() {
        "const" if matches!(second.as_str(), "fn" | "unsafe" | "async" | "extern") => End::Brace,
        "let" | "const" | "static" | "use" | "type" => End::Semicolon,
        "fn" | "impl" | "trait" | "mod" | "struct" | "enum" | "union" | "macro_rules" => End::Brace,
        _ => End::Comma,
    }
}

fn mentions_dollar(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(mark) => mark.as_char() == '$',
        TokenTree::Group(group) => mentions_dollar(group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let conditions = Conditions::new([("CARGO_FEATURE_ON".to_owned(), "1".to_owned())]);
        let tokens = tokens(text).expect("Rust");
        let mut macros = Macros::default();
        macros.collect(&tokens);
        calls(tokens, &macros, &conditions).iter().map(|(_, tokens)| tokens.to_string()).collect()
    }

    #[test]
    fn calls_are_found_wherever_they_stand() {
        let text = r#"
            #!/usr/bin/env run
            //! formula!("0") in a comment is no call
            use keops::formula;
            /// formula!("1")
            fn f() { let k = formula!("a"); let s = "formula!(2)"; }
            mod inner { impl T { fn g(&self) -> f64 { (|x| keops::formula!["b"].call(x))(1.0) } } }
            static S: LazyLock<T> = LazyLock::new(|| formula! { "c", reduction = Sum });
            fn h() { println!("{}", formula!("d")); let v = vec![formula!(x * y, x = Vi(3)); 2]; assert!(check(&[formula!("e")])); }
            macro_rules! both { ($e:expr) => { (formula!("f"), formula!($e), formula!("g", x = Vi($e))) }; }
            fn k() { kernel!("h"); formula(3); not_formula!("i"); }
        "#;
        let expected =
            ["\"a\"", "\"b\"", "\"c\" , reduction = Sum", "\"d\"", "x * y , x = Vi (3)", "\"e\"", "\"f\"", "\"h\""];
        assert_eq!(found(text.trim_start()), expected);
    }

    #[test]
    fn macros_of_the_package_are_expanded() {
        let text = r#"
            macro_rules! rows { ($($d:literal)*) => { [$(row!("SqDist(x, y)", $d)),*] }; }
            fn f() { let all = rows!(3 64); }
            macro_rules! row { ($f:literal, $d:literal) => { formula!($f, x = Vi($d), y = Vj($d)) } }
            macro_rules! endless { ($t:tt) => { endless!($t); formula!($t); } }
            fn g() { endless!(x) }
        "#;
        let found = found(text);
        assert_eq!(
            found[..2],
            [r#""SqDist(x, y)" , x = Vi (3) , y = Vj (3)"#, r#""SqDist(x, y)" , x = Vi (64) , y = Vj (64)"#]
        );
        assert_eq!(found[2..], vec!["x"; MAX_DEPTH]);
    }

    #[test]
    fn what_is_not_compiled_is_left_out() {
        let text = r#"
            #[cfg(feature = "off")] fn a<A, B>(a: A) -> B where A: T<B> { formula!("no") }
            #[cfg(feature = "on")] fn b() { formula!("1") }
            #[cfg(test)] mod tests { fn c() { formula!("2") } }
            #[doc = ""] #[cfg(not(feature = "on"))] #[allow(x)] pub(crate) const fn d() { formula!("no") }
            fn e() {
                #[cfg(feature = "off")]
                let x = { formula!("no") }.call(formula!("no"));
                #[cfg(feature = "off")] { formula!("no"); }
                let v = [#[cfg(feature = "off")] formula!("no"), formula!("3")];
                match v { #[cfg(feature = "off")] X => formula!("no"), Y => formula!("4") }
            }
            #[cfg(feature = "off")] mod away;
            #[cfg(feature = "off")] const C: T = T { x: formula!("no") };
            mod gated { #![cfg(feature = "off")] fn f() { formula!("no") } }
            #[cfg_attr(feature = "off", ignore)] fn g() { formula!("5") }
        "#;
        assert_eq!(found(text), ["\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\""]);
        assert!(found("#![allow(x)]\n#![cfg(feature = \"off\")]\nfn f() { formula!(\"no\") }").is_empty());
    }

    #[test]
    fn a_file_that_is_no_rust_is_skipped() {
        assert!(tokens("fn f( { formula!(\"a\") }").is_none());
    }
}
