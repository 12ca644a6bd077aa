//! The conformance cases: the files in `data/conformance`, and which of them the compiler knows how to run.
//!
//! The build script, which writes a kernel for each of them, includes this file too.

use std::str::FromStr;

use keops_core::eval::{Data, Reduced};
use proc_macro2::TokenStream;
use serde_json::Value;

/// A formula with its inputs and its result.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique name.
    pub name: String,
    /// The formula.
    pub formula: String,
    /// The weights, for reductions that take some.
    pub weights: Option<String>,
    /// The declarations of the variables.
    pub aliases: Vec<String>,
    /// The reduction.
    pub reduction: String,
    /// K, for the K-min reductions.
    pub count: Option<i64>,
    /// 1: reduced over j; 0: reduced over i.
    pub axis: i64,
    /// The values of the variables.
    pub inputs: Vec<Data>,
    /// The results: one, or two for a reduction that gives values and positions.
    pub expected: Vec<Reduced>,
    /// The six arrays of ranges, where not all pairs are reduced.
    pub ranges: Option<Vec<Value>>,
    /// How far the first result may be off, relative to its largest entry.
    pub tolerance: f64,
}

/// Why a case is left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Skipped {
    /// The compiler does not know the reduction, or not with these parameters.
    Reduction,
}

impl Case {
    /// The tokens between the brackets of `formula!(...)`, as text.
    pub fn call(&self) -> String {
        let aliases = self.aliases.join(", ");
        format!("{:?}, {aliases}, reduction = {}, axis = {}", self.formula, self.reduction_call(), self.axis)
    }

    /// The reduction with its parameters.
    fn reduction_call(&self) -> String {
        match (self.count, &self.weights) {
            (Some(count), _) => format!("{}({count})", self.reduction),
            (None, Some(weights)) => format!("{}({weights:?})", self.reduction),
            (None, None) => self.reduction.clone(),
        }
    }

    /// `None` when the compiler should run the case: the compiler itself is asked about the reduction, with a formula
    /// that has no other difficulty.
    pub fn skipped(&self) -> Option<Skipped> {
        let probe = match (&self.weights, self.count) {
            (Some(_), _) => format!("{}(\"x\")", self.reduction),
            (None, _) => self.reduction_call(),
        };
        let understood = understands(&format!("\"x\", x = Vi(1), reduction = {probe}"));
        (!understood).then_some(Skipped::Reduction)
    }
}

/// Whether the compiler accepts a macro call.
fn understands(call: &str) -> bool {
    TokenStream::from_str(call).is_ok_and(|tokens| keops_core::check(tokens).is_ok())
}

/// All cases.
///
/// # Panics
/// When the file does not have the shape that its README describes.
pub fn cases() -> Vec<Case> {
    let dense = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/conformance/cases.json"));
    let sparse = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/conformance/ranges.json"));
    let read = |text: &str| -> Vec<Case> {
        let json: Value = serde_json::from_str(text).expect("a file of cases should be JSON");
        list(&json).iter().map(case).collect()
    };
    [dense, sparse].into_iter().flat_map(read).collect()
}

fn case(json: &Value) -> Case {
    let data = |json: &Value| Data { rows: whole(&json["rows"]), values: numbers(&json["data"]) };
    let result =
        |json: &Value| Reduced { rows: whole(&json["rows"]), dim: whole(&json["dim"]), values: numbers(&json["data"]) };
    Case {
        name: text(&json["name"]),
        formula: text(&json["formula"]),
        weights: json["formula2"].as_str().map(str::to_owned),
        aliases: list(&json["aliases"]).iter().map(text).collect(),
        reduction: text(&json["reduction"]),
        count: json["opt_arg"].as_i64(),
        axis: json["axis"].as_i64().expect("the axis should be an integer"),
        inputs: list(&json["args"]).iter().map(data).collect(),
        expected: [&json["expected"], &json["expected2"]].into_iter().filter(|r| r.is_object()).map(result).collect(),
        ranges: json["ranges"].as_array().cloned(),
        tolerance: json["rtol"].as_f64().expect("the tolerance should be a number"),
    }
}

fn list(json: &Value) -> &[Value] {
    json.as_array().expect("a list should stand here")
}

fn text(json: &Value) -> String {
    json.as_str().expect("a string should stand here").to_owned()
}

fn whole(json: &Value) -> usize {
    json.as_u64().and_then(|n| usize::try_from(n).ok()).expect("an integer should stand here")
}

fn numbers(json: &Value) -> Vec<f64> {
    let number = |json: &Value| match json.as_str() {
        Some(text) => text.parse().expect("a string among numbers should be inf, -inf or nan"),
        None => json.as_f64().expect("a number should stand here"),
    };
    list(json).iter().map(number).collect()
}
