//! The inputs of a formula: declarations sorted into the order of the arguments.

use crate::diagnostic::Report;
use crate::parse::{Category, VariableOption};

/// An input of a formula.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// The name; `arg0`, `arg1` ... for inputs that were declared without one.
    pub name: String,
    /// Rows, columns or parameter.
    pub category: Category,
    /// The dimension.
    pub dim: usize,
}

/// Names that Rust does not accept for an argument, even written raw, or takes for a pattern of its prelude.
const IMPOSSIBLE_NAMES: [&str; 9] = ["self", "Self", "super", "crate", "_", "Some", "None", "Ok", "Err"];

/// The declared variables in the order of the arguments, and what is wrong with them.
pub(crate) fn declared(options: &[VariableOption]) -> (Vec<Option<Variable>>, Vec<Report>) {
    let mut reports = Vec::new();
    let mut slots: Vec<Option<Variable>> = Vec::new();
    for (place, option) in options.iter().enumerate() {
        let position = option.position.unwrap_or(place);
        let name = option.name.clone().unwrap_or_else(|| format!("arg{position}"));
        if IMPOSSIBLE_NAMES.contains(&name.as_str()) {
            reports.push(Report::at(format!("`{name}` cannot be the name of a variable"), option.span));
            continue;
        }
        if slots.iter().flatten().any(|other| other.name == name) {
            reports.push(Report::at(format!("the variable `{name}` is declared twice"), option.span));
            continue;
        }
        if position >= options.len() {
            let text = format!(
                "`{name}` is declared at position {position}, but there are only {} variables\n  = positions start at 0",
                options.len()
            );
            reports.push(Report::at(text, option.span));
            continue;
        }
        if slots.len() <= position {
            slots.resize(position + 1, None);
        }
        if let Some(other) = &slots[position] {
            let text = format!("`{name}` and `{}` are both declared at position {position}", other.name);
            reports.push(Report::at(text, option.span));
            continue;
        }
        slots[position] = Some(Variable { name, category: option.category, dim: option.dim });
    }
    (slots, reports)
}
