//! Random formulas from a fixed seed: every operator of the language at least once, over variables of all categories.

use std::fmt::Write;
use std::str::FromStr;

use keops_core::ops::{self, Operator, Parameter};
use proc_macro2::TokenStream;

/// The same formulas in every build.
const SEED: u64 = 0x6b65_6f70_735f_7273;

/// Results with more entries than this are not interesting enough for the time they take.
const LARGEST: usize = 150;

/// Formulas that become more code than this take too long to compile, see [`cost`].
const LONGEST: usize = 700;

/// How the variables of a formula are chosen: small ones that fit each other, and ones for which the compiler writes
/// loops. One line per kind of formula.
const DIMENSIONS: [&[usize]; 6] =
    [&[1, 2, 3, 6], &[1, 4, 2, 8], &[1, 3, 9, 5], &[1, 20, 40, 2], &[1, 70, 70, 5], &[1, 33, 33, 64]];

/// A formula of known dimension.
#[derive(Clone)]
struct Part {
    text: String,
    dim: usize,
}

/// Formulas for about `count` calls, with names: one for each operator in turn.
pub(crate) fn formulas(count: usize) -> Vec<(String, String)> {
    let mut random = Random(SEED);
    let operators: Vec<&Operator> = ops::all().collect();
    let mut calls = Vec::new();
    for number in 0..count {
        let operator = operators[number % operators.len()];
        // A composition can be impossible with the variables that were drawn: then others are drawn.
        let call = (0..200).find_map(|_| formula(operator, &operators, &mut random));
        let call = call.unwrap_or_else(|| panic!("no formula was found for {}", operator.name()));
        calls.push((format!("random_{number:03}_{}", operator.name()), call));
    }
    calls
}

/// A call of `formula!` whose formula contains `operator`.
fn formula(operator: &Operator, operators: &[&Operator], random: &mut Random) -> Option<String> {
    let dims = DIMENSIONS[random.below(DIMENSIONS.len())];
    let mut aliases = String::new();
    let mut leaves: Vec<Part> = Vec::new();
    for (k, name) in ["x", "y", "u", "v", "p"].into_iter().enumerate() {
        // Two of them are vectors.
        let dims = if k < 2 { &dims[1..] } else { dims };
        let dim = dims[random.below(dims.len())];
        let category = match k {
            0 => "Vi",
            1 => "Vj",
            _ => random.of(&["Vi", "Vj", "Pm"]),
        };
        write!(aliases, ", {name} = {category}({dim})").expect("a string grows");
        leaves.push(Part { text: name.to_owned(), dim });
    }
    // Variables stand three times as often as the rest.
    leaves = [&leaves[..], &leaves, &leaves].concat();
    for text in ["I", "J", random.of(&["0.5", "2", "0.3", "-1"])] {
        leaves.push(Part { text: text.to_owned(), dim: 1 });
    }

    // A few operands for the operator, the operator, and a few operators around it.
    let mut pool = leaves.clone();
    for _ in 0..2 + random.below(4) {
        let inner = operators[random.below(operators.len())];
        pool.extend(try_call(inner, &pool, &aliases, random));
    }
    let mut whole = try_call(operator, &pool, &aliases, random)?;
    for _ in 0..1 + random.below(4) {
        let around: Vec<Part> = [&leaves[..5], &pool[leaves.len()..], &vec![whole.clone(); 5]].concat();
        let outer = operators[random.below(operators.len())];
        if let Some(larger) = try_call(outer, &around, &aliases, random)
            && larger.text.contains(&whole.text)
        {
            whole = larger;
        }
    }
    if random.below(8) > 0 && !is_of_interest(&whole.text, &aliases) {
        return None;
    }
    let mut reductions = vec!["Sum", "Sum", "ArgMin"];
    if whole.dim == 1 {
        reductions.push("LogSumExp");
    }
    let (reduction, axis) = (random.of(&reductions), random.below(2));
    let call = format!("{:?}{aliases}, reduction = {reduction}, axis = {axis}", whole.text);
    (cost(&call) <= LONGEST).then_some(call)
}

/// True for a formula of several operators that depends on both i and j.
fn is_of_interest(text: &str, aliases: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let depends = |index: &str, category: &str| {
        let of_category = |word: &&str| aliases.contains(&format!(", {word} = {category}("));
        words.iter().any(|word| *word == index || of_category(word))
    };
    depends("I", "Vi") && depends("J", "Vj") && text.matches('(').count() >= 3
}

/// A call of an operator with random operands and parameters that fit.
fn try_call(operator: &Operator, pool: &[Part], aliases: &str, random: &mut Random) -> Option<Part> {
    (0..300).find_map(|_| {
        let operands: Vec<&Part> = operator.operands.iter().map(|_| &pool[random.below(pool.len())]).collect();
        let text = call(operator, &operands, random);
        // Nothing is said by a formula of several hundred characters that a shorter one does not say.
        let checked = TokenStream::from_str(&format!("{text:?}{aliases}")).ok().filter(|_| text.len() < 200);
        let dim = checked.and_then(|tokens| keops_core::check(tokens).ok()).map(|formula| formula.term.dim)?;
        (dim <= LARGEST).then_some(Part { text, dim })
    })
}

fn call(operator: &Operator, operands: &[&Part], random: &mut Random) -> String {
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
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// About how much code a formula becomes: its program, as often as the register tile repeats it.
fn cost(call: &str) -> usize {
    let Some(formula) = TokenStream::from_str(call).ok().and_then(|tokens| keops_core::check(tokens).ok()) else {
        return usize::MAX;
    };
    let program = keops_core::lowered(&formula);
    let tile = |shape: keops_core::lower::Shape| shape.rows * shape.columns;
    program.to_string().lines().count() * (tile(program.wide_shape) + 2 * tile(program.narrow_shape))
}
