//! Random kernels from a fixed seed: every operator of the language at least once, and derivatives of formulas.

use std::ops::RangeInclusive;
use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::graph::{Axis, Graph, Id, Node};
use keops_core::ops::{self, Operator};
use keops_core::parse::Category;
use keops_core::simplify::simplify;
use proc_macro2::TokenStream;

use crate::random::{self, Drawn, LARGEST, Part, Random, Variable};

/// The same formulas in every build.
const SEED: u64 = 0x6b65_6f70_735f_7273;

/// Formulas that become more code than this take too long to compile, see [`cost`].
const LONGEST: usize = 700;

/// A formula of more nodes, before any simplification, is not looked at: a dynamic program over two long vectors has
/// tens of thousands, and its derivatives would keep this script busy for a minute and take gigabytes.
const MOST_BUILT: usize = 300;

/// Derivatives of fewer nodes are not interesting, those of more are far beyond [`LONGEST`].
const NODES: RangeInclusive<usize> = 8..=1000;

/// Operators whose derivative is 0.
const CONSTANT: [&str; 17] = [
    "ArgMax",
    "ArgMin",
    "DiffClampInt",
    "Equal",
    "Floor",
    "IntCst",
    "IntInv",
    "LessOrEqual",
    "LessThan",
    "NotEqual",
    "OneHot",
    "RatCst",
    "Round",
    "Sign",
    "Step",
    "BSpline",
    "Zero",
];

/// How the variables of a formula are chosen: small ones that fit each other, and ones for which the compiler writes
/// loops. One line per kind of formula.
const DIMENSIONS: [&[usize]; 6] =
    [&[1, 2, 3, 6], &[1, 4, 2, 8], &[1, 3, 9, 5], &[1, 20, 40, 2], &[1, 70, 70, 5], &[1, 33, 33, 64]];

/// Macro calls for `count` formulas and `derivatives` derivatives of formulas, with names: the formulas contain one
/// operator after the other.
pub(crate) fn calls(count: usize, derivatives: usize) -> Vec<(String, String)> {
    let mut random = Random(SEED);
    let all: Vec<&Operator> = ops::all().collect();
    let varying: Vec<&Operator> = all.iter().copied().filter(|operator| !CONSTANT.contains(&operator.name())).collect();
    let mut calls = Vec::new();
    for number in 0..count + derivatives {
        let derived = number >= count;
        let operators = if derived { &varying } else { &all };
        let operator = if derived { random.of(operators) } else { operators[number % operators.len()] };
        // A composition can be impossible with the variables that were drawn: then others are drawn.
        let call = (0..1000).find_map(|_| kernel(operator, operators, derived, &mut random));
        let call = call.unwrap_or_else(|| panic!("no formula was found for {}", operator.name()));
        let kind = if derived { "derivative" } else { "random" };
        calls.push((format!("{kind}_{number:03}_{}", operator.name()), call));
    }
    calls
}

/// A call of `formula!` whose formula contains `operator`.
fn kernel(operator: &Operator, operators: &[&Operator], derived: bool, random: &mut Random) -> Option<String> {
    let dims = random.of(&DIMENSIONS);
    let mut drawn = random::draw(operator, operators, dims, random)?;
    if random.below(8) > 0 && !is_of_interest(&drawn) {
        return None;
    }
    if built(&drawn)?.1.len() > MOST_BUILT {
        return None;
    }
    if derived {
        drawn = derivative(drawn, random).filter(|drawn| NODES.contains(&nodes(drawn)))?;
    }
    // Positions and counts are compared less sharply than sums.
    let mut reductions =
        if derived { vec!["Sum", "Sum", "Mean"] } else { vec!["Sum", "Sum", "Mean", "ArgMin", "Count"] };
    if drawn.part.dim == 1 {
        reductions.push("LogSumExp");
    }
    let (reduction, axis) = (random.of(&reductions), random.below(2));
    let options = format!("reduction = {reduction}, axis = {axis}");
    let call = format!("{:?}, {}, {options}", drawn.part.text, drawn.declarations());
    (cost(&call) <= LONGEST).then_some(call)
}

