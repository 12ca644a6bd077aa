//! The tokens between the brackets of `formula!(...)`: the formula, then options `name = value`.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Literal, Span as TokenSpan, TokenStream, TokenTree};

use super::ast::Syntax;
use super::closure::split_closure;
use crate::diagnostic::{Report, Source, nearest};
use crate::graph::Axis;

/// What a variable of a formula depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Category {
    /// `Vi(d)`: one vector per row; `Vj(d)`: one vector per column.
    Indexed(Axis),
    /// `Pm(d)`: one vector for all pairs.
    Parameter,
}

impl Category {
    /// The name in declarations.
    pub fn keyword(self) -> &'static str {
        match self {
            Category::Indexed(Axis::I) => "Vi",
            Category::Indexed(Axis::J) => "Vj",
            Category::Parameter => "Pm",
        }
    }

    /// KeOps' numeric code: 0, 1, 2.
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Category::Indexed(Axis::I)),
            1 => Some(Category::Indexed(Axis::J)),
            2 => Some(Category::Parameter),
            _ => None,
        }
    }

    pub(crate) fn from_keyword(keyword: &str) -> Option<Self> {
        [0, 1, 2].into_iter().filter_map(Self::from_code).find(|category| category.keyword() == keyword)
    }
}

/// A declaration `x = Vi(3)`, `x = Vi(0, 3)`, `Vi(3)` or `Var(0, 3, 0)`.
#[derive(Clone, Debug)]
pub struct VariableOption {
    /// The name, if it has one.
    pub name: Option<String>,
    /// The position that was asked for, if one was.
    pub position: Option<usize>,
    /// Rows, columns or parameter.
    pub category: Category,
    /// The dimension, at least 1.
    pub dim: usize,
    /// Where the declaration stands.
    pub span: TokenSpan,
}

/// The option `reduction = Name(parameters)`.
#[derive(Clone, Debug)]
pub struct ReductionOption {
    /// The name.
    pub name: String,
    /// What stands in brackets behind it: numbers or formulas.
    pub parameters: Vec<Source>,
    /// Where the name stands.
    pub span: TokenSpan,
}

/// The option `axis = 0` or `axis = 1`.
#[derive(Clone, Copy, Debug)]
pub struct AxisOption {
    /// The axis of the *result*: rows for `axis = 1`, a reduction over j.
    pub kept: Axis,
    /// Where the number stands.
    pub span: TokenSpan,
}

/// A macro call, taken apart.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The formula.
    pub formula: Source,
    /// How it is written.
    pub syntax: Syntax,
    /// The declared variables, in the order written.
    pub variables: Vec<VariableOption>,
    /// The reduction, if given.
    pub reduction: Option<ReductionOption>,
    /// The axis, if given.
    pub axis: Option<AxisOption>,
    /// Whether the formula has methods for its derivatives, if that is said.
    pub derivatives: Option<bool>,
    /// Whether rewrites may change roundings, if that is said.
    pub fast_math: Option<bool>,
    /// What was wrong with options that could not be read.
    pub reports: Vec<Report>,
}

const EXPECTED: &str = "expected `name = Vi(d)`, `name = Vj(d)`, `name = Pm(d)`, `reduction = ...`, `axis = 0|1`, \
                        `derivatives = true|false` or `fast_math = true|false`";

const AXES: &str = "expected `axis = 1` (reduce over j, one result per row i, the default) or `axis = 0` (reduce over i, \
                    one result per column j)";

/// Takes a macro call apart. Options that cannot be read are reported in the result.
pub fn parse_invocation(tokens: TokenStream) -> Invocation {
    let tokens: Vec<TokenTree> = tokens.into_iter().map(visible).collect();
    let closure = split_closure(&tokens);
    let (syntax, behind) = match &closure {
        Some(closure) => (Syntax::Closure, closure.behind),
        None => (Syntax::Formula, tokens.as_slice()),
    };
    let mut arguments = split_at_commas(behind.iter().cloned().collect());
    if arguments.is_empty() {
        arguments.push(Vec::new());
    }
    let mut options = arguments.split_off(1);
    if options.last().is_some_and(Vec::is_empty) {
        options.pop();
    }
    let (variables, reports) = closure.map(|closure| closure.variables()).unwrap_or_default();
    let mut invocation = Invocation {
        formula: formula_source(arguments.remove(0)),
        syntax,
        variables,
        reduction: None,
        axis: None,
        derivatives: None,
        fast_math: None,
        reports,
    };
    for option in options {
        if let Err(report) = read_option(&option, &mut invocation) {
            invocation.reports.push(report);
        }
    }
    invocation
}

