//! What an editor shows for the methods of a formula.

use crate::check::{Formula, Variable};
use crate::graph::Axis;
use crate::methods::Method;
use crate::parse::Category;

/// The documentation of a method.
pub(super) fn documentation(formula: &Formula, method: &Method) -> String {
    let (index, over) = match formula.kept {
        Axis::I => ("i", "j"),
        Axis::J => ("j", "i"),
    };
    let of = if formula.total {
        format!("the sum over i and j of `{}`", formula.text)
    } else {
        format!("for each {index}, {} over {over} of `{}`", formula.reduction.result, formula.text)
    };
    let mut text = match method.name.as_str() {
        "call" => capitalised(&of),
        _ => format!("{}.\n\nThe result is, {of}", capitalised(&method.summary)),
    };
    text.push_str(".\n\nArguments:\n");
    for variable in formula.variables.iter().chain(&method.further) {
        text.push_str(&format!("* `{}`: {}\n", variable.name, shape(variable)));
    }
    text.push_str("\nReturns ");
    let value = method.value.iter().map(|_| result_shape(formula));
    let derivatives = method.derivatives.iter().map(|(number, _)| derivative_shape(formula, *number, method));
    let shapes: Vec<String> = value.chain(derivatives).collect();
    text.push_str(&match shapes.as_slice() {
        [one] => format!("an array of shape {one}"),
        several => format!("arrays of shapes {}", several.join(", ")),
    });
    text.push_str(".\n\n# Errors\nWhen the shapes do not fit.");
    text
}

pub(super) fn shape(variable: &Variable) -> String {
    match variable.category {
        Category::Indexed(Axis::I) => format!("(M, {})", variable.dim),
        Category::Indexed(Axis::J) => format!("(N, {})", variable.dim),
        Category::Parameter => format!("({},)", variable.dim),
    }
}

/// The shape of the value.
fn result_shape(formula: &Formula) -> String {
    let rows = match formula.kept {
        _ if formula.total => "1",
        Axis::I => "M",
        Axis::J => "N",
    };
    format!("({rows}, {})", formula.dim())
}

fn derivative_shape(formula: &Formula, number: usize, method: &Method) -> String {
    let variable = &formula.variables[number];
    match method.name.as_str() {
        name if name.starts_with("jvp_") => result_shape(formula),
        _ if method.named => format!("{} (`{}`)", shape(variable), variable.name),
        _ => shape(variable),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
