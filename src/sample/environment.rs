//! The value of every parameter in a block of eight draws, and what a `set` does to it.
//!
//! **One draw, all arms.** An uncertain parameter is drawn once per draw; every arm reads the same value.
//! **Set.** Where a strategy, variant or arrangement says `set = { x = "x * 0.9" }`, the names on the right
//! mean the values before the set. Parameters that are formulas of `x` follow the new value, unless they are
//! set themselves, there or in an arm around it: what a variant says of a parameter holds in each of its strategies.
//! *Example:* with a = 1 and b = "2 * a", a variant that sets b = 10 and a strategy that sets a = 3 give b = 10.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::formula::{EvaluationError, Inputs, LANES, Lane, Scratch, TableValues};
use crate::scenario::checked::{Origin, Quantity, Scenario, Set, TableRows};

/// Parameters and tables of one arm in one block of draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// By parameter index.
    pub parameters: Vec<Lane>,
    /// By table index.
    pub tables: Arc<Vec<TableValues>>,
    /// How own payments change who takes steps.
    pub take_up: Vec<TakeUp>,
    /// Parameters that arms have replaced.
    pub replaced: BTreeSet<usize>,
}

/// A change in the share that takes a step.
#[derive(Clone, Debug, PartialEq)]
pub struct TakeUp {
    /// Programme.
    pub programme: usize,
    /// Step.
    pub step: usize,
    /// Year indices in which the step is reached that it concerns; `None`: all.
    pub years: Option<Vec<usize>>,
    /// What the share is multiplied by, 0 to 1.
    pub factor: Lane,
}

/// A quantity that could not be computed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct QuantityError {
    /// Dotted path of the quantity.
    pub path: String,
    /// Where it is written, if it is.
    pub span: Option<crate::scenario::sources::Span>,
    /// What is wrong, with the value.
    pub problem: String,
}

impl QuantityError {
    /// A problem with the value of a quantity.
    pub fn new(quantity: &Quantity, problem: impl Into<String>) -> Self {
        Self { path: quantity.path.clone(), span: quantity.span.clone(), problem: problem.into() }
    }
    /// A formula that could not be evaluated.
    pub fn evaluation(quantity: &Quantity, error: &EvaluationError) -> Self {
        Self::new(quantity, error.to_string())
    }
}

impl Environment {
    /// Parameters in the base case: every uncertain parameter at its stated value.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite.
    pub fn base(scenario: &Scenario) -> Result<Self, QuantityError> {
        Self::compute(scenario, |parameter| match &scenario.parameters.list[parameter].origin {
            Origin::Drawn { stated } => Lane::splat(*stated),
            _ => Lane::ZERO,
        })
    }

    /// Parameters in draws `8·block …`; `columns[c][draw]` are the sampled values in the plan's order. A last
    /// block that is not full repeats the last draw.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite.
    pub fn draws(scenario: &Scenario, columns: &[Vec<f64>], block: usize) -> Result<Self, QuantityError> {
        Self::runs(scenario, columns, block, 1)
    }

    /// Parameters in runs `8·block …`, where each draw is run `replicates` times in a row.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite.
    pub fn runs(
        scenario: &Scenario,
        columns: &[Vec<f64>],
        block: usize,
        replicates: usize,
    ) -> Result<Self, QuantityError> {
        let mut drawn = vec![Lane::ZERO; scenario.parameters.list.len()];
        for (column, &parameter) in scenario.parameters.columns.iter().enumerate() {
            let values = &columns[column];
            let last = values.len().saturating_sub(1);
            drawn[parameter] =
                Lane(std::array::from_fn(|lane| values[((block * LANES + lane) / replicates).min(last)]));
        }
        Self::compute(scenario, |parameter| drawn[parameter])
    }

    fn compute(scenario: &Scenario, drawn: impl Fn(usize) -> Lane) -> Result<Self, QuantityError> {
        let mut environment = Self::empty(scenario);
        let rows = rows_by_parameter(scenario);
        for (index, parameter) in scenario.parameters.list.iter().enumerate() {
            let value = match &parameter.origin {
                Origin::Fixed(value) => Lane::splat(*value),
                Origin::Drawn { .. } => drawn(index),
                Origin::Formula(formula) => environment.quantity(formula)?,
            };
            environment.push(value * parameter.index_factor, &rows[index]);
        }
        Ok(environment)
    }

    /// No parameter yet, and tables whose rows are parameters without values.
    pub(crate) fn empty(scenario: &Scenario) -> Self {
        let tables = scenario.tables.iter().map(|table| match &table.rows {
            TableRows::Numbers(values) => values.clone(),
            TableRows::Parameters(rows) => TableValues::Lanes(vec![Lane::splat(f64::NAN); rows.len()]),
        });
        let tables = Arc::new(tables.collect());
        Self { parameters: Vec::new(), tables, take_up: Vec::new(), replaced: BTreeSet::new() }
    }