pub(super) fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut any = false;
    for token in tokens {
        any = true;
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(std::mem::take(&mut part)),
            other => part.push(other),
        }
    }
    if any {
        parts.push(part);
    }
    parts
}

fn formula_source(tokens: Vec<TokenTree>) -> Source {
    if let [TokenTree::Literal(literal)] = tokens.as_slice()
        && let Some(text) = string_value(literal)
    {
        return Source::quoted(text, literal.span());
    }
    Source::unquoted(tokens.into_iter().collect())
}

/// The text of a string literal.
pub(crate) fn string_value(literal: &Literal) -> Option<String> {
    let string: syn::LitStr = syn::parse_str(&literal.to_string()).ok()?;
    Some(string.value())
}

fn read_option(tokens: &[TokenTree], invocation: &mut Invocation) -> Result<(), Report> {
    let Some(first) = tokens.first() else {
        return Err(Report::at(format!("nothing stands between two commas; {EXPECTED}"), TokenSpan::call_site()));
    };
    // KeOps declares its variables in strings, "x = Vi(3)": the same, in quotes.
    if let [TokenTree::Literal(literal)] = tokens
        && let Some(text) = string_value(literal)
    {
        let inner = TokenStream::from_str(&text)
            .map_err(|_| Report::at(format!("cannot read \"{text}\"; {EXPECTED}"), literal.span()))?;
        let inner: Vec<TokenTree> = inner.into_iter().map(|token| respanned(token, literal.span())).collect();
        return read_option(&inner, invocation);
    }
    let last = tokens.last().unwrap_or(first);
    let (name, value) = match tokens {
        [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            (Some(name), value)
        }
        value => (None, value),
    };
    match (name.map(ToString::to_string).as_deref(), value) {
        (Some("axis"), [TokenTree::Literal(number)]) => {
            let kept = match number.to_string().as_str() {
                "0" => Axis::J,
                "1" => Axis::I,
                other => {
                    return Err(Report::at(format!("bad axis `{other}`\n  = {AXES}"), number.span()));
                }
            };
            if invocation.axis.is_some() {
                return Err(Report::at("`axis` is given twice", number.span()));
            }
            invocation.axis = Some(AxisOption { kept, span: number.span() });
        }
        (Some(name @ ("derivatives" | "fast_math")), [TokenTree::Ident(word)]) if word == "true" || word == "false" => {
            let said = if name == "derivatives" { &mut invocation.derivatives } else { &mut invocation.fast_math };
            if said.replace(word == "true").is_some() {
                return Err(Report::at(format!("`{name}` is given twice"), word.span()));
            }
        }
        (Some("reduction"), [TokenTree::Literal(text)]) if string_value(text).is_some() => {
            set_reduction(invocation, string_value(text).unwrap_or_default(), Vec::new(), text.span())?;
        }
        (Some("reduction"), [TokenTree::Ident(reduction)]) => {
            set_reduction(invocation, reduction.to_string(), Vec::new(), reduction.span())?;
        }
        (Some("reduction"), [TokenTree::Ident(reduction), TokenTree::Group(group)])
            if Category::from_keyword(&reduction.to_string()).is_none() =>
        {
            let parameters = split_at_commas(group.stream()).into_iter().map(formula_source).collect();
            set_reduction(invocation, reduction.to_string(), parameters, reduction.span())?;
        }
        (_, [TokenTree::Ident(keyword), TokenTree::Group(_)])
            if invocation.syntax == Syntax::Closure && Category::from_keyword(&keyword.to_string()).is_some() =>
        {
            let text = "a closure declares its variables between its bars\n  = for example `|x: Vi<3>, y: Vj<3>|`";
            return Err(Report::new(text, first.span(), last.span()));
        }
        (name, [TokenTree::Ident(keyword), TokenTree::Group(group)]) => {
            let variable = read_variable(name, keyword, &split_at_commas(group.stream()), group.span())?;
            invocation.variables.push(variable);
        }
        (Some("axis"), _) => return Err(Report::new(format!("bad axis\n  = {AXES}"), first.span(), last.span())),
        (Some("reduction"), _) => {
            let text = "bad reduction\n  = expected a name, for example `reduction = LogSumExp`";
            return Err(Report::new(text, first.span(), last.span()));
        }
        (Some(name @ ("derivatives" | "fast_math")), _) => {
            let text = format!("bad value of `{name}`\n  = expected `{name} = true` or `{name} = false`");
            return Err(Report::new(text, first.span(), last.span()));
        }
        (Some(name), _) => {
            let mut text = format!("cannot read the option `{name}`");
            if let Some(near) = nearest(name, ["axis", "reduction", "derivatives", "fast_math"]) {
                text.push_str(&format!("\n  = help: did you mean `{near}`?"));
            }
            return Err(Report::new(format!("{text}\n  = {EXPECTED}"), first.span(), last.span()));
        }
        (None, _) => return Err(Report::new(EXPECTED, first.span(), last.span())),
    }
    Ok(())
}