/// True for a formula of several operators that depends on both i and j.
fn is_of_interest(drawn: &Drawn) -> bool {
    let (words, used) = (random::words(&drawn.part.text), drawn.used());
    let depends =
        |index: &str, category: &str| words.contains(&index) || used.iter().any(|used| used.category == category);
    depends("I", "Vi") && depends("J", "Vj") && drawn.part.text.matches('(').count() >= 3
}

/// A derivative of a formula, by one of the variables that stand in it; cotangents and tangents are new variables.
fn derivative(drawn: Drawn, random: &mut Random) -> Option<Drawn> {
    let Drawn { part, mut variables } = drawn.clone();
    let used = drawn.used();
    let v = used.get(random.below(used.len().max(1)))?;
    let other = &used[random.below(used.len())];
    let (f, name) = (&part.text, &v.name);
    let mut new = |name: &str, dim: usize, random: &mut Random| {
        let category = random.of(&["Vi", "Vj", "Pm"]);
        variables.push(Variable { name: name.to_owned(), category, dim });
    };
    let scalar = if part.dim == 1 { f.clone() } else { format!("Sum({f})") };
    let text = match random.below(9) {
        0 | 1 => {
            new("e", part.dim, random);
            format!("Grad({f},{name},e)")
        }
        2 | 3 => {
            new("a", v.dim, random);
            format!("Diff({f},{name},a)")
        }
        4 if v.name != other.name => {
            new("a", v.dim, random);
            new("b", other.dim, random);
            format!("Diff({f},({name},{}),(a,b))", other.name)
        }
        5 => format!("GradMatrix({f},{name})"),
        6 => format!("Divergence({},{name})", random::fitted(&part, v, random)),
        7 => format!("Laplacian({scalar},{name})"),
        _ => {
            new("e", v.dim, random);
            format!("Grad(Grad({scalar},{name},1),{},e)", other.name)
        }
    };
    let part: Part = random::part(text, &random::declarations(&variables))?;
    (part.dim <= LARGEST).then_some(Drawn { part, variables })
}

/// The formula of a macro call, if there is nothing wrong with it.
fn checked(call: &str) -> Option<Formula> {
    keops_core::check(TokenStream::from_str(call).ok()?).ok()
}

/// A formula, and its nodes as they are built.
fn built(drawn: &Drawn) -> Option<(Formula, Graph, Id)> {
    let formula = checked(&format!("{:?}, {}", drawn.part.text, drawn.declarations()))?;
    let mut graph = Graph::new();
    let root = formula.term.build(&mut graph);
    Some((formula, graph, root))
}

/// How much is left of a formula when it is simplified; nothing, where the variables along one axis go.
fn nodes(drawn: &Drawn) -> usize {
    let Some((formula, graph, root)) = built(drawn) else { return 0 };
    let (graph, roots) = simplify(&graph, &[root]);
    let root = roots[0];
    // The nodes that the root is made from; operands come before their users.
    let mut made_from = vec![false; root.position() + 1];
    made_from[root.position()] = true;
    let mut left = Vec::new();
    for id in graph.up_to(root).rev() {
        if made_from[id.position()] {
            left.push(id);
            for operand in graph.node(id).operands() {
                made_from[operand.position()] = true;
            }
        }
    }
    let reads = |axis: Axis| {
        left.iter().any(|&id| match graph.node(id) {
            Node::Variable(number) => formula.variables[*number].category == Category::Indexed(axis),
            Node::Index(index) => *index == axis,
            _ => false,
        })
    };
    if reads(Axis::I) && reads(Axis::J) { left.len() } else { 0 }
}

/// About how much code a formula becomes: its program, as often as the register tile repeats it.
fn cost(call: &str) -> usize {
    let Some(formula) = checked(call) else { return usize::MAX };
    let program = keops_core::lowered(&formula);
    let tile = |shape: keops_core::lower::Shape| shape.rows * shape.columns;
    program.to_string().lines().count() * (tile(program.wide_shape) + 2 * tile(program.narrow_shape))
}
