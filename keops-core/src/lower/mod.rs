//! Lowering: [`Graph`] to [`Program`]. Vectors become scalars, and scalars find the stage that computes them.
//!
//! Short vectors are written out entry by entry. Long ones (more than `MAX_WRITTEN_OUT` entries) become loops, so
//! the size of the code does not depend on the dimension. Sums over the entries of a vector that needs nothing but
//! prepared numbers, such as a squared distance, become *folds*: loops that the engine runs over register tiles.

mod body;
mod constants;
mod count;
mod inputs;
mod loops;
mod orientation;
mod products;
mod program;
mod shape;
mod staging;
#[cfg(test)]
mod tests;
mod verify;

use crate::graph::{FoldKind, Graph, Id, Node};
use crate::methods::Pass;
use body::Body;
pub use count::Operations;
pub use program::{Address, Array, Code, ENTRY, EntryCode, Instruction, Operand, Program, Shape, Stage, Statement};
use staging::Staging;

/// Vectors up to this length are written out entry by entry.
pub(crate) const MAX_WRITTEN_OUT: usize = 32;

/// Sums over the inner loop's vectors of at least this length are folds.
pub(crate) const MIN_FOLD: usize = 5;

/// The engine unrolls the loop over folds; further long sums become loops of their own.
pub(crate) const MAX_FOLDS: usize = 8;

/// A formula that is a concatenation of more parts than this is lowered as one.
pub(crate) const MAX_SEGMENTS: usize = 8;

/// Lowers the nodes `roots` of a graph, which are reduced in one pass over all pairs: the components of the formula are
/// those of all roots, or of all but the first, if that is a score.
pub fn lower(pass: &Pass<'_>, graph: &Graph, roots: &[Id]) -> Program {
    let plain = lowered(pass, graph, roots);
    let Some((graph, roots)) = orientation::oriented(pass, graph, roots) else { return plain };
    let oriented = lowered(pass, &graph, &roots);
    if oriented.operations().cost() <= plain.operations().cost() { oriented } else { plain }
}

/// Lowers a graph as it stands.
fn lowered(pass: &Pass<'_>, graph: &Graph, roots: &[Id]) -> Program {
    let (mut graph, roots) = products::rewrite(pass, graph, roots);
    let (factor, roots) =
        if pass.reduction.adds() { products::without_kept_factors(pass, &mut graph, &roots) } else { (None, roots) };
    let mut segments: Vec<Id> = if pass.reduction.is_scored() {
        roots
    } else {
        roots.into_iter().flat_map(|root| products::segments(&mut graph, root)).collect()
    };
    if segments.len() > MAX_SEGMENTS {
        let rest = segments.split_off(1);
        segments.push(products::concatenated(&mut graph, &rest));
    }
    let components: usize =
        segments.iter().skip(usize::from(pass.reduction.is_scored())).map(|&id| graph.dim(id)).sum();
    let staging = Staging::new(pass, &graph, &segments, factor);
    let folds: Vec<Id> = folds(&graph, &segments, &staging);
    let mut raw = [0; 3];
    let mut raw_offsets = Vec::new();
    let (mut dims, mut inputs): ([Vec<usize>; 3], [Vec<usize>; 3]) = Default::default();
    for (number, variable) in pass.variables.iter().enumerate() {
        let stage = staging::variable_stage(variable, pass.kept) as usize;
        dims[stage].push(variable.dim);
        inputs[stage].push(number);
        raw_offsets.push(raw[stage]);
        raw[stage] += variable.dim;
    }
    // After the parameters of every pass stand the numbers of rows and of columns.
    let raw_lengths = raw[Stage::Params as usize];
    raw[Stage::Params as usize] += 2;
    let context = body::Context {
        graph: &graph,
        staging: &staging,
        folds: &folds,
        raw_offsets: &raw_offsets,
        raw_lengths,
        fast_math: pass.fast_math,
    };
    let mut tables = Vec::new();
    let mut code = |stage| Body::new(&context, stage, &mut tables).results();
    let params = code(Stage::Params);
    let kept = code(Stage::Kept);
    let reduced = code(Stage::Reduced);
    let pair = code(Stage::Pair);
    let factors = factor.map_or_else(Code::default, |factor| Body::new(&context, Stage::Kept, &mut tables).all(factor));
    let folds: Vec<EntryCode> =
        folds.iter().map(|&fold| Body::new(&context, Stage::Pair, &mut tables).fold(fold)).collect();
    let terms: Vec<EntryCode> =
        segments.iter().map(|&part| Body::new(&context, Stage::Term, &mut tables).term(part)).collect();
    let mut program = Program {
        kept_axis: pass.kept,
        reduction: *pass.reduction,
        count: pass.count,
        dim: components,
        raw,
        dims,
        inputs,
        params,
        kept,
        reduced,
        folds,
        pair,
        terms,
        factors,
        tables,
        wide_shape: Shape { rows: 1, columns: 1 },
        narrow_shape: Shape { rows: 1, columns: 1 },
        device_shapes: [Shape { rows: 1, columns: 1 }; 2],
        device_chunks: [0; 2],
    };
    program.wide_shape = shape::shape(&program, 32);
    program.narrow_shape = shape::shape(&program, 16);
    program.device_chunks = [1, 2].map(|words| shape::device_chunk(&program, words));
    program.device_shapes = [1, 2].map(|words| shape::device_shape(&program, words));
    if cfg!(debug_assertions)
        && let Err(violation) = verify::verify(&program)
    {
        unreachable!("lowering `{}`: {violation}\n{program}", pass.text);
    }
    program
}

/// The sums of the inner loop that can run over register tiles: everything in them is prepared, or elementwise.
fn folds(graph: &Graph, roots: &[Id], staging: &Staging) -> Vec<Id> {
    let ready = |mut stack: Vec<Id>| {
        while let Some(id) = stack.pop() {
            match graph.node(id) {
                _ if staging.stage(id) < Stage::Pair => {}
                Node::Map(_, operands) if graph.dim(id) > 1 => stack.extend(operands),
                _ => return false,
            }
        }
        true
    };
    staging::reachable(graph, roots)
        .into_iter()
        .filter(|&id| match graph.node(id) {
            Node::Fold(FoldKind::Sum, vector) => {
                staging.stage(id) == Stage::Pair && graph.dim(*vector) >= MIN_FOLD && ready(vec![*vector])
            }
            _ => false,
        })
        .take(MAX_FOLDS)
        .collect()
}
