//! Random formulas: operators of the language over variables of all categories.
//!
//! The build script makes kernels of them, the tests of derivatives give them to the interpreter.

use std::str::FromStr;

use keops_core::ops::{Operator, Parameter};
use proc_macro2::TokenStream;

/// Results with more entries than this are not interesting enough for the time they take.
pub(crate) const LARGEST: usize = 150;

/// The number of characters that no formula reaches.
const LONGEST: usize = 200;

/// A formula of known dimension.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) dim: usize,
}

/// A declared variable.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// `Vi`, `Vj` or `Pm`.
    pub(crate) category: &'static str,
    pub(crate) dim: usize,
}

/// A formula with its variables.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) part: Part,
    pub(crate) variables: Vec<Variable>,
}

impl Drawn {
    /// The variables as they are declared.
    pub(crate) fn declarations(&self) -> String {
        declarations(&self.variables)
    }

    /// The variables that stand in the formula.
    pub(crate) fn used(&self) -> Vec<Variable> {
        let words = words(&self.part.text);
        self.variables.iter().filter(|variable| words.contains(&variable.name.as_str())).cloned().collect()
    }
}

/// Variables as they are declared.
pub(crate) fn declarations(variables: &[Variable]) -> String {
    let each = variables.iter().map(|variable| format!("{} = {}({})", variable.name, variable.category, variable.dim));
    each.collect::<Vec<_>>().join(", ")
}

/// The names in a formula.
pub(crate) fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// A formula that contains `operator`, among `operators`; variables have dimensions from `dims`, whose first is 1.
/// `None` when the variables that were drawn do not fit.
pub(crate) fn draw(operator: &Operator, operators: &[&Operator], dims: &[usize], random: &mut Random) -> Option<Drawn> {
    let mut variables: Vec<Variable> = Vec::new();
    for (k, name) in ["x", "y", "u", "v", "p"].into_iter().enumerate() {
        // Two of them are vectors.
        let dims = if k < 2 { &dims[1..] } else { dims };
        let dim = dims[random.below(dims.len())];
        let category = match k {
            0 => "Vi",
            1 => "Vj",
            _ => random.of(&["Vi", "Vj", "Pm"]),
        };
        variables.push(Variable { name: name.to_owned(), category, dim });
    }
    let declarations = declarations(&variables);
    let leaves: Vec<Part> =
        variables.iter().map(|variable| Part { text: variable.name.clone(), dim: variable.dim }).collect();
    // Variables stand three times as often as the rest.
    let mut pool = [&leaves[..], &leaves, &leaves].concat();
    for text in ["I", "J", random.of(&["0.5", "2", "0.3", "-1"])] {
        pool.push(Part { text: text.to_owned(), dim: 1 });
    }

    // A few operands for the operator, the operator, and a few operators around it.
    let first = pool.len();
    for _ in 0..2 + random.below(4) {
        let inner = operators[random.below(operators.len())];
        let made = try_call(inner, &declarations, random, |random, _| pool[random.below(pool.len())].clone());
        pool.extend(made);
    }
    let from = |pool: &[Part], random: &mut Random| pool[random.below(pool.len())].clone();
    let mut whole = try_call(operator, &declarations, random, |random, _| from(&pool, random))?;
    for _ in 0..1 + random.below(4) {
        let around: Vec<Part> = [&leaves[..], &pool[first..], &vec![whole.clone(); 5]].concat();
        let outer = operators[random.below(operators.len())];
        if let Some(larger) = try_call(outer, &declarations, random, |random, _| from(&around, random))
            && larger.text.contains(&whole.text)
        {
            whole = larger;
        }
    }
    Some(Drawn { part: whole, variables })
}

/// A formula that contains `part` and has the dimension of `variable`.
pub(crate) fn fitted(part: &Part, variable: &Variable, random: &mut Random) -> String {
    let (f, v, dim) = (&part.text, &variable.name, variable.dim);
    let mut choices = vec![format!("VecMatMult({f},TensorProd({f},{v}))")];
    if part.dim == dim || part.dim == 1 {
        choices.push(format!("({f})*{v}"));
        choices.push(format!("{v}-({f})*Max({v})"));
    }
    if part.dim == dim {
        choices.push(f.clone());
    }
    if part.dim > dim {
        choices.push(format!("Extract({f},{},{dim})", random.below(part.dim - dim + 1)));
    } else {
        choices.push(format!("ExtractT({f},{},{dim})", random.below(dim - part.dim + 1)));
    }
    choices.swap_remove(random.below(choices.len()))
}

