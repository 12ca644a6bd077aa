//! The conditions of `#[cfg(...)]`, as far as a build script can know them.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};

/// What cargo tells a build script of the features and the target of its package.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    variables: HashMap<String, String>,
}

/// The conditions that are the same for all that is compiled of a package. Of `test`, `debug_assertions` or a name that
/// the package made up, a build script does not know.
const KNOWN: [&str; 7] = [
    "target_os",
    "target_arch",
    "target_family",
    "target_env",
    "target_vendor",
    "target_endian",
    "target_pointer_width",
];

impl Conditions {
    /// Those that stand in the variables of the environment.
    pub(crate) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let of_cargo =
            |(name, _): &(String, String)| name.starts_with("CARGO_FEATURE_") || name.starts_with("CARGO_CFG_");
        Conditions { variables: variables.into_iter().filter(of_cargo).collect() }
    }

    /// Whether the condition in the brackets of `cfg(...)` holds, if that can be known.
    pub(crate) fn holds(&self, condition: TokenStream) -> Option<bool> {
        let tokens: Vec<TokenTree> = condition.into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(name), TokenTree::Group(inner), rest @ ..] if is_end(rest) => {
                let mut inner = split_at_commas(inner.stream()).into_iter().map(|condition| self.holds(condition));
                match name.to_string().as_str() {
                    "not" => inner.next()?.map(|holds| !holds),
                    "all" => inner.try_fold(Some(true), |all, holds| decided(all, holds, false)).unwrap_or(Some(false)),
                    "any" => inner.try_fold(Some(false), |any, holds| decided(any, holds, true)).unwrap_or(Some(true)),
                    _ => None,
                }
            }
            [TokenTree::Ident(name), TokenTree::Punct(equals), TokenTree::Literal(value), rest @ ..]
                if equals.as_char() == '=' && is_end(rest) =>
            {
                self.equals(&name.to_string(), value.to_string().trim_matches('"'))
            }
            [TokenTree::Ident(name), rest @ ..] if is_end(rest) => match name.to_string().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                name @ ("unix" | "windows") => self.equals("target_family", name),
                _ => None,
            },
            _ => None,
        }
    }

    fn equals(&self, name: &str, value: &str) -> Option<bool> {
        if name == "feature" {
            let feature = format!("CARGO_FEATURE_{}", value.to_uppercase().replace('-', "_"));
            return Some(self.variables.contains_key(&feature));
        }
        KNOWN.contains(&name).then_some(())?;
        let values = self.variables.get(&format!("CARGO_CFG_{}", name.to_uppercase()));
        Some(values.is_some_and(|values| values.split(',').any(|known| known == value)))
    }
}

/// One more condition of a list, of which one that is `decisive` decides all.
fn decided(so_far: Option<bool>, holds: Option<bool>, decisive: bool) -> Option<Option<bool>> {
    match holds {
        Some(holds) if holds == decisive => None,
        Some(_) => Some(so_far),
        None => Some(None),
    }
}

fn is_end(rest: &[TokenTree]) -> bool {
    matches!(rest, []) || matches!(rest, [TokenTree::Punct(comma)] if comma.as_char() == ',')
}

fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
    let parts = tokens.split(is_comma).filter(|part| !part.is_empty());
    parts.map(|part| part.iter().cloned().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_or_not_or_cannot_be_known() {
        let variables = [
            ("CARGO_FEATURE_GPU_TOO", "1"),
            ("CARGO_CFG_TARGET_OS", "linux"),
            ("CARGO_CFG_TARGET_FAMILY", "unix"),
            ("HOME", ""),
        ];
        let conditions = Conditions::new(variables.map(|(name, value)| (name.into(), value.into())));
        for (condition, expected) in [
            (r#"feature = "gpu-too""#, Some(true)),
            (r#"feature = "other""#, Some(false)),
            (r#"target_os = "linux""#, Some(true)),
            (r#"target_env = "msvc""#, Some(false)),
            ("unix", Some(true)),
            ("windows", Some(false)),
            ("test", None),
            ("not(test)", None),
            ("not(windows)", Some(true)),
            ("all(unix, windows,)", Some(false)),
            ("all(test, windows)", Some(false)),
            ("all(test, unix)", None),
            ("any(test, unix)", Some(true)),
            ("any(test, windows)", None),
            ("any()", Some(false)),
            ("all()", Some(true)),
            (r#"any(feature = "other", all(unix, not(feature = "other")))"#, Some(true)),
            ("true", Some(true)),
            ("tokio_unstable", None),
            (r#"made_up = "x""#, None),
        ] {
            assert_eq!(conditions.holds(condition.parse().expect("tokens")), expected, "{condition}");
        }
    }
}
