//! Discounting, and the shares of disease costs: over budgets, in cash, and taken by equalisation.

use super::account::Clock;
use super::flows::Shape;
use crate::formula::{Column, Inputs, Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Quantity, Scenario, Variables};
use std::sync::Arc;

/// Discounting in one arm.
#[derive(Clone, Debug)]
pub struct Clocks {
    /// Of costs.
    pub costs: Arc<Clock>,
    /// Of effects.
    pub effects: Arc<Clock>,
    /// Yearly common rate of parties.
    pub parties: f64,
}

impl Clocks {
    /// Discount factors in an environment; rates are the same in every draw.
    ///
    /// # Errors
    /// A rate that differs between draws or is not above −1.
    pub fn new(scenario: &Scenario, environment: &Environment) -> Result<Self, QuantityError> {
        let rate = |quantity: &Quantity| {
            let value = environment.quantity(quantity)?;
            if value != Lane::splat(value[0]) {
                return Err(QuantityError::new(
                    quantity,
                    "a discount rate is a choice and cannot be uncertain",
                ));
            }
            if value[0] <= -1.0 {
                return Err(QuantityError::new(quantity, "a discount rate must be above −100%"));
            }
            Ok(value[0])
        };
        Ok(Self {
            costs: Clock::known(&scenario.time, rate(&scenario.valuation.discount_costs)?),
            effects: Clock::known(&scenario.time, rate(&scenario.valuation.discount_effects)?),
            parties: rate(&scenario.valuation.discount_parties)?,
        })
    }
}

/// Shares of budgets, cashability and equalisation by cycle since enrolment, in one environment.
pub struct Leakage {
    /// By line: share of the unit cost on its budget.
    pub split: Vec<Lane>,
    /// By line and cycle since enrolment: κ.
    pub cashable: Vec<Vec<Lane>>,
    /// By line and cycle since enrolment: κλ.
    pub equalised: Vec<Vec<Lane>>,
}

impl Leakage {
    /// Evaluates the shares of all lines; κ and λ only for settlement.
    ///
    /// # Errors
    /// A split that does not sum to 1, κ outside 0 to 1.
    pub fn new(
        scenario: &Scenario,
        shape: &Shape,
        environment: &Environment,
        settlement: bool,
        scratch: &mut Scratch,
    ) -> Result<Self, QuantityError> {
        let cycles = scenario.time.cycles();
        let since: Vec<f64> = (0..cycles).map(|k| (k as f64 + 0.5) * scenario.time.cycle_length()).collect();
        let mut over_time = |quantity: &Quantity| -> Result<Vec<Lane>, QuantityError> {
            let mut columns = vec![Column::EMPTY; scenario.variables.count()];
            columns[Variables::SINCE] = Column::Numbers(&since);
            let inputs = Inputs {
                parameters: &environment.parameters,
                variables: &columns,
                points: cycles,
                tables: &environment.tables,
            };
            let mut values = vec![Lane::ZERO; cycles];
            quantity
                .program
                .evaluate(&inputs, scratch, &mut values)
                .map_err(|error| QuantityError::evaluation(quantity, &error))?;
            Ok(values)
        };
        let mut leakage = Self { split: Vec::new(), cashable: Vec::new(), equalised: Vec::new() };
        for cost in &scenario.unit_costs {
            let mut sum = Lane::ZERO;
            for (_, share) in &cost.budgets {
                let share = environment.quantity(share)?;
                sum += share;
                leakage.split.push(share);
            }
            if !cost.budgets.is_empty() && sum.any(|s| (s - 1.0).abs() > 1e-9) {
                return Err(QuantityError::new(
                    &cost.value,
                    "its shares over budgets do not sum to 1 in some draw",
                ));
            }
        }
        for line in shape.lines.iter().filter(|_| settlement) {
            let budget = &scenario.budgets[line.budget];
            let quantity = scenario.unit_costs[line.unit_cost].cashable.as_ref().unwrap_or(&budget.cashable);
            let cashable = over_time(quantity)?;
            if cashable.iter().any(|k| k.any(|k| !(0.0..=1.0).contains(&k))) {
                return Err(QuantityError::new(quantity, "a cashable share must lie between 0 and 1"));
            }
            let lost = if budget.insurance {
                over_time(&budget.lost_to_equalisation)?
            } else {
                vec![Lane::ZERO; cycles]
            };
            if lost.iter().any(|l| l.any(|l| l > 1.0 || !l.is_finite())) {
                return Err(QuantityError::new(
                    &budget.lost_to_equalisation,
                    "the share lost to equalisation cannot be above 1",
                ));
            }
            leakage.equalised.push(cashable.iter().zip(&lost).map(|(&k, &l)| k * l).collect());
            leakage.cashable.push(cashable);
        }
        Ok(leakage)
    }
}
