//! Random formulas, and random data for them.

use std::cell::RefCell;
use std::sync::LazyLock;

use keops_core::eval::Data;
use keops_core::ops::{self, Operator};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::compare::Tally;
use crate::expression::{Expression, Point};
use crate::random::{self, Drawn, Part, Random, Variable, draw};

/// Number of random formulas of each kind.
const FORMULAS: usize = 200;

/// Number of data sets per formula.
pub(crate) const DATA: u32 = 32;

/// The numbers of rows and of columns; a formula is evaluated at one pair of them.
const ROWS: usize = 3;

/// Values with more entries than this say no more than the first.
const LARGEST: usize = 24;

/// The dimensions of variables.
pub(crate) const DIMENSIONS: [&[usize]; 4] = [&[1, 2, 3, 6], &[1, 4, 2, 8], &[1, 3, 9, 5], &[1, 2, 4]];

/// Operators with jumps or kinks, or that are constant between them. Those of all others are at the ends of their
/// domains.
const NOT_SMOOTH: [&str; 22] = [
    "Abs",
    "ArgMax",
    "ArgMin",
    "BSpline",
    "Clamp",
    "ClampInt",
    "DiffClampInt",
    "Equal",
    "Floor",
    "IfElse",
    "LessOrEqual",
    "LessThan",
    "Max",
    "Min",
    "Mod",
    "NotEqual",
    "OneHot",
    "ReLU",
    "Round",
    "Sign",
    "SoftDTW_SqDist",
    "Step",
];

/// A formula F with everything that its derivatives need: cotangents `e` and `f` of the dimension of F, and for each
/// variable `x` tangents `dx` and `hx`.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) part: Part,
    /// The variables that stand in the formula.
    pub(crate) used: Vec<Variable>,
    pub(crate) variables: Vec<Variable>,
    declarations: String,
}

impl Subject {
    pub(crate) fn new(drawn: Drawn) -> Self {
        let used = drawn.used();
        let Drawn { part, mut variables } = drawn;
        for variable in variables.clone() {
            for prefix in ["d", "h"] {
                variables.push(Variable { name: format!("{prefix}{}", variable.name), ..variable.clone() });
            }
        }
        for name in ["e", "f"] {
            variables.push(Variable { name: name.to_owned(), category: "Vi", dim: part.dim });
        }
        let declarations = random::declarations(&variables);
        Self { part, used, variables, declarations }
    }

    /// A formula over the variables of the subject.
    pub(crate) fn expression(&self, text: &str) -> Expression {
        Expression::new(text, &self.declarations)
    }

    /// The formula itself.
    pub(crate) fn text(&self) -> &str {
        &self.part.text
    }

    /// The formula with its declarations, for messages.
    fn call(&self) -> String {
        let declared = self.variables.iter().filter(|variable| self.used.iter().any(|used| used.name == variable.name));
        let declared: Vec<Variable> = declared.cloned().collect();
        format!("{}, {}", self.part.text, random::declarations(&declared))
    }

    /// One of the variables that stand in the formula, by chance but always the same.
    pub(crate) fn one(&self, number: usize) -> &Variable {
        &self.used[number % self.used.len()]
    }

    /// Runs a test on random data.
    pub(crate) fn on_data(&self, test: impl Fn(&Point) -> Result<(), String>) -> Result<(), String> {
        let config = Config { cases: DATA, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let outcome = runner.run(&points(&self.variables), |point| test(&point).map_err(TestCaseError::fail));
        outcome.map_err(|error| match error {
            TestError::Fail(reason, point) => {
                let values = self.variables.iter().zip(&point.data);
                let values: Vec<String> = values.map(|(v, data)| format!("{} {:?}", v.name, row(v, data))).collect();
                format!("{}: {reason}; i {}, j {}, {}", self.call(), point.i, point.j, values.join(", "))
            }
            TestError::Abort(reason) => reason.to_string(),
        })
    }
}

fn row<'a>(variable: &Variable, data: &'a Data) -> &'a [f64] {
    &data.values[..variable.dim]
}

/// Runs a test on all subjects, prints how it went and fails where one of them does.
pub(crate) fn on_all(
    what: &str,
    subjects: &[Subject],
    test: impl Fn(usize, &Subject, &RefCell<Tally>) -> Result<(), String>,
) {
    let mut total = Tally::default();
    let mut failures = Vec::new();
    for (number, subject) in subjects.iter().enumerate() {
        let tally = RefCell::default();
        failures.extend(test(number, subject, &tally).err());
        total.add(tally.into_inner());
    }
    println!("{what}: {} formulas x {DATA} data sets: {total}", subjects.len());
    assert!(failures.is_empty(), "{what}: {} formulas fail:\n{}", failures.len(), failures.join("\n"));
    total.assert_sharp(what);
}

/// Formulas of smooth operators.
pub(crate) static SMOOTH: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let operators: Vec<&Operator> = ops::all().filter(|operator| !NOT_SMOOTH.contains(&operator.name())).collect();
    subjects(&operators, 0x736d_6f6f_7468)
});

/// Formulas of all operators.
pub(crate) static ANY: LazyLock<Vec<Subject>> =
    LazyLock::new(|| subjects(&ops::all().collect::<Vec<_>>(), 0x0061_6e79));

/// Formulas that contain one operator after the other.
fn subjects(operators: &[&Operator], seed: u64) -> Vec<Subject> {
    let mut random = Random(seed);
    let mut subject = |number: usize| {
        let operator = operators[number % operators.len()];
        let found = (0..500).find_map(|_| {
            let drawn = draw(operator, operators, random.of(&DIMENSIONS), &mut random)?;
            Some(Subject::new(drawn)).filter(|subject| !subject.used.is_empty() && subject.part.dim <= LARGEST)
        });
        found.unwrap_or_else(|| panic!("no formula was found for {}", operator.name()))
    };
    (0..FORMULAS).map(&mut subject).collect()
}

/// Data for all variables, and a pair of indices. The variables of a formula are of one sign or of both, and never
/// near 0; tangents and cotangents are anything.
fn points(variables: &[Variable]) -> impl Strategy<Value = Point> + use<> {
    let variables = variables.to_vec();
    (0..ROWS, 0..ROWS, any::<bool>()).prop_flat_map(move |(i, j, positive)| {
        let one = |variable: &Variable| {
            let rows = if variable.category == "Pm" { 1 } else { ROWS };
            let further = variable.name.len() > 1 || "ef".contains(&variable.name);
            let number = (0.2..2.0, any::<bool>()).prop_map(move |(x, negative): (f64, bool)| match further {
                true => x - 1.1,
                false if negative && !positive => -x,
                false => x,
            });
            // The same in all rows: only one of them is looked at.
            prop::collection::vec(number, variable.dim)
                .prop_map(move |values| Data { rows, values: values.repeat(rows) })
        };
        let data: Vec<_> = variables.iter().map(one).collect();
        data.prop_map(move |data| Point { data, i, j })
    })
}
