//! The passes of a matrix `F(x_i, y_j)` that is bound to data: what `kernel!` compiles.
//!
//! There is no reduction that the user has chosen: each pass is compiled for those that a method of the matrix can ask for.

use super::passes::{Pass, at_position};
use crate::check::{Formula, Variable};
use crate::diff::vjp;
use crate::fast_math::{self, Way};
use crate::graph::{Axis, FoldKind, Graph, Id};
use crate::lower::{self, Program};
use crate::ops::arithmetic::MULT;
use crate::parse::Category;
use crate::reduction::{Reduction, SUM, find};

/// Columns of a right-hand side that a pass takes at a time, if there are several. As many sums stay in registers.
pub const PRODUCT_WIDTH: usize = 16;

/// What a pass over the matrix computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatrixPart {
    /// The entries, for reductions that treat each by itself: sums, extrema, the K smallest ...
    Entries,
    /// The entries as scores of a log-sum-exp.
    Scores,
    /// The product with so many columns.
    Product(usize),
    /// The gradients of `sum_ij F_ij (e_i | v_j)` by the variables along the kept axis, and for rows by the parameters,
    /// where e and v have so many columns.
    Gradients(usize),
    /// The entries at a list of pairs (i, j): all variables, and the indices, have one row per pair.
    Pairs,
}

/// A pass over the matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MatrixPass {
    /// The axis of the result.
    pub kept: Axis,
    /// What it computes.
    pub part: MatrixPart,
}

/// All passes: six that keep the rows, six that keep the columns, and the one that takes pairs.
pub fn matrix_passes() -> Vec<MatrixPass> {
    use MatrixPart::{Entries, Gradients, Pairs, Product, Scores};
    let along = |kept| {
        [Entries, Scores, Product(1), Product(PRODUCT_WIDTH), Gradients(1), Gradients(PRODUCT_WIDTH)]
            .map(|part| MatrixPass { kept, part })
    };
    let pairs = MatrixPass { kept: Axis::I, part: Pairs };
    [Axis::I, Axis::J].into_iter().flat_map(along).chain([pairs]).collect()
}

/// The numbers of the variables whose gradients the pass that keeps `kept` computes. Those of parameters are summed over
/// the rows in the end.
pub fn gradient_variables(variables: &[Variable], kept: Axis) -> Vec<usize> {
    let along = |variable: &Variable| match variable.category {
        Category::Indexed(axis) => axis == kept,
        Category::Parameter => kept == Axis::I,
    };
    (0..variables.len()).filter(|&number| along(&variables[number])).collect()
}

/// The program of a pass.
pub fn compile_matrix_pass(formula: &Formula, pass: MatrixPass) -> Program {
    fast_math::cheapest(formula, |way| program(formula, pass, way))
}

/// The program of a pass in one of the ways of `fast_math`, if it is one.
fn program(formula: &Formula, pass: MatrixPass, way: Option<Way>) -> Program {
    let MatrixPass { kept, part } = pass;
    let mut variables = formula.variables.clone();
    let mut graph = Graph::new();
    let value = fast_math::build(&formula.term, &mut graph, &formula.variables, way);
    let mut input = |graph: &mut Graph, name: &str, axis, dim| {
        variables.push(Variable { name: name.to_owned(), category: Category::Indexed(axis), dim });
        graph.variable(variables.len() - 1, dim)
    };
    let (roots, reduction): (Vec<Id>, &'static Reduction) = match part {
        // A factor that all terms have in common may leave a sum, but nothing else.
        MatrixPart::Entries => (vec![value], reduction("Min")),
        MatrixPart::Scores => (vec![value, graph.constant(1.0)], reduction("LogSumExp")),
        MatrixPart::Product(width) => {
            let v = input(&mut graph, "v", kept.other(), width);
            (vec![graph.map(&MULT, &[value, v])], &SUM)
        }
        MatrixPart::Gradients(width) => {
            let along_kept = input(&mut graph, "e", kept, width);
            let along_reduced = input(&mut graph, "v", kept.other(), width);
            let product = graph.map(&MULT, &[along_kept, along_reduced]);
            let cotangent = if width > 1 { graph.fold(FoldKind::Sum, product) } else { product };
            let by = gradient_variables(&formula.variables, kept);
            let by: Vec<_> = by.into_iter().map(|number| (number, formula.variables[number].dim)).collect();
            let mut gradients = vjp(&mut graph, &[(value, cotangent)], &by);
            if gradients.is_empty() {
                // The pass is never run: there is nothing to differentiate by.
                gradients.push(value);
            }
            (gradients, &SUM)
        }
        MatrixPart::Pairs => {
            input(&mut graph, "row", kept, 1);
            input(&mut graph, "column", kept, 1);
            let rows = at_position(&mut graph, &[value], Axis::I, formula.variables.len());
            (at_position(&mut graph, &rows, Axis::J, formula.variables.len() + 1), reduction("Min"))
        }
    };
    if part == MatrixPart::Pairs {
        for variable in &mut variables {
            if variable.category != Category::Parameter {
                variable.category = Category::Indexed(kept);
            }
        }
    }
    crate::verify("graph", &graph, formula);
    let (graph, roots) = fast_math::simplify(&graph, &roots, &variables, way);
    crate::verify("simplify", &graph, formula);
    let fast_math = way.is_some();
    let pass = Pass { text: &formula.text, variables: &variables, kept, reduction, count: None, fast_math };
    lower::lower(&pass, &graph, &roots)
}

fn reduction(name: &str) -> &'static Reduction {
    find(name).unwrap_or_else(|| unreachable!("`{name}` is in the table of reductions"))
}
