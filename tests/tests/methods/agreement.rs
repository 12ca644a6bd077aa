//! Every method against sums of derivatives over all pairs, which the interpreter computes.

use std::cell::Cell;

use keops_core::check::Formula;
use keops_core::eval::{Data, Reduced};
use keops_core::graph::Axis;
use keops_core::parse::Category;
use keops_core::reduction::{Gradient, SUM};
use keops_tests::every_instruction_set;
use keops_tests::inputs::{inputs, on_inputs};
use keops_tests::kernel::{Number, argument};
use keops_tests::uncertain::{Precision, Tally, check};
use ndarray::Array2;

use crate::table::{METHODS, Methods, Run, checked};

const SINGLE: Precision = Precision { rounding: f32::ROUNDING, wild: 1e30 };
const DOUBLE: Precision = Precision { rounding: f64::ROUNDING, wild: 1e280 };

/// Data sets per formula and precision.
const CASES: u32 = 10;

/// What the methods of a formula are compared with. All formulas have the same variables: those of the formula, the
/// cotangent, the tangents, and the value.
struct Reference {
    /// Number of variables of the formula.
    count: usize,
    value: Formula,
    gradients: Vec<Formula>,
    changes: Vec<Formula>,
}

impl Reference {
    fn new(methods: &Methods) -> Self {
        let formula = checked(methods.call);
        let (variables, dim) = (&formula.variables, formula.term.dim);
        let declared = |name: &str, category: Category, dim: usize| {
            let category = match category {
                Category::Indexed(Axis::I) => "Vi",
                Category::Indexed(Axis::J) => "Vj",
                Category::Parameter => "Pm",
            };
            format!(", {name} = {category}({dim})")
        };
        let of_result = if formula.total { Category::Parameter } else { Category::Indexed(formula.kept) };
        let mut declarations: String = variables.iter().map(|v| declared(&v.name, v.category, v.dim)).collect();
        declarations.push_str(&declared("e", of_result, dim));
        declarations.extend(variables.iter().map(|v| declared(&format!("d{}", v.name), v.category, v.dim)));
        declarations.push_str(&declared("value", of_result, dim));

        let term = methods.term;
        // The weight of a term in the gradient of a log-sum-exp.
        let weight = match formula.reduction.gradient {
            Gradient::Logarithm => format!("Exp({term}-value)*"),
            _ => String::new(),
        };
        let sum = |text: String, kept: Axis, total: bool| {
            let checked = checked(&format!("{text:?}{declarations}"));
            Formula { kept, total, reduction: &SUM, ..checked }
        };
        let gradient = |name: &str, category: Category| {
            let text = format!("{weight}Grad({term},{name},e)");
            match category {
                Category::Indexed(axis) => sum(text, axis, false),
                Category::Parameter => sum(text, formula.kept, true),
            }
        };
        let change = |name: &str| sum(format!("{weight}Diff({term},{name},d{name})"), formula.kept, formula.total);
        Self {
            count: variables.len(),
            value: Formula { reduction: formula.reduction, ..sum(term.to_owned(), formula.kept, formula.total) },
            gradients: variables.iter().map(|v| gradient(&v.name, v.category)).collect(),
            changes: variables.iter().map(|v| change(&v.name)).collect(),
        }
    }
}

/// Calls all methods on random data, also on none.
fn agree<T: Number>(methods: &Methods, run: Run<T>, precision: Precision) -> Result<Tally, String> {
    let reference = Reference::new(methods);
    let tally = Cell::new(Tally::default());
    let count = reference.count;
    let variables = &reference.value.variables;
    on_inputs(CASES, inputs::<T>(variables, count), |data| {
        let arrays: Vec<Array2<T>> = data.iter().zip(variables).map(|(data, v)| argument(data, v.dim)).collect();
        let (arguments, tangents) = (&arrays[..count], &arrays[count + 1..=2 * count]);
        let answers = run(arguments, &arrays[count], tangents).map_err(|error| error.to_string())?;
        // The weights of a log-sum-exp are those for the value as it was rounded.
        let mut data = data.to_vec();
        let value = &answers.values[0];
        data[2 * count + 1] = Data { rows: value.rows, values: value.values.clone() };
        let compare = |what: &str, reference: &Formula, got: &Reduced| {
            let new = check(reference, &data, precision, got).map_err(|why| format!("{what}: {why}"))?;
            let old = tally.get();
            tally.set(Tally { sharp: old.sharp + new.sharp, vague: old.vague + new.vague });
            Ok::<(), String>(())
        };
        for value in &answers.values {
            compare("value", &reference.value, value)?;
        }
        for (number, gradient) in &answers.gradients {
            compare(&format!("gradient by {}", variables[*number].name), &reference.gradients[*number], gradient)?;
        }
        for (number, change) in &answers.changes {
            compare(&format!("change by {}", variables[*number].name), &reference.changes[*number], change)?;
        }
        Ok(())
    })
    .map_err(|why| format!("{}: {why}", methods.call))?;
    Ok(tally.get())
}

every_instruction_set! {
    fn methods_agree() {
        let mut failures = Vec::new();
        let mut all = Tally::default();
        for methods in METHODS {
            let single = methods.single.map(|single| agree(methods, single, SINGLE));
            for outcome in [agree(methods, methods.double, DOUBLE)].into_iter().chain(single) {
                match outcome {
                    Ok(tally) if tally.sharp > tally.vague => {
                        all = Tally { sharp: all.sharp + tally.sharp, vague: all.vague + tally.vague };
                    }
                    Ok(tally) => failures.push(format!("{}: the comparison says little: {tally:?}", methods.call)),
                    Err(why) => failures.push(why),
                }
            }
        }
        println!("{} formulas, {}: {all:?}", METHODS.len(), keops::cpu_description());
        assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    }
}
