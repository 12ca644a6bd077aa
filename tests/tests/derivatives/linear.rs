//! Operators on linear formulas: adjoints and traces.

use std::sync::LazyLock;

use keops_core::ops::{self, Operator};

use crate::compare::{Pair, compare};
use crate::random::{self, Drawn, Part, Random, Variable, declarations, draw, try_call};
use crate::subjects::{ANY, DIMENSIONS, Subject, on_all};
use crate::traces::diagonal;

/// Number of random linear formulas.
const FORMULAS: usize = 200;

/// Operators that are linear in these operands together, when the others are constant.
const LINEAR: [(&str, &[usize]); 45] = [
    ("Add", &[0, 1]),
    ("Subtract", &[0, 1]),
    ("Minus", &[0]),
    ("Mult", &[0]),
    ("Mult", &[1]),
    ("Divide", &[0]),
    ("Scalprod", &[0]),
    ("Scalprod", &[1]),
    ("IfElse", &[1, 2]),
    ("Sum", &[0]),
    ("SumT", &[0]),
    ("Elem", &[0]),
    ("ElemT", &[0]),
    ("Extract", &[0]),
    ("ExtractT", &[0]),
    ("Concat", &[0, 1]),
    ("MatVecMult", &[0]),
    ("MatVecMult", &[1]),
    ("VecMatMult", &[0]),
    ("VecMatMult", &[1]),
    ("TensorProd", &[0]),
    ("TensorProd", &[1]),
    ("TensorDot", &[0]),
    ("TensorDot", &[1]),
    ("Kron", &[0]),
    ("Kron", &[1]),
    ("SqNormIso", &[0]),
    ("SqNormDiag", &[0]),
    ("SymSqNorm", &[0]),
    ("WeightedSqNorm", &[0]),
    ("WeightedSqDist", &[0]),
    ("ComplexReal", &[0]),
    ("ComplexImag", &[0]),
    ("Real2Complex", &[0]),
    ("Imag2Complex", &[0]),
    ("Conj", &[0]),
    ("ComplexSum", &[0]),
    ("ComplexSumT", &[0]),
    ("ComplexAdd", &[0, 1]),
    ("ComplexSubtract", &[0, 1]),
    ("ComplexMult", &[0]),
    ("ComplexMult", &[1]),
    ("ComplexDivide", &[0]),
    ("ComplexRealScal", &[1]),
    ("ComplexScal", &[1]),
];

/// Formulas that are linear in `x`.
static LINEAR_FORMULAS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let mut random = Random(0x6c69_6e65_6172);
    (0..FORMULAS)
        .map(|number| {
            let (name, operands) = LINEAR[number % LINEAR.len()];
            let found = (0..500).find_map(|_| linear(name, operands, &mut random));
            found.unwrap_or_else(|| panic!("no linear formula was found for {name}"))
        })
        .collect()
});

/// A formula that is linear in `x` and contains an operator.
fn linear(name: &str, operands: &[usize], random: &mut Random) -> Option<Subject> {
    let all: Vec<&Operator> = ops::all().collect();
    // A formula without x, for the constant operands.
    let Drawn { part, variables } = draw(all[random.below(all.len())], &all, random.of(&DIMENSIONS), random)?;
    let of = |variable: &Variable| Part { text: variable.name.clone(), dim: variable.dim };
    let mut constants: Vec<Part> = variables[1..].iter().map(of).collect();
    if !random::words(&part.text).contains(&"x") {
        constants.push(part);
    }
    let declarations = declarations(&variables);
    let mut made = vec![of(&variables[0])];
    let mut step = |name: &str, operands: &[usize], random: &mut Random, whole: Option<&Part>| {
        let operator = ops::find(name).unwrap_or_else(|| panic!("there is no operator {name}"));
        let part =
            try_call(operator, &declarations, random, |random, number| match (operands.contains(&number), whole) {
                (true, Some(whole)) if random.below(2) == 0 => whole.clone(),
                (true, _) => made[random.below(made.len())].clone(),
                _ => constants[random.below(constants.len())].clone(),
            })?;
        made.push(part.clone());
        Some(part)
    };
    for _ in 0..random.below(3) {
        let (name, operands) = random.of(&LINEAR);
        step(name, operands, random, None);
    }
    let mut whole = step(name, operands, random, None)?;
    for _ in 0..random.below(3) {
        let (name, operands) = random.of(&LINEAR);
        let outer = step(name, operands, random, Some(&whole)).filter(|outer| outer.text.contains(&whole.text));
        whole = outer.unwrap_or(whole);
    }
    (whole.dim <= 24).then(|| Subject::new(Drawn { part: whole, variables }))
}

