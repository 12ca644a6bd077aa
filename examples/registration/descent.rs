//! The optimiser: L-BFGS with the line search of Moré and Thuente, from argmin.

use anyhow::{Context, Result, ensure};
use argmin::core::observers::{Observe, ObserverMode};
use argmin::core::{CostFunction, Error, Executor, Gradient, IterState, KV, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use std::cell::{Cell, RefCell};

/// Steps that the optimiser remembers.
const MEMORY: usize = 10;
/// One iteration out of so many is printed, and the first and the last.
const EVERY: u64 = 20;

/// What a descent came to.
pub(crate) struct Descent {
    pub(crate) parameters: Vec<f64>,
    pub(crate) iterations: u64,
    /// Evaluations of the loss with its gradient.
    pub(crate) evaluations: usize,
}

/// Goes downhill from `start` until the loss falls by less than `tolerance` in an iteration, for `iterations` at most.
///
/// # Errors
///
/// When the loss cannot be evaluated.
pub(crate) fn descend<F>(loss: F, start: Vec<f64>, iterations: u64, tolerance: f64, rows: Rows) -> Result<Descent>
where
    F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>,
{
    let evaluations = Cell::new(0);
    let loss = Loss { evaluate: loss, last: RefCell::default(), evaluations: &evaluations };
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY).with_tolerance_cost(tolerance)?;
    let result = Executor::new(loss, solver)
        .configure(|state| state.param(start).max_iters(iterations))
        .add_observer(rows, ObserverMode::Always)
        .run()?;
    let parameters = result.state.get_best_param().cloned().context("the loss is not a number")?;
    Ok(Descent { parameters, iterations: result.state.get_iter(), evaluations: evaluations.get() })
}

/// The loss as argmin asks for it: the value and the gradient one after the other, at the same place. They come from
/// one evaluation, so the last one is kept.
struct Loss<'a, F> {
    evaluate: F,
    last: RefCell<Last>,
    evaluations: &'a Cell<usize>,
}

#[derive(Default)]
struct Last {
    parameters: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> Loss<'_, F> {
    fn at<R>(&self, parameters: &[f64], take: impl FnOnce(&Last) -> R) -> Result<R> {
        let mut last = self.last.borrow_mut();
        if last.parameters != parameters {
            let (value, gradient) = (self.evaluate)(parameters)?;
            // A line search with such a number need not end.
            ensure!(value.is_finite(), "the loss is {value}");
            *last = Last { parameters: parameters.to_vec(), value, gradient };
            self.evaluations.set(self.evaluations.get() + 1);
        }
        Ok(take(&last))
    }
}

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> CostFunction for Loss<'_, F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, parameters: &Vec<f64>) -> Result<f64, Error> {
        self.at(parameters, |last| last.value)
    }
}

impl<F: Fn(&[f64]) -> Result<(f64, Vec<f64>)>> Gradient for Loss<'_, F> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, parameters: &Vec<f64>) -> Result<Vec<f64>, Error> {
        self.at(parameters, |last| last.gradient.clone())
    }
}

/// Prints some of the iterations as rows of a table.
pub(crate) struct Rows {
    /// The beginning of each row.
    label: String,
    /// The last iteration that was printed.
    last: Option<u64>,
}

/// The line above the rows.
pub(crate) const HEADER: &str = "motion     scale   iteration   loss";

impl Rows {
    /// Rows that begin with the name of the motion and the scale of the distance.
    pub(crate) fn of(name: &str, scale: f64) -> Self {
        Self { label: format!("{name:<10} {scale:<7.3}"), last: None }
    }

    fn print(&mut self, iteration: u64, loss: f64) {
        println!("{} {iteration:<11} {loss:.6}", self.label);
        self.last = Some(iteration);
    }
}

type At = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

impl Observe<At> for Rows {
    fn observe_init(&mut self, _: &str, state: &At, _: &KV) -> Result<(), Error> {
        self.print(0, state.get_cost());
        Ok(())
    }

    fn observe_iter(&mut self, state: &At, _: &KV) -> Result<(), Error> {
        // It is called before the iteration is counted.
        let done = state.get_iter() + 1;
        if done.is_multiple_of(EVERY) {
            self.print(done, state.get_cost());
        }
        Ok(())
    }

    fn observe_final(&mut self, state: &At) -> Result<(), Error> {
        if self.last != Some(state.get_iter()) {
            self.print(state.get_iter(), state.get_best_cost());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Rows, descend};
    use anyhow::bail;

    #[test]
    fn the_lowest_place_of_a_valley_is_found() {
        // Rosenbrock's function.
        let valley = |p: &[f64]| {
            let (x, y) = (p[0], p[1]);
            let gradient = vec![2.0 * (x - 1.0) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)];
            Ok(((1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2), gradient))
        };
        let found = descend(valley, vec![-1.2, 1.0], 100, 0.0, Rows::of("valley", 1.0)).expect("the loss is fine");
        assert!(found.parameters.iter().all(|v| (v - 1.0).abs() < 1e-6), "{:?}", found.parameters);
        assert!(found.iterations < 100 && found.evaluations < 150, "{} evaluations", found.evaluations);
    }

    #[test]
    fn a_loss_that_is_no_number_is_an_error() {
        assert!(descend(|_| Ok((f64::NAN, vec![0.0])), vec![0.0], 9, 0.0, Rows::of("", 1.0)).is_err());
        assert!(descend(|_| bail!("no"), vec![0.0], 9, 0.0, Rows::of("", 1.0)).is_err());
    }
}
