//! Which methods there are, what they return, and which passes they need.

use std::ops::Range;

use crate::check::Variable;
use crate::graph::Axis;
use crate::parse::Category;
use crate::reduction::{Gradient, Reduction};

/// What a pass computes; several parts stand one after the other in its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The formula, reduced as the user says.
    Value,
    /// What the derivatives need of a forward pass, where that is more than the value: the logarithm of the sum of the
    /// exponentials, and the value.
    Forward,
    /// The gradient by variable number `.0`.
    Gradient(usize),
    /// The change of the value with variable number `.0`.
    Change(usize),
}

/// A pass to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassPlan {
    /// The axis of the result.
    pub kept: Axis,
    /// What it computes.
    pub parts: Vec<Part>,
    /// The inputs that it has beside the variables.
    pub further: Vec<Variable>,
    /// Whether it runs along the kept axis alone, at the positions that the reduction selects.
    pub selected: bool,
}

/// The shape in which a part of a result is returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As it is: one row per index.
    Rows,
    /// Summed over the rows, as a matrix of one row.
    Row,
    /// Summed over the rows, as a vector.
    Vector,
    /// Of a selected pass: one row per reduced index.
    Scattered,
    /// Of a selected pass: one column per component of the formula.
    Components,
}

/// Where a returned array comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// The number of the pass.
    pub pass: usize,
    /// The columns of its result.
    pub columns: Range<usize>,
    /// The shape.
    pub form: Form,
}

/// Derivatives, each with the number of its variable.
pub type Derivatives = Vec<(usize, Output)>;

/// A method that evaluates.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// What it computes, as its documentation says it.
    pub summary: String,
    /// The arguments after the variables.
    pub further: Vec<Variable>,
    /// The forward pass whose result the others need as an input, where the method has to compute it.
    pub forward: Option<usize>,
    /// The value, if it is returned.
    pub value: Option<Output>,
    /// The derivatives, with the variable of each.
    pub derivatives: Derivatives,
    /// Whether the derivatives are returned as a struct with a field per variable.
    pub named: bool,
}

/// All methods and all passes of a formula.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The methods; the first is `call`.
    pub methods: Vec<Method>,
    /// The passes; the first is that of the value.
    pub passes: Vec<PassPlan>,
}

/// What a plan is made from.
struct Planner<'a> {
    variables: &'a [Variable],
    dim: usize,
    reduction: &'static Reduction,
    kept: Axis,
    total: bool,
    cotangent: Variable,
    /// The result of the forward pass as an input, where gradients need it, and what that pass computes.
    value: Option<(Variable, Part)>,
    passes: Vec<PassPlan>,
}

impl Plan {
    /// The plan of a formula with these variables, whose result has the dimension `dim`; `total` as in [`crate::check::Formula`].
    pub fn new(variables: &[Variable], dim: usize, reduction: &'static Reduction, kept: Axis, total: bool) -> Self {
        let category = if total { Category::Parameter } else { Category::Indexed(kept) };
        let named = |name: &str| Variable { name: free_name(variables, name), category, dim };
        let value = match reduction.gradient {
            Gradient::Logarithm => Some((named("value"), Part::Value)),
            Gradient::Quotient => Some((Variable { dim: dim + 1, ..named("value") }, Part::Forward)),
            Gradient::Sum | Gradient::Selected(_) | Gradient::None => None,
        };
        let cotangent = named("e");
        let mut planner = Planner { variables, dim, reduction, kept, total, cotangent, value, passes: Vec::new() };
        let methods = planner.methods();
        Self { methods, passes: planner.passes }
    }

    /// The first method and its pass alone.
    #[must_use]
    pub fn without_derivatives(mut self) -> Self {
        self.methods.truncate(1);
        self.passes.truncate(1);
        self
    }
}

/// `name`, or what is nearest to it and no variable.
fn free_name(variables: &[Variable], name: &str) -> String {
    let mut free = name.to_owned();
    while variables.iter().any(|variable| variable.name == free) {
        free.push('_');
    }
    free
}

