//! Values at the base case while the scenario is still being read.

use crate::formula::{Column, Inputs, LANES, Lane, Scratch};
use crate::sample::Environment;
use crate::sample::environment::rows_by_parameter;
use crate::scenario::checked::{Origin, Quantity, Variables};
use crate::scenario::diagnostic::Diagnostic;

use super::context::Reader;

impl Reader<'_> {
    /// The base case as far as it has been read; what could not be read is not a number.
    fn environment(&mut self) -> Environment {
        let mut environment = match self.base.take() {
            Some(known) => known,
            None => Environment::empty(&self.scenario),
        };
        let list = &self.scenario.parameters.list;
        if environment.parameters.len() < list.len() {
            let rows = rows_by_parameter(&self.scenario);
            for index in environment.parameters.len()..list.len() {
                let parameter = &list[index];
                let value = match &parameter.origin {
                    Origin::Fixed(value) | Origin::Drawn { stated: value } => Lane::splat(*value),
                    Origin::Formula(formula) => formula
                        .program
                        .evaluate_once(&environment.parameters, &environment.tables)
                        .unwrap_or(Lane::splat(f64::NAN)),
                };
                environment.push(value * parameter.index_factor, &rows[index]);
            }
        }
        environment
    }

    /// The value of a quantity in the base case; `None` when it is no number, or depends on people or time.
    pub(super) fn base_value(&mut self, quantity: &Quantity) -> Option<f64> {
        if !quantity.program.variables().is_empty() {
            return None;
        }
        self.base_value_since(quantity, f64::NAN)
    }

    /// The same for a quantity that may use `since`.
    pub(super) fn base_value_since(&mut self, quantity: &Quantity, since: f64) -> Option<f64> {
        let environment = self.environment();
        let point = [since];
        let mut variables = vec![Column::EMPTY; self.scenario.variables.count()];
        variables[Variables::SINCE] = Column::Numbers(&point);
        let inputs = Inputs {
            parameters: &environment.parameters,
            variables: &variables,
            points: 1,
            tables: &environment.tables,
        };
        let mut out = [Lane([f64::NAN; LANES])];
        let evaluated = quantity.program.evaluate(&inputs, &mut Scratch::new(), &mut out);
        self.base = Some(environment);
        evaluated.ok().map(|()| out[0].0[0]).filter(|value| value.is_finite())
    }

    /// The base case at the end of reading. Parameters that have no finite value are reported, once at their root.
    pub(super) fn final_environment(&mut self) -> Environment {
        self.base = None;
        let environment = self.environment();
        let scenario = &self.scenario;
        let mut messages = Vec::new();
        for (parameter, value) in scenario.parameters.list.iter().zip(&environment.parameters) {
            let Origin::Formula(formula) = &parameter.origin else { continue };
            if value.0[0].is_finite()
                || crate::sample::ranges::rests_on_nothing(&formula.program, &environment)
            {
                continue;
            }
            let problem = match formula.program.evaluate_once(&environment.parameters, &environment.tables) {
                Err(error) => error.to_string(),
                Ok(_) => "this formula gives no finite number".to_owned(),
            };
            let mut message = Diagnostic::error(format!("`{}` has no value", parameter.name)).label(problem);
            if let Some(span) = &formula.span {
                message = message.at(span);
            }
            messages.push(message);
        }
        messages.into_iter().for_each(|message| self.say(message));
        environment
    }

    /// An uncertain parameter on which a quantity depends, directly or by way of formulas.
    pub(super) fn drawn_in(&self, quantity: &Quantity) -> Option<String> {
        let mut waiting: Vec<&crate::formula::Program> = vec![&quantity.program];
        let mut seen: Vec<usize> = Vec::new();
        while let Some(program) = waiting.pop() {
            for index in self.scenario.read_by(program) {
                if seen.contains(&index) {
                    continue;
                }
                seen.push(index);
                let Some(parameter) = self.scenario.parameters.list.get(index) else { continue };
                match &parameter.origin {
                    Origin::Drawn { .. } => return Some(parameter.name.clone()),
                    Origin::Formula(formula) => waiting.push(&formula.program),
                    Origin::Fixed(_) => {}
                }
            }
        }
        None
    }
}