fn set_reduction(
    invocation: &mut Invocation,
    name: String,
    parameters: Vec<Source>,
    span: TokenSpan,
) -> Result<(), Report> {
    if invocation.reduction.is_some() {
        return Err(Report::at("`reduction` is given twice", span));
    }
    invocation.reduction = Some(ReductionOption { name, parameters, span });
    Ok(())
}

fn read_variable(
    name: Option<&str>,
    keyword: &proc_macro2::Ident,
    arguments: &[Vec<TokenTree>],
    brackets: TokenSpan,
) -> Result<VariableOption, Report> {
    let text = keyword.to_string();
    let shown = name.map_or_else(String::new, |name| format!("{name} = "));
    let mut numbers = Vec::new();
    for argument in arguments {
        let value = match argument.as_slice() {
            [TokenTree::Literal(literal)] => literal.to_string().parse::<usize>().ok(),
            _ => None,
        };
        numbers.push(value.ok_or_else(|| {
            Report::at(format!("`{shown}{text}(..)` needs integer literals\n  = expected `{shown}{text}(3)`"), brackets)
        })?);
    }
    let (category, position, dim) = match (Category::from_keyword(&text), text.as_str(), numbers.as_slice()) {
        (Some(category), _, [dim]) => (category, None, *dim),
        (Some(category), _, [position, dim]) => (category, Some(*position), *dim),
        (None, "Var", [position, dim, code]) => {
            let category = i64::try_from(*code).ok().and_then(Category::from_code).ok_or_else(|| {
                Report::at(format!("bad category {code}\n  = expected 0 (Vi), 1 (Vj) or 2 (Pm)"), brackets)
            })?;
            (category, Some(*position), *dim)
        }
        (Some(_), _, _) => {
            return Err(Report::at(
                format!("`{shown}{text}(..)` takes a dimension, or a position and a dimension"),
                brackets,
            ));
        }
        (None, _, _) => {
            return Err(Report::at(
                format!(
                    "unknown category `{text}`\n  = expected `Vi(d)` (one vector per row i), `Vj(d)` (one per column \
                     j) or `Pm(d)` (a parameter)"
                ),
                keyword.span(),
            ));
        }
    };
    if dim == 0 {
        return Err(Report::at(format!("`{shown}{text}(0)`: a variable has dimension 1 or more"), brackets));
    }
    Ok(VariableOption { name: name.map(str::to_owned), position, category, dim, span: keyword.span() })
}

/// What a `macro_rules!` macro passed on, `$d:literal` or `$f:expr`, stands in a group without brackets: a single token
/// comes out of it, several of them are put into brackets that can be seen.
fn visible(token: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = &token else {
        return token;
    };
    let inner: Vec<TokenTree> = group.stream().into_iter().map(visible).collect();
    let delimiter = match (group.delimiter(), inner.as_slice()) {
        (Delimiter::None, [single]) => return single.clone(),
        (Delimiter::None, _) => Delimiter::Parenthesis,
        (delimiter, _) => delimiter,
    };
    let mut shown = Group::new(delimiter, inner.into_iter().collect());
    shown.set_span(group.span());
    shown.into()
}

fn respanned(mut token: TokenTree, span: TokenSpan) -> TokenTree {
    if let TokenTree::Group(group) = &token {
        let stream = group.stream().into_iter().map(|inner| respanned(inner, span)).collect();
        token = Group::new(group.delimiter(), stream).into();
    }
    token.set_span(span);
    token
}