/// A call of an operator with random parameters that fit, and with operands from `pick`, which is told their number.
pub(crate) fn try_call(
    operator: &Operator,
    declarations: &str,
    random: &mut Random,
    mut pick: impl FnMut(&mut Random, usize) -> Part,
) -> Option<Part> {
    (0..300).find_map(|_| {
        let operands: Vec<Part> = (0..operator.operands.len()).map(|number| pick(random, number)).collect();
        let text = call(operator, &operands, random);
        // Nothing is said by a formula of several hundred characters that a shorter one does not say.
        let part = Some(text).filter(|text| text.len() < LONGEST).and_then(|text| part(text, declarations))?;
        (part.dim <= LARGEST).then_some(part)
    })
}

/// A formula with its dimension; `None` when the compiler refuses it.
pub(crate) fn part(text: String, declarations: &str) -> Option<Part> {
    let tokens = TokenStream::from_str(&format!("{text:?}, {declarations}")).ok()?;
    let dim = keops_core::check(tokens).ok()?.term.dim;
    Some(Part { text, dim })
}

fn call(operator: &Operator, operands: &[Part], random: &mut Random) -> String {
    let infix = match operator.name() {
        "Add" => "+",
        "Subtract" => "-",
        "Mult" => "*",
        "Divide" => "/",
        "Scalprod" => "|",
        "LessThan" => "<",
        "LessOrEqual" => "<=",
        "Equal" => "==",
        "NotEqual" => "!=",
        _ => "",
    };
    if !infix.is_empty() && random.below(2) == 0 {
        return format!("({} {infix} {})", operands[0].text, operands[1].text);
    }
    let shapes: Vec<Vec<usize>> = operands.iter().map(|operand| factors(operand.dim, random)).collect();
    let contracted = contracted_axes(&shapes, random);
    let mut arguments: Vec<String> = operands.iter().map(|operand| operand.text.clone()).collect();
    for parameter in operator.parameters {
        arguments.push(match parameter {
            Parameter::Integer(_) => format!("{}", random.below(9) as i64 - 2),
            Parameter::List("dimf") => list(&shapes[0]),
            Parameter::List("dimg") => list(&shapes[1]),
            Parameter::List("contf") => list(&contracted.0),
            Parameter::List("contg") => list(&contracted.1),
            Parameter::OptionalList(_) if random.below(2) == 0 => continue,
            Parameter::List(_) | Parameter::OptionalList(_) => {
                let kept = shapes.iter().map(Vec::len).sum::<usize>() - 2 * contracted.0.len();
                let mut order: Vec<usize> = (0..kept).collect();
                for k in 1..kept {
                    order.swap(k, random.below(k + 1));
                }
                list(&order)
            }
        });
    }
    format!("{}({})", random.of(operator.names), arguments.join(","))
}

/// A shape of a tensor with `dim` entries.
fn factors(dim: usize, random: &mut Random) -> Vec<usize> {
    let divisors: Vec<usize> = (2..dim).filter(|d| dim.is_multiple_of(*d)).collect();
    if divisors.is_empty() || random.below(3) == 0 {
        return vec![dim];
    }
    let first = divisors[random.below(divisors.len())];
    let mut shape = vec![first];
    shape.extend(factors(dim / first, random));
    shape
}

/// One pair of axes of the two operands that have the same size, or none.
fn contracted_axes(shapes: &[Vec<usize>], random: &mut Random) -> (Vec<usize>, Vec<usize>) {
    if let [f, g] = shapes {
        for (a, size) in f.iter().enumerate() {
            if let Some(b) = g.iter().position(|other| other == size)
                && random.below(3) > 0
            {
                return (vec![a], vec![b]);
            }
        }
    }
    (Vec::new(), Vec::new())
}

fn list(numbers: &[usize]) -> String {
    format!("{numbers:?}").replace(' ', "")
}

/// Splitmix64 (Steele, Lea and Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}