    /// Adds the value of the next parameter, and fills the rows of tables that it is.
    pub(crate) fn push(&mut self, value: Lane, rows: &[(usize, usize)]) {
        self.parameters.push(value);
        self.fill(value, rows);
    }

    fn fill(&mut self, value: Lane, rows: &[(usize, usize)]) {
        for &(table, row) in rows {
            if let Some(TableValues::Lanes(values)) = Arc::make_mut(&mut self.tables).get_mut(table)
                && let Some(place) = values.get_mut(row)
            {
                *place = value;
            }
        }
    }

    /// The environment of an arm: some parameters replaced, and what depends on them computed again.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite.
    pub fn with(&self, scenario: &Scenario, sets: &[Set]) -> Result<Self, QuantityError> {
        if sets.is_empty() {
            return Ok(self.clone());
        }
        let mut replaced: Vec<Option<Lane>> = vec![None; self.parameters.len()];
        for set in sets {
            replaced[set.parameter] = Some(self.quantity(&set.value)?);
        }
        let mut arm = self.clone();
        arm.replaced.extend(sets.iter().map(|set| set.parameter));
        let rows = rows_by_parameter(scenario);
        for (index, parameter) in scenario.parameters.list.iter().enumerate() {
            arm.parameters[index] = match (&replaced[index], &parameter.origin) {
                (Some(value), _) => *value,
                (None, Origin::Formula(formula)) if !self.replaced.contains(&index) => {
                    arm.quantity(formula)? * parameter.index_factor
                }
                (None, _) => self.parameters[index],
            };
            arm.fill(arm.parameters[index], &rows[index]);
        }
        Ok(arm)
    }

    /// The environment with some parameters that are the same in every draw at other values, as they would be written;
    /// `affected` lists what is computed from them, in order. No table depends on them.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite.
    pub(crate) fn at(
        &self,
        scenario: &Scenario,
        values: &[(usize, f64)],
        affected: &[usize],
    ) -> Result<Self, QuantityError> {
        let mut other = self.clone();
        let list = &scenario.parameters.list;
        for &(parameter, value) in values {
            other.parameters[parameter] = Lane::splat(value) * list[parameter].index_factor;
        }
        for &parameter in affected {
            if let Origin::Formula(formula) = &list[parameter].origin {
                other.parameters[parameter] = other.quantity(formula)? * list[parameter].index_factor;
            }
        }
        Ok(other)
    }

    /// What the share that takes a step is multiplied by, for those who would reach it in a year.
    #[must_use]
    pub fn take_up(&self, programme: usize, step: usize, year: usize) -> Lane {
        self.take_up
            .iter()
            .filter(|change| (change.programme, change.step) == (programme, step))
            .filter(|change| change.years.as_ref().is_none_or(|years| years.contains(&year)))
            .fold(Lane::ONE, |factor, change| factor * change.factor)
    }

    /// The value of a quantity that uses no variables.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite in some draw.
    pub fn quantity(&self, quantity: &Quantity) -> Result<Lane, QuantityError> {
        let value = quantity
            .program
            .evaluate_once(&self.parameters, &self.tables)
            .map_err(|error| QuantityError::evaluation(quantity, &error))?;
        if value.all_finite() { Ok(value) } else { Err(no_finite_number(quantity)) }
    }

    /// As [`Environment::quantity`], with memory that is kept, into the only place of `value`.
    ///
    /// # Errors
    /// A formula that cannot be evaluated or is not finite in some draw.
    pub(crate) fn quantity_into(
        &self,
        quantity: &Quantity,
        scratch: &mut Scratch,
        value: &mut [Lane],
    ) -> Result<(), QuantityError> {
        let inputs = Inputs {
            parameters: &self.parameters,
            variables: &[],
            points: value.len(),
            tables: &self.tables,
        };
        match quantity.program.constant() {
            Some(constant) => value.fill(Lane::splat(constant)),
            None => quantity
                .program
                .evaluate(&inputs, scratch, value)
                .map_err(|error| QuantityError::evaluation(quantity, &error))?,
        }
        if value.iter().all(Lane::all_finite) { Ok(()) } else { Err(no_finite_number(quantity)) }
    }
}

fn no_finite_number(quantity: &Quantity) -> QuantityError {
    QuantityError::new(quantity, "the formula gives no finite number in some draw")
}

/// For each parameter the rows of tables that it fills, as table and row. A formula may look up a table whose rows
/// are parameters, so rows are filled as soon as their parameter has its value.
pub(crate) fn rows_by_parameter(scenario: &Scenario) -> Vec<Vec<(usize, usize)>> {
    let mut by_parameter = vec![Vec::new(); scenario.parameters.list.len()];
    for (table, data) in scenario.tables.iter().enumerate() {
        if let TableRows::Parameters(rows) = &data.rows {
            for (row, &parameter) in rows.iter().enumerate() {
                if let Some(places) = by_parameter.get_mut(parameter) {
                    places.push((table, row));
                }
            }
        }
    }
    by_parameter
}