/// `AdjointOperator(AdjointOperator(F, x, e), e, dx)` is F at x = dx.
#[test]
fn twice_the_adjoint_is_the_formula() {
    on_all("AdjointOperator twice", &LINEAR_FORMULAS, |_, subject, tally| {
        let f = subject.text();
        let twice = subject.expression(&format!("AdjointOperator(AdjointOperator({f},x,e),e,dx)"));
        let formula = subject.expression(f);
        subject.on_data(|point| {
            let moved = formula.copied(point, "dx", "x");
            compare(tally, &|seed| {
                // By the definitions of the operators, as long as nothing is to be perturbed.
                let value = seed.map_or_else(|| formula.defined(&moved), |_| formula.value(&moved, seed));
                Pair::entries(&twice.value(point, seed), &value)
            })
        })
    });
}

/// `AdjointOperator(Grad(F, v, e), e, dv) = Diff(F, v, dv)` and the other way round.
#[test]
fn gradient_and_change_are_adjoint() {
    on_all("AdjointOperator of Grad and Diff", &ANY, |number, subject, tally| {
        let (f, x) = (subject.text(), &subject.one(number).name);
        let pairs = [
            (format!("AdjointOperator(Grad({f},{x},e),e,d{x})"), format!("Diff({f},{x},d{x})")),
            (format!("AdjointOperator(Diff({f},{x},d{x}),d{x},e)"), format!("Grad({f},{x},e)")),
        ];
        for (adjoint, direct) in pairs {
            let (adjoint, direct) = (subject.expression(&adjoint), subject.expression(&direct));
            subject.on_data(|point| {
                compare(tally, &|seed| Pair::entries(&adjoint.value(point, seed), &direct.value(point, seed)))
            })?;
        }
        Ok(())
    });
}

/// `TraceOperator` against `GradMatrix`: without weights, with one and with one per entry; and of scalars.
#[test]
fn trace() {
    on_all("TraceOperator", &LINEAR_FORMULAS, |_, subject, tally| {
        let (part, x) = (&subject.part, &subject.variables[0]);
        // What `fitted` does is not always linear.
        let square = match part.dim {
            dim if dim >= x.dim => format!("Extract({},{},{})", part.text, dim - x.dim, x.dim),
            dim => format!("ExtractT({},{},{})", part.text, x.dim - dim, x.dim),
        };
        let matrix = subject.expression(&format!("GradMatrix({square},x)"));
        let row = subject.expression(&format!("Grad(Sum({}),x,1)", part.text));
        let traces = ["", ",hx", ",Elem(hx,0)"].map(|weights| {
            let square = subject.expression(&format!("TraceOperator({square},x{weights})"));
            (square, subject.expression(&format!("TraceOperator(Sum({}),x{weights})", part.text)))
        });
        subject.on_data(|point| {
            let weights = matrix.named(point, "hx");
            let all = [vec![1.0; x.dim], weights.clone(), vec![weights[0]; x.dim]];
            compare(tally, &|seed| {
                let (matrix, row) = (matrix.value(point, seed), row.value(point, seed));
                let mut pairs = Vec::new();
                for ((square, scalar), weights) in traces.iter().zip(&all) {
                    pairs.push(Pair::products((&row, weights), (&scalar.value(point, seed), &[1.0])));
                    pairs.extend(diagonal(&square.value(point, seed), &matrix, weights));
                }
                pairs
            })
        })
    });
}
