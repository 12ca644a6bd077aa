//! Formulas at one pair of indices.

use std::str::FromStr;

use keops_core::check::Formula;
use keops_core::eval::{self, Data};
use keops_core::graph::{Graph, Id, Node};
use keops_core::simplify::simplify;
use keops_tests::uncertain::units;
use proc_macro2::TokenStream;

/// Data of all variables, and a pair of indices.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) data: Vec<Data>,
    pub(crate) i: usize,
    pub(crate) j: usize,
}

/// A checked formula and its graph.
#[derive(Debug)]
pub(crate) struct Expression {
    formula: Formula,
    graph: Graph,
    root: Id,
}

impl Expression {
    /// # Panics
    /// When the formula has errors.
    pub(crate) fn new(text: &str, declarations: &str) -> Self {
        let tokens = TokenStream::from_str(&format!("{text:?}, {declarations}")).expect("a formula should be tokens");
        let formula = keops_core::check(tokens).unwrap_or_else(|reports| panic!("{text}: {}", reports[0].text()));
        let mut graph = Graph::new();
        let root = formula.term.build(&mut graph);
        Self { formula, graph, root }
    }

    pub(crate) fn dim(&self) -> usize {
        self.formula.term.dim
    }

    /// The same with its graph simplified.
    pub(crate) fn simplified(&self) -> Self {
        let (graph, roots) = simplify(&self.graph, &[self.root]);
        Self { formula: self.formula.clone(), graph, root: roots[0] }
    }

    /// The value, operator by operator from their definitions.
    pub(crate) fn defined(&self, point: &Point) -> Vec<f64> {
        eval::value(&self.formula, &point.data, point.i, point.j)
    }

    /// The value, node by node; from a `seed`, the result of each is wrong by a few units of rounding.
    pub(crate) fn value(&self, point: &Point, seed: Option<u64>) -> Vec<f64> {
        let mut state = seed.unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        eval::nodes(&self.graph, self.root, &|node| self.input(point, node), &mut |node, values| {
            if seed.is_some() {
                for x in values {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let unit = (state >> 40) as f64 / 2f64.powi(23) - 1.0;
                    *x *= 1.0 + unit * units(node) * f64::EPSILON / 2.0;
                }
            }
        })
    }

    /// The largest absolute value of a node.
    pub(crate) fn largest(&self, point: &Point) -> f64 {
        let mut largest: f64 = 0.0;
        eval::nodes(&self.graph, self.root, &|node| self.input(point, node), &mut |_, values| {
            largest = values.iter().fold(largest, |largest, x| largest.max(x.abs()));
        });
        largest
    }

    /// The value of a variable.
    pub(crate) fn named(&self, point: &Point, name: &str) -> Vec<f64> {
        self.input(point, &Node::Variable(self.number(name)))
    }

    /// The point with variable `name` moved by `step` times `direction`.
    pub(crate) fn moved(&self, point: &Point, name: &str, direction: &[f64], step: f64) -> Point {
        let number = self.number(name);
        let mut moved = point.clone();
        for (x, u) in moved.data[number].values.iter_mut().zip(direction.iter().cycle()) {
            *x += step * u;
        }
        moved
    }

    /// The point with the value of variable `from` for variable `to`.
    pub(crate) fn copied(&self, point: &Point, from: &str, to: &str) -> Point {
        let mut copy = point.clone();
        let vector = self.named(point, from);
        let values = &mut copy.data[self.number(to)].values;
        *values = vector.iter().copied().cycle().take(values.len()).collect();
        copy
    }

    fn number(&self, name: &str) -> usize {
        let found = self.formula.variables.iter().position(|variable| variable.name == name);
        found.unwrap_or_else(|| panic!("no variable is called {name}"))
    }

    fn input(&self, point: &Point, node: &Node) -> Vec<f64> {
        eval::input(&self.formula, &point.data, node, (point.i, point.j))
    }
}
