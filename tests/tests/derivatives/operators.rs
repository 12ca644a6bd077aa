//! Every operator by each of its operands, alone: no rule is left out by chance.

use std::cell::RefCell;

use keops_core::ops::{self, Meaning, Operator};

use crate::compare::{Pair, Tally, compare};
use crate::differences::agree;
use crate::random::{Drawn, Part, Random, Variable, declarations, try_call};
use crate::subjects::{DIMENSIONS, Subject};

/// Formulas per operator.
const FORMULAS: usize = 12;

/// The operands by which the derivative is 0 everywhere; all operands of those above.
const CONSTANT: [&str; 12] = [
    "Sign",
    "Step",
    "Floor",
    "Round",
    "Equal",
    "NotEqual",
    "LessThan",
    "LessOrEqual",
    "ArgMax",
    "ArgMin",
    "OneHot",
    "DiffClampInt",
];
const CONSTANT_OPERANDS: [(&str, usize); 3] = [("IfElse", 0), ("Mod", 2), ("Factorize", 1)];

/// How the dimensions of operands are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Shape {
    /// As it comes.
    Any,
    /// All the same.
    Same,
    /// Operand number `.0` is a scalar and the others are vectors.
    Scalar(usize),
    /// Operand number `.0` is a vector and the others are scalars.
    Vector(usize),
}

/// A formula that is one call of an operator, with a variable for each operand.
fn alone(operator: &Operator, shape: Shape, random: &mut Random) -> Subject {
    let drawn = (0..10_000).find_map(|_| {
        let dims = &random.of(&DIMENSIONS)[1..];
        let vector = dims[random.below(dims.len())];
        let variables: Vec<Variable> = ["x", "y", "u"][..operator.operands.len()]
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let dim = match shape {
                    Shape::Any if random.below(3) == 0 => 1,
                    Shape::Any => dims[random.below(dims.len())],
                    Shape::Scalar(scalar) if number == scalar => 1,
                    Shape::Vector(only) if number != only => 1,
                    Shape::Same | Shape::Scalar(_) | Shape::Vector(_) => vector,
                };
                Variable { name: (*name).to_owned(), category: random.of(&["Vi", "Vj", "Pm"]), dim }
            })
            .collect();
        let operands: Vec<Part> =
            variables.iter().map(|variable| Part { text: variable.name.clone(), dim: variable.dim }).collect();
        let part = try_call(operator, &declarations(&variables), random, |_, number| operands[number].clone())?;
        Some(Drawn { part, variables })
    });
    Subject::new(drawn.unwrap_or_else(|| panic!("no operands were found for {}", operator.name())))
}

#[test]
fn every_operator_by_every_operand() {
    let mut random = Random(0x6f70_6572);
    let (mut differences, mut adjoints) = (Tally::default(), Tally::default());
    let mut complaints = Vec::new();
    for operator in ops::all().filter(|operator| !operator.operands.is_empty()) {
        let (name, count) = (operator.name(), operator.operands.len());
        let elementwise = matches!(operator.meaning, Meaning::Elementwise { .. });
        for operand in 0..count {
            // What is repeated receives a sum: each way to repeat is a case of its own.
            let shapes: &[Shape] = if elementwise && count > 1 {
                &[Shape::Same, Shape::Scalar(operand), Shape::Vector(operand)]
            } else {
                &[Shape::Any]
            };
            let constant = CONSTANT.contains(&name) || CONSTANT_OPERANDS.contains(&(name, operand));
            for &shape in shapes {
                let (tally, adjoint) = (RefCell::default(), RefCell::default());
                for _ in 0..FORMULAS {
                    let subject = alone(operator, shape, &mut random);
                    let (f, x) = (subject.text(), &subject.variables[operand].name);
                    let value = subject.expression(f);
                    let change = subject.expression(&format!("Diff({f},{x},d{x})"));
                    let gradient = subject.expression(&format!("Grad({f},{x},e)"));
                    let outcome = subject.on_data(|point| {
                        agree(&tally, &value, &change, x, point)?;
                        let (u, w) = (change.named(point, &format!("d{x}")), change.named(point, "e"));
                        compare(&adjoint, &|seed| {
                            let (ju, jw) = (change.value(point, seed), gradient.value(point, seed));
                            vec![Pair::products((&ju, &w), (&u, &jw))]
                        })
                    });
                    complaints.extend(outcome.err());
                }
                for (tally, total) in [(tally, &mut differences), (adjoint, &mut adjoints)] {
                    let tally = tally.into_inner();
                    let enough = if constant { tally.sharp == 0 && tally.zero > 0 } else { tally.sharp > 0 };
                    if !enough {
                        complaints.push(format!("{name} by operand {operand}, {shape:?}: {tally}"));
                    }
                    total.add(tally);
                }
            }
        }
    }
    println!("every operator by every operand: differences {differences}; <J u, w> = <u, J^T w> {adjoints}");
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    differences.assert_sharp("differences of every operator");
    adjoints.assert_sharp("adjoint of every operator");
}