impl Planner<'_> {
    fn methods(&mut self) -> Vec<Method> {
        let value = self.output(self.kept, &[Part::Value], 0, &[]);
        let mut methods = vec![Method {
            name: "call".to_owned(),
            summary: self.reduction.result.to_owned(),
            further: Vec::new(),
            forward: None,
            value: Some(value),
            derivatives: Vec::new(),
            named: false,
        }];
        for number in 0..self.variables.len() {
            methods.extend(self.gradient(number));
            methods.push(self.change(number));
        }
        methods.extend(self.gradients());
        methods
    }

    /// `grad_v`, `value_and_grad_v` and, where the gradient needs the value, `grad_v_given`.
    fn gradient(&mut self, number: usize) -> Vec<Method> {
        let name = &self.variables[number].name.clone();
        let part = [Part::Gradient(number)];
        let further = self.further(self.cotangent.clone());
        let axis = self.axis(number);
        let alone = self.output(axis, &part, 0, &further);
        let summary = format!(
            "the gradient by `{name}`: the transposed Jacobian of the result by `{name}`, times `{}`",
            self.cotangent.name
        );
        let with_value = format!("the value and {summary}");
        let (value, gradient) = self.with_value(axis, &part, &further);
        let both = gradient.into_iter().map(|output| (number, output)).collect();
        self.family(&format!("grad_{name}"), &summary, &with_value, false, vec![(number, alone)], (value, both))
    }

    /// `vjp`, `value_and_vjp` and, where they need the value, `vjp_given`.
    fn gradients(&mut self) -> Vec<Method> {
        let further = self.further(self.cotangent.clone());
        let numbers: Vec<usize> = (0..self.variables.len()).collect();
        if numbers.is_empty() {
            return Vec::new();
        }
        let on = |planner: &Self, axis| -> Vec<Part> {
            numbers.iter().filter(|&&k| planner.axis(k) == axis).map(|&k| Part::Gradient(k)).collect()
        };
        let (kept, other) = (on(self, self.kept), on(self, self.kept.other()));
        let (value, mut with_value) = self.with_value(self.kept, &kept, &further);
        let mut alone: Vec<Output> = (0..kept.len()).map(|k| self.output(self.kept, &kept, k, &further)).collect();
        let others: Vec<Output> =
            (0..other.len()).map(|k| self.output(self.kept.other(), &other, k, &further)).collect();
        with_value.extend(others.iter().cloned());
        alone.extend(others);
        let parts: Vec<usize> = kept.iter().chain(&other).map(|part| part.variable()).collect();
        let sorted = |outputs: Vec<Output>| {
            let mut pairs: Vec<(usize, Output)> = parts.iter().copied().zip(outputs).collect();
            pairs.sort_by_key(|(number, _)| *number);
            pairs
        };
        let summary = format!(
            "the gradients by all variables, for the cotangent `{}`; those that are reduced on the same axis come \
             from one pass over all pairs",
            self.cotangent.name
        );
        let both = format!("the value and {summary}");
        self.family("vjp", &summary, &both, true, sorted(alone), (value, sorted(with_value)))
    }

    /// `jvp_v`.
    fn change(&mut self, number: usize) -> Method {
        let variable = &self.variables[number];
        let tangent = Variable { name: free_name(self.variables, &format!("d{}", variable.name)), ..variable.clone() };
        let summary = format!(
            "the change of the result when `{}` changes by `{}`: the Jacobian, times `{}`",
            variable.name, tangent.name, tangent.name
        );
        let name = format!("jvp_{}", variable.name);
        let further = self.further(tangent.clone());
        let output = self.output(self.kept, &[Part::Change(number)], 0, &further);
        let forward = self.forward();
        let derivatives = vec![(number, output)];
        Method { name, summary, further: vec![tangent], forward, value: None, derivatives, named: false }
    }

    /// The methods `name`, `name_given` and `value_and_name`.
    fn family(
        &mut self,
        name: &str,
        summary: &str,
        with_value: &str,
        named: bool,
        alone: Derivatives,
        (value, both): (Output, Derivatives),
    ) -> Vec<Method> {
        let forward = self.forward();
        let cotangent = self.cotangent.clone();
        let method = |name: String, summary: String, value, derivatives| Method {
            name,
            summary,
            further: vec![cotangent.clone()],
            forward,
            value,
            derivatives,
            named,
        };
        let mut methods = vec![
            method(name.to_owned(), summary.to_owned(), None, alone.clone()),
            method(format!("value_and_{name}"), with_value.to_owned(), Some(value), both),
        ];
        if let Some((value, Part::Value)) = &self.value {
            let summary = format!("{summary}; `{}` is the result of `call`, which is not computed again", value.name);
            let further = vec![value.clone(), cotangent.clone()];
            let given = method(format!("{name}_given"), summary, None, alone);
            methods.push(Method { further, forward: None, ..given });
        }
        methods
    }

    /// The value and the derivatives `parts` along `axis`: in one pass, where they are sums over the same axis.
    fn with_value(&mut self, axis: Axis, parts: &[Part], further: &[Variable]) -> (Output, Vec<Output>) {
        if axis != self.kept || self.value.is_some() || self.selects() {
            let value = match self.value {
                Some((_, Part::Forward)) => {
                    let all = self.output(self.kept, &[Part::Forward], 0, &[]);
                    Output { columns: 1..all.columns.end, ..all }
                }
                _ => self.output(self.kept, &[Part::Value], 0, &[]),
            };
            return (value, (0..parts.len()).map(|k| self.output(axis, parts, k, further)).collect());
        }
        let all = [&[Part::Value], parts].concat();
        if all.len() == 1 {
            return (self.output(axis, &all, 0, &[]), Vec::new());
        }
        let mut outputs: Vec<Output> = (0..all.len()).map(|k| self.output(axis, &all, k, further)).collect();
        (outputs.remove(0), outputs)
    }

    /// The pass whose result the derivatives need.
    fn forward(&mut self) -> Option<usize> {
        let part = self.value.as_ref().map(|(_, part)| *part)?;
        Some(self.output(self.kept, &[part], 0, &[]).pass)
    }

    /// The further inputs of a pass: the value where it is needed, and `last`.
    fn further(&self, last: Variable) -> Vec<Variable> {
        self.value.iter().map(|(value, _)| value.clone()).chain([last]).collect()
    }

    /// Whether derivatives are those of selected terms.
    fn selects(&self) -> bool {
        matches!(self.reduction.gradient, Gradient::Selected(_))
    }

    /// The axis that the pass of the gradient by a variable keeps.
    fn axis(&self, number: usize) -> Axis {
        match self.variables[number].category {
            Category::Indexed(axis) if !self.selects() => axis,
            _ => self.kept,
        }
    }

    fn part_dim(&self, part: Part) -> usize {
        match part {
            Part::Gradient(number) => self.variables[number].dim,
            Part::Value | Part::Change(_) => self.dim,
            Part::Forward => self.dim + 1,
        }
    }

    /// Part number `number` of the pass with these parts, which is new or one that another method needs too.
    fn output(&mut self, kept: Axis, parts: &[Part], number: usize, further: &[Variable]) -> Output {
        if self.reduction.gradient == Gradient::None && parts != [Part::Value] {
            // The method exists to say that there is no such thing.
            return Output { pass: 0, columns: 0..0, form: Form::Rows };
        }
        let selected = self.selects() && parts != [Part::Value];
        // Sorted, so that the passes of both axes are the same where what they compute is.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&part| self.part_dim(parts[part]));
        let sorted: Vec<Part> = order.iter().map(|&part| parts[part]).collect();
        let start: usize =
            order.iter().take_while(|&&part| part != number).map(|&part| self.part_dim(parts[part])).sum();
        let plan = PassPlan { kept, parts: sorted, further: further.to_vec(), selected };
        let pass = self.passes.iter().position(|other| *other == plan).unwrap_or_else(|| {
            self.passes.push(plan);
            self.passes.len() - 1
        });
        let form = match parts[number] {
            Part::Gradient(number) if self.variables[number].category == Category::Parameter => Form::Vector,
            Part::Gradient(number) if selected && self.variables[number].category != Category::Indexed(kept) => {
                Form::Scattered
            }
            Part::Change(_) if selected => Form::Components,
            Part::Value | Part::Change(_) if self.total => Form::Row,
            _ => Form::Rows,
        };
        Output { pass, columns: start..start + self.part_dim(parts[number]), form }
    }
}

impl Part {
    /// The variable of a derivative.
    fn variable(self) -> usize {
        match self {
            Part::Gradient(number) | Part::Change(number) => number,
            Part::Value | Part::Forward => unreachable!("the value is no derivative"),
        }
    }
}
